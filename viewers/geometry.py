"""Where a screen pixel lies in mm, and back: fit, zoom, pan, quarter turns, flips, letters, scale bar.

Screen pixels are logical pixels of the view, continuous: the first pixel covers 0 to 1 and its centre is 0.5.
A picture is first flipped, then turned clockwise. Affines are (slice, row, column) -> mm (see `viewers.types`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from viewers.types import Affine, Point, ViewState

Vector = NDArray[np.float64]
Size = tuple[float, float]

FIT_MARGIN = 1.0
SCALE_LIMITS = (0.01, 200.0)
# A direction takes a second or third letter when it leans more than 15 degrees that way (our choice).
LETTER_LEAN = math.sin(math.radians(15.0))
_LETTERS = (("L", "R"), ("P", "A"), ("H", "F"))  # +x, +y, +z of LPS, and their opposites
_OPPOSITE = {"L": "R", "R": "L", "P": "A", "A": "P", "H": "F", "F": "H"}


@dataclass(frozen=True, slots=True, eq=False)
class PictureBox:
    """The rectangle that a picture fills in its plane; right and down are unit vectors, at right angles."""

    center: Vector
    right: Vector
    down: Vector
    width_mm: float
    height_mm: float


@dataclass(frozen=True, slots=True, eq=False)
class ScreenPlane:
    """A grid of pixels in space: mm of the corner of the first pixel, mm per pixel to the right and down.

    normal has length 1 and points away from the picture as it was before flips.
    """

    origin: Vector
    right: Vector
    down: Vector
    normal: Vector


def spatial(affine: Affine) -> Vector:
    """The 3x3 part of an affine; a missing slice step becomes 1 mm across the picture."""
    part = np.array(affine[:3, :3], dtype=np.float64)
    if not np.any(part[:, 0]) or abs(np.linalg.det(part)) < 1e-12:
        across = np.cross(part[:, 2], part[:, 1])
        part[:, 0] = across / max(float(np.linalg.norm(across)), 1e-12)
    return part


def index_at(affine: Affine, point: Point | Vector) -> Vector:
    """Fractional (slice, row, column) of a point in mm."""
    offset = np.asarray(point, dtype=np.float64) - affine[:3, 3]
    return np.asarray(np.linalg.solve(spatial(affine), offset), dtype=np.float64)


def frame_box(affine: Affine, rows: int, columns: int) -> PictureBox:
    """The rectangle of one frame, borders of its outer pixels included."""
    along_row, along_column = np.asarray(affine[:3, 2]), np.asarray(affine[:3, 1])
    center = affine[:3, 3] + along_row * (columns - 1) / 2 + along_column * (rows - 1) / 2
    right, down = _right_angles(along_row, along_column)
    width = float(np.linalg.norm(along_row)) * columns
    return PictureBox(center, right, down, width, float(np.linalg.norm(along_column)) * rows)


def volume_box(affine: Affine, shape: Sequence[int], basis: Vector, point: Point | Vector) -> PictureBox:
    """The rectangle around a volume seen along basis[:, 2], in the plane through a point.

    basis: columns are unit vectors right, down and across. The middle of the volume is the middle of the picture.
    """
    corners = volume_corners(affine, shape)
    middle = corners.mean(axis=0)
    spread = (corners - middle) @ basis
    depth = float((np.asarray(point, dtype=np.float64) - middle) @ basis[:, 2])
    width, height = 2.0 * np.abs(spread[:, :2]).max(axis=0)
    return PictureBox(middle + depth * basis[:, 2], basis[:, 0], basis[:, 1], float(width), float(height))


def volume_corners(affine: Affine, shape: Sequence[int]) -> Vector:
    """The eight corners in mm, borders of the outer voxels included; shape (8, 3)."""
    ends = [(-0.5, size - 0.5) for size in shape[:3]]
    return np.array(list(product(*ends))) @ affine[:3, :3].T + affine[:3, 3]


def normal_of(affine: Affine) -> Vector:
    """Unit vector (3,) across an image's rows and columns; zero where it has no extent."""
    across = np.cross(affine[:3, 2], affine[:3, 1])
    return np.asarray(across / max(float(np.linalg.norm(across)), 1e-12), dtype=np.float64)


def rotation(axis: Vector, angle: float) -> Vector:
    """3x3 turn by an angle in radians about a unit vector, by the right hand (Rodrigues)."""
    x, y, z = axis
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    turn = np.eye(3) + math.sin(angle) * cross + (1 - math.cos(angle)) * cross @ cross
    return np.asarray(turn, dtype=np.float64)


def step_along(affine: Affine, direction: Vector) -> float:
    """Distance in mm along a unit vector from one layer of voxels to the next, of the layers most square to it."""
    across = np.linalg.inv(spatial(affine))  # row k: how index k grows, at right angles to its layers
    growth = across @ direction
    squareness = np.abs(growth) / np.linalg.norm(across, axis=1)
    return float(1.0 / np.abs(growth[np.argmax(squareness)]))


def turn_matrix(state: ViewState) -> Vector:
    """2x2 from picture directions (right, down) to screen directions (right, down)."""
    turned = np.linalg.matrix_power(np.array([[0.0, -1.0], [1.0, 0.0]]), state.quarter_turns % 4)
    mirrored = np.diag([-1.0 if state.flip_horizontal else 1.0, -1.0 if state.flip_vertical else 1.0])
    return np.asarray(turned @ mirrored, dtype=np.float64)


def screen_plane(box: PictureBox, state: ViewState, size_px: Size) -> ScreenPlane:
    """Where the pixels of a view of this size lie."""
    across = np.column_stack([box.right, box.down]) @ turn_matrix(state).T / state.scale
    middle = np.array([size_px[0] / 2 + state.pan_px[0], size_px[1] / 2 + state.pan_px[1]])
    normal = np.cross(box.right, box.down)
    return ScreenPlane(box.center - across @ middle, across[:, 0], across[:, 1], normal)


def mm_at(plane: ScreenPlane, x_px: float, y_px: float) -> Point:
    """The point in mm under a screen position."""
    x, y, z = plane.origin + x_px * plane.right + y_px * plane.down
    return float(x), float(y), float(z)


def px_of(plane: ScreenPlane, point: Point | Vector) -> tuple[float, float, float]:
    """Screen position of a point dropped onto the plane, and its signed distance from the plane in mm."""
    offset = np.asarray(point, dtype=np.float64) - plane.origin
    x_px = float(offset @ plane.right) / float(plane.right @ plane.right)
    y_px = float(offset @ plane.down) / float(plane.down @ plane.down)
    return x_px, y_px, float(offset @ plane.normal)


def index_from_pixels(affine: Affine, plane: ScreenPlane, pixels_per_px: float = 1.0) -> Vector:
    """4x4 from whole device pixels (x, y, depth in mm, 1) to (slice, row, column, 1) of an array.

    Whole numbers of device pixels are pixel centres; pixels_per_px is the device pixel ratio.
    """
    part = spatial(affine)
    middle = plane.origin + (plane.right + plane.down) * 0.5 / pixels_per_px
    matrix = np.eye(4)
    steps = np.column_stack([plane.right / pixels_per_px, plane.down / pixels_per_px, plane.normal])
    matrix[:3, :3] = np.linalg.solve(part, steps)
    matrix[:3, 3] = np.linalg.solve(part, middle - affine[:3, 3])
    return matrix


def visible_part(affine: Affine, shape: Sequence[int], plane: ScreenPlane, size_px: Size) -> Vector:
    """Corners (n, 2) in screen pixels of the part of the view that lies inside the array; n is 0 if none does."""
    matrix = index_from_pixels(affine, plane)
    matrix[:3, 3] -= matrix[:3, :2] @ (0.5, 0.5)  # from pixel centres to continuous positions
    width, height = size_px
    corners = np.array([(0.0, 0.0), (width, 0.0), (width, height), (0.0, height)])
    for axis, size in enumerate(shape[:3]):
        row, offset = matrix[axis, :2], matrix[axis, 3]
        corners = _cut(corners, row, offset + 0.5 + 1e-6)
        corners = _cut(corners, -row, size - 0.5 + 1e-6 - offset)
    return corners


def fit_scale(box: PictureBox, state: ViewState, size_px: Size) -> float:
    """The largest scale at which the whole picture is seen, turned as it is."""
    across, upright = box.width_mm, box.height_mm
    if state.quarter_turns % 2:
        across, upright = upright, across
    scale = FIT_MARGIN * min(size_px[0] / max(across, 1e-9), size_px[1] / max(upright, 1e-9))
    return max(scale, 1e-6)


def fit(box: PictureBox, state: ViewState, size_px: Size) -> ViewState:
    """The state with the whole picture in the middle of the view."""
    return replace(state, scale=fit_scale(box, state, size_px), pan_px=(0.0, 0.0), fitted=True)


def zoomed(state: ViewState, factor: float, at_px: Size, size_px: Size) -> ViewState:
    """The state after zooming so that the point under at_px stays there."""
    scale = min(max(state.scale * factor, SCALE_LIMITS[0]), SCALE_LIMITS[1])
    ratio = scale / state.scale
    x_px = at_px[0] - size_px[0] / 2
    y_px = at_px[1] - size_px[1] / 2
    pan = (x_px - (x_px - state.pan_px[0]) * ratio, y_px - (y_px - state.pan_px[1]) * ratio)
    return replace(state, scale=scale, pan_px=pan, fitted=False)


def on_pixels(box: PictureBox, state: ViewState, size_px: Size, ratio: float) -> ViewState:
    """The state moved by less than a device pixel, so that the edge of the picture lies between two of them.

    At 1:1 each pixel of the picture then is one of the screen; half a pixel off, all of them would be mixed in pairs.
    """
    extent = np.abs(turn_matrix(state)) @ np.array([box.width_mm, box.height_mm]) * state.scale
    corner = (np.asarray(size_px) / 2 + state.pan_px - extent / 2) * ratio
    moved = np.asarray(state.pan_px) + (np.rint(corner) - corner) / ratio
    return replace(state, pan_px=(float(moved[0]), float(moved[1])))


def rotated(state: ViewState, quarter_turns: int) -> ViewState:
    """The state after turning clockwise about the middle of the view."""
    turn = np.linalg.matrix_power(np.array([[0.0, -1.0], [1.0, 0.0]]), quarter_turns % 4)
    x_px, y_px = turn @ state.pan_px
    pan = (float(x_px), float(y_px))
    return replace(state, quarter_turns=(state.quarter_turns + quarter_turns) % 4, pan_px=pan)


def flipped(state: ViewState, *, horizontal: bool) -> ViewState:
    """The state after mirroring what is on the screen left to right, or top to bottom."""
    pan = (-state.pan_px[0], state.pan_px[1]) if horizontal else (state.pan_px[0], -state.pan_px[1])
    if horizontal == (state.quarter_turns % 2 == 0):
        return replace(state, flip_horizontal=not state.flip_horizontal, pan_px=pan)
    return replace(state, flip_vertical=not state.flip_vertical, pan_px=pan)


def direction_letters(direction: Vector) -> str:
    """Anatomical letters of a direction in LPS (PS3.3 C.7.6.1.1.1), strongest first: "L", "RA", "FPL"."""
    unit = np.asarray(direction, dtype=np.float64) / max(float(np.linalg.norm(direction)), 1e-12)
    strongest = sorted(range(3), key=lambda axis: -abs(unit[axis]))
    wanted = [axis for axis in strongest if abs(unit[axis]) > LETTER_LEAN]
    return "".join(_LETTERS[axis][0 if unit[axis] > 0 else 1] for axis in wanted)


def opposite_letters(letters: str) -> str:
    """The letters of the opposite direction; letters that are no anatomical ones stay away."""
    return "".join(_OPPOSITE.get(letter, "") for letter in letters)


def edge_letters(plane: ScreenPlane) -> tuple[str, str, str, str]:
    """Letters for the left, right, top and bottom edge of a picture of the patient."""
    right, down = direction_letters(plane.right), direction_letters(plane.down)
    return opposite_letters(right), right, opposite_letters(down), down


def turned_letters(row_letters: str, column_letters: str, state: ViewState) -> tuple[str, str, str, str]:
    """Edge letters of a projection image whose rows and columns run to known letters, as it is flipped and turned."""
    turn = turn_matrix(state)
    names = {(1, 0): row_letters, (0, 1): column_letters}
    for (x, y), letters in list(names.items()):
        names[-x, -y] = opposite_letters(letters)
    right, down = (turn.T @ np.eye(2)).T.round().astype(int)
    right_name, down_name = names[int(right[0]), int(right[1])], names[int(down[0]), int(down[1])]
    return opposite_letters(right_name), right_name, opposite_letters(down_name), down_name


def scale_bar(scale_px_per_mm: float, longest_px: float) -> tuple[float, float]:
    """Length in mm (1, 2 or 5 times a power of ten) and in pixels of the longest bar that fits."""
    longest_mm = longest_px / scale_px_per_mm
    power = 10.0 ** math.floor(math.log10(longest_mm))
    length_mm = next(power * step for step in (5.0, 2.0, 1.0) if power * step <= longest_mm * (1 + 1e-9))
    return length_mm, length_mm * scale_px_per_mm


def _right_angles(along_row: Vector, along_column: Vector) -> tuple[Vector, Vector]:
    right = along_row / np.linalg.norm(along_row)
    down = along_column - (along_column @ right) * right
    return right, down / np.linalg.norm(down)


def _cut(corners: Vector, slope: Vector, offset: float) -> Vector:
    """The part of a convex polygon where slope . corner + offset >= 0 (Sutherland-Hodgman)."""
    kept: list[Vector] = []
    heights = corners @ slope + offset if len(corners) else np.empty(0)
    for index, corner in enumerate(corners):
        before, height_before = corners[index - 1], heights[index - 1]
        if (height_before < 0) != (heights[index] < 0):
            share = height_before / (height_before - heights[index])
            kept.append(before + share * (corner - before))
        if heights[index] >= 0:
            kept.append(corner)
    return np.array(kept) if kept else np.empty((0, 2))
