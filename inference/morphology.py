"""Lungs by attenuation, and the declared steps from a probability map to regions."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from inference.errors import Problem, RunRefusedError
from inference.image import Args, number, spacing_of
from inference.vocabulary import PostOp

Mask = NDArray[np.bool_]
LUNG_SHARE_MIN = (
    0.05  # of the largest piece of air inside the body: smaller pieces are bowel or airways (ours)
)
LARGEST_LABEL = 65535


def air_lungs(values_hu: NDArray[np.float32], affine: NDArray[np.float64], args: Args) -> Mask:
    """Lungs of a chest CT in HU: air below `air_hu` not open to the outside of each slice, closed by `closing_mm`.

    A threshold loses consolidation and what hangs on the chest wall; closing brings back what is up to twice
    `closing_mm` wide. Slices are taken one by one for the outside, so a scan that ends in the lungs does no harm.
    """
    from scipy import ndimage

    air = values_hu < number(args, "air_hu", -400.0)
    inside = np.zeros_like(air)
    for index in range(len(air)):
        labels, _ = ndimage.label(air[index])
        edge = np.unique(np.concatenate((labels[0], labels[-1], labels[:, 0], labels[:, -1])))
        inside[index] = air[index] & ~np.isin(labels, edge)
    labels, count = ndimage.label(inside)
    if count == 0:
        return inside
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    lungs = np.isin(labels, np.flatnonzero(sizes >= sizes.max() * LUNG_SHARE_MIN))
    _, row_mm, column_mm = spacing_of(affine)
    reach = number(args, "closing_mm", 9.0) / min(row_mm, column_mm)
    return np.stack([_close(one, reach) for one in lungs])


def _close(mask: Mask, reach: float) -> Mask:
    """Closing with a disc by distances, which costs the same for any reach."""
    from scipy import ndimage

    if not mask.any():
        return mask
    pad = int(np.ceil(reach)) + 1
    wide = np.pad(mask, pad)
    grown = ndimage.distance_transform_edt(~wide) <= reach
    closed = ndimage.distance_transform_edt(grown) > reach
    filled = ndimage.binary_fill_holes(closed | wide)
    return np.asarray(filled[pad:-pad, pad:-pad], dtype=bool)


def regions(
    probability: NDArray[np.float32], steps: Iterable[PostOp], gate: Mask | None, voxel_mm3: float = 0.0
) -> NDArray[np.uint16]:
    """Labels from a probability map, 1 to n. voxel_mm3: what sizes in mm are told by.

    Raises RunRefusedError if there are more than a label map can hold, ValueError for a word that is no number.
    """
    from scipy import ndimage

    mask: Mask = probability > 0.5
    labels: NDArray[np.int32] | None = None
    for step in steps:
        rounds = int(number(step.args, "rounds", 1))
        if step.op == "threshold":
            mask = probability > number(step.args, "at", 0.5)
        elif step.op == "gate_by_lungs" and gate is not None:
            mask &= gate
        elif step.op == "erosion":
            mask = ndimage.binary_erosion(mask, iterations=rounds)
        elif step.op == "dilation":
            mask = ndimage.binary_dilation(mask, iterations=rounds)
        elif step.op == "closing":
            mask = ndimage.binary_closing(mask, iterations=rounds)
        elif step.op == "fill_holes":
            mask = ndimage.binary_fill_holes(mask)
        elif step.op in ("components", "largest_components"):
            labels = _components(mask, step, voxel_mm3)
    found = _components(mask, None) if labels is None else labels
    if found.max(initial=0) > LARGEST_LABEL:
        raise RunRefusedError(Problem("model.failed.too_many_regions", {"count": str(int(found.max()))}))
    return found.astype(np.uint16)


def _components(mask: Mask, step: PostOp | None, voxel_mm3: float = 0.0) -> NDArray[np.int32]:
    """Face-connected pieces, numbered by size; small ones dropped, or all but the largest."""
    from scipy import ndimage

    labels, _ = ndimage.label(mask)
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    order = np.argsort(-sizes, kind="stable")
    keep = order[sizes[order] > 0]
    if step is not None and step.op == "components":
        keep = keep[_is_of_size(sizes[keep], step.args, voxel_mm3)]
    elif step is not None:
        keep = keep[: int(number(step.args, "count", 1))]
    renumber = np.zeros(len(sizes), dtype=np.int32)
    renumber[keep] = np.arange(1, len(keep) + 1)
    return renumber[labels]


def _is_of_size(voxels: NDArray[np.intp], args: Args, voxel_mm3: float) -> Mask:
    """Which pieces are large and small enough; in mm by the diameter of the ball of the same volume."""
    fits: Mask = voxels >= int(number(args, "min_voxels", 1))
    if "min_mm" in args or "max_mm" in args:
        if voxel_mm3 <= 0:
            raise ValueError("'min_mm' and 'max_mm' need the size of a voxel")
        diameter = np.cbrt(6 * voxels * voxel_mm3 / np.pi)
        fits &= diameter >= number(args, "min_mm", 0.0)
        fits &= diameter <= number(args, "max_mm", np.inf)
    return fits
