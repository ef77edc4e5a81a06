"""What every DICOM object of an export has in common: who made it, what it is worth, when, and how it is stored."""

from __future__ import annotations

import re
import unicodedata
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.domain.codes import Code
from app.domain.errors import ExportRefusedError
from app.domain.finding import AnalysisResult, PackageRef
from app.domain.measure_codes import PRIVATE_SCHEME
from app.export.codes import PRIVATE_SCHEME_NAME
from app.export.types import NOTICE, TOOL, ExportSet

if TYPE_CHECKING:
    from highdicom import ContributingEquipment
    from highdicom.coding_schemes import CodingSchemeIdentificationItem
    from highdicom.sr import CodedConcept
    from pydicom import Dataset

_UID = re.compile(r"(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*))+", re.ASCII)  # PS3.5 section 9.1
# Dates of an export say when a study was read; without identity they are replaced by one that says nothing.
NO_DATE, NO_TIME = "19000101", "000000"


def concept(code: Code) -> CodedConcept:
    """A coded concept as highdicom wants it."""
    from highdicom.sr import CodedConcept

    return CodedConcept(line(code.value, 64), line(code.scheme, 16), line(code.meaning))


def line(words: str, length: int = 64) -> str:
    """Words as one value of LO or SH holds them (PS3.5 6.2): no backslash, no control characters, not too long."""
    plain = "".join(
        " " if unicodedata.category(sign)[0] == "C" else sign for sign in words.replace("\\", "/")
    )
    return plain.strip()[:length].strip() or "-"


def paragraph(words: str) -> str:
    """Words as UT holds them: line breaks stay, other control characters do not."""
    return "\n".join(line(part, len(part) or 1) if part.strip() else "" for part in words.splitlines()) or "-"


def person_name(name: str) -> str:
    """A person name of one component, with the delimiter that says so (PS3.5 6.2.1.2)."""
    plain = line(name.replace("=", " "), 60)
    return plain if "^" in plain else f"{plain}^"


def valid_uid(uid: str) -> str:
    """The UID itself, or one made from it where it is none."""
    if len(uid) <= 64 and _UID.fullmatch(uid):
        return uid
    plain = uid.encode("utf-8", "replace").decode("utf-8")
    return f"2.25.{uuid.uuid5(uuid.NAMESPACE_OID, plain).int}"


def common_arguments(export_set: ExportSet, result: AnalysisResult, description: str) -> dict[str, Any]:
    """Keyword arguments that SR and SEG of a model's findings take alike (Any: highdicom's own types)."""
    equipment = [algorithm_equipment(result.package)]
    return own_arguments(export_set, description) | {"contributing_equipment": equipment}


def own_arguments(export_set: ExportSet, description: str) -> dict[str, Any]:
    """Keyword arguments of every object of ours (Any: highdicom's own types)."""
    arguments: dict[str, Any] = {
        "manufacturer": TOOL,
        "manufacturer_model_name": TOOL,
        "software_versions": export_set.tool_version,
        "device_serial_number": "0",
        "series_description": f"{description}: {NOTICE}"[:64],
        "content_qualification": "RESEARCH",
        "coding_schemes": [private_scheme()],
        "specific_character_set": "ISO_IR 192",
    }
    if not export_set.identified:
        arguments |= {"content_date": NO_DATE, "content_time": NO_TIME}
    return arguments


def finish(made: Dataset, export_set: ExportSet) -> None:
    """What highdicom leaves to the caller."""
    if not export_set.identified:
        made.InstanceCreationDate, made.InstanceCreationTime = NO_DATE, NO_TIME
    if "FrameOfReferenceUID" not in made and made.Modality == "SEG":
        made.PatientOrientation = ""  # type 2C (PS3.3 C.7.6.1) where no plane lies in the patient
    if made.Modality in ("OT", "PR") and "Laterality" not in made:
        made.Laterality = ""  # type 2C of the general series (PS3.3 C.7.3.1): no side is known to be examined
    made.file_meta.ImplementationVersionName = f"{TOOL} {export_set.tool_version}"[:16]


@contextmanager
def encoding(file: str) -> Iterator[None]:
    """While highdicom builds an object: what it refuses in the source images becomes one plain sentence.

    It also warns of person names with one component; how people are called is not for us to judge.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings(
            "ignore", message="The string .* is unlikely to represent", category=UserWarning
        )
        try:
            yield
        except (ValueError, TypeError) as error:
            raise ExportRefusedError("error.export.cannot_encode", file=file, reason=str(error)) from error


def save(made: Dataset, file: Path) -> None:
    """Write a DICOM file (PS3.10)."""
    made.save_as(file, enforce_file_format=True)


def private_scheme() -> CodingSchemeIdentificationItem:
    """Says whose the private codes are (PS3.3 C.12.1.1.2)."""
    from highdicom.coding_schemes import CodingSchemeIdentificationItem

    return CodingSchemeIdentificationItem(
        PRIVATE_SCHEME, name=PRIVATE_SCHEME_NAME, version="1", responsible_organization=TOOL
    )


def algorithm_equipment(package: PackageRef) -> ContributingEquipment:
    """The model as contributing equipment (0018,A001), as IHE AI Results asks."""
    from highdicom import ContributingEquipment
    from pydicom.sr.codedict import codes

    item = ContributingEquipment(
        manufacturer=line(package.name),
        purpose_of_reference=codes.DCM.ProcessingEquipment,
        manufacturer_model_name=line(package.name),
        software_versions=line(package.version),
        contribution_description=line(f"Model package sha256 {package.sha256}", 1024),
    )
    item.DeviceUID = device_uid(package)
    return item


def device_uid(package: PackageRef) -> str:
    """The package's Device UID, or one made from its hash where it has no valid one."""
    return valid_uid(package.device_uid or f"{package.name}/{package.version}/{package.sha256}")
