"""A volume too large for one picture is drawn from fewer voxels that lie where the many lay."""

from __future__ import annotations

import numpy as np
import pytest

from viewers.types import VolumeImage
from viewers.volume_proxy import is_within, within


def body(
    shape: tuple[int, int, int], affine: np.ndarray[tuple[int, int], np.dtype[np.float64]]
) -> VolumeImage:
    """Values 3x + 5y + 7z of their own place."""
    index = np.moveaxis(np.indices(shape), 0, -1)
    places = index @ affine[:3, :3].T + affine[:3, 3]
    values = (places @ np.array([3.0, 5.0, 7.0])).astype(np.float32)
    return VolumeImage(pixels=values, affine=affine)


AFFINE = np.array([[0, 0, 0.7, -9], [0, 0.7, 0, 4], [0.5, 0, 0, 100], [0, 0, 0, 1.0]])
SHEARED = AFFINE + np.array([[0, 0, 0, 0], [0.2, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]])


@pytest.mark.parametrize("affine", [AFFINE, SHEARED])
@pytest.mark.parametrize("most", [20_000, 5_000, 700])
def test_known_points_keep_their_values(
    affine: np.ndarray[tuple[int, int], np.dtype[np.float64]], most: int
) -> None:
    whole = body((60, 30, 24), affine)
    small = within(whole, most)
    assert is_within(small, most)
    again = body(small.pixels.shape, small.affine)
    assert np.abs(small.pixels - again.pixels).max() < 1e-3
    assert np.allclose(small.affine[:3, 3], affine[:3, 3])


def test_only_the_finest_axis_becomes_coarser_while_that_is_enough() -> None:
    small = within(body((60, 30, 24), AFFINE), 32_000)
    assert small.pixels.shape[1:] == (30, 24)
    assert 40 < small.pixels.shape[0] < 60


def test_what_fits_stays_the_very_same() -> None:
    whole = body((6, 5, 4), AFFINE)
    assert within(whole) is whole
