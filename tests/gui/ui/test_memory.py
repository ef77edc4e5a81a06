"""Memory of the window: series come and go without leaving anything behind; the rest is prefetched when idle."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from app.studies.display_sets import DisplaySet
from app.studies.memory import MIB
from app.ui.studio import Studio
from tests.support.dicom_files import write_stack
from tests.support.ui import paths_in

# Qt says so of every window that has a smallest size, where there is no screen.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
ROUNDS = 50
SLICES = 24
GROWTH_MIB = 60  # 50 rounds of two series of 6 MiB each would be 600 MiB, were they kept


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    for name in ("2", "3"):
        pixels = bytes(2 * 360 * 360)
        write_stack(
            tmp_path / "study" / name, [(0, 0, z) for z in range(SLICES)], SeriesInstanceUID=f"1.2.3.{name}",
            SeriesNumber=int(name), Rows=360, Columns=360, PixelData=pixels,
        )  # fmt: skip
    made = Studio.of(paths_in(tmp_path / "home"))
    made.open_folder(tmp_path / "study")
    yield made
    made.close()


def rss_mib() -> float:
    gc.collect()
    return float(psutil.Process().memory_info().rss / MIB)


def show(studio: Studio, wanted: DisplaySet) -> None:
    studio.window.desk.hang(wanted.display_set_id)
    content = studio.window.host.active
    assert content is not None
    assert studio.wait_for(lambda: studio.window.pictures.complete_volume(content.subject) is not None)


def test_fifty_times_open_and_close_leaves_nothing(studio: Studio) -> None:
    one, other = studio.display_sets()
    studio.ctx.means.memory.limit_bytes = one.decoded_bytes + other.decoded_bytes // 2  # room for one of them
    for _ in range(5):
        show(studio, one)
        show(studio, other)
    before = rss_mib()
    for _ in range(ROUNDS):
        show(studio, one)
        show(studio, other)
    assert rss_mib() - before < GROWTH_MIB
    assert studio.ctx.means.memory.held_bytes == other.decoded_bytes


def test_a_series_that_does_not_fit_is_refused_in_its_viewport(studio: Studio) -> None:
    one, other = studio.display_sets()
    show(studio, one)
    studio.act("layout.side_by_side")
    studio.ctx.means.memory.limit_bytes = one.decoded_bytes + other.decoded_bytes // 2
    second = studio.state.workspace.arrangement.viewports[1].viewport_id
    studio.window.desk.hang_in(second, studio.state.workspace.open_study_uid, other.display_set_id)
    studio.wait_idle()
    assert any("MiB of memory" in said for said in studio.window.host.failures)


def test_other_series_are_decoded_when_nothing_is_done(studio: Studio) -> None:
    one, other = studio.display_sets()
    show(studio, one)
    assert studio.wait_for(
        lambda: studio.ctx.means.memory.held_bytes == one.decoded_bytes + other.decoded_bytes, timeout_s=8
    )
    hung = (
        {studio.window.host.active.subject.display_set.display_set_id} if studio.window.host.active else set()
    )
    assert hung == {one.display_set_id}
