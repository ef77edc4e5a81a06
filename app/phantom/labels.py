"""Which voxel belongs to what: lungs, ground glass, nodules, by the voxel's centre."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from app.domain.geometry import Affine
from app.phantom import disease, torso
from app.phantom.shapes import Box, Field, Points, box_around, ellipsoid
from app.phantom.spec import PhantomSpec, grid_affine
from app.phantom.voxels import coverage, for_each_slab, points_of, window_of

RIGHT_LUNG, LEFT_LUNG, GROUND_GLASS, FIRST_NODULE = 1, 2, 3, 4
_QUADRATURE_MM = 2.0


def chest_labels(spec: PhantomSpec) -> NDArray[np.uint8]:
    """Labels on the grid of a spec: 1 right lung, 2 left lung, 3 ground glass, 4 and up the nodules.

    A lung holds everything within its pleura: vessels, bronchi, ground glass and nodules are part of its volume.
    """
    labels = np.zeros(spec.shape, dtype=np.uint8)
    both = np.stack([torso.LUNG_BOX["right"][0], torso.LUNG_BOX["left"][1]])
    fields = [(torso.LUNGS["right"], both), (torso.LUNGS["left"], both)]
    if not spec.healthy:
        fields += [_ellipsoid_field(*shape) for shape in disease_shapes()]

    def one(first: int, past: int, affine: Affine) -> None:
        block = labels[first:past]
        known: dict[str, Points] = {}
        inverse = np.linalg.inv(affine).astype(np.float64)
        for label, (field, box) in enumerate(fields, start=RIGHT_LUNG):
            window = window_of(box, inverse, block.shape)
            if window is not None:
                at = known.setdefault(str(window), points_of(affine, window))
                block[window][np.broadcast_to(field(at) < 0, block[window].shape)] = label

    for_each_slab(one, grid_affine(spec), spec.shape)
    return labels


def disease_shapes() -> list[tuple[disease.Triple, disease.Triple]]:
    """Centre and semi-axes of the ground glass and of each nodule, in label order from GROUND_GLASS on."""
    glass = (disease.GROUND_GLASS.center_lps_mm, disease.GROUND_GLASS.semi_axes_mm)
    return [glass, *((n.center_lps_mm, (n.radius_mm,) * 3) for n in disease.NODULES)]


@cache
def lung_volume_ml(side: str) -> float:
    """Volume inside the pleura by quadrature on a fixed 2 mm grid with partial volume; no grid of a study."""
    low, high = torso.LUNG_BOX[side]
    affine = np.diag([_QUADRATURE_MM] * 3 + [1.0])[[2, 1, 0, 3]]
    affine[:3, 3] = low
    shape = tuple(int(np.ceil(s / _QUADRATURE_MM)) for s in (high - low)[::-1])
    at = points_of(affine, (slice(0, shape[0]), slice(0, shape[1]), slice(0, shape[2])))
    filled = coverage(torso.LUNGS[side](at), _QUADRATURE_MM)
    return float(filled.sum(dtype=np.float64)) * _QUADRATURE_MM**3 / 1000


def _ellipsoid_field(center: disease.Triple, semi_axes: disease.Triple) -> tuple[Field, Box]:
    return ellipsoid(center, semi_axes), box_around(center, semi_axes)
