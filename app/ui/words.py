"""How people, dates, places and numbers are written; missing identity is said, never left out."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from app.domain.finding import Finding, Judgement, PlaceKind, Quantity
from app.domain.study import Patient, Series, Study
from app.support.i18n import text, text_with
from app.support.languages import date_words, decimal_words, measured_digits, number_words, useful_digits
from app.support.shown_text import shown
from app.support.titles import package_words
from app.support.units import unit_words


def person(name: str) -> str:
    """A DICOM person name (PS3.5 6.2.1) as read: the alphabetic group, family name first."""
    parts = [shown(part) for part in _components(name)]
    family, given = parts[0], " ".join(part for part in parts[1:3] if part)
    joined = ", ".join(part for part in (family, given) if part)
    return joined or text("ui.patient.no_name")


def _components(name: str) -> list[str]:
    return [part.strip() for part in name.split("=", maxsplit=1)[0].split("^")]


def day(value: str) -> str:
    """A DICOM date as the language writes dates, ISO 8601 in English; what is no date is shown as it stands.

    ACR-NEMA wrote 1993.04.30; anonymisers write zeros.
    """
    digits = value.replace(".", "") if len(value) == 10 else value
    if not digits.strip("0"):
        return text("ui.study.no_date")
    if len(digits) == 8 and digits.isdigit():
        return date_words(digits[:4], digits[4:6], digits[6:])
    return shown(value)


def clock(value: str) -> str:
    """Hours and minutes of a DICOM time; empty where it is none."""
    digits = value.replace(":", "")[:4]
    known = len(digits) == 4 and digits.isdigit() and digits < "2400" and digits[2:] < "60"
    return f"{digits[:2]}:{digits[2:]}" if known else ""


def moment(study: Study) -> str:
    """Day and time of a study: several films of one day are told apart by the time."""
    return "  ".join(part for part in (day(study.date), clock(study.time)) if part)


def when(study: Study) -> tuple[str, ...]:
    """What a study is of, its day and its time, a line each."""
    return tuple(part for part in (description(study), day(study.date), clock(study.time)) if part)


def age(patient: Patient, study_date: str, written: str = "") -> str:
    """Age at the study, from the birth date or else as written (PS3.5 6.2, AS): infants in months, newborns in days."""
    try:
        born = date.fromisoformat(patient.birth_date)
        then = date.fromisoformat(study_date)
    except ValueError:
        return _age_written(written)
    months = 12 * (then.year - born.year) + then.month - born.month - (then.day < born.day)
    if not 0 <= months < 150 * 12:
        return ""
    if months < 2:
        return text("ui.patient.days", days=(then - born).days)
    if months < 24:
        return text("ui.patient.months", months=months)
    return text("ui.patient.years", years=months // 12)


def _age_written(written: str) -> str:
    number, unit = written[:3], written[3:]
    keys = {"D": "days", "W": "weeks", "M": "months", "Y": "years"}
    if not (number.isdigit() and unit in keys):
        return ""
    return text_with(f"ui.patient.{keys[unit]}", {keys[unit]: int(number)})


def sex(value: str) -> str:
    """The letter of a patient's sex in the reader's language; what is no known letter stands as it is."""
    return text(f"ui.patient.sex.{value}") if value in {"F", "M", "O"} else value


def identity(study: Study) -> tuple[str, str]:
    """Name, and id with sex and age."""
    patient = study.patient
    number_shown = shown(patient.patient_id)
    details = [text("ui.patient.id", id=number_shown) if number_shown else text("ui.patient.no_id")]
    told = shown(sex(patient.sex)), age(patient, study.date, study.patient_age)
    details += [part for part in told if part]
    return person(patient.name), "  ".join(details)


def study_title(study: Study) -> str:
    """Modalities and description."""
    return f"{'/'.join(study.modalities)}  {description(study)}"


def description(study: Study) -> str:
    """The study's description; scanners write components with carets between them."""
    return described(study.description) or text("ui.study.no_description")


def described(words: str) -> str:
    """A description of a file as one line, '' where it says nothing."""
    return shown(words.replace("^", " ").strip())


def series_title(series: Series) -> str:
    """Number and description."""
    number = "" if series.number is None else f"{series.number}  "
    return f"{number}{shown(series.description) or text('ui.series.no_description')}"


def is_same_patient(one: Patient, other: Patient) -> bool:
    """Same id at the same issuer, same name, and no two birth dates or sexes that differ.

    Two missing ids are not the same patient. Case and empty components of a name tell nobody apart.
    """
    if not one.patient_id or not other.patient_id:
        return one is other
    if (one.patient_id, one.issuer) != (other.patient_id, other.issuer):
        return False
    told = ((one.birth_date, other.birth_date), (one.sex, other.sex))
    differs = any(mine and theirs and mine != theirs for mine, theirs in told)
    return not differs and _compared(one.name) == _compared(other.name)


def _compared(name: str) -> list[str]:
    return [part.casefold() for part in _components(name)[:3] if part]


def place_words(finding: Finding, image: str = "") -> str:
    """Where a finding lies; image: the words for the one that it names."""
    parts = []
    if finding.side and finding.side not in finding.site:
        parts.append(text(f"ui.side.{finding.side}"))
    if finding.site:
        parts.append(package_words(finding.site))
    if finding.place.kind is PlaceKind.STUDY:
        parts.append(text("ui.place.study"))
    elif image:
        parts.append(image)
    elif finding.place.center is not None and not parts:
        parts.append(text("ui.place.marked"))
    return ", ".join(parts) or text("ui.place.unknown")


def number(value: float) -> str:
    """As many digits as a reader can use."""
    return decimal_words(useful_digits(value))


def score_words(finding: Finding) -> str:
    """Score and threshold together (RQ-12); a raw score is never called a probability (RQ-14)."""
    if finding.score is None:
        return ""
    if finding.is_readers:
        return text("ui.own_finding.sure", share=f"{100 * finding.score:.0f}")
    if finding.threshold is None:
        return text("ui.finding.score", score=number(finding.score))
    sign = "≥" if finding.score >= finding.threshold else "<"
    score, threshold = number(finding.score), number(finding.threshold)
    if score == threshold and finding.score != finding.threshold:  # do not make a near thing look like a draw
        score, threshold = number_words(finding.score, 4), number_words(finding.threshold, 4)
    return text("ui.finding.score_threshold", score=score, sign=sign, threshold=threshold)


def quantities_words(judgement: Judgement) -> str:
    """Measured numbers with units; the reader's where the reader has set them."""
    return "  ".join(
        f"{quantity_name(q.key)} {quantity_number(q)} {unit_words(q.unit.value)}".rstrip()
        for q in judgement.shown_quantities
    )


def quantity_number(quantity: Quantity) -> str:
    """The number of a quantity as a reader can use it; what was counted without decimals."""
    return decimal_words(measured_digits(quantity.value, quantity.unit.value))


def first_number(judgement: Judgement) -> str:
    """The number that is typed over, as it stands; '' where there is none yet."""
    return decimal_words(f"{judgement.shown_quantities[0].value:g}") if judgement.shown_quantities else ""


def verdict_words(judgement: Judgement) -> str:
    """The verdict, with the reason or the model's own label where the reader's differs."""
    said = text(f"verdict.{judgement.verdict.value}")
    if judgement.reason is not None:
        return f"{said}: {text(f'reject.{judgement.reason.value}')}"
    if judgement.label and judgement.label != judgement.finding.label:
        return text("ui.finding.was", verdict=said, label=package_words(judgement.finding.label))
    return said


def device(provider: str) -> str:
    """A runtime's name of a device in plain words."""
    plain = {"CPUExecutionProvider": "CPU", "CUDAExecutionProvider": "CUDA GPU"}
    return plain.get(provider, provider.removesuffix("ExecutionProvider") or text("ui.run.no_device"))


def seconds(value: float) -> str:
    """Time as a reader says it."""
    if value < 100:
        return text("format.seconds", value=number_words(value, 1))
    return text("format.minutes", value=number_words(value / 60, 1))


def quantity_name(key: str) -> str:
    """What a number measures, in words."""
    named = text(f"quantity.{key}")
    return key.replace("_", " ") if named.startswith("quantity.") else named


def settings_unsaved(folder: Path, error: OSError) -> str:
    """That what was chosen could not be written, where, and why."""
    return text("error.ui.settings_unsaved", folder=folder, reason=error.strerror or str(error))
