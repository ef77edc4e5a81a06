"""Deeds on segmentations to the segmentations as they stand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from app.domain.masks import MaskEdit, Segment, Segmentation
from app.findings.chain import Entry
from app.findings.mask_events import (
    MaskEdited,
    MaskEvent,
    SegmentationStarted,
    SegmentRemoved,
    SegmentSet,
)


@dataclass(slots=True)
class _Standing:
    event: SegmentationStarted
    at: str
    segments: dict[int, Segment]
    edits: list[MaskEdit] = field(default_factory=list)


def standing_masks(deeds: Iterable[tuple[Entry, MaskEvent, bool]]) -> tuple[Segmentation, ...]:
    """deeds: in order, with whether each counts. Numbers of segments that were taken back are not given anew."""
    made: dict[str, _Standing] = {}
    highest: dict[str, int] = {}
    for entry, event, counts in deeds:
        _note_numbers(highest, event)
        if not counts:
            continue
        if isinstance(event, SegmentationStarted):
            segments = {one.number: one for one in event.segments}
            made.setdefault(event.head.segmentation_id, _Standing(event, entry.at, segments))
        elif (standing := made.get(event.segmentation_id)) is not None:
            _take(standing, entry, event)
    return tuple(
        Segmentation(
            one.event.head,
            tuple(one.segments.values()),
            tuple(one.edits),
            highest.get(key, 0) + 1,
            one.event.reader,
            one.at,
        )
        for key, one in made.items()
    )


def _take(standing: _Standing, entry: Entry, event: MaskEvent) -> None:
    if isinstance(event, SegmentSet):
        standing.segments[event.segment.number] = event.segment
    elif isinstance(event, SegmentRemoved):
        standing.segments.pop(event.number, None)
    elif isinstance(event, MaskEdited):
        standing.edits.append(MaskEdit(entry.sha256, event.file, event.what, event.reader, entry.at))


def _note_numbers(highest: dict[str, int], event: MaskEvent) -> None:
    if isinstance(event, SegmentationStarted):
        key, numbers = event.head.segmentation_id, [one.number for one in event.segments]
    elif isinstance(event, SegmentSet):
        key, numbers = event.segmentation_id, [event.segment.number]
    else:
        return
    highest[key] = max([highest.get(key, 0), *numbers])
