"""Turn MONOCHROME1 over within its own range, so that air is dark whatever the film said."""

from __future__ import annotations

from dataclasses import replace

from inference.image import Args, Image, PreprocessOp


def _forward(image: Image, _: Args) -> Image:
    if not image.inverted:
        return image
    values = image.values
    return replace(image, values=values.max() + values.min() - values, inverted=False)


OP = PreprocessOp("invert_monochrome1", _forward)
