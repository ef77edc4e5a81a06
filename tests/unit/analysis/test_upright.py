"""A film stored mirrored or turned is given to a model as it hangs, and each answer still lies where it belongs."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from app.analysis.upright import is_told, lies_otherwise, upright
from inference.types import ModelInput

ROWS, COLUMNS, MM = 5, 7, 0.5
FRONTAL = [
    pose for a, b in product("LR", "HF") for pose in ((a, b), (b, a))
]  # the eight ways in which a frontal film can be stored


def hanging() -> np.ndarray:
    """(1, rows, columns): each pixel has a value of its own."""
    return np.arange(ROWS * COLUMNS, dtype=np.uint16).reshape(1, ROWS, COLUMNS)


def stored_as(pose: tuple[str, str]) -> np.ndarray:
    """The hanging film as a machine keeps it whose rows and columns run to these sides."""
    pixels = hanging()
    across, down = (pose[0], pose[1]) if pose[0] in "LR" else (pose[1], pose[0])
    pixels = pixels[:, :, ::-1] if across == "R" else pixels
    pixels = pixels[:, ::-1] if down == "H" else pixels
    return pixels if pose[0] in "LR" else pixels.transpose(0, 2, 1)


def film(pixels: np.ndarray) -> ModelInput:
    affine = np.eye(4)[:, [2, 1, 0, 3]] * np.array([1, MM, MM, 1])  # x with columns, y with rows
    return ModelInput(pixels=pixels, affine=affine, in_patient=False)


@pytest.mark.parametrize("pose", FRONTAL, ids="".join)
def test_every_way_to_store_a_frontal_film_hangs_alike_and_leads_back(pose: tuple[str, str]) -> None:
    stored = stored_as(pose)
    given = upright(film(stored), pose)
    assert np.array_equal(given.pixels, hanging())
    assert lies_otherwise(pose) == (pose != ("L", "F"))
    for row, column in ((0, 0), (1, 5), (4, 6)):
        x, y = (given.affine @ [0, row, column, 1])[:2]
        assert stored[0, round(y / MM), round(x / MM)] == given.pixels[0, row, column]


@pytest.mark.parametrize(
    "told", [(), ("L",), ("A", "F"), ("P", "FR"), ("CC",), ("L", "R"), ("H", "F"), ("", "")]
)
def test_what_is_no_frontal_film_is_left_as_it_is(told: tuple[str, ...]) -> None:
    given = film(hanging())
    assert not is_told(told)
    assert upright(given, told) is given


def test_slices_that_lie_in_the_patient_are_never_turned_by_this() -> None:
    given = ModelInput(pixels=hanging(), affine=np.eye(4), in_patient=True)
    assert upright(given, ("R", "F")) is given
