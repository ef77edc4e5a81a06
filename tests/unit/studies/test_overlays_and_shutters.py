"""60xx planes and display shutters: where they lie, on which frame, and what is said when they cannot be read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRBigEndian

from app.domain.display import ShutterShapes
from app.domain.volume import RemarkKind
from app.studies.overlays import OverlayGroup, plane_of, read_groups
from app.studies.pixel_header import read_pixel_header
from app.studies.shutters import read_shapes, shutter_of
from app.studies.stack_frame import showing_remarks
from tests.support.dicom_files import write
from tests.support.pictures import frame_at, frame_of, grey_file, item, sequence, with_overlay

masks = arrays(bool, array_shapes(min_dims=2, max_dims=2, max_side=21))
stacks = arrays(bool, array_shapes(min_dims=3, max_dims=3, max_side=9))


def picture(frames: int = 0, **changes: Any) -> Any:
    shape = (frames, 12, 15) if frames else (12, 15)
    return grey_file(np.zeros(shape, dtype=np.uint16), **changes)


def l_shape() -> np.ndarray:
    mask = np.zeros((4, 6), dtype=bool)
    mask[:, 0] = mask[-1] = True
    return mask


@given(masks, st.integers(-30, 30), st.integers(-30, 30))
def test_bits_and_place_of_a_plane_come_back(mask: np.ndarray, row: int, column: int) -> None:
    (group,), failed = read_groups(with_overlay(picture(), 0x6004, mask, Origin=(row, column)))
    plane = plane_of(group, 1)
    assert plane is not None
    assert failed == 0
    assert np.array_equal(plane.mask, mask)
    assert plane.origin == (row - 1, column - 1)


@given(stacks, st.integers(1, 5))
def test_frames_of_a_plane_lie_over_their_own_images(mask: np.ndarray, first: int) -> None:
    (group,), _ = read_groups(with_overlay(picture(), 0x6000, mask, Frames=len(mask), First=first))
    for number, wanted in enumerate(mask):
        plane = plane_of(group, first + number)
        assert plane is not None
        assert np.array_equal(plane.mask, wanted)
    assert plane_of(group, first - 1) is None
    assert plane_of(group, first + len(mask)) is None


def test_a_plane_that_names_no_frames_lies_over_all(tmp_path: Path) -> None:
    dataset = with_overlay(picture(3), 0x6000, l_shape(), Origin=(3, 5), Label="Edge", Type="R")
    for index in range(3):
        (plane,) = frame_of(dataset, tmp_path, index).overlays
        assert (plane.origin, plane.label, plane.kind, plane.embedded) == ((2, 4), "Edge", "R", False)
        assert np.array_equal(plane.mask, l_shape())


def test_planes_of_several_groups_keep_their_order(tmp_path: Path) -> None:
    dataset = with_overlay(
        with_overlay(picture(), 0x6002, l_shape(), Label="b"), 0x601E, l_shape(), Label="c"
    )
    assert [plane.label for plane in frame_of(dataset, tmp_path).overlays] == ["b", "c"]


@pytest.mark.parametrize("bit", [12, 15])
def test_planes_among_the_bits_of_the_pixels_are_found(bit: int, tmp_path: Path) -> None:
    mask = np.zeros((2, 12, 15), dtype=bool)
    mask[0, 2:5, 7], mask[1, 8, 1:9] = True, True
    values = np.arange(2 * 12 * 15, dtype=np.uint16).reshape(2, 12, 15)
    dataset = grey_file(values | mask.astype(np.uint16) << bit, BitsStored=12, HighBit=11)
    for element, vr, value in ((0x10, "US", 12), (0x11, "US", 15), (0x40, "CS", "G"), (0x100, "US", 16)):
        dataset.add_new(0x60000000 | element, vr, value)
    dataset.add_new(0x60000102, "US", bit)
    for index in range(2):
        frame = frame_of(dataset, tmp_path, index)
        (plane,) = frame.overlays
        assert plane.embedded
        assert np.array_equal(plane.mask, mask[index])
        assert np.array_equal(frame.pixels, values[index])


def test_planes_of_big_endian_files_are_not_swapped(tmp_path: Path) -> None:
    dataset = with_overlay(picture(), 0x6000, l_shape())
    swapped = np.frombuffer(dataset[0x60003000].value, np.uint8).reshape(-1, 2)[:, ::-1].tobytes()
    dataset[0x60003000].value = swapped
    big = Dataset()
    big.update(dataset)
    big.file_meta = dataset.file_meta
    big.file_meta.TransferSyntaxUID = ExplicitVRBigEndian
    write(big, tmp_path / "big.dcm")
    (plane,) = frame_at(tmp_path / "big.dcm").overlays
    assert np.array_equal(plane.mask, l_shape())


@pytest.mark.parametrize(
    ("element", "value"), [(0x0010, 4000), (0x0015, "1000000000"), (0x0050, None), (0x3000, b"\0\0")]
)
def test_a_plane_that_cannot_be_read_is_said(element: int, value: object, tmp_path: Path) -> None:
    dataset = with_overlay(picture(), 0x6000, l_shape(), Frames=1)
    if value is None:
        dataset.add_new(0x60000050, "SS", 7)
    else:
        dataset[0x60000000 | element].value = value
    header = read_pixel_header(write(dataset, tmp_path / "x.dcm"))
    assert header.showing.overlays == ()
    said = showing_remarks([header])
    assert [(one.kind, dict(one.facts)) for one in said] == [(RemarkKind.OVERLAYS_NOT_SHOWN, {"count": 1})]


def test_a_group_without_bits_is_none(tmp_path: Path) -> None:
    dataset = picture()
    dataset.add_new(0x60000010, "US", 12)
    dataset.add_new(0x60000011, "US", 15)
    header = read_pixel_header(write(dataset, tmp_path / "x.dcm"))
    assert (header.showing.overlays, showing_remarks([header])) == ((), ())


def test_rectangle_circle_and_polygon_hide_together() -> None:
    shapes = read_shapes(
        item(
            ShutterShape=["RECTANGULAR", "CIRCULAR", "POLYGONAL"], ShutterLeftVerticalEdge="3",
            ShutterRightVerticalEdge="18", ShutterUpperHorizontalEdge="2", ShutterLowerHorizontalEdge="15",
            CenterOfCircularShutter=[10, 10], RadiusOfCircularShutter=7,
            VerticesOfThePolygonalShutter=[1, 1, 1, 10, 20, 10, 20, 1], ShutterPresentationValue=65535,
        )
    )  # fmt: skip
    assert shapes is not None
    shutter = shutter_of(shapes, 20, 20)
    assert shutter.grey == 1.0
    for row in range(1, 21):
        for column in range(1, 21):
            inside = 2 <= row <= 15 and 3 <= column <= 18
            inside &= (row - 10) ** 2 + (column - 10) ** 2 <= 49
            inside &= column <= 10
            assert shutter.shown[row - 1, column - 1] == inside


def test_a_circle_is_round_in_mm_where_pixels_are_no_squares() -> None:
    # PS3.3 C.7.6.11: the radius is given in columns; a row here is twice as tall
    shown = shutter_of(ShutterShapes(circle=(20, 30, 10), aspect=2.0), 40, 60).shown
    rows, columns = np.nonzero(shown)
    assert (columns.min() + 1, columns.max() + 1, rows.min() + 1, rows.max() + 1) == (20, 40, 15, 25)


triangles = st.lists(st.tuples(st.integers(-5, 30), st.integers(-5, 30)), min_size=3, max_size=3, unique=True)


@given(triangles)
def test_a_triangle_shows_what_lies_on_the_inner_side_of_all_edges(corners: list[tuple[int, int]]) -> None:
    shown = shutter_of(ShutterShapes(vertices=tuple(corners)), 24, 26).shown
    row, column = np.mgrid[1:25, 1:27]
    sides = []
    for (r0, c0), (r1, c1) in zip(corners, [*corners[1:], corners[0]], strict=True):
        sides.append((r1 - r0) * (column - c0) - (c1 - c0) * (row - r0))
    strictly = np.all(np.array(sides) > 0, axis=0) | np.all(np.array(sides) < 0, axis=0)
    loosely = np.all(np.array(sides) >= 0, axis=0) | np.all(np.array(sides) <= 0, axis=0)
    assert not np.any(strictly & ~shown)
    if np.any(strictly):
        assert not np.any(shown & ~loosely)


def test_a_bitmap_shutter_hides_and_is_no_ink(tmp_path: Path) -> None:
    dataset = with_overlay(picture(), 0x6002, l_shape(), Origin=(10, 3))
    dataset.ShutterShape, dataset.ShutterOverlayGroup, dataset.ShutterPresentationValue = "BITMAP", 0x6002, 0
    frame = frame_of(with_overlay(dataset, 0x6000, l_shape()), tmp_path)
    assert len(frame.overlays) == 1
    hidden = np.zeros((12, 15), dtype=bool)
    hidden[9:12, 2:8] = l_shape()[:3]
    assert frame.shutter is not None
    assert np.array_equal(frame.shutter.shown, ~hidden)


def test_frames_have_shutters_of_their_own(tmp_path: Path) -> None:
    def own(left: int) -> Any:
        edges = item(
            ShutterShape="RECTANGULAR", ShutterLeftVerticalEdge=str(left), ShutterRightVerticalEdge="15",
            ShutterUpperHorizontalEdge="1", ShutterLowerHorizontalEdge="12",
        )  # fmt: skip
        return item(FrameDisplayShutterSequence=sequence(edges))

    dataset = picture(2, PerFrameFunctionalGroupsSequence=sequence(own(4), own(9)))
    for index, left in enumerate((4, 9)):
        shutter = frame_of(dataset, tmp_path, index).shutter
        assert shutter is not None
        assert np.flatnonzero(shutter.shown[0]).min() == left - 1


def test_frames_alike_share_one_mask() -> None:
    shapes = [ShutterShapes(edges=(2, 9, 2, 9)) for _ in range(2)]
    assert shutter_of(shapes[0], 12, 15).shown is shutter_of(shapes[1], 12, 15).shown


def test_a_shutter_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    header = read_pixel_header(write(picture(ShutterShape="CIRCULAR"), tmp_path / "x.dcm"))
    assert header.showing.shutter is None
    assert [remark.kind for remark in showing_remarks([header])] == [RemarkKind.SHUTTER_NOT_APPLIED]


def test_a_compressed_file_keeps_no_plane_among_its_pixels() -> None:
    group = OverlayGroup(0x6000, (4, 4), (0, 0), "", "G", None, 12)
    assert plane_of(group, 1, None) is None
