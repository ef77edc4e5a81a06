"""`from_min`..`from_max` to `min`..`max`, linearly; the picture's own extremes where `from_` is left out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from inference.image import Args, Image, PreprocessOp, number


def _forward(image: Image, args: Args) -> Image:
    source_low = number(args, "from_min", float(image.values.min()))
    source_high = number(args, "from_max", float(image.values.max()))
    low, high = number(args, "min"), number(args, "max")
    gain = (high - low) / max(source_high - source_low, 1e-6)
    return replace(image, values=(image.values - np.float32(source_low)) * np.float32(gain) + np.float32(low))


OP = PreprocessOp("to_range", _forward)
