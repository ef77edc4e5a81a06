"""Left against right in the window: four films hang, one run, the map lies where the blob is and on no other film."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QLabel

from app.domain.finding import RunState
from app.state.model import HeatMode
from app.support.i18n import text
from app.ui.contents import StackContent
from app.ui.studio import Studio
from tests.support.breast_pairs import Stored, pair, spacing, where, write_pair
from tests.support.hands import stacks_by_side
from tests.support.mammograms import film_case
from tests.support.ui import paths_in
from viewers.geometry import px_of

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
BLOB = (140.0, 110.0)
VIEWS = (
    *(replace(one, orientation=told) for one, told in zip(pair("CC"), (("P", "L"), ("A", "R")), strict=True)),
    replace(pair("MLO")[0], orientation=("P", "FL")),
    # stored mirrored, as its header says: it is turned to hang, and the map with it
    replace(pair("MLO", blob=BLOB)[1], chest="right", orientation=("P", "FR")),
)


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    made = Studio.of(paths_in(tmp_path / "home"), (1500, 1000))
    yield made
    made.close()


def colours(content: StackContent) -> NDArray[np.int16]:
    """The view with everything that is drawn over it: (rows, columns, red green blue)."""
    image = content.view.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    flat = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return flat[:, : image.width() * 3].reshape(image.height(), image.width(), 3).astype(np.int16)


def change(before: NDArray[np.int16], after: NDArray[np.int16], at: tuple[float, float]) -> float:
    """How much the colour changed within 4 pixels of a place on the screen."""
    row, column = round(at[1]), round(at[0])
    window = np.s_[row - 4 : row + 5, column - 4 : column + 5]
    return float(np.abs(after[window] - before[window]).mean())


def on_screen(content: StackContent, stored: Stored, place: tuple[float, float]) -> tuple[float, float]:
    """Where a row and column of the stored picture lie on the screen."""
    plane = content.view.plane
    assert plane is not None
    x, y, _ = px_of(plane, (place[1] * spacing(stored), place[0] * spacing(stored), 0.0))
    return x, y


def test_the_map_lies_on_the_blob_of_its_own_film_and_on_no_other(studio: Studio, tmp_path: Path) -> None:
    """RQ-42, RQ-44: colour where the blob is, none at the same place of the other three, also on a turned film."""
    write_pair(tmp_path / "mg", VIEWS)
    studio.open_folder(tmp_path / "mg")
    studio.run_package("mg-asymmetry")
    [result] = studio.results()
    assert result.state is RunState.POSITIVE
    hung = stacks_by_side(studio)
    assert list(hung) == ["RCC", "LCC", "RMLO", "LMLO"]
    assert hung["LMLO"].state.flip_horizontal
    studio.show_ink(HeatMode.OUTLINE)
    studio.wait_idle()
    before = {view: colours(content) for view, content in hung.items()}
    studio.show_ink(HeatMode.HEAT)
    studio.wait_idle()
    assert {view: len(content.view.heat) for view, content in hung.items()} == {
        "RCC": 0, "LCC": 0, "RMLO": 0, "LMLO": 1,
    }  # fmt: skip
    for stored in VIEWS:
        content, place = hung[stored.view], where(replace(stored, blob=BLOB))
        moved = change(before[stored.view], colours(content), on_screen(content, stored, place))
        assert (moved > 8) == (stored.view == "LMLO"), (stored.view, moved)
    mirrored = (where(VIEWS[3])[0], 383 - where(VIEWS[3])[1])
    there = on_screen(hung["LMLO"], VIEWS[3], mirrored)
    assert change(before["LMLO"], colours(hung["LMLO"]), there) < 2, (
        "not on the mirrored place of its own film"
    )
    [judgement] = studio.findings()
    studio.select_finding(judgement.finding.finding_id)
    studio.wait_idle()
    marked = [view for view, one in hung.items() if any(marker.selected for marker in one.view.markers)]
    assert marked == ["LMLO"], "RQ-10: the chosen finding is shown on its own film"
    assert "Asymmetry map" in hung["LMLO"].view.heat[0].label
    assert [len(content.view.outlines) for content in hung.values()] == [1, 1, 1, 1]


def test_asked_again_it_answers_from_what_is_kept_and_is_not_stale(studio: Studio, tmp_path: Path) -> None:
    """RQ-31."""
    write_pair(tmp_path / "mg", VIEWS)
    studio.open_folder(tmp_path / "mg")
    studio.run_package("mg-asymmetry")
    studio.run_package("mg-asymmetry")
    assert studio.said[-1].endswith(text("ai.from_cache"))
    assert len(studio.results()) == 1
    [card] = studio.window.runs._cards.values()
    assert not card.stale.isVisibleTo(card)


def test_one_side_alone_is_not_applicable_in_words(studio: Studio, tmp_path: Path) -> None:
    write_pair(tmp_path / "mg", (VIEWS[0], VIEWS[2]))
    studio.open_folder(tmp_path / "mg")
    studio.run_package("mg-asymmetry")
    [result] = studio.results()
    assert result.state is RunState.NOT_APPLICABLE
    [card] = studio.window.runs._cards.values()
    assert any("It found RCC, RMLO" in one.text() for one in card.findChildren(QLabel))


def test_a_real_case_is_compared_on_all_four_films(studio: Studio, tmp_path: Path) -> None:
    studio.open_folder(film_case(tmp_path / "case", "sfm-malign-0"))
    studio.run_package("mg-asymmetry")
    [result] = studio.results()
    assert result.state in (RunState.POSITIVE, RunState.NEGATIVE)
    assert {one.key for one in result.measures} == {
        f"asymmetry_{what}_{pair}" for what in ("index", "marked", "outline") for pair in ("cc", "mlo")
    }, "no area without pixel spacing"
    studio.show_ink(HeatMode.OUTLINE)
    studio.wait_idle()
    assert [len(content.view.outlines) for content in stacks_by_side(studio).values()] == [1, 1, 1, 1]
