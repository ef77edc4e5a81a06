from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import map_coordinates

from viewers.types import Interpolation
from viewers.vtk_bridge import Resampler, VtkArray


def test_whole_indices_give_the_stored_values_in_their_type() -> None:
    pixels = np.arange(2 * 3 * 4, dtype=np.int16).reshape(2, 3, 4)
    matrix = np.array(
        [[0.0, 0, 0, 1], [0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1]]
    )  # x -> column, y -> row, slice 1
    picture = Resampler().sample(VtkArray(pixels), matrix, (4, 3))
    assert picture.dtype == np.int16
    assert np.array_equal(picture, pixels[1])


def test_sheared_and_scaled_matrices_sample_like_scipy() -> None:
    rng = np.random.default_rng(3)
    pixels = rng.random((12, 14, 16))
    matrix = np.eye(4)
    matrix[:3] = [[0.31, 0.17, 0, 1.0], [0.4, -0.22, 0, 5.0], [-0.1, 0.5, 0, 3.0]]
    picture = Resampler().sample(VtkArray(pixels), matrix, (12, 10))
    y, x = np.mgrid[0:10, 0:12]
    places = np.tensordot(matrix[:3, :2], np.stack([x, y]), 1) + matrix[:3, 3][:, None, None]
    wanted = map_coordinates(pixels, places, order=1, mode="nearest")
    inside = np.all([(p >= 0) & (p <= n - 1) for p, n in zip(places, pixels.shape, strict=True)], axis=0)
    assert inside.sum() > 50
    assert picture[inside] == pytest.approx(wanted[inside], abs=1e-4)  # VTK counts in single precision


def test_outside_is_what_was_asked_for() -> None:
    picture = Resampler().sample(
        VtkArray(np.ones((1, 2, 2), np.float32)), np.eye(4)[[2, 1, 0, 3]], (4, 2), outside=-5.0
    )
    assert picture.tolist() == [[1, 1, -5, -5], [1, 1, -5, -5]]


def test_colour_keeps_its_samples_in_order() -> None:
    pixels = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(1, 2, 3, 3)
    picture = Resampler().sample(VtkArray(pixels), np.eye(4)[[2, 1, 0, 3]], (3, 2), Interpolation.NEAREST)
    assert np.array_equal(picture, pixels[0])


def test_a_picture_is_not_overwritten_by_the_next_one() -> None:
    resampler, turn = Resampler(), np.eye(4)[[2, 1, 0, 3]]
    first = resampler.sample(VtkArray(np.full((1, 2, 2), 7, np.int16)), turn, (2, 2))
    resampler.sample(VtkArray(np.full((1, 2, 2), 9, np.int16)), turn, (2, 2))
    assert first.tolist() == [[7, 7], [7, 7]]


def test_contiguous_arrays_are_shared_not_copied() -> None:
    pixels = np.zeros((3, 4, 5), np.int16)
    assert np.shares_memory(VtkArray(pixels).pixels, pixels)


@pytest.mark.parametrize("kind", ["bool", "int64", ">i2", "float16", "uint32", "float64"])
def test_every_stored_type_is_taken(kind: str) -> None:
    pixels = np.array([[[0, 1], [1, 0]]]).astype(kind)
    picture = Resampler().sample(VtkArray(pixels), np.eye(4)[[2, 1, 0, 3]], (2, 2), Interpolation.NEAREST)
    assert picture.astype(int).tolist() == [[0, 1], [1, 0]]
