"""What an export holds, in one file: counts, filters, version, and a hash of everything beside it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from app.export.collect import count_verdicts
from app.export.types import NOTICE, TOOL, ExportSet, Written
from app.support.clock import utc_now

FILE = "manifest.json"
SCHEMA_VERSION = 1


def write_manifest(
    export_set: ExportSet, folder: Path, written: Mapping[str, Written], journal_head: str = ""
) -> None:
    """Write `manifest.json` about all files that are in the folder."""
    manifest = {
        "schema_version": SCHEMA_VERSION,
        "notice": NOTICE,
        "tool": TOOL,
        "tool_version": export_set.tool_version,
        "created_at": utc_now(),
        "export_id": export_set.export_id,
        "identified": export_set.identified,
        "journal_head": journal_head,
        "filters": _filters(export_set),
        "counts": _counts(export_set, written),
        "remarks": [words for part in written.values() for words in part.remarks],
        "files": list_files(folder, written),
    }
    text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
    (folder / FILE).write_text(text, encoding="utf-8")


def list_files(folder: Path, written: Mapping[str, Written]) -> list[dict[str, Any]]:
    """Name, format, size and hash of every written file."""
    return [
        {
            "name": name,
            "format": exporter,
            "bytes": (folder / name).stat().st_size,
            "sha256": digest(folder / name),
        }
        for exporter, part in written.items()
        for name in part.files
    ]


def digest(file: Path) -> str:
    """sha256 of a file."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def is_earlier_export(folder: Path) -> bool:
    """Whether a folder holds a whole export of ours and nothing else, so that a new one may take its place."""
    try:
        manifest = json.loads((folder / FILE).read_text(encoding="utf-8"))
        listed = {str(item["name"]): str(item["sha256"]) for item in manifest["files"]}
    except (OSError, ValueError, KeyError, TypeError):
        return False
    found = {entry.name for entry in folder.iterdir()} - {FILE}
    return found == set(listed) and all(digest(folder / name) == listed[name] for name in listed)


def _filters(export_set: ExportSet) -> dict[str, Sequence[str]]:
    return {
        "formats": export_set.formats,
        "studies": [study.reading.study_instance_uid for study in export_set.studies],
        "clinical_formats_hold": ["accepted", "edited"],
        "assessment_formats_hold": ["accepted", "edited", "rejected"],
        "tables_hold": ["accepted", "edited", "rejected", "deferred", "unreviewed"],
    }


def _counts(export_set: ExportSet, written: Mapping[str, Written]) -> dict[str, Any]:
    readings = [study.reading for study in export_set.studies]
    states: dict[str, int] = {}
    for reading in readings:
        for result in reading.results:
            states[result.state.value] = states.get(result.state.value, 0) + 1
    return {
        "studies": len(readings),
        "runs": states,
        "verdicts": count_verdicts(readings),
        "marked_by_readers": sum(len(reading.marked) for reading in readings),
        "findings_by_format": {name: part.findings for name, part in written.items()},
    }
