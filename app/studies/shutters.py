"""Display shutters to masks (PS3.3 C.7.6.11). Rows and columns count from 1 in the file and from 0 here."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from app.domain.display import OverlayPlane, Shutter, ShutterShapes
from app.studies.slow_headers import damage

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

Mask = NDArray[np.bool_]
MASKS_KEPT = 16
WHITE = 65535
MOST_VERTICES = 10_000


def read_shutter(dataset: Dataset, aspect: float = 1.0) -> tuple[ShutterShapes | None, bool]:
    """As `read_shapes`, and whether a shutter is named that cannot be read."""
    try:
        return read_shapes(dataset, aspect), False
    except damage():
        return None, True


def read_shapes(dataset: Dataset, aspect: float = 1.0) -> ShutterShapes | None:
    """The shutter module of an image, a presentation state or an item of a Frame Display Shutter Sequence, if any.

    Raises ValueError and what pydicom raises where a named shape lacks its numbers.
    """
    named = dataset.get("ShutterShape")
    shapes = {named} if isinstance(named, str) else set(named or ())
    shapes &= {"RECTANGULAR", "CIRCULAR", "POLYGONAL", "BITMAP"}
    if not shapes:
        return None
    said = dataset.get("ShutterPresentationValue")
    return ShutterShapes(
        edges=_edges(dataset) if "RECTANGULAR" in shapes else None,
        circle=_circle(dataset) if "CIRCULAR" in shapes else None,
        vertices=_vertices(dataset) if "POLYGONAL" in shapes else (),
        overlay_group=int(dataset.ShutterOverlayGroup) if "BITMAP" in shapes else None,
        grey=min(max(int(said), 0), WHITE) / WHITE if said is not None else 0.0,
        aspect=aspect,
    )


def shutter_of(shapes: ShutterShapes, rows: int, columns: int, hidden: Mask | None = None) -> Shutter:
    """What is shown of a frame; frames alike share one mask. hidden: what a bitmap shutter covers."""
    shown = _mask(shapes, rows, columns)
    return Shutter(shown if hidden is None else shown & ~hidden, shapes.grey)


def covered_by(planes: Iterable[OverlayPlane], rows: int, columns: int) -> Mask:
    """Where any of these planes has ink, on the grid of a frame of so many rows and columns."""
    covered = np.zeros((rows, columns), dtype=bool)
    for plane in planes:
        top, left = plane.origin
        down = slice(max(top, 0), min(top + plane.shape[0], rows))
        across = slice(max(left, 0), min(left + plane.shape[1], columns))
        if down.start < down.stop and across.start < across.stop:
            part = plane.mask[down.start - top : down.stop - top, across.start - left : across.stop - left]
            covered[down, across] |= part
    return covered


@lru_cache(maxsize=MASKS_KEPT)
def _mask(shapes: ShutterShapes, rows: int, columns: int) -> Mask:
    row = np.arange(1, rows + 1)[:, np.newaxis]
    column = np.arange(1, columns + 1)[np.newaxis]
    shown = np.ones((rows, columns), dtype=bool)
    if shapes.edges is not None:
        left, right, upper, lower = shapes.edges
        shown &= (row >= upper) & (row <= lower) & (column >= left) & (column <= right)
    if shapes.circle is not None:
        middle_row, middle_column, radius = shapes.circle
        # The radius counts columns; rows are larger or smaller steps where pixels are no squares.
        shown &= ((row - middle_row) * shapes.aspect) ** 2 + (column - middle_column) ** 2 <= radius**2
    if shapes.vertices:
        shown &= _polygon(shapes.vertices, rows, columns)
    shown.setflags(write=False)
    return shown


def _polygon(vertices: tuple[tuple[int, int], ...], rows: int, columns: int) -> Mask:
    """Even-odd along each row, with the outline itself inside."""
    inside = np.zeros((rows, columns), dtype=bool)
    corners = np.asarray(vertices, dtype=np.float64)
    ends = np.roll(corners, -1, axis=0)
    for number in range(1, rows + 1):
        for left, right in _spans(corners, ends, number):
            first, last = max(int(np.ceil(left)), 1), min(int(np.floor(right)), columns)
            inside[number - 1, first - 1 : max(last, first - 1)] = True
    return inside


def _spans(corners: NDArray[np.float64], ends: NDArray[np.float64], row: int) -> list[tuple[float, float]]:
    """Pieces of one row inside the polygon: between every second crossing, and edges that lie on the row."""
    low, high = np.minimum(corners[:, 0], ends[:, 0]), np.maximum(corners[:, 0], ends[:, 0])
    crossing = (low <= row) & (row < high)
    share = (row - corners[crossing, 0]) / (ends[crossing, 0] - corners[crossing, 0])
    at = np.round(np.sort(corners[crossing, 1] + share * (ends[crossing, 1] - corners[crossing, 1])), 6)
    spans = list(zip(at[0::2].tolist(), at[1::2].tolist(), strict=True))
    flat = (low == high) & (low == row)
    pairs = np.sort(np.stack([corners[flat, 1], ends[flat, 1]], axis=1), axis=1)
    touching = corners[corners[:, 0] == row, 1]
    return [*spans, *map(tuple, pairs.tolist()), *((value, value) for value in touching.tolist())]


def _edges(dataset: Dataset) -> tuple[int, int, int, int]:
    sides = ("Left", "Right")
    left, right = (int(dataset[f"Shutter{side}VerticalEdge"].value) for side in sides)
    upper, lower = (int(dataset[f"Shutter{side}HorizontalEdge"].value) for side in ("Upper", "Lower"))
    return left, right, upper, lower


def _circle(dataset: Dataset) -> tuple[int, int, int]:
    row, column = (int(part) for part in dataset["CenterOfCircularShutter"].value)
    return row, column, int(dataset["RadiusOfCircularShutter"].value)


def _vertices(dataset: Dataset) -> tuple[tuple[int, int], ...]:
    numbers: list[Any] = list(dataset["VerticesOfThePolygonalShutter"].value)
    if len(numbers) < 6 or len(numbers) % 2 or len(numbers) > 2 * MOST_VERTICES:
        raise ValueError("no polygon")
    whole = [int(number) for number in numbers]
    return tuple(zip(whole[0::2], whole[1::2], strict=True))
