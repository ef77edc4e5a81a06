"""What of a reading stands in a report: findings that a reader accepted, edited or marked, and nothing else.

The gate is one function, and templates get only what passed it: no result, no score of a study, no finding that was
rejected, deferred or not looked at can be reached from inside a template.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.finding import AnalysisResult, Judgement, Quantity, Reading, Verdict
from app.domain.measurement import Measurement
from app.domain.study import Instance, Study
from app.export.codes import quantity_words
from app.export.collect import CLINICAL, clinical_reading
from app.export.types import NOTICE
from app.studies.breast_views import with_breast_view
from app.support.languages import measured_digits
from app.support.quantity_values import value_word
from app.support.shown_text import shown


@dataclass(frozen=True, slots=True)
class Line:
    """One finding as a template sees it. side: left, right, both or ''. source: ai, ai_edited or reader.

    view: of a mammogram, such as CC; else ''.
    """

    label: str
    site: str
    side: str
    source: str
    model: str
    version: str
    score: str
    image: int | None
    quantities: tuple[Cell, ...]
    view: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One number: what, value, unit. key: the name of the text that tells what."""

    name: str
    value: str
    unit: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Measured:
    """One measurement of the reader's with its numbers."""

    label: str
    tool: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class _Image:
    """An image of the study, and what made it."""

    instance: Instance
    modality: str


@dataclass(frozen=True, slots=True)
class ReportContent:
    """All that a template may say. patient fields are empty where identity does not belong into the report."""

    findings: tuple[Line, ...]
    measurements: tuple[Measured, ...]
    not_for: tuple[str, ...]
    readers: tuple[str, ...]
    modality: str
    study_date: str
    patient_name: str
    patient_id: str
    open_findings: int
    notice: str = NOTICE


def content_of(reading: Reading, study: Study | None, *, identified: bool = True) -> ReportContent:
    """The content of one study's report. open_findings: how many still wait; a number, never what they are."""
    kept = clinical_reading(reading)
    models = {result.result_id: result for result in kept.results}
    images = _images(study)
    used = {judgement.finding.result_id for judgement in kept.judgements}
    return ReportContent(
        findings=tuple(_line(one, models, images) for one in kept.judgements if one.verdict in CLINICAL),
        measurements=tuple(_measured(one) for one in kept.measurements),
        not_for=tuple(dict.fromkeys(words for key in used if key in models for words in models[key].not_for)),
        readers=tuple(dict.fromkeys(one.reader for one in kept.judgements if one.reader)),
        **_identity(study, identified=identified),
        open_findings=len(reading.judgements) - len(kept.judgements) - _rejected(reading),
    )


def _identity(study: Study | None, *, identified: bool) -> dict[str, str]:
    if study is None:
        return {"modality": "", "study_date": "", "patient_name": "", "patient_id": ""}
    return {
        "modality": " ".join(study.modalities),
        "study_date": study.date if identified else "",
        "patient_name": shown(study.patient.name.replace("^", " ").strip()) if identified else "",
        "patient_id": shown(study.patient.patient_id) if identified else "",
    }


def _rejected(reading: Reading) -> int:
    return sum(one.verdict is Verdict.REJECTED for one in reading.judgements)


def _line(judgement: Judgement, models: dict[str, AnalysisResult], images: dict[str, _Image]) -> Line:
    finding = judgement.finding
    result = models.get(finding.result_id)
    package = result.package if result else None
    place = judgement.place or finding.place
    edited = bool(judgement.label or judgement.quantities) or judgement.place is not None
    image = images.get(place.frame.sop_instance_uid) if place.frame else None
    of_film, view = _mammogram(image)
    return Line(
        label=judgement.shown_label,
        site=finding.site,
        side=finding.side or of_film,
        source="reader" if finding.is_readers else "ai_edited" if edited else "ai",
        model=package.name if package else "",
        version=package.version if package else "",
        score="" if finding.score is None else f"{finding.score:.2f}",
        image=image.instance.instance_number if image else None,
        quantities=_cells(judgement.shown_quantities),
        view=view,
    )


def _mammogram(image: _Image | None) -> tuple[str, str]:
    """Side and view of a mammogram by its header: a finding on a film of one breast lies in that breast."""
    if image is None or image.modality != "MG":
        return "", ""
    film = with_breast_view(image.instance)
    side, view = film.laterality.strip().upper(), film.view_position.strip().upper()
    return {"L": "left", "R": "right"}.get(side, ""), view


def _cells(quantities: tuple[Quantity, ...]) -> tuple[Cell, ...]:
    return tuple(
        Cell(
            quantity_words(q.key),
            value_word(q.key, q.value) or measured_digits(q.value, q.unit.value),
            q.unit.value,
            q.key,
        )
        for q in quantities
    )


def _measured(one: Measurement) -> Measured:
    return Measured(one.label, one.tool, _cells(one.quantities))


def _images(study: Study | None) -> dict[str, _Image]:
    return {
        instance.sop_instance_uid: _Image(instance, series.modality)
        for series in (study.series if study else ())
        for instance in series.instances
    }
