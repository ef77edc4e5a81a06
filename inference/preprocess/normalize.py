"""Minus `mean`, over `std`; the picture's own where they are left out, or each slice's own with `per` = "slice"."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from inference.image import Args, Image, PreprocessOp, number


def _forward(image: Image, args: Args) -> Image:
    if args.get("per") == "slice":
        return replace(image, values=_each_slice(image.values))
    mean = number(args, "mean", float(image.values.mean(dtype=np.float64)))
    std = number(args, "std", float(image.values.std(dtype=np.float64)))
    return replace(image, values=(image.values - np.float32(mean)) / np.float32(max(std, 1e-6)))


def _each_slice(values: NDArray[np.float32]) -> NDArray[np.float32]:
    mean = values.mean(axis=(1, 2), keepdims=True, dtype=np.float64)
    std = values.std(axis=(1, 2), keepdims=True, dtype=np.float64)
    return np.asarray((values - mean) / np.maximum(std, 1e-6), dtype=np.float32)


OP = PreprocessOp("normalize", _forward)
