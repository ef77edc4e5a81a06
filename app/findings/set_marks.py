"""Findings as marks of a set that can be held against another, with the space that their place is in."""

from __future__ import annotations

from app.domain.comparison import SetMark
from app.domain.finding import Finding, Judgement, Marked, Reading


def mark_of(reading: Reading, finding: Finding, judgement: Judgement | None = None) -> SetMark:
    """A finding as a mark of a set, with the space that its place is in; as the reader left it where one is given."""
    marked = reading.marked_as(finding.finding_id)
    if marked is not None:
        return mark_of_reader(marked)
    result = next((one for one in reading.results if one.result_id == finding.result_id), None)
    return SetMark(
        finding.finding_id,
        judgement.shown_label if judgement else finding.label,
        (judgement.place if judgement else None) or finding.place,
        result.series_instance_uids if result else (),
        result.frame_of_reference_uid if result else "",
        finding.result_id,
        finding.score,
        finding.side,
    )


def mark_of_reader(marked: Marked) -> SetMark:
    """A reader's own finding as a mark of a set."""
    finding = marked.finding
    series = (marked.series_instance_uid,)
    return SetMark(
        finding.finding_id,
        finding.label,
        finding.place,
        series,
        marked.frame_of_reference_uid,
        side=finding.side,
    )
