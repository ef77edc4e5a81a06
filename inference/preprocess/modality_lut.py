"""Stored values to modality values: HU in CT (PS3.3 C.11.1)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from inference.image import Args, Image, PreprocessOp


def _forward(image: Image, _: Args) -> Image:
    values = image.values
    if (image.slope, image.intercept) != (1.0, 0.0):
        values = values * np.float32(image.slope)
        values += np.float32(image.intercept)
    return replace(image, values=values, slope=1.0, intercept=0.0)


OP = PreprocessOp("modality_lut", _forward)
