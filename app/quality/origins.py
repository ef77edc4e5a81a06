"""A study and its machine to the classes that figures are grouped by: bands and makers, nobody's name."""

from __future__ import annotations

import re

from app.domain.study import Study
from app.quality.records import UNKNOWN, Origin

_OLDEST_BAND = 90  # above that an age alone may name somebody


def origin_of(study: Study | None, machine: dict[str, str]) -> Origin:
    """machine: site, maker, model, software, protocol as the files state them."""
    known = {name: value for name, value in machine.items() if value and not _names_patient(value, study)}
    scanner = " ".join(known[name] for name in ("maker", "model") if name in known)
    return Origin(
        site=known.get("site", UNKNOWN),
        maker=known.get("maker", UNKNOWN),
        scanner=scanner or UNKNOWN,
        scanner_software=known.get("software", UNKNOWN),
        protocol=known.get("protocol", UNKNOWN),
        modality=" ".join(study.modalities) if study and study.modalities else UNKNOWN,
        age_band=age_band(study) if study else UNKNOWN,
        sex=(study.patient.sex or UNKNOWN) if study else UNKNOWN,
    )


def _names_patient(words: str, study: Study | None) -> bool:
    """Whether words that somebody typed at the scanner hold a part of the patient's name, or an id."""
    if study is None:
        return False
    patient = study.patient
    parts = {patient.patient_id, study.accession_number, *re.split(r"[\^=\s,]+", patient.name)}
    return any(len(part) >= 3 and part.casefold() in words.casefold() for part in parts)


def age_band(study: Study) -> str:
    """Ten years, such as 60-69, from the age as written or else from the dates of birth and study."""
    years = _years_written(study.patient_age)
    if years is None:
        years = _years_between(study.patient.birth_date, study.date)
    if years is None or not 0 <= years <= 130:
        return UNKNOWN
    return f"{_OLDEST_BAND}+" if years >= _OLDEST_BAND else f"{years // 10 * 10}-{years // 10 * 10 + 9}"


def _years_written(age: str) -> int | None:
    """PS3.5 6.2, AS: three digits and D, W, M or Y."""
    if len(age) != 4 or not age[:3].isdigit() or age[3] not in "DWMY":
        return None
    return int(age[:3]) // {"D": 365, "W": 52, "M": 12, "Y": 1}[age[3]]


def _years_between(birth: str, day: str) -> int | None:
    if not (len(birth) == len(day) == 8 and birth.isdigit() and day.isdigit()):
        return None
    return int(day[:4]) - int(birth[:4]) - (day[4:] < birth[4:])
