"""Each slice padded to a square with `value` (0 if left out), the picture in the middle."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from inference.image import Args, Image, PreprocessOp, number, shifted


def _forward(image: Image, args: Args) -> Image:
    _, rows, columns = image.values.shape
    side = max(rows, columns)
    top, left = (side - rows) // 2, (side - columns) // 2
    around = ((0, 0), (top, side - rows - top), (left, side - columns - left))
    values = np.pad(image.values, around, constant_values=np.float32(number(args, "value", 0.0)))
    return replace(image, values=values, affine=shifted(image.affine, (0, -top, -left)))


OP = PreprocessOp("pad_square", _forward)
