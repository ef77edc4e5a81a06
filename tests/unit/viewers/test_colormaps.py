from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from viewers.colormaps import names, table

# Vienot, Brettel and Mollon (1999), Color Res. Appl. 24: deuteranopia in linear RGB through their LMS.
_RGB_TO_LMS = np.array(
    [[17.8824, 43.5161, 4.11935], [3.45565, 27.1554, 3.86714], [0.0299566, 0.184309, 1.46709]]
)
_DEUTERANOPIA = np.array([[1.0, 0, 0], [0.494207, 0, 1.24827], [0, 0, 1]])
_RGB_TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def linear(colors: NDArray[np.uint8]) -> NDArray[np.float64]:
    share = colors / 255.0
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)


def lab(light: NDArray[np.float64]) -> NDArray[np.float64]:
    ratio = light @ _RGB_TO_XYZ.T / (_RGB_TO_XYZ.sum(axis=1))
    root = np.where(ratio > 0.008856, np.cbrt(ratio), 7.787 * ratio + 16 / 116)
    x, y, z = root.T
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=1)


def deuteranope(light: NDArray[np.float64]) -> NDArray[np.float64]:
    seen: NDArray[np.float64] = light @ (np.linalg.inv(_RGB_TO_LMS) @ _DEUTERANOPIA @ _RGB_TO_LMS).T
    return np.asarray(np.clip(seen, 0, 1))


@pytest.mark.parametrize("name", names())
def test_lightness_grows_all_the_way(name: str) -> None:
    """RQ-43."""
    lightness = lab(linear(table(name)))[::5, 0]
    assert np.all(np.diff(lightness) > 0)
    assert lightness[-1] - lightness[0] > 70


@pytest.mark.parametrize("name", names())
def test_sixteen_steps_stay_apart_for_a_deuteranope(name: str) -> None:
    """RQ-43."""
    seen = lab(deuteranope(linear(table(name))))[::17]
    steps = np.linalg.norm(np.diff(seen, axis=0), axis=1)
    assert steps.min() > 3.0  # about three just noticeable differences
    apart = np.linalg.norm(seen[:, None] - seen[None], axis=2)[np.triu_indices(len(seen), 3)]
    assert apart.min() > 10.0


def test_a_red_green_map_would_fail_that_test() -> None:
    share = np.linspace(0, 1, 256)
    red_green = np.stack([200 * (1 - share), 117 * share, 0 * share], axis=1).astype(np.uint8)
    seen = lab(deuteranope(linear(red_green)))[::17]
    assert np.linalg.norm(np.diff(seen, axis=0), axis=1).min() < 3.0


def test_an_unknown_name_says_which_there_are() -> None:
    with pytest.raises(ValueError, match="cividis"):
        table("jet")
