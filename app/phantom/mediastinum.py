"""Heart, great vessels, airways, oesophagus: what lies between the lungs, and the trees that leave it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from app.phantom.shapes import (
    Floats,
    Part,
    Points,
    Solid,
    Tubes,
    box_around,
    chain,
    common,
    curve,
    grown,
    joined,
    outside,
)
from app.phantom.torso import HEART_BOX, heart, pericardium

BLOOD_HU = 42.0

Path = Sequence[tuple[float, float, float]]

# name, centre line (LPS mm), radius at start and end (mm)
_GREAT_VESSELS: tuple[tuple[str, Path, tuple[float, float]], ...] = (
    (
        "ascending aorta",
        ((6, -22, -6), (-10, -28, 22), (-10, -22, 42), (2, -4, 60), (20, 20, 62), (28, 42, 46), (27, 52, 20)),
        (16.5, 12.5),
    ),
    (
        "descending aorta",
        ((27, 52, 20), (26, 54, -30), (22, 52, -80), (14, 42, -120), (6, 32, -190)),
        (12.5, 10.5),
    ),
    ("pulmonary trunk", ((20, -46, -4), (24, -34, 14), (22, -14, 28)), (15, 14)),
    ("right pulmonary artery", ((22, -14, 28), (0, 2, 22), (-28, 8, 14), (-42, 14, 8)), (12.5, 8.5)),
    ("left pulmonary artery", ((22, -14, 28), (34, 6, 32), (44, 20, 20), (46, 24, 8)), (12, 8.5)),
    ("superior vena cava", ((-22, -16, 80), (-26, -12, 40), (-24, -10, -8)), (8.5, 10)),
    ("brachiocephalic vein", ((36, -18, 98), (8, -34, 84), (-22, -16, 78)), (6, 7.5)),
    ("right brachiocephalic vein", ((-34, -12, 110), (-22, -16, 78)), (6.5, 8)),
    ("brachiocephalic artery", ((0, -8, 62), (-14, -6, 84), (-22, -2, 112), (-26, 0, 190)), (6.8, 4)),
    ("left carotid", ((10, 6, 64), (14, 4, 90), (24, 2, 120), (26, 0, 190)), (4.4, 3.8)),
    ("left subclavian", ((22, 20, 64), (26, 18, 92), (44, 10, 118), (80, 6, 116)), (5.2, 4.5)),
    ("right subclavian", ((-22, -2, 108), (-44, 8, 118), (-80, 6, 114)), (5.0, 4.4)),
    ("inferior vena cava", ((-22, 2, -40), (-24, 6, -80), (-22, 18, -190)), (11, 11)),
    ("azygos vein", ((-6, 42, -190), (-7, 42, 20), (-12, 34, 42), (-26, 0, 46)), (3.5, 4.5)),
    ("right upper pulmonary vein", ((-10, 4, -8), (-36, 0, 0)), (8, 6)),
    ("right lower pulmonary vein", ((-8, 18, -18), (-34, 26, -20)), (8, 6)),
    ("left upper pulmonary vein", ((16, 6, -6), (44, 4, 4)), (8, 6)),
    ("left lower pulmonary vein", ((18, 22, -16), (40, 32, -18)), (8, 6)),
)

# Outer wall is drawn first, then the lumen.
_AIRWAYS: tuple[tuple[Path, tuple[float, float]], ...] = (
    (((0, -8, 190), (0, 2, 120), (-1, 12, 70), (-2, 18, 38)), (8.6, 8.6)),
    (((-2, 18, 38), (-22, 22, 20), (-38, 24, 10)), (7.4, 6.2)),
    (((-2, 18, 38), (22, 24, 18), (44, 28, 4)), (6.8, 5.8)),
    (((-30, 23, 16), (-46, 20, 26), (-56, 18, 42)), (4.6, 3.0)),
    (((-38, 24, 10), (-46, 26, -14), (-58, 36, -44)), (5.2, 2.6)),
    (((-44, 24, -8), (-58, 0, -22), (-68, -16, -32)), (3.2, 2.0)),
    (((44, 28, 4), (56, 18, 18), (62, 12, 40)), (4.4, 2.8)),
    (((44, 28, 4), (52, 34, -20), (64, 44, -50)), (5.0, 2.6)),
    (((54, 20, 14), (64, -8, 2), (70, -24, -10)), (3.0, 1.9)),
)


def mediastinum() -> list[Part]:
    """Everything between the lungs, in painting order."""
    return [*_heart(), *_great_vessels(), *_oesophagus()]


def _heart() -> list[Part]:
    fat = common(pericardium, outside(grown(heart, 0.0)))
    cavity = grown(heart, -11.0)
    return [
        Solid("pericardium", grown(heart, 5.5), HEART_BOX, 30.0),
        Solid("epicardial fat", grown(heart, 4.0), HEART_BOX, -88.0),
        Solid("epicardial fat rest", fat, HEART_BOX, -88.0),
        Solid("myocardium", heart, HEART_BOX, 56.0),
        Solid("blood pool", cavity, HEART_BOX, BLOOD_HU),
    ]


def _great_vessels() -> list[Part]:
    parts: list[Part] = []
    for name, path, (first, last) in _GREAT_VESSELS:
        line = curve(path, 5.0)
        parts.append(Tubes(name, *chain(line, np.linspace(first, last, len(line))), BLOOD_HU))
    plaque = box_around((30, 44, 52), 8.0)
    parts.append(Solid("aortic calcification", _plaque, plaque, 520.0))
    return parts


def _plaque(at: Points) -> Floats:
    """A small sickle of calcium in the wall of the arch."""
    ring = np.abs(np.sqrt((at.x - 24) ** 2 + (at.y - 38) ** 2) - np.float32(12.5)) - np.float32(1.0)
    part = np.maximum(np.float32(30) - at.x, np.abs(at.z - np.float32(52)) - np.float32(3))
    return np.asarray(np.maximum(ring, part), dtype=np.float32)


def _oesophagus() -> list[Part]:
    path = curve(
        [(3, 12, 190), (4, 24, 110), (6, 34, 50), (4, 36, 0), (10, 36, -50), (22, 24, -84), (40, 6, -100)],
        6.0,
    )
    return [
        Tubes("oesophagus", *chain(path, 7.5), 38.0, flatten=1.0),
        Tubes("oesophageal air", *chain(path[:12], 1.6), -500.0),
    ]


def airways() -> list[Part]:
    """Trachea and bronchi to the segments: wall, then lumen. Painted after the lungs."""
    pieces = []
    for path, (first, last) in _AIRWAYS:
        line = curve(path, 5.0)
        pieces.append(chain(line, np.linspace(first, last, len(line))))
    starts, ends, radii = joined(pieces)
    return [
        Tubes("airway wall", starts, ends, radii + 1.3, 20.0),
        Tubes("airway lumen", starts, ends, radii, -985.0),
    ]
