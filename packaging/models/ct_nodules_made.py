"""Made-up nodules put into real lungs, and how well candidates meet them. Only for measuring; nothing is learned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from ct_scans import Floats, Mask
from numpy.typing import NDArray
from scipy import ndimage

SOLID_HU, GLASS_HU = 30.0, -550.0
RADII_MM = (2.0, 10.0)
BLUR_MM = 0.7  # a scanner's own softness at the rim
PER_SCAN = 12
APART_MM = 25.0


@dataclass(frozen=True, slots=True)
class Made:
    """One made-up nodule: centre in mm of the scan's own axes (slice, row, column), mean radius, and its density."""

    center_mm: tuple[float, float, float]
    radius_mm: float
    is_glass: bool


@dataclass(frozen=True, slots=True)
class Spot:
    """One candidate: peak and reach in mm, and its score."""

    center_mm: tuple[float, float, float]
    radius_mm: float
    score: float


def with_nodules(
    volume: Floats, lung: Mask, spacing: tuple[float, ...], seed: int
) -> tuple[Floats, list[Made]]:
    """A copy with nodules at random places of the lung, also beside vessels and the pleura, none on another."""
    rng = np.random.default_rng(seed)
    places = np.argwhere(lung)
    changed, made = volume.copy(), list[Made]()
    while len(made) < PER_SCAN:
        index = places[rng.integers(len(places))]
        center = tuple(float(one) for one in index * np.asarray(spacing))
        if any(np.linalg.norm(np.subtract(center, one.center_mm)) < APART_MM for one in made):
            continue
        low, high = RADII_MM
        nodule = Made(center, float(low * (high / low) ** rng.random()), bool(rng.random() < 0.25))  # type: ignore[arg-type]
        paint(changed, nodule, spacing, rng)
        made.append(nodule)
    return changed, made


def paint(volume: Floats, nodule: Made, spacing: tuple[float, ...], rng: np.random.Generator) -> None:
    """A lumpy ball, never darker than what lies there; the grain of the scan stays."""
    reach = [int(np.ceil((nodule.radius_mm * 1.5 + 3) / step)) for step in spacing]
    middle = [round(at / step) for at, step in zip(nodule.center_mm, spacing, strict=True)]
    window = tuple(slice(max(at - far, 0), at + far + 1) for at, far in zip(middle, reach, strict=True))
    part = volume[window]
    axes = [
        (np.arange(one.start, one.start + size) * step - at)
        for one, size, step, at in zip(window, part.shape, spacing, nodule.center_mm, strict=True)
    ]
    stretch = np.exp(rng.normal(0, 0.12, 3))
    z, y, x = np.meshgrid(*(axis / factor for axis, factor in zip(axes, stretch, strict=True)), indexing="ij")
    away = np.sqrt(z**2 + y**2 + x**2)
    lumps = ndimage.gaussian_filter(rng.standard_normal(part.shape), [3.0 / step for step in spacing])
    surface = nodule.radius_mm * (1 + 0.15 * lumps / max(float(lumps.std()), 1e-6))
    share = np.clip((surface - away) / (2 * BLUR_MM) + 0.5, 0, 1)
    share = ndimage.gaussian_filter(share, [min(BLUR_MM / step, 1.0) for step in spacing])
    lift = (GLASS_HU if nodule.is_glass else SOLID_HU) + 850.0
    volume[window] = np.maximum(part, np.minimum(part + lift * share, np.maximum(part, 100.0)))


def spots_in(score: NDArray[Any], spacing: tuple[float, ...], at: float) -> list[Spot]:
    """Candidates as the product finds them: pieces of score > at, best first."""
    pieces, count = ndimage.label(score > at)
    numbers = range(1, count + 1)
    peaks = ndimage.maximum(score, pieces, numbers)
    sizes = np.bincount(pieces.ravel(), minlength=count + 1)[1:]
    middles = ndimage.center_of_mass(pieces > 0, pieces, numbers)
    voxel = float(np.prod(spacing))
    found = [
        Spot(
            tuple(float(one) for one in np.asarray(middle) * spacing),  # type: ignore[arg-type]
            float(np.cbrt(3 * size * voxel / (4 * np.pi))),
            float(peak),
        )
        for middle, size, peak in zip(middles, sizes, peaks, strict=True)
    ]
    return sorted(found, key=lambda one: -one.score)


def meets(spot: Spot, made: Made) -> bool:
    """The candidate's middle lies within the nodule, or within 3 mm of it."""
    return float(np.linalg.norm(np.subtract(spot.center_mm, made.center_mm))) <= made.radius_mm + 3.0


def froc(
    runs: list[tuple[list[Spot], list[Made]]], alarms: tuple[float, ...]
) -> tuple[dict[str, float], dict[str, float], list[tuple[Made, float]]]:
    """Sensitivity and threshold at so many false alarms per scan, and the best score of every nodule."""
    false = [
        spot.score for spots, made in runs for spot in spots if not any(meets(spot, one) for one in made)
    ]
    best = [
        (one, max((spot.score for spot in spots if meets(spot, one)), default=0.0))
        for spots, made in runs
        for one in made
    ]
    ordered = sorted(false, reverse=True)
    thresholds = {
        f"{rate:g}": ordered[int(rate * len(runs))] if rate * len(runs) < len(ordered) else 0.0
        for rate in alarms
    }
    shares = {
        rate: float(np.mean([score > limit for _, score in best])) for rate, limit in thresholds.items()
    }
    return shares, thresholds, best
