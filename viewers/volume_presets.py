"""Colourings of a volume as data: what each value looks like and how much of it is seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from viewers.types import WindowLevel

Color = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class VolumePreset:
    """One colouring. opacity: (value, 0..1 per mm); colors: (value, (red, green, blue) 0..1); values as in CT, HU.

    window: the range the points were chosen in; another window stretches them. mip: the brightest value along
    each ray, as grey, instead of a lit surface. modalities: what it is meant for; empty for all. by_range: the points
    are shares of the picture's own range of values, 0 to 1000, as where values have no scale of their own (MR).
    is_empty: the volume is not drawn, surfaces alone are.
    """

    preset_id: str
    title: str
    window: WindowLevel
    opacity: tuple[tuple[float, float], ...]
    colors: tuple[tuple[float, Color], ...]
    mip: bool = False
    ambient: float = 0.22
    specular: float = 0.25
    modalities: tuple[str, ...] = ()
    by_range: bool = False
    is_empty: bool = False


PRESETS: tuple[VolumePreset, ...] = (
    VolumePreset(
        "ct_bone",
        "CT bone",
        WindowLevel(400, 800),
        ((-1024, 0.0), (130, 0.0), (210, 0.04), (330, 0.42), (700, 0.85), (3071, 0.95)),
        (
            (100, (0.55, 0.20, 0.14)),
            (220, (0.80, 0.52, 0.36)),
            (380, (0.95, 0.86, 0.70)),
            (900, (1.0, 0.97, 0.90)),
            (3000, (0.85, 0.93, 1.0)),
        ),
        specular=0.35,
        modalities=("CT",),
    ),
    VolumePreset(
        "ct_lung",
        "CT lung",
        WindowLevel(-500, 1000),
        (
            (-1024, 0.0),
            (-930, 0.0),
            (-880, 0.002),
            (-780, 0.004),
            (-650, 0.035),
            (-520, 0.03),
            (-300, 0.012),
            (-200, 0.0),
            (3071, 0.0),
        ),
        (
            (-900, (0.35, 0.50, 0.72)),
            (-700, (0.62, 0.55, 0.62)),
            (-550, (0.90, 0.52, 0.38)),
            (-400, (1.0, 0.82, 0.62)),
            (-200, (1.0, 0.9, 0.8)),
        ),
        modalities=("CT",),
    ),
    VolumePreset(
        "ct_soft",
        "CT skin and soft tissue",
        WindowLevel(40, 600),
        ((-1024, 0.0), (-420, 0.0), (-250, 0.35), (-60, 0.6), (60, 0.75), (400, 0.9), (3071, 0.95)),
        (
            (-300, (0.80, 0.58, 0.46)),
            (-100, (0.92, 0.72, 0.58)),
            (40, (0.80, 0.42, 0.34)),
            (200, (0.95, 0.88, 0.78)),
            (800, (1.0, 1.0, 0.95)),
        ),
        modalities=("CT",),
    ),
    VolumePreset(
        "ct_vessels",
        "CT vessels with contrast",
        WindowLevel(250, 500),
        ((-1024, 0.0), (120, 0.0), (170, 0.08), (260, 0.5), (450, 0.7), (3071, 0.8)),
        (
            (120, (0.55, 0.10, 0.08)),
            (250, (0.88, 0.30, 0.20)),
            (400, (0.98, 0.72, 0.50)),
            (700, (1.0, 0.96, 0.88)),
        ),
        specular=0.4,
        modalities=("CT",),
    ),
    VolumePreset(
        "mip",
        "MIP",
        WindowLevel(150, 1100),
        ((-400, 0.0), (700, 1.0)),
        ((-400, (0.0, 0.0, 0.0)), (700, (1.0, 1.0, 1.0))),
        mip=True,
        modalities=("CT",),
    ),
    VolumePreset(
        "range_surface",
        "Surface, by the picture's own range",
        WindowLevel(500, 1000),
        ((0, 0.0), (110, 0.0), (180, 0.12), (320, 0.35), (600, 0.6), (1000, 0.85)),
        (
            (100, (0.45, 0.30, 0.26)),
            (300, (0.78, 0.62, 0.54)),
            (600, (0.95, 0.88, 0.80)),
            (1000, (1.0, 1.0, 1.0)),
        ),
        by_range=True,
    ),
    VolumePreset(
        "range_bright",
        "Bright structures, by the picture's own range",
        WindowLevel(500, 1000),
        ((0, 0.0), (420, 0.0), (520, 0.10), (700, 0.5), (1000, 0.85)),
        ((420, (0.50, 0.12, 0.10)), (650, (0.92, 0.52, 0.36)), (1000, (1.0, 0.96, 0.88))),
        specular=0.35,
        by_range=True,
    ),
    VolumePreset(
        "range_mip",
        "MIP, by the picture's own range",
        WindowLevel(500, 1000),
        ((60, 0.0), (900, 1.0)),
        ((60, (0.0, 0.0, 0.0)), (900, (1.0, 1.0, 1.0))),
        mip=True,
        by_range=True,
    ),
    VolumePreset(
        "surfaces",
        "Surfaces of masks alone",
        WindowLevel(500, 1000),
        ((0, 0.0), (1000, 0.0)),
        ((0, (0.0, 0.0, 0.0)), (1000, (0.0, 0.0, 0.0))),
        is_empty=True,
    ),
)


def presets_for(modality: str) -> tuple[VolumePreset, ...]:
    """Colourings that make sense for a modality, the first to begin with.

    Values in HU have colourings of their own; whatever else is seen by its own range of values.
    """
    if modality == "CT":
        return tuple(one for one in PRESETS if not one.by_range)
    return tuple(one for one in PRESETS if not one.modalities)


def preset(preset_id: str) -> VolumePreset:
    """The preset of that id; ValueError if there is none."""
    found = next((known for known in PRESETS if known.preset_id == preset_id), None)
    if found is None:
        raise ValueError(f"no volume preset '{preset_id}'; there are {[p.preset_id for p in PRESETS]}")
    return found


def stretched(value: float, chosen: VolumePreset, window: WindowLevel | None) -> float:
    """Where a point of the preset lies when its window is replaced."""
    if window is None:
        return value
    return window.center + (value - chosen.window.center) * window.width / chosen.window.width


def opacity_of(
    values: NDArray[np.float32], chosen: VolumePreset, window: WindowLevel | None
) -> NDArray[np.float64]:
    """Opacity per mm of modality values."""
    at = [stretched(value, chosen, window) for value, _ in chosen.opacity]
    return np.asarray(np.interp(values, at, [alpha for _, alpha in chosen.opacity]))
