"""One folder per result: `result.json` for people and other programs, and its maps as plain arrays.

    <result id>/result.json       what was found (the message of ai-results.md section 9), and `record`: all of it
    <result id>/maps/<key>.npz    `values` (slice, row, column) and `affine` (4x4) of one heat or label map

The folder appears whole or not at all. Reading takes no pickles, checks sizes before it takes memory, and ignores
what a newer version added.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.analysis.map_files import MapArray, read_map, write_map
from app.analysis.to_findings import OWN_VOLUME
from app.domain.errors import StudyUnreadableError
from app.domain.finding import AnalysisResult, Finding, Place, PlaceKind, Quantity, RunState
from app.support.codec import CodecError, decode, encode
from app.support.i18n import FALLBACK_LANGUAGE
from app.support.quantity_values import value_word

SHARE_OF_LUNG = ("percent_lung", "dense_percent")
RESULT_FILE = "result.json"
LARGEST_RESULT_BYTES = 64 * 1024 * 1024
Arrays = Mapping[str, MapArray]
Json = dict[str, Any]  # Any: the nested lists and dictionaries that JSON holds

_FLAGS = {RunState.POSITIVE: True, RunState.NEGATIVE: False}


def save_result(folder: Path, result: AnalysisResult, arrays: Arrays) -> Path:
    """Write a result into a new folder; raises FileExistsError if the folder is there, OSError if it cannot be made.

    arrays: one for each of result.maps, by its key.
    """
    if folder.exists():
        raise FileExistsError(17, "File exists", str(folder))
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=".partial-", dir=folder.parent))
    try:
        for ref in result.maps:
            write_map(partial / ref.file, arrays[ref.key])
        _write_synced(partial / RESULT_FILE, json.dumps(to_json(result), indent=1, ensure_ascii=False) + "\n")
        os.replace(partial, folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return folder


def load_result(folder: Path) -> tuple[AnalysisResult, dict[str, MapArray]]:
    """A saved result and its maps; raises StudyUnreadableError with what is wrong with which file."""
    result = load_record(folder)
    return result, {ref.key: read_map(folder, ref.file) for ref in result.maps}


def load_record(folder: Path) -> AnalysisResult:
    """A saved result without its maps."""
    file = folder / RESULT_FILE
    try:
        if file.stat().st_size > LARGEST_RESULT_BYTES:
            raise StudyUnreadableError("error.result.too_large", file=file.name, folder=folder.name)
        document = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise StudyUnreadableError(
            "error.result.cannot_read", file=file.name, folder=folder.name, reason=error.strerror or "?"
        ) from error
    except (ValueError, RecursionError) as error:
        raise StudyUnreadableError("error.result.no_json", file=file.name, folder=folder.name) from error
    return from_json(document, folder.name)


def from_json(document: object, name: str) -> AnalysisResult:
    """The result of a document; name says in an error which one it was."""
    record = document.get("record") if isinstance(document, dict) else None
    if not isinstance(document, dict) or record is None:
        raise StudyUnreadableError("error.result.no_record", folder=name)
    try:
        result = decode(AnalysisResult, record)
    except (CodecError, TypeError) as error:
        raise StudyUnreadableError("error.result.misfit", folder=name, reason=str(error)) from error
    if document.get("state") != result.state.value or len(document.get("findings", ())) != len(
        result.findings
    ):
        raise StudyUnreadableError("error.result.altered", folder=name)
    return result


def to_json(result: AnalysisResult) -> Json:
    """The document of a result: the agreed message first, then `record`, from which it is read back exactly."""
    return {**message_of(result), "record": encode(result)}


def message_of(result: AnalysisResult) -> Json:
    """What other programs read: the message of section 9 with the facts that RQ-04 asks for."""
    return {
        "result_id": result.result_id,
        "study_uid": result.study_instance_uid,
        "source_series_uids": list(result.series_instance_uids),
        "ai_series_uid": None,  # given when the result leaves as DICOM
        "package": encode(result.package),
        "state": result.state.value,
        "reason": {"key": result.state_reason_key, "facts": dict(result.state_reason_facts)},
        "pathology_flag": _FLAGS.get(result.state),
        "study_score": encode(result.study_score),
        "findings": [_finding(finding) for finding in result.findings],
        "measures": [_quantity(quantity) for quantity in result.measures],
        "maps": encode(result.maps),
        "stamps": _nested(result.stamps),
        "seconds": encode(result.seconds),
        "provider": result.provider,
        "requested_providers": list(result.requested_providers),
        "pixel_sha256": result.pixel_sha256,
        "not_for": list(result.not_for),
        "warnings": list(result.warnings),
        "defects": list(result.defects),
    }


def _finding(finding: Finding) -> Json:
    return {
        "tracking_uid": finding.finding_id,
        "key": finding.key,
        "label": finding.label,
        "code": encode(finding.code),
        "score": encode(finding.score),
        "threshold": encode(finding.threshold),
        "site": finding.site,
        "side": finding.side,
        "geometry": _geometry(finding.place),
        "volume_ml": _amount(finding, OWN_VOLUME),
        "percent_lung": _amount(finding, SHARE_OF_LUNG),
        "measures": [_quantity(quantity) for quantity in finding.quantities],
    }


def _geometry(place: Place) -> Json:
    box = place.kind is PlaceKind.BOX
    points = (place.box_min, place.box_max) if box else (place.center,)
    return {
        "type": place.kind.value,
        "space": place.space.value,
        "sop_uid": place.frame.sop_instance_uid if place.frame else None,
        "frame": place.frame.frame if place.frame else None,
        "coords": [list(point) for point in points if point is not None],
        "label_map": place.label_map or None,
        "label": place.label or None,
    }


def _amount(finding: Finding, keys: tuple[str, ...]) -> float | str | None:
    found = next((q.value for q in finding.quantities if q.key in keys), None)
    value: float | str | None = encode(found)
    return value


def _quantity(quantity: Quantity) -> Json:
    told: Json = {"key": quantity.key, "value": encode(quantity.value), "unit": quantity.unit.value}
    word = value_word(quantity.key, quantity.value, FALLBACK_LANGUAGE)
    return told | {"word": word} if word else told


def _nested(stamps: tuple[tuple[str, str], ...]) -> Json:
    nested: dict[str, dict[str, str]] = {}
    for name, at in stamps:
        stage, _, end = name.partition("_")
        nested.setdefault(stage, {})[end] = at
    return nested


def _write_synced(file: Path, words: str) -> None:
    with file.open("w", encoding="utf-8") as stream:
        stream.write(words)
        stream.flush()
        os.fsync(stream.fileno())
