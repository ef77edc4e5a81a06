"""Films handed over as they hang: the patient's left on the right of the picture, his feet below.

Patient Orientation (0020,0020) says where a film's rows and columns run to. A model learnt from films that hang; one
that is stored mirrored or turned would have the heart on the wrong side for it. The affine tells where each pixel lies
in the film as it is stored, so that what comes back lies where it belongs.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from inference.types import ModelInput

_ACROSS, _DOWN = frozenset("LR"), frozenset("HF")


def is_told(orientation: tuple[str, ...]) -> bool:
    """Whether the two directions are those of a frontal film: across and down the body, in either order."""
    letters = set(_letters(orientation))
    return len(letters) == 2 and len(letters & _ACROSS) == 1


def lies_otherwise(orientation: tuple[str, ...]) -> bool:
    """Whether a frontal film is stored in another way than it hangs."""
    return is_told(orientation) and _letters(orientation) != ("L", "F")


def upright(given: ModelInput, orientation: tuple[str, ...]) -> ModelInput:
    """The film as it hangs; the same where its header does not say how a frontal film lies."""
    if given.in_patient or not lies_otherwise(orientation):
        return given
    along, down = _letters(orientation)
    if along in _DOWN:
        given, (along, down) = _transposed(given), (down, along)
    if along == "R":
        given = flipped(given, 2)
    return flipped(given, 1) if down == "H" else given


def flipped(given: ModelInput, axis: int) -> ModelInput:
    """The same with the last row (axis 1) or column (axis 2) first."""
    last = np.zeros(3)
    last[axis] = given.pixels.shape[axis] - 1.0
    affine = given.affine.copy()
    affine[:3, 3] = affine[:3, :3] @ last + affine[:3, 3]
    affine[:3, axis] = -affine[:3, axis]
    return replace(given, pixels=np.flip(given.pixels, axis), affine=affine)


def _transposed(given: ModelInput) -> ModelInput:
    return replace(given, pixels=given.pixels.transpose(0, 2, 1), affine=given.affine[:, [0, 2, 1, 3]].copy())


def _letters(orientation: tuple[str, ...]) -> tuple[str, ...]:
    """The first letter of each direction; () where there are not two of them."""
    found = tuple(one.strip().upper()[:1] for one in orientation)
    return found if len(found) == 2 and all(one in _ACROSS | _DOWN for one in found) else ()
