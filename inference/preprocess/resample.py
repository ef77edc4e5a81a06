"""To voxels of `spacing_mm` (slices, rows, columns) over the same box, linearly, each axis for itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from inference.image import Args, Image, PreprocessOp, regrid, spacing_of
from inference.preprocess.resize import area_weights, linear_weights


def _forward(image: Image, args: Args) -> Image:
    wanted = args.get("spacing_mm")
    if not isinstance(wanted, list) or len(wanted) != 3 or min(wanted) <= 0:
        raise ValueError("'spacing_mm' must be three positive numbers")
    old = image.values.shape
    sizes = zip(old, spacing_of(image.affine), wanted, strict=True)
    new = tuple(max(round(size * mm / target), 1) for size, mm, target in sizes)
    values = image.values
    for axis in range(3):
        if new[axis] != old[axis]:
            weigh = area_weights if new[axis] < old[axis] else linear_weights
            values = np.moveaxis(np.tensordot(weigh(old[axis], new[axis]), values, axes=(1, axis)), 0, axis)
    affine = regrid(image.affine, old, new)
    return replace(image, values=np.ascontiguousarray(values, dtype=np.float32), affine=affine)


OP = PreprocessOp("resample", _forward)
