"""Segmentations of the open study: what changed is written and on the disk before it counts; the journal refers to it.

A stroke is written while it lasts, about once a second. Its parts share a group and are one deed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from app.context import AppContext
from app.domain.errors import OverreadError
from app.domain.masks import MOST_SEGMENTS, MaskBlock, MaskHead, Segment, Segmentation
from app.state.mask_events import MaskModeEntered
from app.state.reading_events import ReadingReplayed, VerdictTaken
from app.support.clock import utc_now
from app.support.i18n import text
from app.workflows.measure import new_id
from app.workflows.showing import shown_reading

if TYPE_CHECKING:
    from app.findings.chain import Entry
    from app.findings.mask_events import MaskEvent


def chosen(ctx: AppContext) -> Segmentation | None:
    """The segmentation that is corrected or shown, else the last one of the open study."""
    reading = ctx.store.state.reading.reading
    if reading is None or not reading.segmentations:
        return None
    named = reading.segmentation(ctx.store.state.workspace.masks.segmentation_id)
    return named or reading.segmentations[-1]


def begin(ctx: AppContext, head: MaskHead, segment: Segment) -> None:
    """A new segmentation with one empty segment, and correct it. Raises JournalError; then nothing changed."""
    from app.findings.mask_events import SegmentationStarted

    study = head.study_instance_uid
    event = SegmentationStarted(study, head, (segment,), new_id(), ctx.reader)
    ctx.journal.append(event)
    _told(ctx, study, text("deed.mask.begun", title=head.title))
    ctx.store.apply(MaskModeEntered(head.segmentation_id, segment.number))


def begin_copy(
    ctx: AppContext, head: MaskHead, segments: Sequence[Segment], blocks: Sequence[MaskBlock]
) -> None:
    """An edited copy of somebody's segments, which stay as they are. Raises JournalError; then nothing changed."""
    from app.findings.mask_events import MaskEdited, SegmentationStarted
    from app.support.mask_blocks import write_blocks

    study, group = head.study_instance_uid, new_id()
    file = write_blocks(ctx.paths.masks, blocks)
    ctx.journal.append_many(
        (
            SegmentationStarted(study, head, tuple(segments), group, ctx.reader),
            MaskEdited(study, head.segmentation_id, file, "copied", group, ctx.reader),
        )
    )
    _told(ctx, study, text("deed.mask.copied", title=head.title))
    ctx.store.apply(MaskModeEntered(head.segmentation_id, segments[0].number))


def keep(  # noqa: PLR0913 - the parts of one change, all by name
    ctx: AppContext,
    head: MaskHead,
    blocks: Sequence[MaskBlock],
    *,
    what: str,
    group: str,
    ends: bool,
    noted: Callable[[str], None],
) -> None:
    """Write a change. noted hears the hash of its entry before anybody else hears of it. Raises JournalError."""
    from app.findings.mask_events import MaskEdited
    from app.support.mask_blocks import write_blocks

    study = head.study_instance_uid
    file = write_blocks(ctx.paths.masks, blocks)
    entry: Entry = ctx.journal.append(MaskEdited(study, head.segmentation_id, file, what, group, ctx.reader))
    noted(entry.sha256)
    _told(ctx, study, text(f"deed.mask.{what}", title=head.title) if ends else "")


def set_segment(ctx: AppContext, segmentation: Segmentation, segment: Segment) -> None:
    """A segment is new, or has another name or colour. Raises JournalError."""
    from app.findings.mask_events import SegmentSet

    head = segmentation.head
    event = SegmentSet(head.study_instance_uid, head.segmentation_id, segment, "", ctx.reader)
    _write(ctx, event, text("deed.mask.segment", segment=segment.label))


def add_segment(ctx: AppContext, segmentation: Segmentation, label: str, color: tuple[int, int, int]) -> int:
    """One more, empty. Raises JournalError, and OverreadError where no number is left."""
    number = segmentation.next_number
    if number > MOST_SEGMENTS:
        raise OverreadError("error.mask.too_many", most=MOST_SEGMENTS)
    set_segment(ctx, segmentation, Segment(number, label, color))
    return number


def remove_segment(ctx: AppContext, segmentation: Segmentation, number: int) -> None:
    """A segment goes with its voxels; undo brings both back. Raises JournalError."""
    from app.findings.mask_events import SegmentRemoved

    head, segment = segmentation.head, segmentation.segment(number)
    if segment is not None:
        event = SegmentRemoved(head.study_instance_uid, head.segmentation_id, number, "", ctx.reader)
        _write(ctx, event, text("deed.mask.removed", segment=segment.label))


def renamed(segment: Segment, label: str) -> Segment:
    """Another name."""
    return replace(segment, label=label)


def recolored(segment: Segment, color: tuple[int, int, int]) -> Segment:
    """Another colour."""
    return replace(segment, color=color)


def _write(ctx: AppContext, event: MaskEvent, words: str) -> None:
    ctx.journal.append(event)
    _told(ctx, event.study_instance_uid, words)


def _told(ctx: AppContext, study: str, words: str) -> None:
    """The open study shows it; without words it is no deed of its own yet."""
    if study != ctx.store.state.workspace.open_study_uid:
        return
    reading = shown_reading(ctx, study)
    ctx.store.apply(VerdictTaken(reading, words, utc_now()) if words else ReadingReplayed(reading, utc_now()))
