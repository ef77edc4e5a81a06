"""Frontal films of the product's own phantom, its anatomy bent at random: what `cxr-lungs-heart` learns shapes from.

One painted chest (HU and labels in 2 mm voxels) is sampled along the rays of a point source through a random smooth
deformation: size, heart, height of the diaphragm, everything a little. No person's image takes part.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from package_files import ROOT
from scipy.ndimage import map_coordinates

sys.path.insert(0, str(ROOT))
from app.phantom import torso
from app.phantom.chest import chest_parts
from app.phantom.voxels import paint, points_of

SIZE = 160
VOXEL_MM = 2.0
LOW = np.array([-206.0, -130.0, -200.0])  # x, y, z in LPS mm
COUNT = (206, 130, 205)
SHEET_MM = 4.0
SOURCE_MM = 1800.0
RIGHT, LEFT, HEART, ABDOMEN, MIDDLE = 1, 2, 3, 4, 5
CONTROLS = 5
HEART_CENTER = np.array([12.0, -20.0, -40.0])
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Chest:
    """HU and labels, (z, y, x) from the feet, the front, the patient's right."""

    hu: Floats
    labels: NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """One film before any tone (rows from the head, columns to the patient's left): attenuation, lung path, masks."""

    attenuation: Floats
    lung_mm: Floats
    masks: NDArray[np.bool_]  # right lung, left lung, heart


def painted_chest(seed: int) -> Chest:
    """The phantom without disease, arms or table."""
    affine = np.zeros((4, 4))
    affine[2, 0] = affine[1, 1] = affine[0, 2] = VOXEL_MM
    affine[:3, 3], affine[3, 3] = LOW, 1.0
    shape = COUNT[::-1]
    hu = paint(chest_parts(seed, healthy=True, couch=False), affine, shape)
    at = points_of(affine, (slice(0, shape[0]), slice(0, shape[1]), slice(0, shape[2])))
    labels = np.zeros(shape, dtype=np.uint8)
    inside = torso.cavity(at) < 0
    labels[inside] = MIDDLE
    for side in ("right", "left"):
        half = (at.x < 0) if side == "right" else (at.x >= 0)
        labels[inside & (torso.DIAPHRAGM[side](at) >= 0) & half] = ABDOMEN
    labels[np.broadcast_to(torso.pericardium(at) < 1.0, shape)] = HEART
    for label, side in ((RIGHT, "right"), (LEFT, "left")):
        labels[np.broadcast_to(torso.LUNGS[side](at) < 0, shape)] = label
    return Chest(hu.astype(np.float32), labels)


def draw(chest: Chest, rng: np.random.Generator) -> Drawn:
    """One film of a randomly bent chest."""
    places = bent(*rays(rng), rng)
    index = [(places[axis] - LOW[axis]) / VOXEL_MM for axis in (2, 1, 0)]
    hu = map_coordinates(chest.hu, index, order=1, mode="constant", cval=-1000.0)
    labels = map_coordinates(chest.labels, index, order=0, mode="constant", cval=0)
    dense = np.maximum(hu - 90, 0) * 0.4
    attenuation = np.maximum((hu + dense + 1000) * (0.0195 / 1000), 0).sum(axis=1) * SHEET_MM
    paths = {label: (labels == label).sum(axis=1) * SHEET_MM for label in range(1, 6)}
    return Drawn(
        attenuation.astype(np.float32),
        (paths[RIGHT] + paths[LEFT]).astype(np.float32),
        lungs_and_heart(paths),
    )


def lungs_and_heart(paths: dict[int, NDArray[np.float64]]) -> NDArray[np.bool_]:
    """What a reader would outline: lung that neither heart, dome nor middle covers; the heart's whole shadow."""
    within = np.maximum(sum(paths.values()), 1.0)
    heart = paths[HEART] > 10
    free = ~heart & (paths[ABDOMEN] < 14)
    lungs = [(paths[side] > 8) & (paths[side] > 0.45 * within) & free for side in (RIGHT, LEFT)]
    return np.stack([*lungs, heart])


def rays(rng: np.random.Generator) -> tuple[Floats, Floats, Floats]:
    """LPS mm of every sample, each (rows, sheets, columns): a point source behind, field and centre at random."""
    field = rng.uniform(330, 430)
    step = field / SIZE
    across = (np.arange(SIZE) - (SIZE - 1) / 2) * step + rng.normal(0, 8)
    down = -(np.arange(SIZE) - (SIZE - 1) / 2) * step + rng.normal(-2, 12)
    depth = np.arange(-124, 128, SHEET_MM)
    near = SOURCE_MM if rng.random() < 0.6 else rng.uniform(1000, 1500)
    # AP films are taken with the back to the detector: the heart is drawn larger.
    detector = -130.0 if rng.random() < 0.6 else 130.0
    scale = 1 - np.abs(depth - detector) / near
    shape = (SIZE, len(depth), SIZE)
    x = np.broadcast_to(across[None, None, :] * scale[None, :, None], shape)
    z = np.broadcast_to(down[:, None, None] * scale[None, :, None], shape)
    y = np.broadcast_to(depth[None, :, None], shape)
    return x.astype(np.float32), y.astype(np.float32), z.astype(np.float32)


def bent(x: Floats, y: Floats, z: Floats, rng: np.random.Generator) -> tuple[Floats, Floats, Floats]:
    """Where in the painted chest each place of the bent one lies."""
    lean, turn = rng.normal(0, 0.05), rng.normal(0, 0.07)
    x, z = x * np.cos(lean) - z * np.sin(lean), x * np.sin(lean) + z * np.cos(lean)
    x, y = x * np.cos(turn) - y * np.sin(turn), x * np.sin(turn) + y * np.cos(turn)
    size = np.exp(rng.normal(0, (0.08, 0.08, 0.13)))
    x, y, z = x / size[0], y / size[1], z / size[2]
    for side in (-1.0, 1.0):  # each dome up or down on its own
        share = 1 / (1 + np.exp(-side * x / 12))
        z = np.asarray(z + rng.normal(0, 13) * share * np.exp(-(((z + 85) / 55) ** 2)), dtype=np.float32)
    growth = np.exp(rng.normal(0.02, 0.18))
    away = [place - middle for place, middle in zip((x, y, z), HEART_CENTER, strict=True)]
    reach = (away[0] / 95) ** 2 + (away[1] / 80) ** 2 + (away[2] / 85) ** 2
    pull = (1 / growth - 1) * np.exp(-reach)
    x, y, z = (place + part * pull for place, part in zip((x, y, z), away, strict=True))
    waves = smooth_waves((x, y, z), rng)
    return tuple(
        np.asarray(place + wave, dtype=np.float32) for place, wave in zip((x, y, z), waves, strict=True)
    )  # type: ignore[return-value]


def smooth_waves(places: tuple[Floats, Floats, Floats], rng: np.random.Generator) -> NDArray[np.float32]:
    """Three displacement fields of a few mm, made of cosines a body long to a fifth of one."""
    shape = places[0].shape
    bases = [
        np.cos(np.pi * np.arange(CONTROLS)[None] * (np.arange(count)[:, None] + 0.5) / count)
        for count in shape
    ]
    order = sum(np.meshgrid(*[np.arange(CONTROLS)] * 3, indexing="ij"))
    strength = rng.normal(0, 1, (3, CONTROLS, CONTROLS, CONTROLS)) * 9.0 / (1 + order) ** 1.4
    strength[:, 0, 0, 0] = 0
    waves = np.einsum("kabc,za,yb,xc->kzyx", strength, *bases, optimize=True)
    return np.asarray(waves, dtype=np.float32)
