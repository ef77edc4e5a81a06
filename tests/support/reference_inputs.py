"""Made-up pictures, boxes and a network of a formula, from which a reference tool and this product work alike.

Numbers and nothing else, so that it runs in the tool's own environment as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float32]


def picture(shape: tuple[int, ...]) -> Values:
    """Waves that repeat nowhere within it, and differ along each axis."""
    grid = np.indices(shape).astype(np.float64)
    rates = (0.9, 0.37, 0.53)[-len(shape) :]
    phase = sum(rate * axis for rate, axis in zip(rates, grid, strict=True))
    slow = sum((at + 1) * axis / size for at, (axis, size) in enumerate(zip(grid, shape, strict=True)))
    return np.asarray(np.sin(phase) + 0.3 * np.asarray(slow), dtype=np.float32)


def network(windows: Values) -> Values:
    """(n, *window) -> (n, 2, *window): one answer that depends on the place in the window, one on all that is in it.

    So windows that overlap disagree, and how they are blended shows.
    """
    axes = tuple(range(1, windows.ndim))
    ramp = sum(
        (at + 1)
        * np.linspace(0, 1, windows.shape[axis]).reshape(
            [-1 if a == axis else 1 for a in range(windows.ndim)]
        )
        for at, axis in enumerate(axes)
    )
    placed = windows * (1 + np.asarray(ramp))
    whole = np.broadcast_to(windows.mean(axis=axes, keepdims=True), windows.shape) + 0.1 * windows
    return np.stack([placed, whole], axis=1).astype(np.float32)


@dataclass(frozen=True, slots=True)
class WindowCase:
    """A picture of `shape` under windows of `size`."""

    shape: tuple[int, ...]
    size: tuple[int, ...]
    overlap: float
    blend: str

    @property
    def key(self) -> str:
        """Under which its numbers are stored."""
        parts = (
            "x".join(map(str, self.shape)),
            "x".join(map(str, self.size)),
            f"{self.overlap:g}",
            self.blend,
        )
        return " ".join(parts)


WINDOW_CASES = tuple(
    WindowCase(shape, size, overlap, blend)
    for shape, size in (
        ((9, 17, 14), (4, 8, 6)),
        ((9, 17, 14), (5, 7, 14)),
        ((3, 11, 20), (6, 8, 8)),  # fewer slices than a window has
        ((2, 5, 4), (5, 8, 9)),  # smaller than a window in every direction
        ((31, 22), (16, 12)),
        ((7, 40), (12, 16)),
    )
    for overlap in (0.25, 0.5)
    for blend in ("gaussian", "constant")
)


def blob_mask() -> NDArray[np.bool_]:
    """Pieces of several sizes that touch by faces, one that touches by an edge only, and a hole."""
    mask = np.zeros((6, 14, 16), bool)
    mask[1:5, 1:7, 1:8] = True
    mask[2, 3, 3] = False  # a hole
    mask[5, 7, 8] = True  # by a corner
    mask[1:3, 9:13, 2:6] = True
    mask[4, 10:12, 10:15] = True
    mask[0, 0, 15] = True
    return mask


def boxes(dimensions: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Overlapping boxes, corners (lowest, highest) of each axis in pixels, and their scores."""
    at = np.arange(14)
    low = np.stack([(3.7 * at * (axis + 1)) % 11 for axis in range(dimensions)], axis=1)
    side = np.stack([5 + (2.3 * at + axis) % 4 for axis in range(dimensions)], axis=1)
    return np.concatenate([low, low + side], axis=1), 0.5 + 0.45 * np.sin(1.7 * at)


def smooth(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """A field in mm (x, y, z last) that no interpolation of voxels of these sizes gets wrong by much."""
    x, y, z = np.moveaxis(points, -1, 0)
    found: NDArray[np.float64] = (
        0.02 * x - 0.03 * y + 0.025 * z + np.sin(x / 17.0) * np.cos(y / 19.0) + 0.5 * np.sin(z / 15.0)
    )
    return found


# Index (slice, row, column) to LPS mm: slices run to the feet, rows to the left, columns to the front.
TURNED = np.array([[0, 0.8, 0, -30], [0, 0, -0.7, 40], [-2.5, 0, 0, 10], [0, 0, 0, 1.0]])
BALL_SHAPE = (24, 60, 64)  # of a scan on that grid
BALL_LPS_MM = (-10.0, 12.0, -18.0)
SHIFT = (2, 1, 1)  # voxels that the network of the pipeline moves things by: right, front, head


def ball() -> NDArray[np.int16]:
    """A soft ball in a scan that lies askew in its axes, in HU."""
    index = np.moveaxis(np.indices(BALL_SHAPE), 0, -1)
    away = index @ TURNED[:3, :3].T + TURNED[:3, 3] - BALL_LPS_MM
    return np.asarray(1000 * np.exp(-(away**2).sum(axis=-1) / (2 * 7.0**2)) - 500, dtype=np.int16)


def kept(values: NDArray[Any], count: int = 60) -> dict[str, Any]:
    """Shape, and values at places that are spread evenly: enough to tell one answer from another."""
    flat = np.asarray(values, dtype=np.float64).ravel()
    told = [float(f"{one:.6g}") for one in flat[places(flat.size, count)]]
    return {"shape": list(values.shape), "values": told}


def places(size: int, count: int = 60) -> NDArray[np.int64]:
    """Which values of so many are kept."""
    return np.unique(np.linspace(0, size - 1, min(count, size)).astype(np.int64))
