from __future__ import annotations

import numpy as np
import pytest

from tests.support.viewers2d import affine
from viewers.picture import Picture, coarser_affine, halved
from viewers.types import Frame


def test_halving_means_four_pixels_and_keeps_the_type() -> None:
    pixels = np.array([[[0, 2, 100, 100], [2, 4, 100, 100]]], dtype=np.uint16)
    assert halved(pixels).tolist() == [[[2, 100]]]
    assert halved(pixels).dtype == np.uint16


def test_halving_negative_values_and_odd_sizes() -> None:
    pixels = np.array([[[-1000, -1000, -4], [-1000, -1000, -4], [10, 10, 6]]], dtype=np.int16)
    assert halved(pixels).tolist() == [[[-1000, -4], [10, 6]]]


def test_halving_colour_keeps_samples_apart() -> None:
    pixels = np.zeros((1, 2, 2, 3), dtype=np.uint8)
    pixels[..., 0] = 200
    assert halved(pixels).tolist() == [[[[200, 0, 0]]]]


def test_coarse_voxel_lies_in_the_middle_of_those_it_means() -> None:
    coarse = coarser_affine(affine(), 2)
    corner = affine() @ (0, 1.5, 1.5, 1)
    assert coarse[:3, 3] == pytest.approx(corner[:3])
    assert np.linalg.norm(coarse[:3, 2]) == pytest.approx(0.7 * 4)


def test_a_fine_pattern_drawn_small_is_meant_not_skipped() -> None:
    stripes = np.zeros((64, 64), np.uint16)
    stripes[:, ::2] = 1000
    array, _ = Picture(Frame(stripes, affine()), flat=True).level(4.0)
    assert array.pixels.shape == (1, 16, 16)
    assert set(np.unique(array.pixels)) == {500}


def test_volumes_are_never_averaged() -> None:
    picture = Picture(Frame(np.zeros((4, 8, 8), np.int16), affine()), flat=False)
    assert picture.level(8.0)[0].pixels.shape == (4, 8, 8)


def test_range_of_values_leaves_padding_out() -> None:
    pixels = np.full((8, 8), -2000, np.int16)
    pixels[2:4] = 100
    pixels[5] = 300
    picture = Picture(Frame(pixels, affine(), slope=2.0, intercept=-1000.0, padding=-2000), flat=True)
    assert picture.value_limits() == (-800.0, -400.0)
    assert picture.window_pace(invert=False).value_range == 400.0


def test_brightening_goes_the_other_way_for_inverted_pictures() -> None:
    plain, white = Frame(np.zeros((4, 4)), affine()), Frame(np.zeros((4, 4)), affine(), inverted=True)
    assert Picture(plain, flat=True).window_pace(invert=False).brightens_upwards
    assert not Picture(plain, flat=True).window_pace(invert=True).brightens_upwards
    assert not Picture(white, flat=True).window_pace(invert=False).brightens_upwards
    assert Picture(white, flat=True).window_pace(invert=True).brightens_upwards
