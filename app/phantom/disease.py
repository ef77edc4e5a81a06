"""What is wrong with the made-up patient, and the marker that tells left from right. Places in LPS mm."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.phantom.shapes import Part, Points, Solid, Tubes, box_around, box_field, common, ellipsoid
from app.phantom.torso import LUNGS, body

Triple = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Nodule:
    """A solid ball in a lung; spicules are thin spikes that its volume does not count."""

    name: str
    center_lps_mm: Triple
    radius_mm: float
    hu: float
    side: str
    lobe: str
    spicules: int = 0

    @property
    def volume_ml(self) -> float:
        """Volume of the ball."""
        return 4 / 3 * np.pi * self.radius_mm**3 / 1000


@dataclass(frozen=True, slots=True)
class GroundGlass:
    """An ellipsoid of half-filled lung through which the vessels show."""

    center_lps_mm: Triple
    semi_axes_mm: Triple
    hu: float
    side: str
    lobe: str

    @property
    def volume_ml(self) -> float:
        """Volume of the ellipsoid; it lies wholly inside its lung."""
        a, b, c = self.semi_axes_mm
        return 4 / 3 * np.pi * a * b * c / 1000


NODULES = (
    Nodule("mass", (-72.0, 12.0, 70.0), 9.0, 38.0, "right", "upper", spicules=26),
    Nodule("nodule", (-92.0, 30.0, -28.0), 5.0, 30.0, "right", "lower"),
    Nodule("small nodule", (78.0, -22.0, 46.0), 3.0, 25.0, "left", "upper"),
)
GROUND_GLASS = GroundGlass((82.0, 40.0, -42.0), (28.0, 24.0, 32.0), -600.0, "left", "lower")

MARKER_RADIUS_MM = 4.0
MARKER_HU = 3000.0
_LETTER = (158.0, -124.0, 158.0)
_LEAD_HU = 14000.0
_MARKER_Z = 20.0
_MARKER_Y = -30.0


def marker_center() -> Triple:
    """Centre of the metal ball on the skin of the patient's left side, found along a line from within."""
    reach = np.linspace(120, 200, 1601, dtype=np.float32)
    line = Points(reach, np.full_like(reach, _MARKER_Y), np.full_like(reach, _MARKER_Z))
    skin = float(reach[int(np.argmax(body(line) > 0))])
    return round(skin + MARKER_RADIUS_MM * 0.75, 2), _MARKER_Y, _MARKER_Z


def marker() -> list[Part]:
    """The metal ball."""
    center = marker_center()
    ball = ellipsoid(center, (MARKER_RADIUS_MM,) * 3)
    return [Solid("marker", ball, box_around(center, MARKER_RADIUS_MM + 1), MARKER_HU)]


def letter() -> list[Part]:
    """A lead L on the detector, beside the left shoulder; on the radiograph only."""
    x, y, z = _LETTER
    stem, foot = ((x, y, z), (1.6, 3.0, 9.0)), ((x + 4.5, y, z - 7.6), (5.9, 3.0, 1.4))
    return [Solid("lead letter", box_field(*bar), box_around(bar[0], 12.0), _LEAD_HU) for bar in (stem, foot)]


def ground_glass() -> list[Part]:
    """Painted before the vessels, which stay visible in it."""
    haze = ellipsoid(GROUND_GLASS.center_lps_mm, GROUND_GLASS.semi_axes_mm)
    box = box_around(GROUND_GLASS.center_lps_mm, np.asarray(GROUND_GLASS.semi_axes_mm) + 1)
    return [Solid("ground glass", common(haze, LUNGS[GROUND_GLASS.side]), box, GROUND_GLASS.hu)]


def nodules(seed: int) -> list[Part]:
    """Balls, and the spikes of the spiculated one."""
    parts: list[Part] = []
    for nodule in NODULES:
        if nodule.spicules:
            parts.append(_spicules(nodule, seed))
        ball = ellipsoid(nodule.center_lps_mm, (nodule.radius_mm,) * 3)
        parts.append(
            Solid(nodule.name, ball, box_around(nodule.center_lps_mm, nodule.radius_mm + 1), nodule.hu)
        )
    return parts


def _spicules(nodule: Nodule, seed: int) -> Tubes:
    """Spikes spread evenly over the ball (golden angle) with lengths from the seed."""
    draw = np.random.default_rng((seed, 77))
    count = nodule.spicules
    height = 1 - 2 * (np.arange(count) + 0.5) / count
    turn = np.arange(count) * np.pi * (3 - np.sqrt(5))
    flat = np.sqrt(1 - height**2)
    out = np.stack([flat * np.cos(turn), flat * np.sin(turn), height], axis=1)
    out += draw.normal(0, 0.12, out.shape)
    out /= np.linalg.norm(out, axis=1, keepdims=True)
    length = draw.uniform(3.0, 10.0, (count, 1))
    center = np.asarray(nodule.center_lps_mm)
    starts = center + out * (nodule.radius_mm - 1.5)
    ends = center + out * (nodule.radius_mm + length)
    radii = np.repeat([[1.5, 0.3]], count, axis=0)
    return Tubes("spicules", starts, ends, radii, -40.0)
