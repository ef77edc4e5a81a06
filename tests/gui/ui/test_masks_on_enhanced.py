"""A mask drawn by mouse on one phase of an enhanced multi-frame file leaves by the sheet, and opens over its frames."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication

from app.studies.display_sets import DisplaySet
from app.ui.flat import FlatContent
from app.ui.marks import Marks, ink_remarks
from app.ui.studio import Studio
from tests.gui.ui.test_export_sheet import begin, sheet_of
from tests.gui.ui.test_masks import live, stroke
from tests.gui.ui.test_objects import open_card, outlines
from tests.support.dicom_tools import iod_errors
from tests.support.enhanced import OBLIQUE, SHAPE, Placed, enhanced_file, placed_affine
from tests.support.hands import keep
from tests.support.hands import press_and_wait as press
from tests.support.ui import paths_in
from viewers.masks.bricks import Box
from viewers.painted_view import PaintedView

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
UID = "1.2.826.0.1.3680043.8.498.68.1"
PHASES = [Placed(n, phase) for n in (5, 2, 0, 1, 4, 3) for phase in (2, 1)]


@pytest.fixture
def studio(tmp_path: Path, qapp: QApplication) -> Iterator[Studio]:
    enhanced_file(tmp_path / "in" / "ct.dcm", PHASES, OBLIQUE, UID)
    made = Studio.of(paths_in(tmp_path / "home"), size=(1500, 900))
    made.open_folder(tmp_path / "in")
    yield made
    made.close()


def hung(studio: Studio, phase: int) -> DisplaySet:
    """The series list's entry of a phase, hung; its frames are those that the file marks so."""
    wanted = {number for number, one in enumerate(PHASES, start=1) if one.phase == phase}
    found = next(one for one in studio.display_sets() if {frame.frame for frame in one.frames} == wanted)
    studio.hang(found.display_set_id)
    studio.wait_idle()
    return found


def view(studio: Studio) -> PaintedView:
    content = studio.window.host.active
    assert isinstance(content, FlatContent)
    assert isinstance(content.view, PaintedView)
    return content.view


def at(where: PaintedView, index: tuple[float, float, float]) -> QPoint:
    """Where a voxel is on the screen."""
    x, y = where.px_of(tuple((placed_affine(OBLIQUE) @ [*index, 1.0])[:3])) or (0.0, 0.0)
    return QPoint(round(x), round(y))


def test_a_mask_drawn_on_one_phase_leaves_by_the_sheet_and_opens_there(
    studio: Studio, tmp_path: Path
) -> None:
    phase = hung(studio, 2)
    studio.show_image(4)
    press(studio, Qt.Key.Key_B)
    assert studio.state.workspace.masks.is_on, studio.said[-1:]
    here = view(studio)
    stroke(studio, here, at(here, (3, 8, 10)), at(here, (3, 12, 20)))
    painted = live(studio).book.segment(1).read(Box((0, 0, 0), SHAPE))
    assert set(np.argwhere(painted)[:, 0]) == {3}
    keep(studio, "mask_on_enhanced")
    press(studio, Qt.Key.Key_Return)
    hung(studio, 1)
    keep(studio, "mask_over_other_phase")
    assert "marks of other images: Mask 1" in badge(studio)
    hung(studio, 2)
    assert "Mask 1" not in badge(studio)

    out = tmp_path / "out"
    sheet = sheet_of(studio, out, "seg")
    sheet.choice.identified.setFocus()
    press(studio, Qt.Key.Key_Space)
    begin(studio, sheet)
    keep(studio, "mask_on_enhanced_exported")
    assert str(out) in sheet.said.text()
    (file,) = out.rglob("mask_*.dcm")
    made = dcmread(file)
    (group,) = made.PerFrameFunctionalGroupsSequence
    (source,) = group.DerivationImageSequence[0].SourceImageSequence
    frame = PHASES.index(Placed(3, 2)) + 1
    assert (source.ReferencedSOPInstanceUID, source.ReferencedFrameNumber) == (UID, frame)
    assert phase.frames[3].frame == frame
    np.testing.assert_array_equal(made.pixel_array.reshape(SHAPE[1:]) > 0, painted[3])
    assert iod_errors(file) == []

    shutil.copy(file, tmp_path / "in" / "mask.dcm")
    studio.open_folder(tmp_path / "in")
    hung(studio, 2)
    open_card(studio).dismiss()
    studio.wait_idle()
    assert outlines(studio) == 1
    assert not said_strange(studio)
    studio.show_image(4)
    keep(studio, "mask_on_enhanced_opened")
    hung(studio, 1)
    assert outlines(studio) == 1
    assert said_strange(studio)
    keep(studio, "mask_on_enhanced_other_phase")


def badge(studio: Studio) -> str:
    """What stands in the badge of the picture."""
    told = view(studio).badge
    return "" if told is None else str(told)


def said_strange(studio: Studio) -> bool:
    """Whether the picture says that something on it was made on another acquisition."""
    content = studio.window.host.active
    assert isinstance(content, FlatContent)
    return bool(ink_remarks(studio.window.host.objects.over(Marks(), content.subject.target)))
