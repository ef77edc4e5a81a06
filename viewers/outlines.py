"""Outlines of labelled regions, as polylines on the grid they were sampled on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Polyline = NDArray[np.float64]


def outlines(labels: NDArray[np.integer[Any]], wanted: Iterable[int]) -> dict[int, list[Polyline]]:
    """Closed polylines (n, 2) of (x, y) round each wanted label; pixel centres lie at whole numbers plus 0.5.

    labels: (rows, columns). A region at the border of the picture is closed along the border.
    """
    return {label: _around(labels == label) for label in wanted}


def _around(mask: NDArray[np.bool_]) -> list[Polyline]:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return []
    from skimage.measure import find_contours

    top, left = rows[0], columns[0]
    part = np.pad(mask[top : rows[-1] + 1, left : columns[-1] + 1].astype(np.float32), 1)
    contours = find_contours(part, 0.5)  # type: ignore[no-untyped-call]  # the library has no types
    return [contour[:, ::-1] + (left - 0.5, top - 0.5) for contour in contours]
