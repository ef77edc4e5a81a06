"""Stored values to modality values: HU in CT (PS3.3 C.11.1)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from inference.image import Args, Image, PreprocessOp


def _forward(image: Image, _: Args) -> Image:
    values = image.values
    slope, intercept = np.float32(image.slope), np.float32(image.intercept)
    if slope != 1 and intercept != 0:
        values = values * slope
        values += intercept  # in place: a whole scan is not copied twice
    elif slope != 1:
        values = values * slope
    elif intercept != 0:
        values = values + intercept
    return replace(image, values=values, slope=1.0, intercept=0.0)


OP = PreprocessOp("modality_lut", _forward)
