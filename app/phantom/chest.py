"""The whole chest as one ordered list of parts, and its CT on the grid of a spec."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.domain.geometry import Affine
from app.domain.volume import CancelToken, Progress
from app.phantom import disease, mediastinum, skeleton, torso
from app.phantom.couch import table
from app.phantom.shapes import Part, Tubes, joined
from app.phantom.spec import PhantomSpec, grid_affine
from app.phantom.tree import TreePlan, grow, keep_clear
from app.phantom.voxels import add_noise, for_each_slab, paint

HU_RANGE = (-1024, 3071)


def chest_parts(seed: int, *, healthy: bool = False, couch: bool = True) -> list[Part]:
    """Every shape in painting order; later ones replace earlier ones."""
    parts: list[Part] = []
    if couch:
        parts += table()
    parts += torso.layers()
    parts += skeleton.skeleton()
    parts += torso.lungs_and_abdomen()
    parts += mediastinum.mediastinum()
    if not healthy:
        parts += disease.ground_glass()
    parts += _lung_vessels(seed)
    parts += mediastinum.airways()
    if not healthy:
        parts += disease.nodules(seed)
    parts += disease.marker()
    return parts


def chest_ct(
    spec: PhantomSpec, *, progress: Progress | None = None, cancel: CancelToken | None = None
) -> tuple[NDArray[np.int16], Affine]:
    """HU (slices, rows, columns) in int16, and the affine to LPS mm."""
    parts = chest_parts(spec.seed, healthy=spec.healthy)
    pixels = np.empty(spec.shape, dtype=np.int16)

    def one(first: int, past: int, affine: Affine) -> None:
        block = paint(parts, affine, (past - first, spec.rows, spec.columns))
        add_noise(block, first, spec.noise_hu, spec.seed)
        np.rint(block, out=block)
        pixels[first:past] = np.clip(block, *HU_RANGE)

    affine = grid_affine(spec)
    for_each_slab(one, affine, spec.shape, progress, cancel)
    return pixels, affine


_ROOTS = {
    "right": ((-40.0, 15.0, 8.0), (-34.0, 26.0, -18.0), (-36.0, 0.0, 0.0)),
    "left": ((46.0, 24.0, 8.0), (40.0, 32.0, -16.0), (44.0, 4.0, 4.0)),
}


def _lung_vessels(seed: int) -> list[Part]:
    """Arteries from the hilum, veins to the left atrium; none runs through a nodule."""
    parts: list[Part] = []
    for side, (artery, lower_vein, upper_vein) in _ROOTS.items():
        number = seed * 10 + (0 if side == "right" else 5)
        field, box = torso.LUNGS[side], torso.LUNG_BOX[side]
        trees = [
            grow(TreePlan(artery, field, box, 300, 0.55, 4.0, number)),
            grow(TreePlan(lower_vein, field, box, 110, 0.6, 6.0, number + 1)),
            grow(TreePlan(upper_vein, field, box, 90, 0.6, 6.0, number + 2)),
        ]
        whole = joined(trees)
        clear = keep_clear(
            whole, [n.center_lps_mm for n in disease.NODULES], [n.radius_mm + 1.5 for n in disease.NODULES]
        )
        parts.append(Tubes(f"{side} lung vessels", *clear, mediastinum.BLOOD_HU))
    return parts
