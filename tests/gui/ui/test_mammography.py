"""Mammograms as they are read: hung, checked, walked through, with real keys and mouse."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QPixmap, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.analysis.result_files import save_result
from app.cli.main import run
from app.domain.finding import Place, PlaceKind
from app.domain.volume import FrameRef, Space
from app.ui.contents import StackContent
from app.ui.studio import Studio
from tests.support.hands import press, press_and_wait, stacks_by_side
from tests.support.mammograms import FOUR, Film, film_case, write
from tests.support.ui import finding, paths_in, result
from viewers.slabs import SlabMode

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
SHIFT, CTRL, ALT = (
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    made = Studio.of(paths_in(tmp_path / "home"), (1500, 1000))
    yield made
    made.close()


def opened(studio: Studio, folder: Path, *films: Film) -> None:
    write(folder, films)
    studio.open_folder(folder)
    studio.wait_idle()


def greys(content: StackContent) -> np.ndarray:
    """The picture as it is on the screen, without what is written over it."""
    content.view.peek(True)
    image = content.view.grab_picture().convertToFormat(QImage.Format.Format_Grayscale8)
    content.view.peek(False)
    flat = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return flat[:, : image.width()].copy()


def half_with_tissue(content: StackContent) -> str:
    picture = greys(content).astype(float)
    middle = picture.shape[1] // 2
    return "right" if picture[:, middle:].mean() > picture[:, :middle].mean() else "left"


def test_four_views_hang_back_to_back_at_one_scale(studio: Studio, tmp_path: Path) -> None:
    opened(studio, tmp_path / "a", *FOUR)
    hung = stacks_by_side(studio)
    assert list(hung) == ["RCC", "LCC", "RMLO", "LMLO"]
    assert len({content.state.scale for content in hung.values()}) == 1
    for name, content in hung.items():
        assert half_with_tissue(content) == ("right" if name[0] == "R" else "left"), name
        assert not content.state.flip_horizontal
    scale = hung["RCC"].state.scale
    wide = {name: np.count_nonzero(greys(one).max(axis=0) > 90) / scale for name, one in hung.items()}
    assert wide["LCC"] / wide["RCC"] == pytest.approx(0.7 / 0.5, rel=0.15), "a larger breast is seen larger"
    studio.window.resize(1100, 800)
    studio.wait_idle()
    assert len({content.state.scale for content in hung.values()}) == 1
    assert hung["RCC"].state.scale < scale


def test_a_view_stored_mirrored_is_turned_by_its_header_and_says_so(studio: Studio, tmp_path: Path) -> None:
    films = (replace(FOUR[0], chest="left", orientation=("A", "L")), *FOUR[1:])
    opened(studio, tmp_path / "a", *films)
    content = stacks_by_side(studio)["RCC"]
    assert half_with_tissue(content) == "right"
    assert content.state.flip_horizontal
    assert content.view.letters()[:2] == ("A", "P")
    press(studio, Qt.Key.Key_H)
    assert half_with_tissue(content) == "left"
    press(studio, Qt.Key.Key_0, CTRL)
    assert half_with_tissue(content) == "right", "reset is as it was hung"


@pytest.mark.parametrize(
    ("film", "said"),
    [
        (Film("R", "CC", "left", ()), "SIDE? the header says R"),
        (
            Film("R", "CC", "left", ("P", "L")),
            "ORIENTATION? chest wall right by the header, left by the pixels",
        ),
        (Film("", "CC", "left", ("A", "R")), "SIDE? the header names neither right nor left"),
    ],
)
def test_header_against_pixels_is_a_red_mark_and_nothing_is_turned(
    studio: Studio, tmp_path: Path, film: Film, said: str
) -> None:
    opened(studio, tmp_path / "a", film, *FOUR[1:])
    content = next(
        one
        for one in studio.window.host.contents.values()
        if isinstance(one, StackContent) and one.subject.display_set.series.number == 1
    )
    assert not content.state.flip_horizontal
    assert half_with_tissue(content) == "left"
    badge = content.view.badge
    assert badge is not None
    assert badge.text.startswith(said)
    assert badge.level.value == "final"
    picture = content.view.grab_picture()
    red = [
        picture.pixelColor(x, y) for x in range(0, picture.width(), 2) for y in range(0, picture.height(), 2)
    ]
    assert any(c.red() > 200 and c.green() < 140 and c.blue() < 120 for c in red), "seen on the picture"


@pytest.mark.parametrize("inverted", [False, True])
def test_air_is_black_also_inverted_and_tissue_is_not(studio: Studio, tmp_path: Path, inverted: bool) -> None:
    opened(studio, tmp_path / "a", *(replace(film, inverted=inverted) for film in FOUR))
    content = stacks_by_side(studio)["LCC"]
    assert (greys(content)[:, -40:-20] == 0).all()
    press(studio, Qt.Key.Key_Tab)
    assert studio.window.host.active is content
    press(studio, Qt.Key.Key_I)
    picture = greys(content)
    assert (picture[:, -40:-20] == 0).all(), "inverted, air stays black"
    assert picture.max() > 150
    press(studio, Qt.Key.Key_J, ALT)
    box = content.view.box
    assert box is not None
    left, _ = content.view.px_of(tuple(box.center)) or (0, 0)
    assert greys(content)[:, int(left) + 60 : int(left) + 90].max() > 150, "as it is stored, the air is white"
    assert any("background as stored" in notice for notice in content.view.scene().notices)


def test_the_window_is_of_the_breast_unless_the_file_names_one(studio: Studio, tmp_path: Path) -> None:
    opened(studio, tmp_path / "a", replace(FOUR[0], window=(1500, 900)), *FOUR[1:])
    hung = stacks_by_side(studio)
    assert (hung["RCC"].state.window.center, hung["RCC"].state.window.width) == (1500, 900)
    low = hung["LCC"].state.window.center - hung["LCC"].state.window.width / 2
    high = hung["LCC"].state.window.center + hung["LCC"].state.window.width / 2
    assert 900 < low < 1200, "air and its noise take no part"
    assert 2500 < high < 3100


def test_a_walk_at_one_to_one_with_a_map(studio: Studio, tmp_path: Path) -> None:
    opened(studio, tmp_path / "a", *FOUR)
    studio.window.resize(1000, 560)
    studio.wait_idle()
    content = stacks_by_side(studio)["RCC"]
    fitted = content.state.scale
    press(studio, Qt.Key.Key_J)
    ratio = content.view.devicePixelRatioF()
    assert content.state.scale == pytest.approx(1 / (0.098 * ratio), rel=1e-3), "a pixel is a pixel"
    assert not content.state.fitted
    told = studio.window.host.mammography.hung["v1"]
    first, count = told._part or (9, 0)
    assert (first, count > 1) == (0, True)
    pans = [content.state.pan_px]
    for _ in range(count - 1):
        press(studio, Qt.Key.Key_J)
        pans.append(content.state.pan_px)
    assert len(set(pans)) == count
    press(studio, Qt.Key.Key_J, SHIFT)
    assert content.state.pan_px == pans[-2]
    press(studio, Qt.Key.Key_J)
    press(studio, Qt.Key.Key_J)
    assert content.state.fitted
    assert content.state.scale == fitted, "after the last part the whole breast"


def test_views_are_enlarged_together_and_the_other_breast_goes_to_the_mirrored_place(
    studio: Studio, tmp_path: Path
) -> None:
    opened(studio, tmp_path / "a", FOUR[0], replace(FOUR[1], reach=0.5), *FOUR[2:])
    hung = stacks_by_side(studio)
    right, left, mlo = hung["RCC"], hung["LCC"], hung["RMLO"]
    press(studio, Qt.Key.Key_Plus)
    press(studio, Qt.Key.Key_Plus)
    assert len({round(content.state.scale, 9) for content in hung.values()}) == 1
    before = mlo.state.pan_px
    at = QPoint(100, 100)
    QTest.mousePress(right.view, Qt.MouseButton.MiddleButton, Qt.KeyboardModifier.NoModifier, at)
    QTest.mouseMove(right.view, at + QPoint(-60, 25))
    QTest.mouseRelease(
        right.view, Qt.MouseButton.MiddleButton, Qt.KeyboardModifier.NoModifier, at + QPoint(-60, 25)
    )
    studio.spin()
    assert left.state.pan_px[0] == pytest.approx(-right.state.pan_px[0], abs=1.0), "mirrored"
    assert left.state.pan_px[1] == pytest.approx(right.state.pan_px[1], abs=1.0)
    assert mlo.state.pan_px == before, "another view has no such place"
    press(studio, Qt.Key.Key_Equal)
    assert all(content.state.fitted for content in hung.values())
    studio.act("view.zoom_link")
    press(studio, Qt.Key.Key_Plus)
    assert right.state.scale != left.state.scale, "each alone, if the reader wants that"


def test_the_glass_shows_no_white_air(studio: Studio, tmp_path: Path) -> None:
    opened(studio, tmp_path / "a", *(replace(film, inverted=True) for film in FOUR))
    content = stacks_by_side(studio)["RCC"]
    press(studio, Qt.Key.Key_I)
    press(studio, Qt.Key.Key_Z, SHIFT)
    at = QPoint(content.view.width() - 200, content.view.height() // 2)
    QTest.mousePress(content.view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
    QTest.mouseMove(content.view, at + QPoint(3, 0))
    studio.spin()
    picture = content.view.grab_picture()
    assert picture.pixelColor(at.x() - 90, at.y() + 5).lightness() < 20, "air in the glass is black too"
    assert content.view._glass is not None
    QTest.mouseRelease(content.view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)


def test_ai_marks_are_off_until_asked_for(studio: Studio, tmp_path: Path) -> None:
    assert studio.state.workspace.ink.shown
    opened(studio, tmp_path / "a", *FOUR)
    assert not studio.state.workspace.ink.shown
    press(studio, Qt.Key.Key_G)
    assert studio.state.workspace.ink.shown, "one key"
    press(studio, Qt.Key.Key_G)
    assert not studio.state.workspace.ink.shown


TOMO = tuple(replace(film, frames=9) for film in FOUR)


def test_tomosynthesis_slab_ruler_and_change_to_2d(studio: Studio, tmp_path: Path) -> None:
    opened(studio, tmp_path / "a", *FOUR, *TOMO)
    hung = stacks_by_side(studio)
    assert [one.slices.layer_count for one in hung.values()] == [9, 9, 9, 9]
    assert list(hung) == ["RCC", "LCC", "RMLO", "LMLO"], "side and view of a tomosynthesis are known"
    content = hung["RCC"]
    ruler = studio.window.host.mammography.hung["v1"]._ruler(False)
    assert (ruler.number, ruler.count, ruler.said) == (5, 9, "5 of 9  4.0 mm")
    press_and_wait(studio, Qt.Key.Key_Down)
    assert studio.window.host.mammography.hung["v1"]._ruler(False).said == "6 of 9  5.0 mm"
    view = content.view
    turn = QWheelEvent(
        QPointF(50, 50), view.mapToGlobal(QPointF(50, 50)), QPoint(), QPoint(120, 0),
        Qt.MouseButton.NoButton, ALT, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view, turn)
    studio.wait_idle()
    assert content.slab is not None
    assert content.slab.source.mode is SlabMode.MIP
    assert content.slab.words == "MIP of 5 slices, 4.0 mm"
    assert content.view.badge is not None
    assert content.view.badge.text.startswith(content.slab.words), "said whatever amount of text is chosen"
    assert view.picture is not None
    spots = [int(view.picture.pixels[0, 22 + 10 * n, 103]) for n in range(9)]
    wanted = {frame.ref.frame - 1 for frame in content.subject.display_set.frames[3:8]}
    assert {n for n, value in enumerate(spots) if value == 3400} == wanted, "slices 4 to 8 in one picture"
    press_and_wait(studio, Qt.Key.Key_B, ALT)
    assert str(content.slab.source.mode.value) == "minip"
    press_and_wait(studio, Qt.Key.Key_J, CTRL)
    assert [one.slices.layer_count for one in stacks_by_side(studio).values()] == [1, 1, 1, 1]
    press_and_wait(studio, Qt.Key.Key_J, CTRL)
    assert [one.slices.layer_count for one in stacks_by_side(studio).values()] == [9, 9, 9, 9]


def test_priors_share_the_scale(studio: Studio, tmp_path: Path) -> None:
    older = tuple(replace(film, study="2", date="20240801", reach=0.4) for film in FOUR)
    write(tmp_path / "a" / "old", older)
    opened(studio, tmp_path / "a", *FOUR)
    newest = next(s for s in studio.state.workspace.studies if s.date == "20260801")
    studio.open_study(newest.study_instance_uid)
    studio.wait_idle()
    arrangement = studio.state.workspace.arrangement
    assert arrangement.protocol_id == "mammography-prior"
    press_and_wait(studio, Qt.Key.Key_Period)
    contents = studio.window.host.contents.values()
    assert len({one.subject.study.study_instance_uid for one in contents}) == 2
    assert len({one.state.scale for one in contents if isinstance(one, StackContent)}) == 1


@pytest.mark.parametrize("case", ["sfm-benign-0", "sfm-malign-0"])
def test_film_cases(studio: Studio, tmp_path: Path, case: str) -> None:
    studio.open_folder(film_case(tmp_path / "case", case))
    studio.wait_idle()
    hung = stacks_by_side(studio)
    assert list(hung) == ["RCC", "LCC", "RMLO", "LMLO"]
    for name, content in hung.items():
        assert half_with_tissue(content) == ("right" if name[0] == "R" else "left"), name
        badge = content.view.badge
        assert badge is not None
        assert "SIDE?" not in " ".join(badge.details)
        assert "equal in pixels" in content.view.corners.bottom_left, "nobody knows mm of these films"
    assert len({content.state.scale for content in hung.values()}) == 1


@pytest.mark.parametrize("has_result", [False, True])
def test_a_snapshot_with_a_result_shows_its_marks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_result: bool
) -> None:
    """Whoever gives a result with --overlay has asked for it, in mammography too."""
    [made] = write(tmp_path / "mg", FOUR)
    series = made.series[0]
    image = series.instances[0]
    place = Place(PlaceKind.POINT, Space.IMAGE, (12.0, 15.0, 0.0), frame=FrameRef(image.sop_instance_uid))
    marked = replace(finding(1), place=place, label="Mass")
    told = result(marked, study_uid=made.study_instance_uid, series_uid=series.series_instance_uid)
    save_result(tmp_path / "result", replace(told, space=Space.IMAGE), {})
    drawn: list[bool] = []
    real = Studio.grab

    def grab(self: Studio, *wish: Any) -> QPixmap:
        drawn.append(self.state.workspace.ink.shown)
        return real(self, *wish)

    monkeypatch.setattr(Studio, "grab", grab)
    more = ["--overlay", str(tmp_path / "result")] if has_result else []
    asked = ["--view", "stack", "--size", "500x500", "--out", str(tmp_path / "a.png"), *more]
    assert run(["snapshot", str(tmp_path / "mg"), *asked]) == 0
    assert drawn == [has_result]


def test_the_list_of_series_tells_four_films_of_one_name_apart(studio: Studio, tmp_path: Path) -> None:
    write(tmp_path / "in", FOUR)
    studio.open_folder(tmp_path / "in")
    rows = studio.window.series.list
    said = [rows.item(place).toolTip() for place in range(rows.count())]
    for number, wanted in enumerate(("R CC", "L CC", "R MLO", "L MLO"), start=1):
        assert any(f"Se {number}  MG  {wanted}" in one for one in said), said
