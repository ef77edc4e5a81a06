"""Slabs against numpy, with known voxels, holes and edges."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from viewers.geometry import PictureBox, screen_plane
from viewers.picture import Picture, Screen
from viewers.slab_sampler import SlabSampler, coarser
from viewers.slabs import THICKNESSES_MM, Projection, Slab, SlabMode, inside, layer_depths
from viewers.types import ViewState, VolumeImage, WindowLevel

STATE = ViewState(window=WindowLevel(40.0, 400.0), fitted=True)


def volume_of(pixels: np.ndarray, step_mm: float = 2.0, **more: object) -> VolumeImage:
    """Axial slices from z = 0 upwards, pixels of 1 mm."""
    affine = np.array([[0.0, 0, 1, 0], [0, 1, 0, 0], [step_mm, 0, 0, 0], [0, 0, 0, 1]])
    return VolumeImage(pixels, affine, **more)  # type: ignore[arg-type]


def axial(volume: VolumeImage, z_mm: float, size: int) -> Screen:
    """One device pixel for each of the array's own."""
    half = (size - 1) / 2
    box = PictureBox(
        np.array([half, half, z_mm]), np.array([1.0, 0, 0]), np.array([0.0, 1, 0]), float(size), float(size)
    )
    return Screen(screen_plane(box, STATE, (size, size)), (size, size), 1.0)


@pytest.mark.parametrize(("thickness", "seen"), [(3.0, False), (8.0, True), (10.0, True)])
def test_a_bright_voxel_is_seen_whole_if_its_middle_lies_in_the_slab(thickness: float, seen: bool) -> None:
    pixels = np.full((20, 16, 16), -1000, np.int16)
    pixels[12, 5, 7] = 900  # at z = 24
    volume = volume_of(pixels)
    picture = Picture(volume, flat=False)
    values, void = SlabSampler().sampled(picture, axial(volume, 20.4, 16), Slab(SlabMode.MIP, thickness))
    assert not void.any()
    assert values[5, 7] == (900 if seen else -1000)
    assert np.count_nonzero(values > -1000) == int(seen)


@settings(max_examples=40, deadline=None)
@given(
    pixels=hnp.arrays(np.int16, (9, 6, 6), elements=st.integers(-1024, 3000)),
    mode=st.sampled_from([SlabMode.MIP, SlabMode.MINIP, SlabMode.MEAN]),
    thickness=st.sampled_from(THICKNESSES_MM),
    z=st.integers(0, 8),
)
def test_aligned_slabs_are_what_numpy_says(
    pixels: np.ndarray, mode: SlabMode, thickness: float, z: int
) -> None:
    volume = volume_of(pixels)
    values, void = SlabSampler().sampled(
        Picture(volume, flat=False), axial(volume, 2.0 * z, 6), Slab(mode, thickness)
    )
    inside_it = np.abs(2.0 * np.arange(9) - 2.0 * z) <= thickness / 2 + 1e-6
    part = pixels[inside_it].astype(float)
    wanted = {SlabMode.MIP: part.max(axis=0), SlabMode.MINIP: part.min(axis=0)}.get(
        mode, np.rint(part.mean(axis=0))
    )
    assert not void.any()
    np.testing.assert_array_equal(values, wanted)


@pytest.mark.parametrize("mode", [SlabMode.MINIP, SlabMode.MEAN, SlabMode.MIP])
def test_padding_takes_no_part_and_is_void_where_there_is_nothing_else(mode: SlabMode) -> None:
    pixels = np.full((5, 8, 8), 100, np.int16)
    pixels[:2, :, :4] = -2000
    pixels[:, :2, :2] = -2000
    volume = volume_of(pixels, padding=-2000)
    values, void = SlabSampler().sampled(Picture(volume, flat=False), axial(volume, 4.0, 8), Slab(mode, 10.0))
    assert void[:2, :2].all()
    assert void.sum() == 4
    assert set(values[~void].tolist()) == {100}


@pytest.mark.parametrize("mode", [SlabMode.MINIP, SlabMode.MEAN, SlabMode.MIP])
def test_what_lies_beyond_the_last_slice_takes_no_part(mode: SlabMode) -> None:
    volume = volume_of(np.full((5, 8, 8), -700, np.int16))
    values, void = SlabSampler().sampled(
        Picture(volume, flat=False), axial(volume, 8.0, 12), Slab(mode, 20.0)
    )
    assert void.sum() == 12 * 12 - 8 * 8
    assert set(values[~void].tolist()) == {-700}


def test_a_negative_slope_turns_largest_and_smallest() -> None:
    pixels = np.zeros((5, 4, 4), np.int16)
    pixels[1], pixels[3] = 50, -50
    volume = volume_of(pixels, slope=-1.0)
    values, _ = SlabSampler().sampled(
        Picture(volume, flat=False), axial(volume, 4.0, 4), Slab(SlabMode.MIP, 10.0)
    )
    assert set(values.ravel().tolist()) == {-50}


def test_oblique_layers_leave_no_voxel_out() -> None:
    """At 30 degrees each voxel within the slab is within half a layer of one that was sampled."""
    angle = np.radians(30)
    normal = np.array([np.sin(angle), 0, np.cos(angle)])
    matrix = np.eye(4)
    matrix[:3, 2] = normal[::-1]
    depths = layer_depths(matrix, 10.0)
    assert np.all(np.diff(depths) * np.abs(normal).max() <= 1.0 + 1e-9)
    assert depths.min() >= -5.0 - 1e-6
    assert depths.max() <= 5.0 + 1e-6


def test_inside_is_none_only_where_all_are() -> None:
    matrix = np.array([[0.0, 0, 1, 2], [0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1]])
    assert inside(matrix, (4, 4), (5, 4, 4)) is None
    within = inside(matrix, (5, 4), (5, 4, 4))
    assert within is not None
    assert within[:, :4].all()
    assert not within[:, 4].any()
    matrix[0, 3] = 4.6
    none = inside(matrix, (4, 4), (5, 4, 4))
    assert none is not None
    assert not none.any()


def test_unsigned_and_float_values_keep_their_type() -> None:
    for kind in (np.uint8, np.uint16, np.float32):
        both = Projection(SlabMode.MINIP, (2, 2), np.dtype(kind))
        both.add(np.full((2, 2), 7, kind), np.array([[True, False], [True, True]]))
        values, void = both.result()
        assert values.dtype == kind
        assert values[0, 0] == 7
        assert void.tolist() == [[False, True], [False, False]]


def test_half_the_pixels_lie_over_the_same_view() -> None:
    volume = volume_of(np.zeros((3, 9, 9), np.int16))
    whole = axial(volume, 2.0, 9)
    half = coarser(whole)
    assert half.size == (5, 5)
    assert half.ratio == pytest.approx(0.5)
    assert half.plane is whole.plane


def test_thicknesses_stop_at_their_ends_and_modes_go_round() -> None:
    slab = Slab(SlabMode.MIP, 10.0)
    assert slab.thicker(-50).thickness_mm == THICKNESSES_MM[0]
    assert slab.thicker(50).thickness_mm == THICKNESSES_MM[-1]
    seen = [slab := slab.next_mode() for _ in SlabMode]
    assert len({one.mode for one in seen}) == len(SlabMode)
