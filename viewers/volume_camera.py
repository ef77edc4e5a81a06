"""From where a volume is looked at: a parallel camera in LPS mm, in numpy alone.

Parallel, so that a length on the screen is the same length at every depth and a marker's place is one product.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viewers.geometry import rotation

Vector = NDArray[np.float64]

# Eye direction from the middle, and up, for each side one can look from.
_SIDES: dict[str, tuple[tuple[float, float, float], tuple[float, float, float]]] = {
    "A": ((0, -1, 0), (0, 0, 1)),
    "P": ((0, 1, 0), (0, 0, 1)),
    "L": ((1, 0, 0), (0, 0, 1)),
    "R": ((-1, 0, 0), (0, 0, 1)),
    "S": ((0, 0, 1), (0, -1, 0)),
    "I": ((0, 0, -1), (0, -1, 0)),
}
SIDES = tuple(_SIDES)


@dataclass(frozen=True, slots=True, eq=False)
class CameraPose:
    """middle: the point in the centre of the view. toward_eye, up: unit vectors. half_height_mm: half the view."""

    middle: Vector
    toward_eye: Vector
    up: Vector
    half_height_mm: float

    @property
    def right(self) -> Vector:
        """Unit vector to the right of the screen."""
        return np.cross(self.up, self.toward_eye)


def look_from(side: str, middle: ArrayLike, half_height_mm: float) -> CameraPose:
    """The pose from one of the six sides A P L R S I."""
    toward_eye, up = _SIDES[side]
    return CameraPose(
        np.asarray(middle, dtype=float),
        np.array(toward_eye, dtype=float),
        np.array(up, dtype=float),
        half_height_mm,
    )


def turned(pose: CameraPose, right_deg: float, up_deg: float) -> CameraPose:
    """The volume follows the pointer: about the screen's vertical, then about its horizontal."""
    about_up = rotation(pose.up, math.radians(-right_deg))
    about_right = rotation(pose.right, math.radians(up_deg))
    toward_eye = about_up @ (about_right @ pose.toward_eye)
    up = about_up @ (about_right @ pose.up)
    toward_eye /= np.linalg.norm(toward_eye)
    up -= toward_eye * float(up @ toward_eye)
    return replace(pose, toward_eye=toward_eye, up=up / np.linalg.norm(up))


def panned(pose: CameraPose, right_mm: float, up_mm: float) -> CameraPose:
    """Move the volume on the screen."""
    return replace(pose, middle=pose.middle - pose.right * right_mm - pose.up * up_mm)


def zoomed(pose: CameraPose, factor: float) -> CameraPose:
    """Larger for factors above one; between 2 mm and 4 m of height."""
    return replace(pose, half_height_mm=float(np.clip(pose.half_height_mm / factor, 1.0, 2000.0)))


def to_screen(pose: CameraPose, points_mm: ArrayLike, size_px: tuple[float, float]) -> NDArray[np.float64]:
    """(..., 3) LPS mm to (..., 3): x and y in pixels from the upper left, depth in mm towards the eye."""
    offset = np.asarray(points_mm, dtype=float) - pose.middle
    scale = size_px[1] / (2 * pose.half_height_mm)
    x = size_px[0] / 2 + offset @ pose.right * scale
    y = size_px[1] / 2 - offset @ pose.up * scale
    return np.stack([x, y, offset @ pose.toward_eye], axis=-1)


def from_screen(pose: CameraPose, x_px: float, y_px: float, size_px: tuple[float, float]) -> Vector:
    """The point in the plane through the middle that lies under a pixel, LPS mm."""
    scale = 2 * pose.half_height_mm / size_px[1]
    along = (x_px - size_px[0] / 2) * scale
    above = (size_px[1] / 2 - y_px) * scale
    return np.asarray(pose.middle + pose.right * along + pose.up * above)


def letters_of(direction: Vector) -> str:
    """Patient letters of a direction in LPS, the strongest first; parts below a third are left out."""
    names = (("L", "R"), ("P", "A"), ("H", "F"))
    order = np.argsort(-np.abs(direction))
    strong = [i for i in order if abs(direction[i]) > 0.33]
    return "".join(names[i][0 if direction[i] > 0 else 1] for i in strong)
