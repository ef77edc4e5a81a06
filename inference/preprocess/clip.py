"""Values below `min` and above `max` cut off."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from inference.image import Args, Image, PreprocessOp, number


def _forward(image: Image, args: Args) -> Image:
    low, high = np.float32(number(args, "min")), np.float32(number(args, "max"))
    return replace(image, values=np.clip(image.values, low, high))


OP = PreprocessOp("clip", _forward)
