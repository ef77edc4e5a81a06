"""The visible frame first, one array for all views, and no thread left behind."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from app.domain.volume import Pixels, RemarkKind, Volume
from app.studies.decode import decode_frame
from app.studies.decode_line import DecodeLine
from app.studies.display_sets import DisplaySet, display_sets
from app.studies.greys import by_window
from app.studies.memory import MemoryBudget
from app.studies.pixel_header import PixelHeader
from app.studies.scan import scan
from app.studies.stack_source import Means, StackSource
from app.studies.volumes import default_window
from tests.support.dicom_files import ct_dataset, write, write_stack
from viewers.types import WindowLevel
from viewers.windowing import Voi, voi_grey

Home = queue.SimpleQueue[Callable[[], None]]


def only_set(folder: Path) -> DisplaySet:
    return display_sets(scan([folder]).studies[0])[0]


def finish(source: StackSource, home: Home) -> None:
    until = time.monotonic() + 10
    while not source.is_complete and time.monotonic() < until:
        try:
            home.get(timeout=0.05)()
        except queue.Empty:
            continue
    while not home.empty():
        home.get()()


def test_the_frame_looked_at_arrives_first(tmp_path: Path) -> None:
    write_stack(tmp_path, [(0, 0, z) for z in range(60)])
    home: Home = queue.SimpleQueue()
    heard: list[int] = []
    # One thread, so that frames arrive as they were begun: a second may overtake the first, which says nothing.
    alone = Means(DecodeLine(workers=1), MemoryBudget(2**30))
    source = StackSource(only_set(tmp_path), home.put, first=50, means=alone)
    source.listen(heard.append)
    finish(source, home)
    assert heard[0] == 50
    assert sorted(heard) == list(range(60))
    assert np.mean([abs(one - 50) for one in heard[:10]]) < 8
    source.close()
    alone.line.close()


def test_stack_and_volume_share_one_array(tmp_path: Path) -> None:
    write_stack(tmp_path, [(0, 0, z) for z in range(6)])
    home: Home = queue.SimpleQueue()
    source = StackSource(only_set(tmp_path), home.put)
    volumes: list[Volume] = []
    source.volume_when_complete(volumes.append)
    finish(source, home)
    frame = source.frame(3)
    assert frame is not None
    assert np.shares_memory(frame.pixels, volumes[0].pixels)
    assert volumes[0].pixels[:, 0, 0].tolist() == [0, 1, 2, 3, 4, 5]
    source.close()


def test_slices_with_slopes_of_their_own_become_values(tmp_path: Path) -> None:
    for number in range(3):
        dataset = ct_dataset(
            ImagePositionPatient=[0, 0, 2 * number], RescaleSlope=number + 1, RescaleIntercept=0,
            PixelData=np.full(80, 10, "<i2").tobytes(),
        )  # fmt: skip
        write(dataset, tmp_path / str(number))
    home: Home = queue.SimpleQueue()
    source = StackSource(only_set(tmp_path), home.put)
    finish(source, home)
    assert source.volume is not None
    assert source.volume.pixels[:, 0, 0].tolist() == [10.0, 20.0, 30.0]
    assert (source.volume.slope, source.volume.intercept) == (1.0, 0.0)
    source.close()


def test_a_frame_that_fails_says_why_and_the_others_come(tmp_path: Path) -> None:
    paths = write_stack(tmp_path, [(0, 0, z) for z in range(5)])
    write(ct_dataset(ImagePositionPatient=[0, 0, 2], PixelData=b"\0\0"), paths[2])
    home: Home = queue.SimpleQueue()
    source = StackSource(only_set(tmp_path), home.put)
    finish(source, home)
    assert source.done == 4
    said = source.failure(2)
    assert said is not None
    assert "002" in said
    assert source.volume is None
    assert RemarkKind.UNREADABLE_FRAMES in {remark.kind for remark in source.remarks()}
    source.close()


def test_closing_ends_the_threads_at_once(tmp_path: Path) -> None:
    write_stack(tmp_path, [(0, 0, z) for z in range(200)])
    before = set(threading.enumerate())
    home: Home = queue.SimpleQueue()
    source = StackSource(only_set(tmp_path), home.put)
    began = time.monotonic()
    source.close()
    assert time.monotonic() - began < 2
    assert set(threading.enumerate()) <= before  # those of other tests may end in the meantime


def test_the_files_own_windows_come_in_order_and_one_is_made_where_there_is_none(tmp_path: Path) -> None:
    write_stack(tmp_path / "own", [(0, 0, 0)])
    write_stack(tmp_path / "none", [(0, 0, 0)], WindowCenter=None, WindowWidth=None, SeriesInstanceUID="1.7")
    for name, count in (("own", 2), ("none", 1)):
        home: Home = queue.SimpleQueue()
        source = StackSource(only_set(tmp_path / name), home.put)
        finish(source, home)
        assert len(source.windows(0)) == count
        source.close()


@pytest.mark.parametrize(
    ("dtype", "value"), [(np.uint8, 0), (np.int16, -7), (np.uint16, 0), (np.float32, 0.25)]
)
def test_an_empty_picture_without_a_window_of_its_own_is_black(dtype: type, value: float) -> None:
    """All of it was white, and so was the whole mask that a segmentation showed after such a frame."""
    made = default_window(np.full((8, 8), value, dtype), 1.0, 0.0, None)
    grey = voi_grey(np.array([value, value + 1]), Voi(WindowLevel(made.center, made.width)))
    assert grey.tolist() == [0, 255]


def test_a_mask_of_noughts_and_ones_is_black_and_white() -> None:
    """The noughts were grey: the middle of a window of width 1 belongs to black (PS3.3 C.11.2.1.2.1)."""
    made = default_window(np.array([[0, 1], [1, 0]], np.uint8), 1.0, 0.0, None)
    assert voi_grey(np.array([0, 1]), Voi(WindowLevel(made.center, made.width))).tolist() == [0, 255]
    assert by_window(np.array([0, 1]), made, "LINEAR").tolist() == [0.0, 1.0]


def fails(*_given: object) -> None:
    raise MemoryError


def test_a_frame_that_fails_in_a_way_nobody_foresaw_is_a_failure_and_not_loading_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.studies.frame_reading.decode_frame", fails)
    write_stack(tmp_path, [(0, 0, z) for z in range(6)])
    home: Home = queue.SimpleQueue()
    source = StackSource(only_set(tmp_path), home.put)
    heard: list[int] = []
    source.listen(heard.append)
    finish(source, home)
    assert source.is_settled
    assert sorted(heard) == list(range(6))
    assert "memory" in (source.failure(0) or "")
    source.close()


def test_a_mistake_of_ours_is_noted_and_the_other_frames_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def mistaken(header: PixelHeader, index: int) -> Pixels:
        if "002" in header.path.name:
            raise RuntimeError("of ours")
        return decode_frame(header, index)

    noted: list[type | None] = []
    monkeypatch.setattr(threading, "excepthook", lambda caught: noted.append(caught.exc_type))
    monkeypatch.setattr("app.studies.frame_reading.decode_frame", mistaken)
    write_stack(tmp_path, [(0, 0, z) for z in range(6)])
    home: Home = queue.SimpleQueue()
    alone = Means(DecodeLine(workers=1), MemoryBudget(2**30))
    source = StackSource(only_set(tmp_path), home.put, means=alone)
    finish(source, home)
    assert (source.done, source.is_settled) == (5, True)
    assert "RuntimeError" in (source.failure(2) or "")
    source.close()
    alone.line.close()
    assert noted == [RuntimeError]


def test_a_volume_that_cannot_be_made_for_want_of_memory_leaves_the_stack(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.studies.stack_source.build_volume", fails)
    write_stack(tmp_path, [(0, 0, z) for z in range(6)])
    home: Home = queue.SimpleQueue()
    source = StackSource(only_set(tmp_path), home.put)
    finish(source, home)
    until = time.monotonic() + 5
    while not source.is_settled and time.monotonic() < until:
        time.sleep(0.01)
    assert source.is_settled
    assert source.done == 6
    assert "memory" in source.no_room
    source.close()


@pytest.mark.parametrize(("written", "told"), [("13.893", "13.9"), ("2097", "2097"), ("8", "8"), (None, "?")])
def test_a_lossy_source_is_told_with_as_many_digits_as_matter(
    tmp_path: Path, written: str | None, told: str
) -> None:
    write(ct_dataset(LossyImageCompression="01", LossyImageCompressionRatio=written), tmp_path / "x.dcm")
    home: Home = queue.SimpleQueue()
    source = StackSource(only_set(tmp_path), home.put)
    finish(source, home)
    (said,) = (one for one in source.remarks() if one.kind is RemarkKind.LOSSY_SOURCE)
    assert said.facts == (("ratio", told),)
    source.close()
