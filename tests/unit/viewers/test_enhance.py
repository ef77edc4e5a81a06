"""An edge-enhanced picture: edges are steeper, level parts, padding and types stay."""

from __future__ import annotations

import numpy as np
import pytest

from viewers.enhance import BLUR_PX, blur_px, sharpened


def step(low: int = 100, high: int = 200, size: int = 40) -> np.ndarray:
    made = np.full((size, size), low, np.int16)
    made[:, size // 2 :] = high
    return made


def test_a_level_picture_stays_as_it_is() -> None:
    assert np.array_equal(sharpened(np.full((30, 20), 7, np.int16), 3), np.full((30, 20), 7))


def test_an_edge_overshoots_on_both_sides_and_far_from_it_nothing_changes() -> None:
    made = sharpened(step(), 3)
    assert made.dtype == np.int16
    assert made[20, 19] < 100
    assert made[20, 20] > 200
    assert (made[20, 5], made[20, 35]) == (100, 200)
    assert np.array_equal(made, np.tile(made[20], (40, 1)))


def test_one_bright_point_gets_what_an_unsharp_mask_by_hand_gives() -> None:
    """Blur twice by a mean over 3 x 3: the middle keeps 9 of 81 parts of itself."""
    spot = np.zeros((11, 11), np.float32)
    spot[5, 5] = 81.0
    made = sharpened(spot, 1, gain=2.0)
    assert made[5, 5] == pytest.approx(81 + 2 * (81 - 9))
    assert made[5, 4] == pytest.approx(-2 * 6)


def test_small_types_are_clipped_not_wrapped() -> None:
    made = sharpened(step(0, 255).astype(np.uint8), 4)
    assert (made.min(), made.max()) == (0, 255)
    assert made[20, 19] == 0
    assert made[20, 20] == 255


def test_padding_stays_and_does_not_bleed() -> None:
    values = np.full((30, 30), 500, np.int16)
    values[:, :10] = -2000
    made = sharpened(values, 3, keep=values == -2000)
    assert np.array_equal(made, values)


def test_what_is_enhanced_does_not_depend_on_the_zoom() -> None:
    assert blur_px(0.5) == 4
    assert blur_px(0.25) == 8
    assert (blur_px(1e-6), blur_px(50.0)) == (BLUR_PX[1], BLUR_PX[0])
