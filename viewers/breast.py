"""Where the breast lies in a mammogram: tissue against air, worked out on a coarse copy of the pixels.

Nothing bright is ever called air: what stands out of the background by itself (markers, labels, film edges) is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Side = Literal["left", "right", ""]
COARSE = 480  # rows or columns of the copy that is looked at
AIR_SHARE = 0.03  # of the range of values: as much brighter than the air counts as tissue (ours)
BODY_SHARE, BODY_MARGIN = (
    0.1,
    0.025,
)  # the breast's body without veils of stray light, and what is added around it
LEAST_BODY = 0.7  # of all tissue: a smaller body is only its brightest part, and all of it counts
RIM = 0.012  # of the longer side: a margin of air stays around all tissue, so that no skin line is cut
LEAST_TISSUE, MOST_TISSUE = 0.02, 0.97  # shares of the picture outside of which nothing is told
EDGE = 0.02  # of the width: what reaches this near to an edge touches it
ONE_SIDED = 2.0  # as many times more of one edge must be touched than of the other


@dataclass(frozen=True, slots=True, eq=False)
class Breast:
    """What was found. air: coarse (rows, columns), one pixel of it is `step` of the picture.

    box: first row, first column, end row, end column of the breast in pixels of the picture. chest: the side of the
    stored picture that the breast lies against, '' where that cannot be told. values: 2nd and 99.5th percentile of
    the stored values within it, low to high as they are shown from dark to bright.
    """

    air: NDArray[np.bool_]
    step: int
    box: tuple[float, float, float, float]
    chest: Side
    values: tuple[float, float]


def find_breast(
    pixels: NDArray[Any], *, inverted: bool = False, padding: tuple[int, int] | None = None
) -> Breast | None:
    """The breast in a single grey picture (rows, columns); None where tissue cannot be told from air.

    inverted: small values are shown bright (MONOCHROME1). padding: stored values that are no part of the image.
    """
    from scipy import ndimage

    step = max(1, max(pixels.shape) // COARSE)
    stored = pixels[::step, ::step].astype(np.float32)
    usable = np.isfinite(stored)
    if padding is not None:
        usable &= (stored < padding[0]) | (stored > padding[1])
    bright = _brightness(np.where(usable, stored, 0), usable, inverted=inverted)
    if bright is None:
        return None
    smooth = ndimage.median_filter(bright, 3)
    tissue = smooth > AIR_SHARE
    share = float(tissue.mean())
    if not LEAST_TISSUE <= share <= MOST_TISSUE:
        return None
    breast = _largest(tissue)
    box = _box(breast, _largest(smooth > BODY_SHARE))
    rim = max(2, round(RIM * max(breast.shape)))
    kept = ndimage.binary_dilation(ndimage.binary_fill_holes(tissue), iterations=rim)
    inside = stored[breast & usable]
    low, high = (float(v) for v in np.percentile(inside, (2.0, 99.5)))
    top, left, bottom, right = (float(edge * step) for edge in box)
    ends = (top, left, min(bottom, float(pixels.shape[0])), min(right, float(pixels.shape[1])))
    return Breast(~kept, step, ends, chest_side(breast), (low, high))


def chest_side(breast: NDArray[np.bool_]) -> Side:
    """The edge that the breast is cut off by: the chest wall lies there. '' where neither edge, or both, cut it."""
    edge = max(1, round(EDGE * breast.shape[1]))
    at_left = float(breast[:, :edge].any(axis=1).mean())
    at_right = float(breast[:, -edge:].any(axis=1).mean())
    if at_left > max(ONE_SIDED * at_right, 0.1):
        return "left"
    return "right" if at_right > max(ONE_SIDED * at_left, 0.1) else ""


def _box(breast: NDArray[np.bool_], body: NDArray[np.bool_]) -> tuple[int, int, int, int]:
    """First row and column, end row and column of the breast: of its body, with a margin for its dim skin."""
    is_whole = body.sum() >= LEAST_BODY * breast.sum()
    rows, columns = np.nonzero(body if is_whole else breast)
    margin = round(BODY_MARGIN * max(breast.shape)) if is_whole else 0
    height, width = breast.shape
    return (
        max(int(rows.min()) - margin, 0),
        max(int(columns.min()) - margin, 0),
        min(int(rows.max()) + 1 + margin, height),
        min(int(columns.max()) + 1 + margin, width),
    )


def _brightness(
    stored: NDArray[np.float32], usable: NDArray[np.bool_], *, inverted: bool
) -> NDArray[np.float32] | None:
    """0 as the air, 1 as the brightest of the picture; None where there is no air to be seen."""
    values = stored[usable]
    if values.size < LEAST_TISSUE * stored.size:
        return None
    low, high = np.percentile(values, (0.1, 99.8))
    if not high > low:
        return None
    counts, ends = np.histogram(values, bins=256, range=(low, high))
    half = counts[:128] if not inverted else counts[128:]
    peak = int(half.argmax()) + (128 if inverted else 0)
    air = float(ends[peak] if inverted else ends[peak + 1])
    if air in {low, high}:
        return None
    scaled = (air - stored) / (air - low) if inverted else (stored - air) / (high - air)
    bright: NDArray[np.float32] = np.where(usable, scaled, -1.0).astype(np.float32)
    return bright


def _largest(tissue: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The largest piece that hangs together once thin strips (film edges, scratches) are taken off."""
    from scipy import ndimage

    thin = max(2, round(0.012 * max(tissue.shape)))
    body = ndimage.binary_opening(tissue, iterations=thin)
    labels, count = ndimage.label(body)
    if not count:
        return tissue
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    core = labels == sizes.argmax()
    grown: NDArray[np.bool_] = ndimage.binary_dilation(core, iterations=thin, mask=tissue)
    filled: NDArray[np.bool_] = ndimage.binary_fill_holes(grown)
    return filled
