"""Masks on single projection images: they stay on the one image, have an area, and leave with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from highdicom.seg import segread
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from app.ui.flat import FlatContent
from app.ui.panels.masks import VOLUME
from app.ui.studio import Studio
from app.workflows.export import export_reading
from tests.gui.ui.test_masks import live, stroke
from tests.support import mammograms
from tests.support.hands import press_and_wait as press
from tests.support.ui import paths_in, write_ct
from viewers.masks.bricks import Box
from viewers.painted_view import PaintedView

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


@pytest.fixture
def studio(tmp_path: Path, qapp: QApplication) -> Iterator[Studio]:
    mammograms.write(tmp_path / "films", mammograms.FOUR)
    made = Studio.of(paths_in(tmp_path), size=(1500, 900))
    made.open_folder(tmp_path / "films")
    made.wait_idle()
    yield made
    made.close()


def active(studio: Studio) -> PaintedView:
    content = studio.window.host.active
    assert isinstance(content, FlatContent)
    assert isinstance(content.view, PaintedView)
    return content.view


def test_a_mask_stays_on_its_own_film_and_leaves_with_it(studio: Studio, tmp_path: Path) -> None:
    press(studio, Qt.Key.Key_B)
    assert studio.state.workspace.masks.is_on, studio.window.messages.said[-1:]
    here = active(studio)
    middle = QPoint(here.width() // 2, here.height() // 2)
    stroke(studio, here, middle)
    painted = np.argwhere(live(studio).book.segment(1).read(Box((0, 0, 0), live(studio).book.shape)))
    assert len(painted) > 100
    spacing = float(np.linalg.norm(live(studio).book.affine[:3, 2]))
    away = spacing * np.hypot(*(painted[:, 1:] - painted[:, 1:].mean(axis=0)).T)
    assert away.max() == pytest.approx(5.0, abs=2 * spacing)
    header, shown = (
        studio.window.masks.table.horizontalHeaderItem(VOLUME),
        studio.window.masks.table.item(0, VOLUME),
    )
    assert header is not None
    assert shown is not None
    assert header.text() == "cm²"
    assert float(shown.text()) == pytest.approx(len(painted) * spacing**2 / 100, abs=0.01)
    others = [
        one.view
        for one in studio.window.host.contents.values()
        if isinstance(one, FlatContent) and one.view is not here
    ]
    assert others
    assert all(isinstance(one, PaintedView) and one.masks is None for one in others)
    reading, study = studio.state.reading.reading, studio.state.workspace.open_study
    assert reading is not None
    report = export_reading(
        reading, study, ["seg"], tmp_path / "out", identified=True, paths=studio.ctx.paths
    )
    (file,) = (one for one in report.files if one.suffix == ".dcm")
    seg = segread(file)
    image = reading.segmentations[0].head.image
    assert image is not None
    voxels = seg.get_pixels_by_source_instance([image.sop_instance_uid])
    assert np.array_equal(np.argwhere(voxels[0, ..., 0]), painted[:, 1:])


def colored_pixels(view: PaintedView) -> int:
    image = view.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    raw = np.frombuffer(image.constBits(), dtype=np.uint8).reshape(image.height(), image.bytesPerLine())
    part = raw[:, : 4 * image.width()].reshape(image.height(), image.width(), 4).astype(int)
    middle = part[image.height() // 3 : 2 * image.height() // 3, image.width() // 4 : 3 * image.width() // 4]
    return int(np.count_nonzero(middle[..., 0] - middle[..., 2] > 20))  # the first segment is blue


def test_nobody_paints_blind_where_marks_of_models_are_off(studio: Studio) -> None:
    """On mammograms they are off until they are asked for."""
    assert not studio.state.workspace.ink.shown
    press(studio, Qt.Key.Key_B)
    here = active(studio)
    middle = QPoint(here.width() // 2, here.height() // 2)
    assert colored_pixels(here) == 0
    stroke(studio, here, middle)
    assert colored_pixels(here) > 100
    press(studio, Qt.Key.Key_Return)
    assert colored_pixels(here) > 100  # drawn by hand: no mark of a model's
    here.peek(True)
    assert colored_pixels(here) == 0


def test_what_cannot_be_drawn_on_says_why(tmp_path: Path, qapp: QApplication) -> None:
    """One slice in the patient: neither a film nor a stack."""
    write_ct(tmp_path / "one", slices=1)
    studio = Studio.of(paths_in(tmp_path), size=(1300, 820))
    studio.open_folder(tmp_path / "one")
    studio.wait_idle()
    press(studio, Qt.Key.Key_B)
    assert not studio.state.workspace.masks.is_on
    assert "Masks are drawn on single radiographs and on series" in studio.window.messages.said[-1]
    studio.close()
