"""Source images without identity: the Basic Profile of PS3.15 Annex E, attribute by attribute at every depth.

Which attribute falls under which action comes from the table that dicom-anonymizer ships (edition 2026c). What the
table does not name is not trusted either: private attributes, curves, overlays and unknown binary values go, free
text is cleaned, dates go, and every UID that the standard did not define gets its stand-in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from app.domain.study import Patient
from app.export.dates import moved
from app.export.deidentify import STANDARD_ROOT, Pseudonyms
from app.export.options import BASIC, CLEAN_DESCRIPTORS, CLEAN_PIXELS, CODES, KEPT, Option

if TYPE_CHECKING:
    from pydicom import DataElement, Dataset

EDITION = "dicomfields_2026c"
_TEXT = frozenset({"LO", "LT", "SH", "ST", "UC", "UT", "AE", "UR"})
_DATES = frozenset({"DA", "DT", "TM"})
_BINARY = frozenset({"OB", "OW", "OD", "OF", "OL", "OV", "UN"})
_PIXEL_GROUPS = (0x7FE0, 0x0028, 0x5400)  # pixels, lookup tables, waveforms' own group is dropped below
_DUMMIES = {
    "DA": "19000101",
    "DT": "19000101000000",
    "TM": "000000",
    "AS": "000Y",
    "UR": "http://anonymous.invalid",
}


@dataclass(frozen=True, slots=True)
class Nobody:
    """What one study's images are written with. clean: takes identifiers out of free text."""

    names: Pseudonyms
    patient: Patient
    pseudonym: str
    clean: Callable[[str], str]
    options: frozenset[Option] = frozenset()

    @property
    def days(self) -> int | None:
        """How far dates are moved; None where they are removed."""
        return self.names.days(self.patient) if Option.DATES_MODIFIED in self.options else None


def without_identity(data: Dataset, nobody: Nobody, *, was_blanked: bool, was_seen: bool) -> None:
    """Change a dataset in place. was_blanked: boxes of its pixels are black now. was_seen: a person saw no identity."""
    kept = {keyword for option in nobody.options for keyword in KEPT[option]}
    _visit(data, nobody, kept)
    data.PatientID, data.PatientName = nobody.pseudonym, f"{nobody.pseudonym}^"
    if Option.PATIENT in nobody.options and str(data.get("PatientAge", "")) > "089Y":
        data.PatientAge = "090Y"
    data.PatientIdentityRemoved = "YES"
    data.DeidentificationMethod = f"Overread, PS3.15 table E.1-1 ({EDITION[-5:]})"
    data.DeidentificationMethodCodeSequence = [
        _code(*code) for code in _codes(nobody, was_blanked=was_blanked)
    ]
    data.LongitudinalTemporalInformationModified = "REMOVED" if nobody.days is None else "MODIFIED"
    if was_blanked or was_seen:
        data.BurnedInAnnotation = "NO"


def _codes(nobody: Nobody, *, was_blanked: bool) -> list[tuple[str, str]]:
    found = [BASIC, CLEAN_DESCRIPTORS, *([CLEAN_PIXELS] if was_blanked else [])]
    return found + [CODES[option] for option in sorted(nobody.options, key=lambda one: one.value)]


def _code(value: str, meaning: str) -> Dataset:
    from pydicom import Dataset

    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, "DCM", meaning
    return item


def _visit(data: Dataset, nobody: Nobody, kept: set[str]) -> None:
    for tag in list(data.keys()):
        element = data[tag]
        group = element.tag.group
        if element.tag.is_private or 0x5000 <= group <= 0x501F or 0x6000 <= group <= 0x601F:
            del data[tag]
        elif element.keyword not in kept:
            _act(data, element, nobody, kept)


def _act(data: Dataset, element: DataElement, nobody: Nobody, kept: set[str]) -> None:
    """Do what the table says; what it does not name falls under the rules of the last branch."""
    action = _action(int(element.tag))
    if nobody.days is not None and element.VR in ("DA", "DT", "TM") and element.keyword != "PatientBirthDate":
        element.value = moved(element.value, element.VR, nobody.days)
    elif action == "X":
        del data[element.tag]
    elif action in ("Z", "X/Z"):
        element.value = [] if element.VR == "SQ" else None
    elif action == "U" or element.VR == "UI":
        element.value = _mapped(element.value, nobody.names)
    elif element.VR == "SQ" and action in ("", "X/Z/U*"):
        for item in element.value:
            _visit(item, nobody, kept)
    elif action:
        _dummy(data, element)
    else:
        _unnamed(data, element, nobody)


def _unnamed(data: Dataset, element: DataElement, nobody: Nobody) -> None:
    if element.VR in _DATES or element.VR == "PN":
        element.value = None
    elif element.VR in _TEXT:
        element.value = _each(element.value, nobody.clean)
    elif element.VR in _BINARY and element.tag.group not in _PIXEL_GROUPS:
        del data[element.tag]


def _dummy(data: Dataset, element: DataElement) -> None:
    """A value that the VR allows and that says nothing."""
    if element.VR == "SQ" or element.VR in _BINARY:
        del data[element.tag]
    elif element.VR in ("DS", "IS"):
        element.value = "0"
    elif element.VR in ("FD", "FL", "SS", "US", "SL", "UL"):
        element.value = 0
    else:
        element.value = _DUMMIES.get(element.VR, "ANONYMOUS")


def _mapped(value: Any, names: Pseudonyms) -> Any:  # Any: one UID, several, or none
    return _each(value, names.uid)


def _each(value: Any, change: Callable[[str], str]) -> Any:  # Any: one value, several, or none
    if value is None or value == "":
        return value
    if isinstance(value, str):
        return change(str(value))
    return [change(str(one)) for one in value]


def left_uids(made: Dataset, source: Dataset) -> list[str]:
    """UIDs of a source, other than the standard's, that still stand in what was written of it: there must be none."""
    return sorted({uid for uid in _uids(made) & _uids(source) if not uid.startswith(STANDARD_ROOT)})


def _uids(data: Dataset) -> set[str]:
    """Every UID at every depth."""
    found: set[str] = set()
    for element in data.iterall():
        if element.VR == "UI" and element.value:
            found |= {element.value} if isinstance(element.value, str) else set(map(str, element.value))
    return found


@cache
def _table() -> tuple[dict[int, str], tuple[tuple[int, int, int, int, str], ...]]:
    """(tag -> action, repeating groups with their masks)."""
    from dicomanonymizer.dicomfields_selector import dicom_anonymization_database_selector

    told = dicom_anonymization_database_selector(EDITION)
    exact: dict[int, str] = {}
    ranges: list[tuple[int, int, int, int, str]] = []
    for name, tags in told.items():
        action = name.removesuffix("_TAGS").replace("_STAR", "*").replace("_", "/")
        for tag in () if name == "ALL_TAGS" else tags:
            if len(tag) == 2:
                exact[(tag[0] << 16) | tag[1]] = action
            else:
                ranges.append((*tag, action))
    return exact, tuple(ranges)


def _action(tag: int) -> str:
    """Action of the table for a tag; empty where it names none."""
    exact, ranges = _table()
    if tag in exact:
        return exact[tag]
    group, element = tag >> 16, tag & 0xFFFF
    for wanted_group, wanted_element, group_mask, element_mask, action in ranges:
        is_group = group & group_mask == wanted_group & group_mask
        if is_group and element & element_mask == wanted_element & element_mask:
            return action
    return ""
