"""Pages of figures in the window: quality for its role alone, a model measured on labelled cases; saved as files."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.ui.overlays.evaluation import EvaluationSheet
from app.ui.overlays.page import PageSheet
from app.ui.overlays.quality import QualitySheet
from app.ui.studio import Studio
from app.ui.widgets.page_view import PageView
from tests.support.hands import keep, press
from tests.support.tiny_package import TinyPackage
from tests.support.ui import paths_in, write_ct

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier


@pytest.fixture
def studio(tmp_path: Path, qapp: QApplication) -> Iterator[Studio]:
    made = Studio.of(paths_in(tmp_path / "home"), size=(1300, 860))
    yield made
    made.close()


def sheet(studio: Studio, kind: type[PageSheet]) -> PageSheet:
    return next(iter(studio.window.findChildren(kind)))


def test_quality_figures_are_for_whoever_is_responsible_for_them(studio: Studio, tmp_path: Path) -> None:
    press(studio, Qt.Key.Key_Q, CTRL | ALT)
    page = sheet(studio, QualitySheet)
    studio.wait_idle()
    assert "quality" in page.said.text().lower()
    assert not page.save.isEnabled()
    press(studio, Qt.Key.Key_Escape)
    studio.window.desk.sheets.save(replace(studio.ctx.settings, role="qa"))
    press(studio, Qt.Key.Key_Q, CTRL | ALT)
    studio.wait_idle()
    assert "not for primary diagnosis" in page.view.toPlainText().lower()
    keep(studio, "quality")
    page.save_to(tmp_path / "out" / "quality.html")
    assert "<h1>" in (tmp_path / "out" / "quality.html").read_text(encoding="utf-8")
    page.save_to(tmp_path / "out" / "quality.html" / "below-a-file.html")
    assert "Choose another place" in page.said.text()


def write_cases(folder: Path, number: int = 24) -> Path:
    rows = []
    for case in range(number):
        uid = f"1.2.826.0.1.3680043.10.{50 + case}"
        write_ct(folder / "images" / f"{case}", slices=2, uid=uid, name=f"CASE^{case}")
        rows.append({"file": f"{case}", "label": case % 2, "sex": "F" if case % 3 else "M"})
    with (folder / "labels.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, ["file", "label", "sex"])
        writer.writeheader()
        writer.writerows(rows)
    return folder


def test_a_model_is_measured_on_labelled_cases_by_hand(studio: Studio, tmp_path: Path) -> None:
    cases = write_cases(tmp_path / "cases")
    TinyPackage().write(studio.ctx.paths.models / "spot-1.0.0")
    studio.window.desk.running.find_models()
    studio.wait_idle()
    press(studio, Qt.Key.Key_F5, CTRL | ALT)
    form = sheet(studio, EvaluationSheet)
    assert isinstance(form, EvaluationSheet)
    form._chosen = lambda: "spot"
    for field, words in (
        (form.labels, cases / "labels.csv"),
        (form.images, cases / "images"),
        (form.by, "sex"),
    ):
        field.setFocus()
        QTest.keyClicks(field, str(words))
    QTest.mouseClick(form.run, Qt.MouseButton.LeftButton)
    assert studio.wait_for(form.save.isEnabled, 120), form.said.text()
    shown = form.view.toPlainText()
    assert "spot 1.0.0" in shown
    assert "24 cases counted, 12 of them positive" in shown
    assert "By sex" in shown
    keep(studio, "evaluation")


def test_a_table_that_is_not_there_is_one_sentence(studio: Studio, tmp_path: Path) -> None:
    press(studio, Qt.Key.Key_F5, CTRL | ALT)
    form = sheet(studio, EvaluationSheet)
    assert isinstance(form, EvaluationSheet)
    form._chosen = lambda: "ct-dense-lung"
    form.labels.setText(str(tmp_path / "none.csv"))
    form.images.setText(str(tmp_path))
    QTest.mouseClick(form.run, Qt.MouseButton.LeftButton)
    studio.wait_idle()
    assert "none.csv" in form.said.text()
    assert not form.save.isEnabled()


def test_plots_become_pictures_and_nothing_is_fetched(qapp: QApplication) -> None:
    view = PageView()
    square = '<rect width="30" height="30" fill="#0072B2"/>'
    drawn = f'<svg xmlns="http://www.w3.org/2000/svg" width="30pt" height="30pt">{square}</svg>'
    view.resize(300, 300)
    view.show_page(f"<p>before</p>{drawn}<p>after</p>")
    view.show()
    picture = view.grab().toImage()
    colors = [picture.pixelColor(x, y) for x in range(0, 300, 4) for y in range(0, 300, 4)]
    blue = sum(color.blue() > 150 and color.red() < 60 for color in colors)
    assert blue >= 50, "40 x 40 pixels at a quarter of the places"
    view.close()
