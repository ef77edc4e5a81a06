"""Bugs of other viewers that concern reading, each as a test of ours; `ELSEWHERE` names those in other files."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.domain.errors import OverreadError
from app.domain.objects import PlacedArray, SegmentationObject
from app.domain.reports import StructuredReport
from app.domain.volume import RemarkKind
from app.studies.display_sets import display_sets
from app.studies.load import load_volume
from app.studies.objects.findings.ground import Ground
from app.studies.objects.masks import segment_mask
from app.studies.objects.measurements_in import measurements_in
from app.studies.objects.read import read_object
from app.studies.scan import scan
from app.ui.corners import badge, number_in
from app.ui.studio import Studio
from app.workflows.export import export_reading
from tests.support import objects
from tests.support.dicom_files import ct_dataset, write, write_stack
from tests.support.enhanced import enhanced_ct
from tests.support.hands import press, press_and_wait, stack
from tests.support.ui import paths_in, write_ct
from tests.support.viewers2d import affine, one_bright_voxel, point_at, volume
from viewers.mpr_view import MprGroup, MprView, PlaneKind
from viewers.types import WindowLevel

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
ROOT = Path(__file__).resolve().parents[3]
CONTROL = Qt.KeyboardModifier.ControlModifier

ELSEWHERE = {
    "Weasis#752 MPR of coronal acquisitions": (
        "tests/gui/viewers/test_mpr_view.py",
        "test_planes_lie_as_radiologists_read_them_however_the_slices_were_made",
    ),
    "OHIF#5206 redo restores the values": (
        "tests/gui/ui/test_measuring.py",
        "test_undo_redo_move_and_delete",
    ),
    "Weasis#620 MONOCHROME1 with an inverse presentation state": (
        "tests/gui/ui/test_presenting.py",
        "test_the_shape_alone_says_what_is_white_whatever_the_image_says",
    ),
    "OHIF#5318 two patients with one ID": (
        "tests/gui/ui/test_patient_guard.py",
        "test_two_patients_with_one_id_ohif_5318",
    ),
    "OHIF#4177 cine by elapsed time": (
        "tests/gui/ui/test_cine.py",
        "test_it_plays_at_the_rate_of_the_file_and_stops",
    ),
}


@pytest.mark.parametrize("bug", ELSEWHERE)
def test_what_stands_elsewhere_is_there(bug: str) -> None:
    file, name = ELSEWHERE[bug]
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.fixture
def studio(tmp_path: Path, qapp: QApplication) -> Iterator[Studio]:
    made = Studio.of(paths_in(tmp_path), size=(1100, 760))
    yield made
    made.close()


TOLD = {
    "StudyID": "1",
    "ReferringPhysicianName": "",
    "PositionReferenceIndicator": "",
    "Manufacturer": "Scanner maker",
}


def mask_in(file: Path) -> PlacedArray:
    found = read_object(file)
    assert isinstance(found, SegmentationObject)
    return segment_mask(found, 1)


@pytest.mark.parametrize("columns", [9, 13, 15, 16])
def test_segments_of_columns_that_are_no_multiple_of_eight_weasis_820(tmp_path: Path, columns: int) -> None:
    write_stack(
        tmp_path / "ct",
        [(0, 0, 2.0 * n) for n in range(4)],
        Rows=7,
        Columns=columns,
        PixelData=np.zeros((7, columns), "<i2").tobytes(),
        **TOLD,
    )
    images = [dcmread(path) for path in sorted((tmp_path / "ct").iterdir())]
    images.sort(key=lambda image: float(image.ImagePositionPatient[2]))
    voxels = np.random.default_rng(columns).integers(0, 2, (4, 7, columns)).astype(np.uint8)
    voxels[:, 0, 0] = 1  # no frame is empty
    seg = objects.segmentation(images, voxels, ["blob"])
    assert seg.Columns % 8 == columns % 8
    mask = mask_in(objects.save(seg, tmp_path / "seg.dcm"))
    order = np.argsort([float(point_at(mask.affine, (n, 0, 0))[2]) for n in range(4)])
    assert np.array_equal(mask.values[order].astype(np.uint8), voxels)


def test_segment_frames_outside_the_images_stay_where_they_are_ohif_2345(tmp_path: Path) -> None:
    """A mask was made on ten slices; six of them are here. What is here lies right, nothing moves up to fill gaps."""
    write_stack(tmp_path / "ct", [(0, 0, 3.0 * n) for n in range(10)], **TOLD)
    paths = sorted((tmp_path / "ct").iterdir())
    images = sorted((dcmread(path) for path in paths), key=lambda one: float(one.ImagePositionPatient[2]))
    voxels = np.zeros((10, 8, 10), np.uint8)
    for number in range(10):
        voxels[number, number % 8, number] = 1
    seg = objects.save(objects.segmentation(images, voxels, ["blob"]), tmp_path / "seg.dcm")
    for path in paths:
        if float(dcmread(path).ImagePositionPatient[2]) in {0.0, 3.0, 12.0, 27.0}:
            path.unlink()
    mask = mask_in(seg)
    found = {
        tuple(round(part, 3) for part in point_at(mask.affine, (int(k), int(r), int(c))))
        for k, r, c in np.argwhere(mask.values)
    }
    expected = {(round(0.7 * n, 3), round(0.8 * (n % 8), 3), 3.0 * n) for n in range(10)}
    assert found == expected


def test_values_are_the_same_on_every_path_ohif_4296_weasis_858(studio: Studio, tmp_path: Path) -> None:
    """Unsigned 16-bit with high values and a slope: pointer, region, measurement, volume and header agree."""
    stored = (np.arange(64 * 64, dtype=np.uint16).reshape(64, 64) * 13 + 9000).astype("<u2")
    assert stored.max() > 40000
    write_stack(
        tmp_path / "ct",
        [(0, 0, 2.0 * n) for n in range(5)],
        Rows=64,
        Columns=64,
        PixelSpacing=[1, 1],
        PixelRepresentation=0,
        RescaleSlope=0.5,
        RescaleIntercept=-1024,
        PixelData=stored.tobytes(),
    )
    expected = stored.astype(float) * 0.5 - 1024
    studio.open_folder(tmp_path / "ct")
    studio.wait_idle()
    view = stack(studio).slices
    z = float(view.affine_at(view.index)[2, 3])
    for row, column in ((0, 0), (31, 7), (63, 63)):
        assert view.value_at((float(column), float(row), z)) == expected[row, column]
    (one,) = display_sets(scan([tmp_path / "ct"]).studies[0])
    whole = load_volume(one)
    assert np.array_equal(whole.values(2), expected.astype(np.float32))
    press(studio, Qt.Key.Key_E, Qt.KeyboardModifier.AltModifier)
    ends = [view.px_of((float(c), float(r), z)) for r, c in ((9.6, 9.6), (20.4, 30.4))]
    start, end = (QPoint(round(at[0]), round(at[1])) for at in ends if at is not None)
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(view, end)
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=end)
    studio.spin()
    reading = studio.state.reading.reading
    assert reading is not None
    told = {quantity.key: quantity.value for quantity in reading.measurements[0].quantities}
    part = expected[10:21, 10:31]
    assert (told["min"], told["max"], told["pixels"]) == (part.min(), part.max(), part.size)
    assert told["mean"] == pytest.approx(part.mean(), rel=1e-12)


def test_scrolling_an_oblique_plane_goes_along_its_own_normal_weasis_702(qtbot: QtBot) -> None:
    group = MprGroup([MprView(kind) for kind in PlaneKind])
    for view in group.views:
        qtbot.addWidget(view)
        view.resize(300, 300)
    group.set_volume(volume(np.zeros((40, 60, 50), np.int16), affine()), [WindowLevel(0, 100)])
    one = group.views[0]
    turn = np.radians(25)
    one.basis = one.basis @ np.array(
        [[1, 0, 0], [0, np.cos(turn), -np.sin(turn)], [0, np.sin(turn), np.cos(turn)]]
    )
    one.basis_changed()
    assert one.position is not None
    before = np.array(one.position)
    one.next_image(3)
    assert one.position is not None
    way = np.array(one.position) - before
    assert np.linalg.norm(way) > 1
    assert np.allclose(np.cross(way / np.linalg.norm(way), one.basis[:, 2]), 0, atol=1e-9)
    one.next_image(-3)
    assert one.position is not None
    assert np.allclose(one.position, before)


@pytest.mark.parametrize(
    ("shape", "index"),
    [
        ((5, 6, 2600), (2, 3, 2590)),  # tomviz#2306: more than 2048 on an axis
        ((5, 2600, 6), (1, 2590, 2)),
        ((2600, 6, 5), (2590, 4, 3)),
        ((761, 64, 64), (755, 60, 5)),  # OHIF#6190
    ],
)
def test_long_axes_are_drawn_to_their_end_tomviz_2306_ohif_6190(
    qtbot: QtBot, shape: tuple[int, int, int], index: tuple[int, int, int]
) -> None:
    place = affine(slice_step=(0, 0, 1.0), down=(0, 1.0, 0), right=(1.0, 0, 0))
    group = MprGroup([MprView(kind) for kind in PlaneKind])
    for view in group.views:
        qtbot.addWidget(view)
        view.resize(600, 600)
    group.set_volume(volume(one_bright_voxel(index, shape), place), [WindowLevel(500, 1000)])
    group.jump_to(point_at(place, index))
    for view in group.views:
        assert view.value_at(point_at(place, index)) == 1000
        at = view.px_of(point_at(place, index))
        assert at is not None
        view.zoom_at(40.0, *at)
        at = view.px_of(point_at(place, index))
        assert at is not None
        image = view.grab_picture()
        x, y = (min(max(round(part), 3), 596) for part in at)
        near = [image.pixelColor(x + dx, y + dy).red() for dx in (-2, 2) for dy in (-2, 2)]
        assert max(near) > 128


def test_each_frame_comes_in_its_own_window_weasis_709(studio: Studio, tmp_path: Path) -> None:
    """Frame n of the file has the centre 40 + n; a window of the reader's stays through all frames."""
    enhanced_ct(tmp_path / "in", np.zeros((6, 16, 16), np.int16))
    studio.open_folder(tmp_path / "in")
    studio.wait_idle()
    view = stack(studio).slices

    def centers() -> list[float]:
        found = []
        for number in range(6):
            view.show_index(number)
            studio.wait_idle()
            found.append(view.state.window.center)
        return found

    assert sorted(centers()) == [40, 41, 42, 43, 44, 45]
    assert centers() == centers()
    press_and_wait(studio, Qt.Key.Key_1)
    chosen = view.state.window.center
    assert chosen < 0
    assert centers() == [chosen] * 6
    press_and_wait(studio, Qt.Key.Key_0)
    assert sorted(centers()) == [40, 41, 42, 43, 44, 45]


def test_measurements_on_a_multi_frame_keep_their_frame_ohif_3751(studio: Studio, tmp_path: Path) -> None:
    enhanced_ct(tmp_path / "in", np.zeros((6, 32, 32), np.int16))
    studio.open_folder(tmp_path / "in")
    studio.wait_idle()
    view = stack(studio).slices
    view.show_index(4)
    studio.wait_idle()
    press(studio, Qt.Key.Key_L)
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(200, 250))
    QTest.mouseMove(view, QPoint(260, 280))
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(260, 280))
    studio.spin()
    reading = studio.state.reading.reading
    assert reading is not None
    (made,) = reading.measurements
    frames = stack(studio).subject.display_set.frames
    assert made.frame == frames[4].ref
    assert made.frame.frame != 1
    view.show_index(0)
    studio.wait_idle()
    assert not view.shown_shapes()
    view.show_index(4)
    studio.wait_idle()
    assert view.shown_shapes()
    study = studio.state.workspace.open_study
    assert study is not None
    done = export_reading(
        reading, study, ["measurements"], tmp_path / "out", paths=studio.ctx.paths, identified=True
    )
    (file,) = (each for each in done.files if each.suffix == ".dcm")
    report = read_object(file)
    assert isinstance(report, StructuredReport)
    ((back, _),) = measurements_in(report, Ground(study)).measurements
    assert back.frame == made.frame


def test_an_export_that_fails_leaves_every_measurement_ohif_3944(studio: Studio, tmp_path: Path) -> None:
    write_ct(tmp_path / "ct")
    studio.open_folder(tmp_path / "ct")
    studio.wait_idle()
    view = stack(studio).slices
    press(studio, Qt.Key.Key_L)
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(200, 250))
    QTest.mouseMove(view, QPoint(260, 280))
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(260, 280))
    studio.spin()
    reading, study = studio.state.reading.reading, studio.state.workspace.open_study
    assert reading is not None
    assert study is not None
    in_the_way = tmp_path / "out"
    in_the_way.write_text("a file where a folder should be", encoding="utf-8")
    with pytest.raises(OverreadError):
        export_reading(reading, study, ["measurements"], in_the_way / "x", paths=studio.ctx.paths)
    assert studio.state.reading.reading == reading
    assert len(view.shown_shapes()) == 1
    again = Studio.of(paths_in(tmp_path), size=(900, 700))
    try:
        again.open_folder(tmp_path / "ct")
        again.wait_idle()
        kept = again.state.reading.reading
        assert kept is not None
        assert kept.measurements == reading.measurements
    finally:
        again.close()


@pytest.mark.parametrize(
    ("numbers", "two"),
    [((1, 2, 3, 4, 5, 6), [3, 4]), ((6, 5, 4, 3, 2, 1), [3, 4]), ((16, 15, 14, 13, 12, 11), [13, 14])],
)
def test_uneven_spacing_names_the_images_slicer_7339(
    tmp_path: Path, numbers: tuple[int, ...], two: list[int]
) -> None:
    for number, z in zip(numbers, [0.0, 2.0, 4.0, 7.3, 9.3, 11.3], strict=True):
        write(ct_dataset(ImagePositionPatient=[0, 0, z], InstanceNumber=number), tmp_path / f"{number}")
    (one,) = display_sets(scan([tmp_path]).studies[0])
    (said,) = (remark for remark in one.remarks if remark.kind is RemarkKind.UNEVEN_SPACING)
    facts = dict(said.facts)
    by_number = {number_in(one, place): frame.instance for place, frame in enumerate(one.frames)}
    named = [by_number[int(str(facts[key]))].instance_number for key in ("first", "second")]
    assert sorted(number or 0 for number in named) == two
    told = badge(one.remarks)
    assert told is not None
    assert f"images {facts['first']} and {facts['second']}" in told.details[0]
