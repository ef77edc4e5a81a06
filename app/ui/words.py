"""How people, dates, places and numbers are written; missing identity is said, never left out."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from app.domain.finding import Finding, Judgement, PlaceKind
from app.domain.study import Patient, Series, Study
from app.support.i18n import text
from app.support.languages import date_words, decimal_words, number_words
from app.support.titles import package_words
from app.support.units import unit_words


def person(name: str) -> str:
    """A DICOM person name (PS3.5 6.2.1) as read: the alphabetic group, family name first."""
    parts = [part.strip() for part in name.split("=", maxsplit=1)[0].split("^")]
    family, given = parts[0], " ".join(part for part in parts[1:3] if part)
    joined = ", ".join(part for part in (family, given) if part)
    return joined or text("ui.patient.no_name")


def day(value: str) -> str:
    """A DICOM date as the language writes dates, ISO 8601 in English; what is no date is shown as it stands."""
    if len(value) == 8 and value.isdigit():
        return date_words(value[:4], value[4:6], value[6:])
    return value or text("ui.study.no_date")


def age(patient: Patient, study_date: str) -> str:
    """Whole years at the time of the study, from the birth date; empty where either is missing."""
    try:
        born = date.fromisoformat(patient.birth_date)
        then = date.fromisoformat(study_date)
    except ValueError:
        return ""
    years = then.year - born.year - ((then.month, then.day) < (born.month, born.day))
    return text("ui.patient.years", years=years) if 0 <= years < 150 else ""


def identity(study: Study) -> tuple[str, str]:
    """Name, and id with sex and age."""
    patient = study.patient
    details = [
        text("ui.patient.id", id=patient.patient_id) if patient.patient_id else text("ui.patient.no_id")
    ]
    details += [part for part in (patient.sex, age(patient, study.date)) if part]
    return person(patient.name), "  ".join(details)


def study_title(study: Study) -> str:
    """Modalities and description."""
    return f"{'/'.join(study.modalities)}  {description(study)}"


def description(study: Study) -> str:
    """The study's description; scanners write components with carets between them."""
    return study.description.replace("^", " ").strip() or text("ui.study.no_description")


def series_title(series: Series) -> str:
    """Number and description."""
    number = "" if series.number is None else f"{series.number}  "
    return f"{number}{series.description or text('ui.series.no_description')}"


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
    return not differs and person(one.name).casefold() == person(other.name).casefold()


def place_words(finding: Finding, slice_number: int | None = None) -> str:
    """Where a finding lies."""
    parts = []
    if finding.side and finding.side not in finding.site:
        parts.append(text(f"ui.side.{finding.side}"))
    if finding.site:
        parts.append(package_words(finding.site))
    if finding.place.kind is PlaceKind.STUDY:
        parts.append(text("ui.place.study"))
    elif slice_number is not None:
        parts.append(text("ui.place.image", number=slice_number))
    elif finding.place.center is not None and not parts:
        parts.append(text("ui.place.marked"))
    return ", ".join(parts) or text("ui.place.unknown")


def number(value: float) -> str:
    """As many digits as a reader can use."""
    if abs(value) >= 100:
        return f"{value:.0f}"
    return number_words(value, 1 if abs(value) >= 10 else 2)


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
        f"{quantity_name(q.key)} {number(q.value)} {unit_words(q.unit.value)}".rstrip()
        for q in judgement.shown_quantities
    )


def first_number(judgement: Judgement) -> str:
    """The number that is typed over, as it stands; '' where there is none yet."""
    return decimal_words(f"{judgement.shown_quantities[0].value:g}") if judgement.shown_quantities else ""


def verdict_words(judgement: Judgement) -> str:
    """The verdict, with the reason or the model's own label where the reader's differs."""
    said = text(f"verdict.{judgement.verdict.value}")
    if judgement.reason is not None:
        return f"{said}: {text(f'reject.{judgement.reason.value}')}"
    if judgement.label and judgement.label != judgement.finding.label:
        return text("ui.finding.was", verdict=said, label=judgement.finding.label)
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
