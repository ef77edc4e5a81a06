"""Uneven, gapped and straying slices on an even grid: values stand where they were imaged, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from app.domain.errors import GeometryRefusedError
from app.domain.geometry import index_to_lps
from app.domain.volume import Pixels, RemarkKind, Volume
from app.studies.display_sets import DisplaySet, display_sets
from app.studies.load import load_volume
from app.studies.regular_grid import EMPTY, on_grid, plan_grid
from app.studies.scan import scan
from tests.support.dicom_files import AXIAL, ct_dataset, write

SPACING = (0.8, 0.7)


def ramp(positions: NDArray[np.float64]) -> NDArray[np.float32]:
    """Slices of 12 x 14 pixels whose value at any point is 3x + 5y + 7z, as of a body that was cut there."""
    rows, columns = np.indices((12, 14))
    slices = [
        3 * (x + columns * SPACING[1]) + 5 * (y + rows * SPACING[0]) + 7 * z for x, y, z in positions.tolist()
    ]
    return np.asarray(slices, dtype=np.float32)


def body(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same by points, LPS mm."""
    values: NDArray[np.float64] = points @ np.array([3.0, 5.0, 7.0])
    return values


def stacked(*z: float) -> NDArray[np.float64]:
    return np.array([(0.0, 0.0, at) for at in z])


@given(
    steps=st.lists(st.floats(1.0, 1.4), min_size=2, max_size=12),
    tilt=st.floats(-0.4, 0.4),
    stray=st.lists(st.tuples(st.floats(-0.4, 0.4), st.floats(-0.4, 0.4)), min_size=13, max_size=13),
)
def test_every_voxel_holds_what_lies_at_its_place(
    steps: list[float], tilt: float, stray: list[tuple[float, float]]
) -> None:
    depths = np.concatenate(([0.0], np.cumsum(steps)))
    beside = np.array(stray[: len(depths)])
    positions = np.column_stack((beside[:, 0], tilt * depths + beside[:, 1], depths))
    grid = plan_grid(positions, AXIAL, SPACING)
    assert grid is not None
    values, nothing = on_grid(ramp(positions), grid, None)
    places = index_to_lps(grid.affine, np.moveaxis(np.indices(values.shape), 0, -1))
    inner = (
        slice(None),
        slice(3, -3),
        slice(3, -3),
    )  # at the border of what was imaged the nearest slice stands
    assert nothing is None or (values[inner] != nothing).all()
    # A plane within a hundredth of a step of a slice is that slice; a twentieth of a pixel's shift is left.
    tolerance = (
        (7 + 5 * abs(tilt)) * 0.01 * grid.step_mm + 5 * 0.05 * SPACING[0] + 3 * 0.05 * SPACING[1] + 0.01
    )
    assert np.abs(values - body(places))[inner].max() <= tolerance


def test_a_gap_stays_empty_and_its_neighbours_stay_themselves() -> None:
    positions = stacked(0, 2, 4, 10, 12)
    grid = plan_grid(positions, AXIAL, SPACING)
    assert grid is not None
    assert grid.step_mm == pytest.approx(2.0)
    assert grid.below.tolist().count(EMPTY) == grid.empty == 2
    slices = np.repeat(np.arange(5, dtype=np.int16), 16).reshape(5, 4, 4)
    values, nothing = on_grid(slices, grid, None)
    assert nothing == -1
    assert values[:, 0, 0].tolist() == [0, 1, 2, -1, -1, 3, 4]
    assert np.allclose(index_to_lps(grid.affine, [5, 0, 0]), [0, 0, 10])
    assert grid.nearest.tolist() == [0, 1, 2, 2, 2, 3, 4]


def test_a_head_scan_with_two_distances_is_bridged_throughout() -> None:
    positions = stacked(*(2.5 * n for n in range(9)), *(20 + 7.5 * n for n in range(1, 9)))
    grid = plan_grid(positions, AXIAL, SPACING)
    assert grid is not None
    assert grid.step_mm == pytest.approx(2.5)
    assert grid.empty == 0


def test_one_pair_of_close_slices_does_not_make_thousands_of_planes() -> None:
    grid = plan_grid(stacked(*range(50), 49.02), AXIAL, SPACING)
    assert grid is not None
    assert grid.planes <= 4 * 50 + 1


def test_padding_is_never_mixed_with_the_image() -> None:
    grid = plan_grid(stacked(0, 1, 2.4, 3.4), AXIAL, SPACING)
    assert grid is not None
    slices: NDArray[np.int16] = np.full((4, 3, 3), 100, np.int16)
    slices[1, 0, 0] = -2000
    values, _ = on_grid(slices, grid, (-2000, -2000))
    assert set(np.unique(values).tolist()) == {-2000, 100}


@pytest.mark.parametrize(
    ("dtype", "kept"), [(np.uint8, np.int32), (np.int16, np.int32), (np.int32, np.float32)]
)
def test_a_type_without_a_value_left_for_nothing_becomes_a_wider_one(dtype: type, kept: type) -> None:
    grid = plan_grid(stacked(0, 1, 2, 5, 6), AXIAL, SPACING)
    assert grid is not None
    slices: Pixels = np.full((5, 2, 2), np.iinfo(dtype).min, dtype)
    values, nothing = on_grid(slices, grid, None)
    assert values.dtype == kept
    assert nothing is not None
    assert nothing < np.iinfo(dtype).min or kept is np.float32
    assert (values[0] == np.iinfo(dtype).min).all()


def test_slices_of_one_place_have_no_grid() -> None:
    assert plan_grid(stacked(0, 1, 1, 2), AXIAL, SPACING) is None


def only_set(folder: Path) -> DisplaySet:
    (study,) = scan([folder]).studies
    (only,) = display_sets(study)
    return only


def write_ramp(folder: Path, positions: NDArray[np.float64], order: list[int]) -> None:
    """Files whose values are a body's own; numbers in an order that says nothing of the place."""
    for number, index in enumerate(order):
        pixels = np.rint(ramp(positions[index : index + 1]) * 10).astype("<i2")
        told = {"Rows": 12, "Columns": 14, "RescaleIntercept": 0, "RescaleSlope": 0.1}
        place = {"ImagePositionPatient": positions[index].tolist(), "InstanceNumber": number}
        write(ct_dataset(**told, **place, PixelData=pixels.tobytes()), folder / str(number))


def known_points(volume: Volume) -> None:
    """A body's value at every voxel that was imaged."""
    for index in range(volume.pixels.shape[0]):
        values, pixels = volume.values(index), volume.pixels[index]
        if volume.padding is not None and (pixels == volume.padding).all():
            continue
        rows, columns = np.mgrid[2:10, 2:12]
        at = np.stack((np.full_like(rows, index), rows, columns), axis=-1)
        places = index_to_lps(volume.affine, at)
        assert np.abs(values[2:10, 2:12] - body(places)).max() < 0.6


def test_files_with_a_gap_make_planes_with_a_hole_and_say_so(tmp_path: Path) -> None:
    write_ramp(tmp_path, stacked(0, 2, 4, 8, 10), [3, 0, 4, 1, 2])
    only = only_set(tmp_path)
    with pytest.raises(GeometryRefusedError):
        load_volume(only)
    volume = load_volume(only, even_grid=True)
    assert volume.is_resampled
    assert volume.pixels.shape == (6, 12, 14)
    assert (volume.pixels[3] == volume.padding).all()
    known_points(volume)
    said = {remark.kind: dict(remark.facts) for remark in volume.remarks}
    assert said[RemarkKind.MISSING_SLICES] == {"found": 5, "expected": 6}
    assert said[RemarkKind.EVEN_GRID] == {"step": "2.00", "empty": 1, "planes": 6}


def test_files_at_uneven_places_on_a_tilted_gantry_lie_where_they_were_imaged(tmp_path: Path) -> None:
    z = np.array([0, 2, 4, 6.6, 9, 11.5])
    write_ramp(tmp_path, np.column_stack((0 * z, 0.3 * z, z)), [5, 1, 3, 0, 4, 2])
    volume = load_volume(only_set(tmp_path), even_grid=True)
    known_points(volume)
    kinds = {remark.kind for remark in volume.remarks}
    assert {RemarkKind.UNEVEN_SPACING, RemarkKind.TILT, RemarkKind.EVEN_GRID} <= kinds


def test_slices_that_stray_sideways_are_moved_back(tmp_path: Path) -> None:
    beside = [0, 1.4, 0, 0, -1.4, 0]
    write_ramp(tmp_path, np.array([(x, 0.0, 2.0 * n) for n, x in enumerate(beside)]), list(range(6)))
    only = only_set(tmp_path)
    assert only.remarks[0].kind is RemarkKind.STRAYING_SLICES
    known_points(load_volume(only, even_grid=True))
