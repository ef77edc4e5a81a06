"""A presentation state on the screen, by real clicks: each part at known places, and what is not done is said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from app.ui.object_cards import MARK
from app.ui.overlays.object import ObjectSheet
from app.ui.studio import Studio
from app.ui.widgets.rows import KEY
from tests.support import presentations as made
from tests.support.hands import stack
from tests.support.ui import paths_in
from viewers.types import Stamp

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
ROWS, COLUMNS = 40, 60


@pytest.fixture
def studio(tmp_path: Path, qapp: QApplication) -> Iterator[Studio]:
    opened = Studio.of(paths_in(tmp_path / "home"), size=(1400, 860))
    yield opened
    opened.close()


def corners() -> NDArray[np.int16]:
    """Four quarters of four values: no turn and no mirror image looks like another."""
    pixels = np.zeros((ROWS, COLUMNS), dtype=np.int16)
    pixels[:20, :30], pixels[:20, 30:], pixels[20:, :30], pixels[20:, 30:] = 900, 600, 300, 50
    return pixels


def open_sheet(studio: Studio) -> ObjectSheet:
    rows = studio.window.series.list
    place = next(n for n in range(rows.count()) if str(rows.item(n).data(KEY)).startswith(MARK))
    at = rows.visualItemRect(rows.item(place)).center()
    QTest.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(at))
    QTest.mouseDClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(at))
    assert studio.wait_for(lambda: bool(studio.window.findChildren(ObjectSheet)), 8)
    [found] = studio.window.findChildren(ObjectSheet)
    return found


def apply(studio: Studio) -> None:
    sheet = open_sheet(studio)
    [button] = [one for one in sheet.findChildren(QPushButton) if one.text() == "Show as it says"]
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    sheet.dismiss()
    studio.wait_idle()


def grey_at(studio: Studio, column: float, row: float, reach: int = 0) -> int:
    """The brightest that the screen shows near a place of the image, in pixels from the corner of its first pixel."""
    view = stack(studio).slices
    x, y, z, _ = view.affine_at(view.index) @ (0.0, row - 0.5, column - 0.5, 1.0)
    at = view.px_of((float(x), float(y), float(z)))
    assert at is not None
    image, near = view.grab().toImage(), range(-reach, reach + 1)
    return max(image.pixelColor(round(at[0]) + x, round(at[1]) + y).lightness() for x in near for y in near)


def quarters_on_screen(studio: Studio) -> list[list[int]]:
    """Grey at the middles of the four quarters of the shown rectangle, as they lie on the screen."""
    view = stack(studio).slices
    image = view.grab().toImage()
    affine = view.affine_at(view.index)
    places = [affine @ (0.0, r, c, 1.0) for r in (0, ROWS) for c in (0, COLUMNS)]
    ends = [view.px_of((float(at[0]), float(at[1]), float(at[2]))) for at in places]
    xs, ys = zip(*[end for end in ends if end is not None], strict=True)
    at_x = [min(xs) + (max(xs) - min(xs)) * share for share in (0.25, 0.75)]
    at_y = [min(ys) + (max(ys) - min(ys)) * share for share in (0.25, 0.75)]
    return [[image.pixelColor(round(x), round(y)).lightness() for x in at_x] for y in at_y]


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize("flip", ["N", "Y"])
def test_the_image_is_turned_first_and_mirrored_then(
    studio: Studio, tmp_path: Path, turn: int, flip: str
) -> None:
    """PS3.3 C.10.6: clockwise before the flip. A view turns after it, and the two orders differ at 90 and 270."""
    pixels = corners()
    one = made.image(tmp_path / "study", pixels)
    made.presentation(tmp_path / "study", [one], ImageRotation=turn, ImageHorizontalFlip=flip)
    studio.open_folder(tmp_path / "study")
    apply(studio)
    wanted = np.rot90(pixels, -turn // 90)
    wanted = np.fliplr(wanted) if flip == "Y" else wanted
    rows, columns = wanted.shape
    expected = wanted[np.ix_([rows // 4, 3 * rows // 4], [columns // 4, 3 * columns // 4])]
    shown = np.array(quarters_on_screen(studio))
    assert np.array_equal(np.argsort(shown.ravel()), np.argsort(expected.ravel()))


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
@pytest.mark.parametrize("shape", ["IDENTITY", "INVERSE"])
def test_the_shape_alone_says_what_is_white_whatever_the_image_says(
    studio: Studio, tmp_path: Path, photometric: str, shape: str
) -> None:
    one = made.image(tmp_path / "study", corners(), PhotometricInterpretation=photometric)
    made.presentation(tmp_path / "study", [one], PresentationLUTShape=shape)
    studio.open_folder(tmp_path / "study")
    before = grey_at(studio, 15, 10) > grey_at(studio, 45, 30)
    assert before == (photometric == "MONOCHROME2")
    apply(studio)
    large_is_white = grey_at(studio, 15, 10) > grey_at(studio, 45, 30)
    assert large_is_white == (shape == "IDENTITY")
    studio.act("view.reset")
    assert (grey_at(studio, 15, 10) > grey_at(studio, 45, 30)) == before


def test_drawings_lie_on_their_pixels_and_the_shutter_hides_the_rest(studio: Studio, tmp_path: Path) -> None:
    one = made.image(tmp_path / "study", np.full((ROWS, COLUMNS), 500, dtype=np.int16))
    shown = [
        made.drawing("POINT", [10.0, 10.0]),
        made.drawing("CIRCLE", [30.0, 20.0, 36.0, 20.0]),
        made.drawing("POLYLINE", [0.5, 0.5, 0.5, 0.1], "DISPLAY"),
    ]
    made.presentation(
        tmp_path / "study", [one],
        GraphicAnnotationSequence=[made.annotation(*shown, made.note("hilum", [40, 25, 55, 30], anchor=[30, 20]))],
        ShutterShape="RECTANGULAR", ShutterLeftVerticalEdge=6, ShutterRightVerticalEdge=60,
        ShutterUpperHorizontalEdge=1, ShutterLowerHorizontalEdge=40, ShutterPresentationValue=0,
    )  # fmt: skip
    studio.open_folder(tmp_path / "study")
    plain = grey_at(studio, 20, 35)
    apply(studio)
    assert grey_at(studio, 20, 35) == plain
    assert grey_at(studio, 2.5, 20) == 0  # left of column 6
    for column, row in ((10, 10), (36, 20), (30, 14), (30, 10)):  # point, circle east and north, line
        assert grey_at(studio, column, row, 2) > plain + 20, (column, row)
    view = stack(studio).slices
    assert view.presented is not None
    assert [note.lines for note in view.presented.notes] == [("hilum",)]
    assert Stamp("shown as in READ") in view.stamps
    studio.act("view.reset")
    assert grey_at(studio, 2.5, 20) == plain
    assert stack(studio).slices.presented is None


def test_the_displayed_area_fills_the_view_and_follows_its_size(studio: Studio, tmp_path: Path) -> None:
    one = made.image(tmp_path / "study", corners())
    made.presentation(
        tmp_path / "study", [one], DisplayedAreaSelectionSequence=[made.area((31, 21), (60, 40))]
    )
    studio.open_folder(tmp_path / "study")
    apply(studio)
    for _ in range(2):
        view = stack(studio).slices
        assert view.mm_at(view.width() / 2, view.height() / 2)[:2] == pytest.approx((44.5, 29.5))  # type: ignore[index]  # there is a picture
        assert view.state.scale == pytest.approx(min(view.width() / 30, view.height() / 20))
        studio.window.resize(1000, 700)
        studio.spin()


def test_magnified_images_have_so_many_screen_pixels_for_each_of_theirs(
    studio: Studio, tmp_path: Path
) -> None:
    one = made.image(tmp_path / "study", corners(), PixelSpacing=[0.5, 0.5])
    box = made.area((1, 1), (60, 40), "MAGNIFY", PresentationPixelMagnificationRatio=3.0)
    made.presentation(tmp_path / "study", [one], DisplayedAreaSelectionSequence=[box])
    studio.open_folder(tmp_path / "study")
    apply(studio)
    view = stack(studio).slices
    assert view.state.scale * 0.5 * view.devicePixelRatioF() == pytest.approx(3.0)


def test_a_window_of_one_frame_is_not_applied_to_the_others(studio: Studio, tmp_path: Path) -> None:
    one = made.frames(tmp_path / "study", np.full((3, ROWS, COLUMNS), 100, dtype=np.uint8))
    made.presentation(
        tmp_path / "study", [one],
        SoftcopyVOILUTSequence=[made.window(100, 20, made.reference(one, 2))],
        GraphicAnnotationSequence=[
            made.annotation(made.drawing("POINT", [10.0, 10.0]), images=[made.reference(one, 2)])
        ],
    )  # fmt: skip
    studio.open_folder(tmp_path / "study")
    stack(studio).slices.show_index(0)
    studio.wait_idle()
    apply(studio)
    view, seen = stack(studio).slices, []
    for index in (0, 1, 2):
        view.show_index(index)
        studio.wait_idle()
        assert view.presented is not None
        seen.append((view.state.window.center, view.state.window.width, len(view.presented.strokes)))
    assert seen == [(128.0, 256.0, 0), (100.0, 20.0, 1), (128.0, 256.0, 0)]


def test_images_that_the_state_is_not_about_stay_as_they_were_and_say_so(
    studio: Studio, tmp_path: Path
) -> None:
    first = made.image(tmp_path / "study", corners(), 1)
    made.image(tmp_path / "study", corners(), 2)
    made.presentation(
        tmp_path / "study", [first], ImageRotation=90, SoftcopyVOILUTSequence=[made.window(300, 30)]
    )
    studio.open_folder(tmp_path / "study")
    apply(studio)
    view = stack(studio).slices
    uids = [frame.ref.sop_instance_uid for frame in stack(studio).subject.display_set.frames]
    index = uids.index(str(first.SOPInstanceUID))
    view.show_index(index)
    studio.wait_idle()
    assert (view.state.quarter_turns, view.state.window.width) == (1, 30.0)
    view.show_index(1 - index)
    studio.wait_idle()
    assert (view.state.quarter_turns, view.state.window.width) == (0, 1000.0)
    assert Stamp("READ is not about this image", grave=True) in view.stamps
    assert view.presented is None
    view.show_index(index)
    studio.wait_idle()
    assert view.state.quarter_turns == 1


def lookup(entries: NDArray[np.uint16]) -> Dataset:
    """An item with a table of 16 bits for values from 0."""
    item = Dataset()
    item.add_new("LUTDescriptor", "US", [len(entries), 0, 16])
    item.add_new("LUTData", "US", entries.tolist())
    return item


def test_tables_of_the_state_make_grey_until_the_window_is_dragged(studio: Studio, tmp_path: Path) -> None:
    """All below 200 black, from there on white: no window does that at 300 and 50 so far apart."""
    one = made.image(tmp_path / "study", corners())
    voi = Dataset()
    voi.VOILUTSequence = [lookup(np.where(np.arange(1000) < 200, 0, 65535).astype(np.uint16))]
    made.presentation(tmp_path / "study", [one], SoftcopyVOILUTSequence=[voi])
    studio.open_folder(tmp_path / "study")
    assert [grey_at(studio, *at) for at in ((45, 30), (15, 30))] != [0, 255]
    apply(studio)
    assert [grey_at(studio, *at) for at in ((45, 30), (15, 30), (45, 10))] == [0, 255, 255]
    view = stack(studio).slices
    assert "READ" in stack(studio).own.words()
    middle = view.rect().center()
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=middle)
    for step in (5, 15, 40):
        QTest.mouseMove(view, middle + QPoint(step, 0))
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=middle + QPoint(40, 0))
    assert view.table is None
    assert view.state.window.width > 2
    assert view.state.window.center == pytest.approx(200, abs=2)  # the drag began at what the table does
    assert "READ" not in stack(studio).own.words()


def test_images_that_were_scaled_otherwise_are_grey_as_the_state_says_too(
    studio: Studio, tmp_path: Path
) -> None:
    """A PET rescales each slice in its own way; a state has one rescale for all, here that of the first."""
    images = [made.image(tmp_path / "study", corners(), number, RescaleSlope=number) for number in (1, 2)]
    made.presentation(
        tmp_path / "study", images, RescaleSlope=1, SoftcopyVOILUTSequence=[made.window(500, 1000)]
    )
    studio.open_folder(tmp_path / "study")
    apply(studio)
    view = stack(studio).slices
    for index in (0, 1, 0, 1):
        view.show_index(index)
        studio.wait_idle()
        assert grey_at(studio, 15, 30) == pytest.approx(255 * 300 / 1000, abs=2), index


def test_a_presentation_table_alone_can_turn_black_to_white(studio: Studio, tmp_path: Path) -> None:
    one = made.image(tmp_path / "study", corners(), PhotometricInterpretation="MONOCHROME1")
    falling = (65535 - np.arange(256) * 257).astype(np.uint16)
    made.presentation(
        tmp_path / "study", [one], PresentationLUTShape=None, PresentationLUTSequence=[lookup(falling)],
        SoftcopyVOILUTSequence=[made.window(500, 1000)],
    )  # fmt: skip
    studio.open_folder(tmp_path / "study")
    apply(studio)
    greys = [grey_at(studio, *at) for at in ((15, 10), (45, 10), (15, 30), (45, 30))]
    assert greys == pytest.approx([255 * (1 - value / 1000) for value in (900, 600, 300, 50)], abs=2)


def test_overlays_and_a_bitmap_shutter_of_the_state_lie_on_their_pixels(
    studio: Studio, tmp_path: Path
) -> None:
    one = made.image(tmp_path / "study", np.full((ROWS, COLUMNS), 300, dtype=np.int16))
    block, hiding = np.ones((4, 6), dtype=bool), np.zeros((ROWS, COLUMNS), dtype=bool)
    hiding[:, 50:] = True
    made.presentation(
        tmp_path / "study", [one], [made.Plane(0x6000, block, origin=(11, 21)), made.Plane(0x6002, hiding, layer="")],
        ShutterShape="BITMAP", ShutterOverlayGroup=0x6002, ShutterPresentationValue=0,
    )  # fmt: skip
    studio.open_folder(tmp_path / "study")
    plain = grey_at(studio, 5, 5)
    apply(studio)
    assert grey_at(studio, 23.5, 12.5) > plain + 20  # rows 11 to 14, columns 21 to 26
    assert [grey_at(studio, *at) for at in ((18, 12.5), (23.5, 8), (23.5, 17), (29, 12.5))] == [plain] * 4
    assert [grey_at(studio, 55, 20), grey_at(studio, 48, 20)] == [0, plain]
    studio.act("view.reset")
    assert [grey_at(studio, *at) for at in ((23.5, 12.5), (55, 20))] == [plain] * 2


def test_what_is_not_applied_stands_on_the_picture(studio: Studio, tmp_path: Path) -> None:
    one = made.image(tmp_path / "study", corners())
    made.presentation(
        tmp_path / "study", [one], MaskSubtractionSequence=[Dataset()],
        DisplayedAreaSelectionSequence=[made.area((1, 1), (60, 40), "TRUE SIZE", PresentationPixelSpacing=[1, 1])],
    )  # fmt: skip
    studio.open_folder(tmp_path / "study")
    apply(studio)
    badge = stack(studio).slices.badge
    assert badge is not None
    assert any("subtraction, true size" in line for line in badge.details)


def test_a_state_of_another_patient_is_described_and_cannot_be_applied(
    studio: Studio, tmp_path: Path
) -> None:
    one = made.image(tmp_path / "study", corners())
    made.presentation(tmp_path / "study", [one], ImageRotation=90)
    studio.open_folder(tmp_path / "study")
    import pydicom

    [file] = (tmp_path / "study").glob("state_*")
    changed = pydicom.dcmread(file)
    changed.PatientID, changed.PatientName = "OTHER", "OTHER^PATIENT"
    changed.save_as(file)
    sheet = open_sheet(studio)
    assert "patient" in sheet.problem.text()
    assert not [one for one in sheet.findChildren(QPushButton) if one.text() == "Show as it says"]
