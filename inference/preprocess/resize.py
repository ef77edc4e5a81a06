"""Each slice to `rows` x `columns`; `mode` area (means, for shrinking) or linear."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from inference.image import Args, Image, PreprocessOp, number, regrid


def _forward(image: Image, args: Args) -> Image:
    rows, columns = int(number(args, "rows")), int(number(args, "columns"))
    weigh = area_weights if args.get("mode", "area") == "area" else linear_weights
    down = weigh(image.values.shape[1], rows)
    across = weigh(image.values.shape[2], columns)
    values = np.einsum(
        "ir,srj->sij", down, np.einsum("src,jc->srj", image.values, across, optimize=True), optimize=True
    )
    affine = regrid(image.affine, image.values.shape, (image.values.shape[0], rows, columns))
    return replace(image, values=np.ascontiguousarray(values, dtype=np.float32), affine=affine)


def area_weights(size: int, new_size: int) -> NDArray[np.float32]:
    """(new_size, size): how much of each old pixel lies in each new one; rows add up to one."""
    edges = np.arange(new_size + 1) * size / new_size
    pixels = np.arange(size)
    overlap = np.minimum(edges[1:, None], pixels + 1) - np.maximum(edges[:-1, None], pixels)
    weights = np.clip(overlap, 0, None)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), dtype=np.float32)


def linear_weights(size: int, new_size: int) -> NDArray[np.float32]:
    """(new_size, size): linear interpolation with edges aligned, the outermost pixels held."""
    at = np.clip((np.arange(new_size) + 0.5) * size / new_size - 0.5, 0, size - 1)
    low = np.minimum(at.astype(int), max(size - 2, 0))
    weights = np.zeros((new_size, size), dtype=np.float32)
    weights[np.arange(new_size), low] = 1 - (at - low)
    weights[np.arange(new_size), np.minimum(low + 1, size - 1)] += at - low
    return weights


OP = PreprocessOp("resize", _forward)
