"""The largest central square of each slice, in pixels."""

from __future__ import annotations

from dataclasses import replace

from inference.image import Args, Image, PreprocessOp, shifted


def _forward(image: Image, _: Args) -> Image:
    _, rows, columns = image.values.shape
    side = min(rows, columns)
    top, left = (rows - side) // 2, (columns - side) // 2
    values = image.values[:, top : top + side, left : left + side]
    return replace(image, values=values, affine=shifted(image.affine, (0, top, left)))


OP = PreprocessOp("center_crop_square", _forward)
