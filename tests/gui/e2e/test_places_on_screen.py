"""On the screen: a finding and its heat lie on the thing itself, in stack and planes, however the view is turned."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtWidgets import QApplication

from app.domain.geometry import spacing_of
from app.phantom.spec import covering_spec
from app.phantom.study import write_phantom_study
from app.phantom.truth import load_truth
from app.state.events import InkChanged
from app.state.model import HeatMode
from app.ui.contents import StackContent
from app.ui.flat import FlatContent
from app.ui.studio import Studio
from tests.support.spot_package import write_spot_package
from tests.support.ui import paths_in
from tests.support.viewers2d import grey_of_image
from viewers.overlays.layout import legend_rect
from viewers.types import WindowLevel

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

TURNS: dict[str, tuple[str, ...]] = {
    "as it is": (),
    "flipped": ("view.flip_horizontal",),
    "upside down": ("view.flip_vertical",),
    "turned": ("view.rotate",),
    "turned, flipped, enlarged": ("view.rotate", "view.flip_horizontal", "view.zoom_in"),
}


@pytest.fixture(scope="module")
def ready(
    tmp_path_factory: pytest.TempPathFactory, qapp: QApplication
) -> Iterator[tuple[Studio, NDArray[np.float64]]]:
    """The made-up chest with its metal ball, a model that marks the brightest thing, its finding selected."""
    home = tmp_path_factory.mktemp("home")
    truth = load_truth(write_phantom_study(home / "study", covering_spec(48, 96, 96), radiograph=False))
    paths = paths_in(home / "own")
    write_spot_package(paths.models / "spot-1.0.0", threshold=0.3)
    studio = Studio.of(paths, size=(1500, 1000))  # low views have the legend over the ball
    studio.open_folder(home / "study")
    studio.hang("CT")
    studio.wait_idle()
    studio.run_package(_spot_name(paths.models))
    studio.select_finding(studio.findings()[0].finding.finding_id)
    studio.wait_idle()
    yield studio, np.array(truth["marker"]["center_lps_mm"], dtype=float)
    studio.close()


def _spot_name(models: Path) -> str:
    import json

    manifest = json.loads((models / "spot-1.0.0" / "configs/metadata.json").read_text(encoding="utf-8"))
    return str(manifest["name"])


def flat(studio: Studio) -> list[FlatContent]:
    return [one for one in studio.window.host.contents.values() if isinstance(one, FlatContent)]


def changed_by_heat(studio: Studio, content: FlatContent) -> NDArray[np.float64]:
    """How much the hottest heat changes each pixel, its legend aside: with heat minus without any ink."""
    studio.ctx.store.apply(InkChanged(shown=True, mode=HeatMode.HEAT, threshold=0.9))
    studio.wait_idle()
    content.view.set_markers(())
    content.view.set_outlines(())
    legend = legend_rect(content.view.scene())
    warm = grey_of_image(content.view.grab_picture())
    content.view.set_heat(())
    change = np.abs(warm - grey_of_image(content.view.grab_picture()))
    top, left = int(legend.top()) - 6, int(legend.left()) - 8
    change[max(top, 0) :, max(left, 0) : int(legend.right()) + 8] = 0
    return change


def heat_peak_px(change: NDArray[np.float64]) -> tuple[float, float]:
    """The middle of what changed; fails if that is more than one place."""
    hot = np.argwhere(change > 2)
    assert len(hot), "no heat was drawn"
    row, column = hot.mean(axis=0)
    assert np.abs(hot - (row, column)).max() < 60, "heat was drawn in more than one place"
    return float(column), float(row)


def voxel_px(content: FlatContent) -> float:
    """One voxel on the screen: in the slice for a stack, its longest edge for a plane."""
    affine = content.subject.display_set.affine
    assert affine is not None
    between, row_mm, column_mm = spacing_of(affine)
    in_slice = max(row_mm, column_mm)
    return content.state.scale * (in_slice if isinstance(content, StackContent) else max(between, in_slice))


def drawn_ball_px(content: FlatContent) -> NDArray[np.float64]:
    """Where the metal itself is drawn, from the picture alone: in a window where nothing else is bright, no ink."""
    before = content.state.window
    content.view.set_window(WindowLevel(1900.0, 200.0))
    content.view.peek(True)
    bright = np.argwhere(grey_of_image(content.view.grab_picture()) > 128)
    content.view.peek(False)
    content.view.set_window(before)
    assert len(bright), "the ball is not on the picture"
    row, column = bright.mean(axis=0)
    assert np.abs(bright - (row, column)).max() < 30, "more than the ball is bright"
    return np.array([column, row])


def on_the_ball(studio: Studio, content: FlatContent, ball: NDArray[np.float64]) -> NDArray[np.float64]:
    """Truth and finding lie within one voxel of the metal as it is drawn; returns where that is."""
    drawn = drawn_ball_px(content)
    reach = voxel_px(content)
    center = studio.findings()[0].finding.place.center
    assert center is not None
    for point in (tuple(ball), center):
        assert np.abs(np.array(content.view.px_of(point), dtype=float) - drawn).max() <= reach
    return drawn


@pytest.mark.parametrize("turn", TURNS)
def test_stack(ready: tuple[Studio, NDArray[np.float64]], turn: str) -> None:
    studio, ball = ready
    studio.act("view.fit")
    for action in TURNS[turn]:
        studio.act(action)
    studio.select_finding("")
    studio.select_finding(studio.findings()[0].finding.finding_id)
    studio.wait_idle()
    content = flat(studio)[0]
    drawn = on_the_ball(studio, content, ball)
    away = np.array(heat_peak_px(changed_by_heat(studio, content))) - drawn
    assert np.abs(away).max() <= voxel_px(content)
    for action in reversed(TURNS[turn]):
        studio.act({"view.rotate": "view.rotate_back", "view.zoom_in": "view.zoom_out"}.get(action, action))


def test_planes(ready: tuple[Studio, NDArray[np.float64]]) -> None:
    studio, ball = ready
    studio.show_mpr()
    studio.select_finding("")
    studio.select_finding(studio.findings()[0].finding.finding_id)
    studio.wait_idle()
    planes = flat(studio)
    assert len(planes) == 3
    for content in planes:
        column, row = on_the_ball(studio, content, ball)
        reach = voxel_px(content) + 1
        change = changed_by_heat(studio, content)
        rows, columns = np.indices(change.shape)
        at_the_ball = (np.abs(rows - row) <= reach) & (np.abs(columns - column) <= reach)
        mirrored = np.abs(columns - (change.shape[1] - column)) <= reach
        assert change[at_the_ball].max() > 2
        assert change[mirrored & (np.abs(rows - row) <= reach) & ~at_the_ball].max(initial=0) <= 2
