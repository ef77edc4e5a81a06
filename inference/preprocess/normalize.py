"""Minus `mean`, over `std`; the picture's own where they are left out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from inference.image import Args, Image, PreprocessOp, number


def _forward(image: Image, args: Args) -> Image:
    mean = number(args, "mean", float(image.values.mean(dtype=np.float64)))
    std = number(args, "std", float(image.values.std(dtype=np.float64)))
    return replace(image, values=(image.values - np.float32(mean)) / np.float32(max(std, 1e-6)))


OP = PreprocessOp("normalize", _forward)
