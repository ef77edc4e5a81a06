"""Mammograms in their views: the breast as large as it goes, at one scale, its chest wall at the edge of the view."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from viewers.breast import Breast
from viewers.geometry import PictureBox, Size, Vector, turn_matrix
from viewers.types import ViewState

FILL = 0.98  # of the view: the breast keeps a hair's breadth of room
_TOWARDS = {"left": (-1.0, 0.0), "right": (1.0, 0.0)}


@dataclass(frozen=True, slots=True, eq=False)
class BreastBox:
    """The breast's rectangle about the picture's centre, mm in picture directions (right, down); and its chest side."""

    low: Vector
    high: Vector
    towards_chest: Vector

    @property
    def size_mm(self) -> Vector:
        """Width and height."""
        return self.high - self.low


def breast_box(breast: Breast, box: PictureBox, shape: tuple[int, int]) -> BreastBox:
    """Where the breast lies in a picture of (rows, columns) that fills a rectangle."""
    rows, columns = shape
    per_pixel = np.array([box.width_mm / columns, box.height_mm / rows])
    top, left, bottom, right = breast.box
    middle = np.array([columns / 2, rows / 2])
    low, high = (np.array([left, top]) - middle) * per_pixel, (np.array([right, bottom]) - middle) * per_pixel
    return BreastBox(low, high, np.array(_TOWARDS.get(breast.chest, (0.0, 0.0))))


def largest_scale(one: BreastBox, state: ViewState, size_px: Size) -> float:
    """Screen pixels per mm at which the breast just fills a view, turned as it is."""
    extent = np.abs(turn_matrix(state)) @ one.size_mm
    return float(FILL * np.min(np.asarray(size_px, dtype=np.float64) / np.maximum(extent, 1e-9)))


def placed(one: BreastBox, state: ViewState, size_px: Size, scale: float) -> ViewState:
    """The state with the chest wall at the edge of the view that it lies towards, the breast in its middle."""
    turn = turn_matrix(state)
    ends = np.array([turn @ one.low, turn @ one.high]) * scale
    low, high = ends.min(axis=0), ends.max(axis=0)
    towards = turn @ one.towards_chest
    half = np.asarray(size_px, dtype=np.float64) / 2
    pan = -(low + high) / 2
    pan = np.where(towards > 0.5, half - high, np.where(towards < -0.5, -half - low, pan))
    return replace(state, scale=scale, pan_px=(float(pan[0]), float(pan[1])), fitted=True)


def part_seen(one: BreastBox, state: ViewState, size_px: Size) -> tuple[float, float, float, float]:
    """What a view shows of the breast's rectangle as it stands on the screen: left, top, right, bottom, 0 to 1."""
    turn = turn_matrix(state)
    ends = np.array([turn @ one.low, turn @ one.high]) * state.scale
    low, high = ends.min(axis=0), ends.max(axis=0)
    half, pan = np.asarray(size_px, dtype=np.float64) / 2, np.asarray(state.pan_px)
    extent = np.maximum(high - low, 1e-9)
    first = np.clip((-half - pan - low) / extent, 0.0, 1.0)
    last = np.clip((half - pan - low) / extent, 0.0, 1.0)
    return float(first[0]), float(first[1]), float(last[0]), float(last[1])


def from_chest(one: BreastBox, state: ViewState) -> tuple[float, float] | None:
    """Where the middle of a view lies: mm from the chest wall, and mm below the middle of the breast.

    None where the chest wall does not stand upright on the screen, or nobody knows where it is.
    """
    chest, middle, towards = _landmarks(one, state)
    if towards == 0:
        return None
    across, down = -np.asarray(state.pan_px) / state.scale
    return float((chest - across) * towards), float(down - middle)


def at_from_chest(one: BreastBox, state: ViewState, place: tuple[float, float], scale: float) -> ViewState:
    """The state with that place in the middle of the view: of the other breast, the mirrored one."""
    chest, middle, towards = _landmarks(one, state)
    across, down = chest - towards * place[0], middle + place[1]
    return replace(state, scale=scale, pan_px=(-across * scale, -down * scale), fitted=False)


def _landmarks(one: BreastBox, state: ViewState) -> tuple[float, float, int]:
    """On the screen, mm from the picture's middle: chest wall, height of the breast's middle; +1 chest at right."""
    turn = turn_matrix(state)
    ends = np.array([turn @ one.low, turn @ one.high])
    low, high = ends.min(axis=0), ends.max(axis=0)
    towards = round(float((turn @ one.towards_chest)[0]))
    return float(high[0] if towards > 0 else low[0]), float((low[1] + high[1]) / 2), towards
