"""One row per finding, and one per model run that has none: what CSV and JSONL share.

What a reader marked and no model found has a row without a run, its column `ai` says "absent" (RQ-21).

A run that failed, did not apply or contradicts itself has a row of its own, so that it is never read as normal.
Findings that nobody judged are there as `unreviewed`: whoever counts must see what was not looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from app.domain.finding import AnalysisResult, Finding, Judgement, Place, Quantity, Verdict
from app.export.codes import assessment_code
from app.export.columns import COLUMNS
from app.export.segments import place_of
from app.export.types import NOTICE, ExportSet, StudyExport
from app.export.words import file_reason
from app.support.i18n import FALLBACK_LANGUAGE
from app.support.quantity_values import value_word

Cell = str | int | float | bool | None
SCHEMA_VERSION = 2


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """Where the cells of one row come from; judgement is None in the row of a run without findings.

    result is None where a reader marked the finding.
    """

    study: StudyExport
    result: AnalysisResult | None
    judgement: Judgement | None

    @property
    def finding(self) -> Finding | None:
        """The finding as the model gave it."""
        return self.judgement.finding if self.judgement else None

    @property
    def place(self) -> Place | None:
        """The place as it stands."""
        return place_of(self.judgement) if self.judgement else None


def rows_of(export_set: ExportSet) -> Iterator[Row]:
    """All rows, study by study, run by run."""
    for study in export_set.studies:
        for result in study.reading.results:
            judgements = study.judgements_of(result)
            for judgement in judgements:
                yield Row(study, result, judgement)
            if not judgements:
                yield Row(study, result, None)
        for judgement in study.reading.judgements:
            if judgement.finding.is_readers:
                yield Row(study, None, judgement)


def cells(row: Row) -> dict[str, Cell]:
    """Column name -> value."""
    return {column.name: _CELLS[column.name](row) for column in COLUMNS}


def _of_finding(pick: Callable[[Finding], Cell]) -> Callable[[Row], Cell]:
    return lambda row: pick(row.finding) if row.finding else None


def _of_run(pick: Callable[[AnalysisResult], Cell]) -> Callable[[Row], Cell]:
    return lambda row: pick(row.result) if row.result else None


def _of_judgement(pick: Callable[[Judgement], Cell]) -> Callable[[Row], Cell]:
    return lambda row: pick(row.judgement) if row.judgement else None


def _marked_on(row: Row) -> str:
    marked = row.study.reading.marked_as(row.finding.finding_id) if row.finding else None
    return marked.series_instance_uid if marked else ""


def _axis(corner: str, axis: int) -> Callable[[Row], Cell]:
    def pick(row: Row) -> Cell:
        point = getattr(row.place, corner) if row.place else None
        return None if point is None else round(float(point[axis]), 3)

    return pick


def _assessment(judgement: Judgement) -> Cell:
    if judgement.verdict in (Verdict.UNREVIEWED, Verdict.DEFERRED) or judgement.finding.is_readers:
        return None
    return assessment_code(judgement).value


def _listed(quantities: tuple[Quantity, ...]) -> Cell:
    return "; ".join(f"{q.key}={q.value:.6g} {q.unit.value}{_word(q)}" for q in quantities)


def _word(quantity: Quantity) -> str:
    """What a number stands for, in brackets."""
    word = value_word(quantity.key, quantity.value, FALLBACK_LANGUAGE)
    return f" ({word})" if word else ""


def _number(value: float | None) -> Cell:
    """As many digits as a network of 32 bits gives."""
    return None if value is None else float(f"{value:.7g}")


def _reason(result: AnalysisResult) -> Cell:
    return file_reason(result.state_reason_key, result.state_reason_facts)


def _frame(row: Row) -> Cell:
    return row.place.frame.frame if row.place and row.place.frame else None


def _image(row: Row) -> Cell:
    return row.place.frame.sop_instance_uid if row.place and row.place.frame else None


_CELLS: dict[str, Callable[[Row], Cell]] = {
    "ai": lambda r: "present" if r.result else "absent",
    "record": lambda r: "finding" if r.finding else "run",
    "study_uid": lambda r: r.study.reading.study_instance_uid,
    "series_uids": lambda r: " ".join(r.result.series_instance_uids) if r.result else _marked_on(r),
    "patient": lambda r: r.study.patient_header.get("PatientID", ""),
    "patient_name": lambda r: r.study.patient_header.get("PatientName", ""),
    "modality": lambda r: " ".join(r.study.study.modalities) if r.study.study else "",
    "result_id": _of_run(lambda r: r.result_id),
    "finding_id": _of_finding(lambda f: f.finding_id),
    "model": _of_run(lambda r: r.package.name),
    "model_version": _of_run(lambda r: r.package.version),
    "model_sha256": _of_run(lambda r: r.package.sha256),
    "provider": _of_run(lambda r: r.provider),
    "seconds": _of_run(lambda r: round(r.seconds, 3)),
    "state": _of_run(lambda r: r.state.value),
    "state_reason": _of_run(lambda r: r.state_reason_key),
    "state_reason_words": _of_run(_reason),
    "defects": _of_run(lambda r: " ".join(r.defects)),
    "study_score": _of_run(lambda r: _number(r.study_score)),
    "measures": _of_run(lambda r: _listed(r.measures)),
    "key": _of_finding(lambda f: f.key),
    "model_label": _of_finding(lambda f: f.label),
    "label": _of_judgement(lambda j: j.shown_label),
    "code": _of_finding(lambda f: f.code.value if f.code else ""),
    "code_scheme": _of_finding(lambda f: f.code.scheme if f.code else ""),
    "score": _of_finding(lambda f: _number(f.score)),
    "threshold": _of_finding(lambda f: _number(f.threshold)),
    "site": _of_finding(lambda f: f.site),
    "side": _of_finding(lambda f: f.side),
    "place": lambda r: r.place.kind.value if r.place else None,
    "space": lambda r: r.place.space.value if r.place else None,
    "center_x_mm": _axis("center", 0),
    "center_y_mm": _axis("center", 1),
    "center_z_mm": _axis("center", 2),
    "box_min_x_mm": _axis("box_min", 0),
    "box_min_y_mm": _axis("box_min", 1),
    "box_min_z_mm": _axis("box_min", 2),
    "box_max_x_mm": _axis("box_max", 0),
    "box_max_y_mm": _axis("box_max", 1),
    "box_max_z_mm": _axis("box_max", 2),
    "image_uid": _image,
    "frame": _frame,
    "quantities": _of_judgement(lambda j: _listed(j.shown_quantities)),
    "verdict": _of_judgement(lambda j: j.verdict.value),
    "assessment": _of_judgement(_assessment),
    "reason": _of_judgement(lambda j: j.reason.value if j.reason else ""),
    "reader": _of_judgement(lambda j: j.reader),
    "decided_at": _of_judgement(lambda j: j.at),
    "decided_after_s": lambda r: r.study.decided_after_s.get(r.finding.finding_id) if r.finding else None,
    "notice": lambda r: NOTICE,
}
