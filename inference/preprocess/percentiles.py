"""The `low` and `high` percentile of the picture to 0..1, what lies outside clipped."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from inference.image import Args, Image, PreprocessOp, number


def _forward(image: Image, args: Args) -> Image:
    low, high = np.percentile(image.values, (number(args, "low"), number(args, "high")))
    span = np.float32(max(high - low, 1e-6))
    return replace(image, values=np.clip((image.values - np.float32(low)) / span, 0, 1))


OP = PreprocessOp("percentiles", _forward)
