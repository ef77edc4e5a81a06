"""Networks of others from the file to the screen: packed and installed by command, run by hand in the window.

Each gives its documented answer in the list of findings or on its card, and its ink lies where it belongs; the command
line gives the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from app.cli.main import run
from app.domain.finding import RunState
from app.ui.flat import FlatContent
from app.ui.panels.runs import RunCard
from app.ui.studio import Studio
from app.ui.widgets.rows import KEY
from tests.support.hands import keep, press, stack
from tests.support.packages import GRAPHS, packed
from tests.support.real_studies import MASS_LPS_MM, film, lung1_about_its_lesion, slices_about_the_mass
from tests.support.ui import paths_in
from tests.support.viewers2d import grey_of_image
from viewers.overlays.outline_legend import entries

pytestmark = [
    pytest.mark.shared,
    pytest.mark.slow,
    pytest.mark.qt_log_ignore("propagateSizeHints"),
]
HEART_BOX = (
    337.9,
    509.6,
    755.5,
    913.1,
)  # of 00008365_000 by a reader (BBox_List_2017): left, top, right, bottom


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A site's own folder in which the three packages are installed; skips without the shared networks."""
    folder = tmp_path_factory.mktemp("site")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OVERREAD_HOME", str(folder / "home"))
        for name in GRAPHS:
            package = packed(name, folder / "made")
            assert run(["models", "install", str(package), "--unsigned"]) == 0
        yield folder


@pytest.fixture
def studio(site: Path, tmp_path: Path, qapp: QApplication) -> Iterator[Studio]:
    """A reader of that site with a journal of his own."""
    paths = paths_in(tmp_path / "reader")
    paths.models.parent.mkdir(parents=True, exist_ok=True)
    paths.models.symlink_to(paths_in(site / "home").models, target_is_directory=True)
    made = Studio.of(paths, size=(1500, 950))
    yield made
    made.close()


def run_by_hand(studio: Studio, name: str) -> RunCard:
    """Choose a package with the arrow keys, press the button, wait for the card."""
    models = studio.window.models
    assert studio.wait_for(lambda: name in [row.name for row in models._rows], 60)
    models.choice.setFocus()
    QTest.keyClick(models.choice, Qt.Key.Key_Home)
    for _ in range(models.choice.count()):
        if models.chosen != name:
            QTest.keyClick(models.choice, Qt.Key.Key_Down)
    assert models.chosen == name
    QTest.mouseClick(models.run, Qt.MouseButton.LeftButton)
    assert studio.wait_for(lambda: bool(studio.window.runs.findChildren(RunCard)), 240)
    assert studio.wait_idle()
    [card] = studio.window.runs.findChildren(RunCard)
    QTest.mouseClick(card.drawer, Qt.MouseButton.LeftButton)
    studio.wait_idle()
    return card


def words_on(card: RunCard) -> str:
    return " ".join(label.text() for label in card.findChildren(QLabel))


def assert_says_where_it_comes_from(card: RunCard, name: str) -> None:
    said = words_on(card)
    assert f"{name} 1.0.0" in said
    assert "not for primary diagnosis" in said.lower()
    assert "Not for, and does not look for" in said
    assert "Package " in said


def picture(studio: Studio) -> FlatContent:
    content = studio.window.host.active
    assert isinstance(content, FlatContent)
    return content


def ink(content: FlatContent) -> NDArray[np.bool_]:
    """Pixels that outlines change, without markers."""
    content.view.set_markers(())
    with_ink = grey_of_image(content.view.grab_picture())
    content.view.set_outlines(())
    changed: NDArray[np.bool_] = np.abs(with_ink - grey_of_image(content.view.grab_picture())) > 8
    assert changed.any(), "no outline is drawn"
    return changed


def click_nearest(studio: Studio, place: tuple[float, float, float]) -> str:
    """The finding of the list that lies nearest to a place, with the mouse; its words."""
    away = {
        one.finding.finding_id: np.linalg.norm(np.subtract(one.finding.place.center or (0, 0, 0), place))
        for one in studio.findings()
    }
    rows = studio.window.findings.list
    wanted = min(away, key=lambda one: away[one])
    index = next(
        rows.model().index(row, 0)
        for row in range(rows.model().rowCount())
        if rows.model().index(row, 0).data(KEY) == wanted
    )
    QTest.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=rows.visualRect(index).center())
    studio.wait_idle()
    return str(index.data(Qt.ItemDataRole.AccessibleTextRole))


def test_the_nodule_package_finds_the_mass_in_the_window(studio: Studio, tmp_path: Path) -> None:
    studio.open_folder(slices_about_the_mass(tmp_path / "ct", 18))  # fewer than a patch has
    card = run_by_hand(studio, "dlwpt-nodule")
    assert_says_where_it_comes_from(card, "dlwpt-nodule")
    said = click_nearest(studio, MASS_LPS_MM)
    assert "Lung nodule" in said
    studio.set_window(-500.0, 1500.0)
    studio.wait_idle()
    keep(studio, "others-nodule")
    [chosen] = [
        one for one in studio.findings() if one.finding.finding_id == studio.state.reading.selected_id
    ]
    assert np.linalg.norm(np.subtract(chosen.finding.place.center or (0, 0, 0), MASS_LPS_MM)) <= 15.0
    assert "right" in said
    content = picture(studio)
    mass = np.array(content.view.px_of(MASS_LPS_MM), dtype=float)
    drawn = np.argwhere(ink(content))[:, ::-1]
    away_mm = np.linalg.norm(drawn - mass, axis=1) / content.state.scale
    assert away_mm.min() <= 15.0
    assert mass[0] < content.view.width() / 2, "the right lung is on the left of the picture"


def test_dense_lung_is_a_share_of_the_lungs_and_lies_on_the_mass(studio: Studio, tmp_path: Path) -> None:
    studio.open_folder(slices_about_the_mass(tmp_path / "ct", 9))
    card = run_by_hand(studio, "miniseg-covid-ct")
    assert_says_where_it_comes_from(card, "miniseg-covid-ct")
    said = click_nearest(studio, MASS_LPS_MM)
    assert "Dense lung" in said
    assert "both sides" in said
    studio.set_window(-500.0, 1500.0)
    picture(studio).view.setFocus()
    press(studio, Qt.Key.Key_Home)
    for _ in range(4):  # from the first to the middle of nine
        press(studio, Qt.Key.Key_Down)
    studio.wait_idle()
    assert stack(studio).slices.index == 4
    keep(studio, "others-dense")
    [share] = [one for one in studio.results()[0].measures if one.key == "dense_share"]
    assert 0 < share.value < 30
    assert f"share: {share.value:.2f} %" in words_on(card)
    content = picture(studio)
    mass = np.array(content.view.px_of(MASS_LPS_MM), dtype=float)
    drawn = np.argwhere(ink(content))[:, ::-1]
    assert np.linalg.norm(drawn - mass, axis=1).min() / content.state.scale <= 15.0


def test_lungs_heart_and_their_ratio_on_a_film(studio: Studio, tmp_path: Path) -> None:
    studio.open_folder(film(tmp_path / "film", "00008365_000.png", "AP"))
    card = run_by_hand(studio, "hybridgnet-cxr")
    assert_says_where_it_comes_from(card, "hybridgnet-cxr")
    keep(studio, "others-film")
    [result] = studio.results()
    assert result.state is RunState.NEGATIVE, "anatomy is no finding"
    [ratio] = result.measures
    assert 0.5 < ratio.value < 0.7
    assert "Study score" not in words_on(card)
    assert "Measured only" in words_on(card), "that nothing was found would be read as health"
    assert f"Cardiothoracic ratio: {ratio.value:.2f}" in words_on(card)
    assert {name for _, name in entries(picture(studio).view.scene())} == {"Lungs", "Heart"}
    content = picture(studio)
    upper_left, lower_right = (
        content.view.px_of((*corner, 0.0)) for corner in (HEART_BOX[:2], HEART_BOX[2:])
    )
    assert upper_left
    assert lower_right
    (left, top), (right, bottom) = upper_left, lower_right
    drawn = np.argwhere(ink(content))[:, ::-1]
    width = right - left
    inside = drawn[(drawn[:, 1] > top) & (drawn[:, 1] < bottom)]
    for edge in (left, right):
        assert np.abs(inside[:, 0] - edge).min() < 0.1 * width, "the heart ends where the reader's box ends"
    assert drawn[:, 0].min() < left - 0.2 * width, "the right lung lies beside the heart"
    assert drawn[:, 1].min() < top, "lungs reach above the heart"


def told(capsys: pytest.CaptureFixture[str], name: str, place: Path, out: Path) -> dict[str, Any]:
    """The one result of `overread run` on a place."""
    capsys.readouterr()
    assert run(["run", name, str(place), "--out", str(out), "--cpu", "--no-record", "--json"]) == 0
    [result] = json.loads(capsys.readouterr().out)
    assert result["package"]["name"] == name
    return dict(result)


def measures(result: dict[str, Any]) -> dict[str, float]:
    return {one["key"]: one["value"] for one in result["measures"]}


@pytest.mark.usefixtures("site")
def test_the_command_line_finds_the_lesion_of_lung1_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, lesion = lung1_about_its_lesion(tmp_path / "lung1", 32)
    result = told(capsys, "dlwpt-nodule", folder, tmp_path / "out")
    assert result["state"] == "positive"
    [first] = result["findings"][0]["geometry"]["coords"]
    assert np.linalg.norm(np.subtract(first, lesion)) <= 15.0


@pytest.mark.usefixtures("site")
def test_the_command_line_tells_the_share_of_dense_lung(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    result = told(capsys, "miniseg-covid-ct", slices_about_the_mass(tmp_path / "ct", 9), tmp_path / "out")
    assert result["state"] == "positive"
    assert 0 < measures(result)["dense_share"] < 30


@pytest.mark.usefixtures("site")
def test_the_command_line_tells_the_cardiothoracic_ratio(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    result = told(
        capsys, "hybridgnet-cxr", film(tmp_path / "film", "00008365_000.png", "AP"), tmp_path / "out"
    )
    assert result["state"] == "negative"
    assert 0.5 < measures(result)["cardiothoracic_ratio"] < 0.7
