"""Marks of a CAD report as findings: never those that are not for presentation."""

from __future__ import annotations

from app.domain.codes import PERCENT, Code
from app.domain.errors import GeometryRefusedError
from app.domain.finding import Finding, Place, PlaceKind, Quantity, RunState
from app.domain.objects import Notice
from app.domain.reports import CadFinding, CadOutcome, RenderingIntent, StructuredReport
from app.domain.volume import Space
from app.studies.objects.findings.draft import Draft, finding_id_of, locate, place_of, side_of
from app.studies.objects.findings.ground import Ground
from app.studies.objects.findings.of_report import key_of, quantities_of

PROBABILITY = Code("111047", "DCM", "Probability of cancer")
CERTAINTY = Code("111012", "DCM", "Certainty of Finding")
_STATES = {
    CadOutcome.ALL_SUCCEEDED_NONE_FOUND: RunState.NEGATIVE,
    CadOutcome.ALL_SUCCEEDED_FOUND: RunState.POSITIVE,
    CadOutcome.ALL_FAILED: RunState.FAILED,
}
_ON_REQUEST = (RenderingIntent.OPTIONAL, RenderingIntent.NOT_STATED)


def draft_of(report: StructuredReport, ground: Ground, *, on_request: bool = False) -> Draft:
    """Marks to be shown; with on_request those instead that a reader has to ask for (PS3.4 O.2.2.1).

    Raises GeometryRefusedError where a mark lies on an image of another frame of reference.
    """
    assert report.cad is not None
    wanted = _ON_REQUEST if on_request else (RenderingIntent.REQUIRED,)
    marks = [mark for mark in report.cad.findings if mark.intent in wanted]
    series = ground.series_named(report.head.references)
    findings = tuple(
        finding for mark in marks if (finding := _finding(mark, report, ground, series)) is not None
    )
    spaces = {finding.place.space for finding in findings if finding.place.kind is not PlaceKind.STUDY}
    return Draft(
        findings=findings,
        space=Space.PATIENT if spaces == {Space.PATIENT} else Space.IMAGE,
        series_instance_uids=series,
        frame_of_reference_uid=_frame_of_reference(ground, series),
        state=_STATES.get(report.cad.outcome, RunState.IMPORTED),
        notices=(*report.head.notices, *_notices(report, on_request=on_request)),
        algorithm=next((mark.algorithm for mark in marks if mark.algorithm is not None), None),
    )


def _finding(
    mark: CadFinding, report: StructuredReport, ground: Ground, series: tuple[str, ...]
) -> Finding | None:
    """One mark; None for a composite that only gathers marks drawn elsewhere."""
    located = [one for shape in mark.shapes if (one := locate(shape, ground)) is not None]
    known = {one.frame_of_reference_uid for one in ground.study.series}
    if any(one.frame_of_reference_uid not in known for one in located):
        raise GeometryRefusedError("error.foreign.other_frame", file=report.head.path.name)
    place = place_of(located, ground, series)
    if place is None and not mark.shapes:
        return None
    numbers = ((PROBABILITY, mark.probability_percent), (CERTAINTY, mark.certainty_percent))
    stated = tuple(
        Quantity(key_of(code), number, PERCENT, code) for code, number in numbers if number is not None
    )
    return Finding(
        finding_id=finding_id_of(mark.tracking_uid, report.head.sop_instance_uid, mark.address),
        result_id="",
        key=key_of(mark.finding) or "mark",
        label=mark.finding.meaning if mark.finding else "-",
        code=mark.finding,
        score=None,  # a certainty has no threshold here, and is no score of ours
        threshold=None,
        site="",
        side=side_of(mark.laterality),
        place=place or Place(PlaceKind.STUDY, Space.IMAGE),
        quantities=(*stated, *quantities_of(mark.measurements)),
    )


def _notices(report: StructuredReport, *, on_request: bool) -> tuple[Notice, ...]:
    assert report.cad is not None
    intents = [mark.intent for mark in report.cad.findings]
    silent = intents.count(RenderingIntent.NOT_FOR_PRESENTATION)
    asked = sum(intent in _ON_REQUEST for intent in intents)
    found = []
    if silent:
        found.append(Notice("objects.cad.hidden", (("count", silent),)))
    if asked and not on_request:
        found.append(Notice("foreign.on_request", (("count", asked),)))
    if report.cad.outcome in (CadOutcome.SOME_FAILED_NONE_FOUND, CadOutcome.SOME_FAILED_FOUND):
        found.append(Notice("foreign.some_failed"))
    return tuple(found)


def _frame_of_reference(ground: Ground, series: tuple[str, ...]) -> str:
    known = (s.frame_of_reference_uid for s in ground.study.series if s.series_instance_uid in series)
    return next(known, "")
