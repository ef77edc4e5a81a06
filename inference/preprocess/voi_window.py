"""A window of `center` and `width` to 0..1."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from inference.image import Args, Image, PreprocessOp, number


def _forward(image: Image, args: Args) -> Image:
    center, width = number(args, "center"), number(args, "width")
    low = np.float32(center - width / 2)
    return replace(image, values=np.clip((image.values - low) / np.float32(width), 0, 1))


OP = PreprocessOp("voi_window", _forward)
