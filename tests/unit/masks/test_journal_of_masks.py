"""What is kept of a mask: files named by content, entries in the journal, deeds that go together."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.context import AppContext
from app.domain.errors import JournalError, OverreadError
from app.domain.masks import MaskBlock, MaskHead, MaskSource, Segment, Segmentation, grid_of
from app.domain.volume import Space
from app.findings.mask_events import SegmentSet
from app.state.events import StudiesListed, StudyOpened
from app.support.mask_blocks import SUFFIX, read_blocks, toggled, write_blocks
from app.workflows import masks as deeds
from app.workflows.judge import redo_last, undo_last
from app.workflows.review import reading_of
from tests.support.ui import context_in, study
from tests.support.viewers2d import affine

SHAPE = (10, 20, 30)
RED = (255, 0, 0)


def head(source: MaskSource | None = None) -> MaskHead:
    grid = grid_of(SHAPE, affine())
    return MaskHead("2.25.77", "1.2", "1.2.1", "1.2.1/0", "1.2.3", Space.PATIENT, "Mask 1", grid, source)


def block(number: int = 1, start: tuple[int, int, int] = (1, 2, 3), size: int = 4) -> MaskBlock:
    return MaskBlock(number, start, np.ones((size, size, size), dtype=np.bool_))


@pytest.fixture
def ctx(tmp_path: Path) -> AppContext:
    made = context_in(tmp_path)
    made.store.apply(StudiesListed((study(),)))
    made.store.apply(StudyOpened("1.2"))
    return made


def mask(ctx: AppContext) -> Segmentation:
    found = reading_of(ctx.journal, "1.2").segmentations
    assert len(found) == 1
    return found[0]


def keep(ctx: AppContext, one: MaskBlock, group: str, *, ends: bool = True) -> None:
    deeds.keep(ctx, head(), (one,), what="brush", group=group, ends=ends, noted=lambda _hash: None)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(1, 255), st.integers(0, 5), st.integers(0, 15), st.integers(0, 9))))
def test_blocks_come_back_as_they_were(tmp_path: Path, places: list[tuple[int, int, int, int]]) -> None:
    rng = np.random.default_rng(5)
    given_blocks = [
        MaskBlock(number, (i, j, seed), rng.random((3, 5, 7)) < 0.4) for number, i, j, seed in places
    ]
    name = write_blocks(tmp_path, given_blocks)
    again = read_blocks(tmp_path, name, SHAPE)
    assert [(one.number, one.start) for one in again] == [(one.number, one.start) for one in given_blocks]
    assert all(np.array_equal(a.voxels, b.voxels) for a, b in zip(again, given_blocks, strict=True))


def test_a_changed_or_missing_file_is_refused_in_words(tmp_path: Path) -> None:
    name = write_blocks(tmp_path, [block()])
    file = tmp_path / f"{name}{SUFFIX}"
    content = bytearray(file.read_bytes())
    content[-3] ^= 1
    file.write_bytes(bytes(content))
    with pytest.raises(JournalError) as damaged:
        read_blocks(tmp_path, name, SHAPE)
    assert damaged.value.key == "error.mask.damaged"
    with pytest.raises(JournalError) as missing:
        read_blocks(tmp_path, "ab" * 32, SHAPE)
    assert missing.value.key == "error.mask.missing"


def test_a_block_outside_of_the_grid_is_refused(tmp_path: Path) -> None:
    name = write_blocks(tmp_path, [block(start=(8, 2, 3))])
    with pytest.raises(JournalError):
        read_blocks(tmp_path, name, SHAPE)


def test_strokes_stand_in_order_and_are_undone_whole(ctx: AppContext) -> None:
    deeds.begin(ctx, head(), Segment(1, "Nodule", RED))
    keep(ctx, block(), "first")
    keep(ctx, block(start=(2, 2, 3)), "long", ends=False)
    keep(ctx, block(start=(3, 2, 3)), "long")
    assert [edit.what for edit in mask(ctx).edits] == ["brush"] * 3
    undo_last(ctx)
    assert len(mask(ctx).edits) == 1
    redo_last(ctx)
    assert len(mask(ctx).edits) == 3
    undo_last(ctx)
    undo_last(ctx)
    undo_last(ctx)
    assert reading_of(ctx.journal, "1.2").segmentations == ()


def test_a_long_stroke_is_one_deed_of_the_status_line(ctx: AppContext) -> None:
    deeds.begin(ctx, head(), Segment(1, "Nodule", RED))
    before = len(ctx.store.state.deeds)
    keep(ctx, block(), "long", ends=False)
    keep(ctx, block(start=(3, 2, 3)), "long")
    assert len(ctx.store.state.deeds) == before + 1


def test_a_copy_and_its_voxels_are_one_deed_and_say_whose_they_are(ctx: AppContext) -> None:
    source = MaskSource("lung-nodule 2.3.1: nodules", "r1", "nodules", package_name="lung-nodule")
    deeds.begin_copy(ctx, head(source), (Segment(1, "Nodule", RED, "2.25.5"),), (block(),))
    assert mask(ctx).head.source == source
    assert [edit.what for edit in mask(ctx).edits] == ["copied"]
    undo_last(ctx)
    assert reading_of(ctx.journal, "1.2").segmentations == ()


def test_numbers_are_never_given_twice(ctx: AppContext) -> None:
    deeds.begin(ctx, head(), Segment(1, "A", RED))
    assert deeds.add_segment(ctx, mask(ctx), "B", RED) == 2
    deeds.remove_segment(ctx, mask(ctx), 2)
    assert [one.number for one in mask(ctx).segments] == [1]
    assert deeds.add_segment(ctx, mask(ctx), "C", RED) == 3
    undo_last(ctx)
    assert mask(ctx).next_number == 4
    undo_last(ctx)
    assert [one.label for one in mask(ctx).segments] == ["A", "B"]


def test_the_255th_segment_is_the_last(ctx: AppContext) -> None:
    deeds.begin(ctx, head(), Segment(1, "A", RED))
    ctx.journal.append(SegmentSet("1.2", "2.25.77", Segment(255, "Last", RED)))
    with pytest.raises(OverreadError) as refused:
        deeds.add_segment(ctx, mask(ctx), "One more", RED)
    assert refused.value.key == "error.mask.too_many"


def test_a_full_disk_leaves_the_journal_without_the_stroke(
    ctx: AppContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    deeds.begin(ctx, head(), Segment(1, "A", RED))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("app.support.mask_blocks.write_whole", full)
    with pytest.raises(JournalError) as refused:
        keep(ctx, block(), "first")
    assert refused.value.key == "error.mask.cannot_write"
    assert mask(ctx).edits == ()


def test_whole_masks_are_what_the_edits_add_up_to(ctx: AppContext) -> None:
    deeds.begin(ctx, head(), Segment(1, "A", RED))
    keep(ctx, block(), "1")
    keep(ctx, MaskBlock(1, (2, 3, 4), np.ones((1, 1, 1), dtype=np.bool_)), "2")
    whole: dict[int, np.typing.NDArray[np.bool_]] = {}
    for edit in mask(ctx).edits:
        toggled(read_blocks(ctx.paths.masks, edit.file, SHAPE), SHAPE, whole)
    assert whole[1].sum() == 63
    assert not whole[1][2, 3, 4]
