"""Outer layers of the chest, the pleural cavity, the lungs, the diaphragm and what lies under it.

LPS mm throughout: x to the patient's left, y to the back, z to the head; z = 0 lies at mid-heart height.
All sizes are ours, chosen to look like an adult chest in deep breath; none is taken from a person.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from app.phantom.shapes import (
    Field,
    Floats,
    Points,
    Solid,
    bounded,
    box_around,
    common,
    ellipsoid,
    grown,
    outside,
    rounded_common,
    shared,
    smooth_profile,
    union,
)

CHEST_BOX = box_around((0, 0, -10), (205.0, 140.0, 200.0))
LUNG_BOX = {
    "right": np.array([[-142.0, -95, -150], [12, 100, 136]]),
    "left": np.array([[-12.0, -95, -150], [142, 100, 136]]),
}

Knots = Sequence[tuple[float, float]]

# (z, half width), (z, front y), (z, back y)
_CAVITY_WIDTH: Knots = (
    (-190, 134),
    (-130, 136),
    (-60, 135),
    (-10, 130),
    (35, 120),
    (70, 106),
    (95, 90),
    (112, 72),
    (122, 56),
    (129, 38),
    (135, 6),
)
_CAVITY_FRONT: Knots = (
    (-190, -72),
    (-120, -78),
    (-60, -84),
    (-10, -80),
    (35, -68),
    (70, -50),
    (95, -32),
    (112, -16),
    (124, -2),
    (134, 16),
)
_CAVITY_BACK: Knots = (
    (-190, 72),
    (-120, 84),
    (-60, 92),
    (0, 93),
    (40, 86),
    (75, 72),
    (100, 58),
    (115, 47),
    (126, 37),
    (134, 22),
)
_BODY_WIDTH: Knots = (
    (-190, 158),
    (-120, 163),
    (-60, 168),
    (0, 172),
    (50, 177),
    (85, 184),
    (110, 190),
    (128, 186),
    (142, 160),
    (152, 110),
    (165, 70),
    (200, 62),
)
_BODY_FRONT: Knots = (
    (-190, -106),
    (-120, -110),
    (-50, -114),
    (10, -112),
    (60, -98),
    (100, -80),
    (130, -62),
    (155, -50),
    (200, -46),
)
_BODY_BACK: Knots = (
    (-190, 104),
    (-120, 108),
    (-40, 117),
    (20, 120),
    (70, 116),
    (110, 104),
    (140, 88),
    (165, 66),
    (200, 58),
)
_SPINE_Y: Knots = (
    (-190, 46),
    (-120, 55),
    (-60, 62),
    (0, 65),
    (50, 58),
    (90, 42),
    (130, 24),
    (170, 12),
    (200, 8),
)

spine_y: Callable[[Floats], Floats] = smooth_profile(_SPINE_Y, 8.0)


def barrel(width: Knots, front: Knots, back: Knots, exponent: float, sigma_mm: float = 5.0) -> Field:
    """A trunk with superelliptic sections that change with z."""
    half_width, front_y, back_y = (smooth_profile(knots, sigma_mm) for knots in (width, front, back))
    power = np.float32(exponent)

    def distance(at: Points) -> Floats:
        low, high = front_y(at.z), back_y(at.z)
        y = at.y - (low + high) * np.float32(0.5)
        u = np.abs(at.x) / half_width(at.z)
        v = np.abs(y) / np.maximum((high - low) * np.float32(0.5), np.float32(1))
        rho = (u**power + v**power) ** np.float32(1 / exponent)
        radius = np.sqrt(at.x**2 + y**2)
        return np.asarray(radius - radius / np.maximum(rho, np.float32(1e-3)), dtype=np.float32)

    return distance


CAVITY_EXPONENT = 2.25
cavity: Field = shared(barrel(_CAVITY_WIDTH, _CAVITY_FRONT, _CAVITY_BACK, CAVITY_EXPONENT, 4.0))
body: Field = shared(barrel(_BODY_WIDTH, _BODY_FRONT, _BODY_BACK, 2.5))


def cavity_section(z: float) -> tuple[float, float, float]:
    """Half width, front y and back y of the pleural cavity at one height."""
    at = np.array([z], dtype=np.float32)
    width, front, back = (smooth_profile(k, 4.0)(at)[0] for k in (_CAVITY_WIDTH, _CAVITY_FRONT, _CAVITY_BACK))
    return float(width), float(front), float(back)


def diaphragm(side: str) -> Field:
    """Distance above (negative) the dome of one side: lung lies where this is negative."""
    sign, top, x0 = (-1.0, -56.0, 66.0) if side == "right" else (1.0, -68.0, 70.0)

    def distance(at: Points) -> Floats:
        x = (at.x * np.float32(sign) - np.float32(x0)) / np.float32(72)
        y = (at.y + np.float32(8)) / np.float32(88)
        across = np.where(x > 0, np.float32(54), np.float32(26)) * x * x
        along = np.where(y > 0, np.float32(66), np.float32(34)) * y * y
        dome = np.float32(top) - across - along
        return np.asarray((dome - at.z) * np.float32(0.8), dtype=np.float32)

    return distance


def spine_bulge(at: Points) -> Floats:
    """The vertebral column with its soft tissue, as the lungs see it."""
    return np.asarray(np.sqrt(at.x**2 + (at.y - spine_y(at.z)) ** 2) - np.float32(23), dtype=np.float32)


_MIDDLE_WIDTH = smooth_profile(
    ((-190, 30), (-80, 20), (-20, 18), (20, 24), (50, 25), (80, 23), (110, 21), (140, 20)), 6.0
)


def middle(at: Points) -> Floats:
    """The mediastinum between the lungs, heart left out: a curtain about the midline, thinner in front."""
    thin = np.clip((at.y + np.float32(60)) / np.float32(50), np.float32(0.3), np.float32(1))
    return np.asarray(np.abs(at.x) - _MIDDLE_WIDTH(at.z) * thin, dtype=np.float32)


def _turned(yaw_deg: float, roll_deg: float) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    a, b = np.deg2rad([yaw_deg, roll_deg])
    yaw = np.array([[np.cos(a), -np.sin(a), 0], [np.sin(a), np.cos(a), 0], [0, 0, 1]])
    return np.asarray(yaw @ np.array([[np.cos(b), 0, np.sin(b)], [0, 1, 0], [-np.sin(b), 0, np.cos(b)]]))


# Left ventricle with its apex to the front, left and down; right side of the heart; left atrium.
HEART_PARTS: tuple[tuple[tuple[float, float, float], tuple[float, float, float], float, float], ...] = (
    ((28, -28, -48), (56, 40, 42), -34, 24),
    ((-8, -34, -38), (37, 36, 44), 0, 0),
    ((4, 12, -12), (34, 20, 24), 0, 0),
)
HEART_BOX = np.array([[-75.0, -100, -115], [115, 60, 35]])
heart: Field = shared(
    bounded(union(*(ellipsoid(c, s, _turned(yaw, roll)) for c, s, yaw, roll in HEART_PARTS)), HEART_BOX)
)
pericardium: Field = grown(heart, 4.5)


DIAPHRAGM: dict[str, Field] = {side: shared(diaphragm(side)) for side in ("right", "left")}
_PLEURA: Field = shared(
    rounded_common(7.0, cavity, outside(middle), outside(spine_bulge), outside(pericardium))
)


def lung(side: str) -> Field:
    """One lung with its inner vessels, inside the pleura."""
    sign = np.float32(-1 if side == "right" else 1)
    half: Field = lambda at: np.asarray(-at.x * sign, dtype=np.float32)  # noqa: E731 - a half space
    center = (float(sign) * 30, 14.0, 8.0)
    hilum = bounded(ellipsoid(center, (20, 17, 26)), box_around(center, 46.0))
    return shared(rounded_common(7.0, _PLEURA, half, DIAPHRAGM[side], outside(hilum)))


LUNGS: dict[str, Field] = {side: lung(side) for side in ("right", "left")}


def lung_hu(at: Points) -> Floats:
    """Air-filled lung: denser towards the back (the patient lies) and the base."""
    return np.asarray(np.float32(-862) + at.y * np.float32(0.28) - at.z * np.float32(0.06), dtype=np.float32)


def layers() -> list[Solid]:
    """Skin, fat, muscle, the fat of the mediastinum: everything the rest is painted into."""
    return [
        Solid("skin", body, CHEST_BOX, -10.0),
        Solid("fat", grown(body, -2.0), CHEST_BOX, -102.0),
        *_muscles(),
        Solid("intercostal fat", common(grown(cavity, 4.0), outside(grown(cavity, 1.5))), CHEST_BOX, -30.0),
        Solid("inner fat", grown(cavity, -1.0), CHEST_BOX, -92.0),
    ]


def _muscles() -> list[Solid]:
    """The wall of the chest, and the muscles that stand out from it."""
    wall = Solid("muscle", common(grown(cavity, 13.0), grown(body, -5.0)), CHEST_BOX, 52.0)
    neck = _muscle((0, 6, 165), (58, 48, 60))
    found = [wall, neck]
    for sign in (-1.0, 1.0):
        found += [
            _muscle((sign * 30, 92, 0), (26, 20, 240)),  # erector spinae
            _muscle((sign * 70, -70, 48), (62, 22, 46), sign * 24),  # pectoral
            _muscle((sign * 136, 40, -10), (22, 42, 95), sign * -18),  # latissimus, serratus
            _muscle((sign * 108, 66, 52), (56, 30, 66), sign * -26),  # scapular muscles
            _muscle((sign * 60, 52, 122), (70, 42, 26)),  # trapezius
            _muscle((sign * 156, 16, 104), (34, 42, 44)),  # deltoid
        ]
    return found


def _muscle(
    center: tuple[float, float, float], semi_axes: tuple[float, float, float], yaw_deg: float = 0.0
) -> Solid:
    belly = ellipsoid(center, semi_axes, _turned(yaw_deg, 0))
    reach = max(semi_axes) + 1 if yaw_deg else np.asarray(semi_axes) + 1
    return Solid("muscle", common(belly, grown(body, -5.0)), box_around(center, reach), 52.0)


def lungs_and_abdomen() -> list[Solid]:
    """Diaphragm, liver, spleen, stomach and its bubble, then the lungs over them."""
    below = common(grown(cavity, -1.0), outside(union(*(grown(LUNGS[s], 0.5) for s in LUNGS))))
    right_floor, left_floor = (outside(DIAPHRAGM[s]) for s in ("right", "left"))
    liver = rounded_common(
        12.0,
        below,
        right_floor,
        lambda at: at.x * np.float32(1) - np.float32(34) + (at.y + np.float32(20)) * np.float32(0.35),
    )
    spleen = common(
        below,
        grown(left_floor, -2.0),
        bounded(ellipsoid((92, 50, -122), (34, 34, 48)), box_around((92, 50, -122), (36, 36, 50))),
    )
    floor = np.array([[-140.0, -92, -210], [140, 96, -50]])
    bubble_center = (64.0, -2.0, -101.0)
    return [
        Solid("liver", common(liver, grown(right_floor, -1.5)), floor, 60.0, CHEST_BOX),
        Solid("spleen", spleen, floor, 52.0, CHEST_BOX),
        Solid(
            "stomach",
            common(
                below,
                grown(left_floor, -3.0),
                bounded(ellipsoid((58, -6, -122), (40, 40, 46)), box_around((58, -6, -122), 48)),
            ),
            floor,
            38.0,
            CHEST_BOX,
        ),
        Solid(
            "stomach bubble", ellipsoid(bubble_center, (31, 30, 18)), box_around(bubble_center, 36), -960.0
        ),
        *(Solid(f"{side} lung", LUNGS[side], LUNG_BOX[side], lung_hu, CHEST_BOX) for side in LUNGS),
    ]
