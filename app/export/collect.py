"""Which findings may leave: accepted and edited ones; what was rejected or not judged only for assessment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from app.domain.finding import AnalysisResult, Judgement, Reading, Verdict
from app.export.types import ExportSet

CLINICAL = (Verdict.ACCEPTED, Verdict.EDITED)
ASSESSED = (*CLINICAL, Verdict.REJECTED)


def clinical_only(export_set: ExportSet) -> ExportSet:
    """The same set without anything that a reader did not accept; results keep only findings that stay."""
    return replace(
        export_set,
        studies=tuple(
            replace(study, reading=clinical_reading(study.reading)) for study in export_set.studies
        ),
    )


def clinical_reading(reading: Reading) -> Reading:
    """A reading without rejected, deferred and unreviewed findings, also inside its results."""
    kept = tuple(judgement for judgement in reading.judgements if judgement.verdict in CLINICAL)
    ids = {judgement.finding.finding_id for judgement in kept}
    return replace(
        reading,
        results=tuple(_with_findings(result, ids) for result in reading.results),
        judgements=kept,
    )


def is_modified(judgement: Judgement) -> bool:
    """Whether the reader's label or place stands instead of the model's."""
    return bool(judgement.label) or judgement.place is not None


def decided_after_s(reading: Reading) -> dict[str, float]:
    """Finding id -> seconds from the end of the model run to the verdict, where both times are known."""
    ends = {result.result_id: _last_stamp(result) for result in reading.results}
    found: dict[str, float] = {}
    for judgement in reading.judgements:
        end, at = ends.get(judgement.finding.result_id), _moment(judgement.at)
        if end is not None and at is not None:
            found[judgement.finding.finding_id] = round((at - end).total_seconds(), 1)
    return found


def count_verdicts(readings: Iterable[Reading]) -> dict[str, int]:
    """How many of the models' findings stand at each verdict, also those at none."""
    counts = {verdict.value: 0 for verdict in Verdict}
    for reading in readings:
        for judgement in reading.judgements:
            counts[judgement.verdict.value] += not judgement.finding.is_readers
    return counts


def _with_findings(result: AnalysisResult, ids: set[str]) -> AnalysisResult:
    return replace(result, findings=tuple(f for f in result.findings if f.finding_id in ids))


def _last_stamp(result: AnalysisResult) -> datetime | None:
    moments = [moment for _, words in result.stamps if (moment := _moment(words)) is not None]
    return max(moments, default=None)


def _moment(words: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(words)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
