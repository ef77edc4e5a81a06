"""Volume and diameters of masks: shapes with known figures, and a tumour whose figures others have published."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from app.analysis.mask_figures import figures_of, outline_points, piece_at, volume_ml
from tests.support.lung_tumour import lung_tumour


def grid(slice_mm: float = 5.0, row_mm: float = 0.7, column_mm: float = 0.7) -> NDArray[np.float64]:
    made = np.eye(4)
    made[:3, :3] = [[0, 0, column_mm], [0, row_mm, 0], [slice_mm, 0, 0]]
    made[:3, 3] = (-100, 20, 7)
    return made


def _as_published(mask: NDArray[np.bool_], affine: NDArray[np.float64]) -> float:
    """The same by the corners of a surface mesh, as PyRadiomics has it: it counts those between two slices as well."""
    levels = [outline_points(one) for one in mask if one.any()]
    wide = np.pad(mask, ((1, 1), (0, 0), (0, 0)))
    levels += [np.argwhere(step).astype(float) for step in wide[1:] != wide[:-1] if step.any()]
    longest = 0.0
    for level in levels:
        mm = level @ affine[:3, 1:3].T
        longest = max(longest, float(np.linalg.norm(mm[:, None] - mm[None], axis=2).max()))
    return longest


def test_the_published_tumour() -> None:
    """PyRadiomics: voxel volume, largest diameter within a slice, number of voxels."""
    one = lung_tumour()
    found = figures_of(one.mask, one.affine)
    assert found is not None
    assert found.voxels == 837
    assert found.volume_ml * 1000 == pytest.approx(one.told["shape_VoxelVolume"], rel=1e-9)
    published = one.told["shape_Maximum2DDiameterSlice"]
    assert _as_published(one.mask, one.affine) == pytest.approx(published, rel=1e-9)
    assert published - one.affine[0, 2] < found.long_mm <= published
    assert found.short_mm < found.long_mm


def test_the_published_tumour_by_another_tool() -> None:
    """SimpleITK: physical size; and the largest distance of voxel centres is at most one voxel's edges shorter."""
    import SimpleITK

    one = lung_tumour()
    found = figures_of(one.mask, one.affine)
    assert found is not None
    image = SimpleITK.GetImageFromArray(one.mask[found.slice_index].astype(np.uint8))
    image.SetSpacing((one.affine[0, 2], one.affine[1, 1]))
    shape = SimpleITK.LabelShapeStatisticsImageFilter()
    shape.ComputeFeretDiameterOn()
    shape.Execute(image)
    pixel = one.affine[0, 2]
    assert found.long_mm == pytest.approx(shape.GetFeretDiameter(1), abs=1.5 * pixel)
    whole = SimpleITK.GetImageFromArray(one.mask.astype(np.uint8))
    whole.SetSpacing((one.affine[0, 2], one.affine[1, 1], one.affine[2, 0]))
    shape.Execute(whole)
    assert found.volume_ml * 1000 == pytest.approx(shape.GetPhysicalSize(1), rel=1e-9)


def test_a_bar_is_as_long_and_wide_as_it_is_on_pixels_that_are_not_square() -> None:
    mask = np.zeros((3, 30, 40), dtype=bool)
    mask[1, 10:14, 5:35] = True  # 4 rows of 1.5 mm, 30 columns of 0.5 mm
    found = figures_of(mask, grid(row_mm=1.5, column_mm=0.5))
    assert found is not None
    assert found.slice_index == 1
    assert found.long_mm == pytest.approx(np.hypot(29 * 0.5, 4 * 1.5))  # between the middles of voxel edges
    assert found.volume_ml == pytest.approx(120 * 5 * 1.5 * 0.5 / 1000)
    slope = np.arctan2(4 * 1.5, 29 * 0.5)  # of the long axis; across it lies the height of the bar, slanting
    assert found.short_mm == pytest.approx(4 * 1.5 / np.cos(slope), rel=0.01)


def test_a_ball_has_its_diameter_both_ways() -> None:
    slices, rows, columns = np.mgrid[0:21, 0:61, 0:61]
    mask = (slices - 10) ** 2 * 9 + (rows - 30) ** 2 + (columns - 30) ** 2 <= 24.5**2
    found = figures_of(mask, grid(3.0, 1.0, 1.0))
    assert found is not None
    assert found.slice_index == 10
    assert found.long_mm == pytest.approx(49, abs=1)
    assert found.short_mm == pytest.approx(49, abs=1)
    assert found.volume_ml == pytest.approx(4 / 3 * np.pi * 24.5**3 / 1000, rel=0.02)


@settings(max_examples=30, deadline=None)
@given(st.floats(0, 180), st.floats(0.4, 2.0), st.floats(6, 14), st.floats(15, 24))
def test_an_ellipse_at_any_angle_and_the_axes_are_square_to_each_other(
    degrees: float, column_mm: float, half_short: float, half_long: float
) -> None:
    affine = grid(4.0, 0.8, column_mm)
    rows, columns = np.mgrid[0:120, 0:200]
    x, y = (columns - 100) * column_mm, (rows - 60) * 0.8
    turn = np.radians(degrees)
    along, across = x * np.cos(turn) + y * np.sin(turn), -x * np.sin(turn) + y * np.cos(turn)
    mask = ((along / half_long) ** 2 + (across / half_short) ** 2 <= 1)[None]
    found = figures_of(mask, affine)
    assert found is not None
    assert found.long_mm == pytest.approx(2 * half_long, abs=max(0.8, column_mm))
    long, short = np.subtract(*found.long_ends), np.subtract(*found.short_ends)
    assert abs(long @ short) <= 1e-6 * np.linalg.norm(long) * np.linalg.norm(short)
    # the long axis of a drawn ellipse is turned a little from its true one
    assert found.short_mm == pytest.approx(2 * half_short, abs=2 * max(0.8, column_mm))


def test_the_ends_lie_in_the_patient_where_the_mask_does() -> None:
    mask = np.zeros((4, 20, 20), dtype=bool)
    mask[2, 8, 3:13] = True
    found = figures_of(mask, grid())
    assert found is not None
    xs = sorted(end[0] for end in found.long_ends)
    assert xs == pytest.approx([-100 + 2.5 * 0.7, -100 + 12.5 * 0.7])
    assert {round(end[2], 6) for end in found.long_ends} == {7 + 2 * 5.0}


def test_one_voxel_and_none() -> None:
    mask = np.zeros((1, 5, 5), dtype=bool)
    assert figures_of(mask, grid()) is None
    assert volume_ml(mask, grid()) == 0
    mask[0, 2, 2] = True
    found = figures_of(mask, grid())
    assert found is not None
    assert found.long_mm == pytest.approx(0.7, rel=1e-6)
    assert found.short_mm == pytest.approx(0.7, rel=0.3)


def test_only_the_piece_that_is_pointed_at_counts() -> None:
    mask = np.zeros((2, 10, 10), dtype=bool)
    mask[0, 1:3, 1:3] = True
    mask[1, 3, 3] = True  # touches by a corner
    mask[0, 8, 8] = True
    assert np.count_nonzero(piece_at(mask, (0, 1, 1))) == 5
    assert np.count_nonzero(piece_at(mask, (0, 8, 8))) == 1
    assert not piece_at(mask, (1, 8, 8)).any()
