"""Identity out, consistently: what leaves by default names nobody, and names the same nobody each time.

Nothing is copied from the source files: headers of exported DICOM objects are built from the few attributes that
place them (see `headers`). Names, ids, dates, times and descriptions are emptied; patient and readers get
pseudonyms; UIDs are replaced through a keyed hash, so all files of all exports with one key agree. Free text is
cleaned of the study's own identifiers, UIDs, dates and paths. The key stays in the user's data folder. Follows the
actions of the Basic Profile (PS3.15 Annex E). Source images have rules of their own, see `image_profile`.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, fields, is_dataclass, replace
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar

from app.domain.codes import Code
from app.domain.errors import ExportRefusedError
from app.domain.finding import AnalysisResult, Finding, Judgement, MapRef, Marked, PackageRef, Reading
from app.domain.key_image import KeyImage
from app.domain.masks import MaskEdit, Segmentation
from app.domain.measurement import Measurement
from app.domain.source_image import SourceStack
from app.domain.study import Instance, Patient, Study
from app.export.stacks import stack_from
from app.export.types import StudyExport
from app.support.whole_files import write_first

T = TypeVar("T")

STANDARD_ROOT = "1.2.840.10008."
KEY_BYTES = 32
REMOVED = "[removed]"
_UIDS = re.compile(r"(?<![\w.])[0-2](?:\.\d+){4,}(?!\w|\.\d)")
_DATES = re.compile(
    r"(?<!\d)(?:19|20)\d{2}[-./]?(?:0[1-9]|1[0-2])[-./]?(?:0[1-9]|[12]\d|3[01])(?!\d)(?:[T ][\d:.+Z-]+)?"
)
_DATES_DAY_FIRST = re.compile(r"(?<!\d)\d{1,2}[./-]\d{1,2}[./-](?:19|20)?\d{2}(?!\d)")
_PATHS = re.compile(r"(?:[A-Za-z]:\\|(?<!\w)/[^\s/,;]+/)[^\s,;]*")
# Words that a model package brings along: they know no patient, and cleaning could turn their meaning round.
_OF_THE_PACKAGE = frozenset(
    {
        "not_for",
        "key",
        "map_key",
        "label_map",
        "site",
        "side",
        "tool",
        "graphic",
        "calibration",
        "provider",
        "requested_providers",
        "state_reason_key",
        "file",
        "edit_id",
        "package_name",
        "package_version",
        "package_sha256",
    }
)
_UID_FIELDS = ("uid", "uids", "finding_id", "result_id", "measurement_id", "segmentation_id")


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """The consistent stand-ins of one key."""

    key: bytes

    def uid(self, uid: str) -> str:
        """Another UID for an instance UID; those that the standard defines stay."""
        if not uid or uid.startswith(STANDARD_ROOT):
            return uid
        return f"2.25.{uuid.UUID(bytes=self._digest('uid', uid)[:16], version=4).int}"

    def patient(self, patient: Patient) -> str:
        """A name for a patient: the same for the same id and issuer, or the same name where there is no id."""
        who = patient.patient_id or patient.name
        return f"ANON-{self._digest('patient', f'{who}/{patient.issuer}').hex()[:12].upper()}"

    def reader(self, reader: str) -> str:
        """A name for a reader; empty stays empty."""
        return f"reader-{self._digest('reader', reader).hex()[:10]}" if reader else ""

    def days(self, patient: Patient) -> int:
        """How far all dates of a patient are moved into the past, one to ten years; the same for all studies."""
        who = f"{patient.patient_id or patient.name}/{patient.issuer}"
        return 365 + int.from_bytes(self._digest("days", who)[:4], "big") % 3286

    def _digest(self, kind: str, value: str) -> bytes:
        return hmac.new(self.key, f"{kind}:{value}".encode("utf-8", "surrogatepass"), hashlib.sha256).digest()


def load_key(file: Path) -> bytes:
    """The user's secret key, made on first use. Raises ExportRefusedError if it cannot be read or written."""
    try:
        if not file.exists():
            write_first(file, secrets.token_bytes(KEY_BYTES))
        key = file.read_bytes()
    except OSError as error:
        raise ExportRefusedError("error.export.no_key", file=file.name, folder=str(file.parent)) from error
    if len(key) != KEY_BYTES:
        raise ExportRefusedError("error.export.bad_key", file=file.name, folder=str(file.parent))
    return key


def without_identity(export: StudyExport, names: Pseudonyms) -> StudyExport:
    """The same study, naming nobody."""
    cleaner = _Cleaner(names, _identifiers(export))
    pseudonym = (
        names.patient(export.study.patient) if export.study else names.uid(export.reading.study_instance_uid)
    )
    study = cleaner.study(export.study, pseudonym) if export.study else None
    return StudyExport(
        reading=cleaner.reading(export.reading),
        study=study,
        patient_header=_nobody(pseudonym),
        result_folders={names.uid(key): folder for key, folder in export.result_folders.items()},
        decided_after_s={names.uid(key): seconds for key, seconds in export.decided_after_s.items()},
        mask_folder=export.mask_folder,
        image_files={names.uid(key): file for key, file in export.image_files.items()},
        true_patient=export.study.patient if export.study else None,
        clean=cleaner.text,
        stacks=_stacks(export, study, cleaner),
    )


def _stacks(
    export: StudyExport, study: Study | None, cleaner: _Cleaner
) -> dict[str, tuple[SourceStack, ...]]:
    """The same places, of the clean instances; a stack is called as the masks that are drawn on it call it."""
    listed = (one for series in (study.series if study else ()) for one in series.instances)
    clean = {one.sop_instance_uid: one for one in listed}

    def renamed(stack: SourceStack) -> SourceStack:
        images = (
            replace(image, instance=clean[cleaner.names.uid(image.sop_instance_uid)])
            for image in stack.images
        )
        return stack_from(cleaner.text(stack.stack_id), tuple(images))

    return {cleaner.names.uid(uid): tuple(map(renamed, stacks)) for uid, stacks in export.stacks.items()}


def _nobody(pseudonym: str) -> dict[str, str]:
    """Patient and study attributes by keyword, with what PS3.15 wants to be said about the removal."""
    return {
        "PatientName": f"{pseudonym}^",  # the caret says that one component is meant (PS3.5 6.2.1.2)
        "PatientID": pseudonym,
        "PatientIdentityRemoved": "YES",
        "DeidentificationMethod": "Overread: headers rebuilt, UIDs by keyed hash, dates removed",
        "LongitudinalTemporalInformationModified": "REMOVED",
    }


def _identifiers(export: StudyExport) -> frozenset[str]:
    """Words that name this patient or somebody beside: whole values, and each part of a person's name.

    Only names are taken apart. The words of a comment are words of the language, and a text without its 'not' is worse
    than none.
    """
    words = set(export.patient_header.values())
    names = {
        value
        for keyword, value in export.patient_header.items()
        if "Name" in keyword or "Physician" in keyword
    }
    if export.study:
        patient, study = export.study.patient, export.study
        words |= {patient.patient_id, patient.birth_date, patient.issuer}
        words |= {study.accession_number, study.date, study.time}
        names.add(patient.name)
    for name in names:
        words |= {name, *re.split(r"[\^=\s,]+", name)}
    return frozenset(word for word in words if len(word) >= 3 and not _DATES.fullmatch(word))


class _Cleaner:
    """Walks through domain objects: ids through the map, free text cleaned, numbers and enums as they are."""

    def __init__(self, names: Pseudonyms, identifiers: Iterable[str]) -> None:
        self.names = names
        known = [_pattern(word) for word in sorted(identifiers, key=len, reverse=True)]
        self._known = re.compile("|".join(known), re.IGNORECASE) if known else None

    def reading(self, reading: Reading) -> Reading:
        return self._object(reading)

    def study(self, study: Study, pseudonym: str) -> Study:
        clean = self._object(study)
        nobody = Patient(pseudonym, "", pseudonym, "", "")
        return replace(clean, patient=nobody, date="", time="", description="", accession_number="")

    def text(self, words: str) -> str:
        if self._known:
            words = self._known.sub(REMOVED, words)
        words = _UIDS.sub(lambda found: self.names.uid(found[0]), words)
        for pattern in (_PATHS, _DATES, _DATES_DAY_FIRST):
            words = pattern.sub(REMOVED, words)
        return words

    def _object(self, value: T) -> T:
        assert is_dataclass(value)
        assert not isinstance(value, type)
        clean: dict[str, Any] = {  # Any: fields of any domain object
            item.name: self._field(item.name, getattr(value, item.name)) for item in fields(value)
        }
        if isinstance(value, Finding) and not value.is_readers:
            clean["label"] = value.label  # the package's word; a reader's stands in the judgement
        if isinstance(value, Reading):
            clean["commits"] = clean["requested"] = ()  # who looked when is nobody's outside
        made: T = type(value)(**clean)
        if isinstance(made, AnalysisResult):
            return replace(made, stamps=(), pixel_sha256="")
        if isinstance(made, Judgement):
            return replace(made, at="", reader=self.names.reader(value.reader))  # type: ignore[attr-defined]  # a Judgement
        if isinstance(made, Measurement | KeyImage | Marked | Segmentation | MaskEdit):
            return replace(made, at="", reader=self.names.reader(value.reader))  # type: ignore[attr-defined]  # a reader's
        if isinstance(made, Instance):
            return replace(made, path=Path())
        return made

    def _field(self, name: str, value: Any) -> Any:  # Any: a field of any domain object
        if name in _OF_THE_PACKAGE:
            return value
        if isinstance(value, str):
            is_uid = name.endswith(_UID_FIELDS)
            return self.names.uid(value) if is_uid else self.text(value)
        if isinstance(
            value, MapRef
        ):  # its words are the package's, the image that it lies on is the patient's
            uid = value.sop_instance_uid
            return replace(value, sop_instance_uid=self.names.uid(uid) if uid else "")
        if isinstance(value, PackageRef | Code | Enum | Path):
            return value
        if isinstance(value, tuple):
            return tuple(self._field(name, part) for part in value)
        if is_dataclass(value):
            return self._object(value)
        return value


def _pattern(word: str) -> str:
    """A long identifier is found inside other words too; a short one would hit too many of them."""
    return re.escape(word) if len(word) >= 5 else rf"(?<!\w){re.escape(word)}(?!\w)"
