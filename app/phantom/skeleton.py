"""Spine, ribs, sternum, shoulder girdle."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.phantom.shapes import (
    Box,
    Field,
    Floats,
    Part,
    Points,
    Segments,
    Solid,
    Tubes,
    box_around,
    chain,
    common,
    curve,
    ellipsoid,
    grown,
    joined,
)
from app.phantom.torso import CAVITY_EXPONENT, body, cavity, cavity_section, spine_y

CORTEX_HU = 720.0
MARROW_HU = 230.0
CARTILAGE_HU = 115.0

# Heights of the vertebral bodies' centres, C6 to L2, LPS z in mm.
_LEVELS_Z = (156, 139.5, 122, 103.5, 84.5, 65, 45, 24.5, 3.5, -18.5, -41.5, -65.5, -90.5, -116.5, -144, -172)
_FIRST_THORACIC = 2

# For ribs 1 to 12: how far the front end lies below the back, azimuth of the bony end (degrees from the left
# or right side towards the front), height of the sternal end of its cartilage or None.
_RIBS: tuple[tuple[float, float, float | None], ...] = (
    (26, 62, 88),
    (43, 62, 57),
    (57, 58, 36),
    (68, 54, 16),
    (76, 52, -6),
    (82, 48, -26),
    (86, 42, -42),
    (82, 32, -56),
    (76, 24, None),
    (66, 14, None),
    (46, -12, None),
    (26, -38, None),
)


def skeleton() -> list[Part]:
    """All bones in painting order: cortex first, then the marrow in it."""
    return [*_spine(), *_ribs(), *_sternum(), *_shoulders()]


def _height(z: float) -> float:
    return float(spine_y(np.array([z], dtype=np.float32))[0])


def _spine() -> list[Part]:
    parts: list[Part] = []
    arches: list[Segments] = []
    for i, z in enumerate(_LEVELS_Z):
        neighbour = _LEVELS_Z[min(i + 1, len(_LEVELS_Z) - 1)] if i + 1 < len(_LEVELS_Z) else z - 28
        half = ((z - neighbour) - 4.5) / 2
        size = 0.6 + 0.4 * min(1.0, (i + 2) / len(_LEVELS_Z))
        y = _height(z)
        around = box_around((0, y, z), (24, 22, half + 3))
        vertebra = _vertebral_body(y, z, half, size)
        disc_z = z - half - 2.2
        disc = ellipsoid((0, _height(disc_z), disc_z), (21 * size, 16 * size, 5.0))
        parts += [
            Solid("disc", disc, box_around((0, y, disc_z), (24, 24, 6)), 88.0),
            Solid("vertebral cortex", vertebra, around, 520.0),
            Solid("vertebral marrow", grown(vertebra, -1.5), around, 185.0),
        ]
        arches += _arch(y, z, size)
    starts, ends, radii = joined(arches)
    canal = chain([(0, _height(z) + 25, z) for z in range(-190, 181, 10)], 8.5)
    return [
        *parts,
        Tubes("vertebral arches", starts, ends, radii, 560.0, flatten=1.3),
        Tubes("arch marrow", starts, ends, np.maximum(radii - 2.0, 0.2), 260.0, flatten=1.3),
        Tubes("canal", *canal, 5.0),
        Tubes("cord", *canal[:2], canal[2] * 0.55, 38.0),
    ]


def _vertebral_body(y: float, z: float, half_height: float, size: float) -> Field:
    """Kidney-shaped in section, waisted at mid-height."""

    def distance(at: Points) -> Floats:
        waist = np.float32(1) - np.float32(0.10) * np.clip(
            1 - ((at.z - np.float32(z)) / np.float32(half_height)) ** 2, 0, 1
        )
        u = at.x / (np.float32(20.0 * size) * waist)
        v = (at.y - np.float32(y)) / (np.float32(15.5 * size) * waist)
        radius = np.sqrt(at.x**2 + (at.y - np.float32(y)) ** 2)
        rho = np.maximum((np.abs(u) ** 3 + np.abs(v) ** 3) ** np.float32(1 / 3), np.float32(1e-3))
        return np.asarray(
            np.maximum(radius - radius / rho, np.abs(at.z - np.float32(z)) - np.float32(half_height)),
            dtype=np.float32,
        )

    return distance


def _arch(y: float, z: float, size: float) -> list[Segments]:
    """Pedicles, laminae, transverse and spinous processes as tapering tubes."""
    pieces = [
        chain([(0, y + 36, z - 7), (0, y + 48 * size, z - 15), (0, y + 56 * size, z - 22)], (4.5, 3.6, 4.2))
    ]
    for sign in (-1, 1):
        pieces += [
            chain([(sign * 11.5, y + 9, z + 3), (sign * 13.5, y + 20, z + 2)], 4.2),
            chain(
                [(sign * 13.5, y + 20, z + 2), (sign * 12, y + 29, z - 3), (0, y + 37, z - 7)],
                (5.0, 4.2, 3.8),
            ),
            chain([(sign * 13.5, y + 21, z + 2), (sign * 36 * size, y + 33, z + 4)], (4.8, 4.2)),
        ]
    return pieces


def rib_path(rib: int, sign: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Centre lines in LPS mm of the bone, and of the cartilage (empty for floating ribs); ribs count from 1."""
    drop, end_deg, sternal_z = _RIBS[rib - 1]
    z0 = _LEVELS_Z[_FIRST_THORACIC + rib - 1] + 6
    y0 = _height(z0)
    azimuths = np.deg2rad(np.linspace(64, -end_deg, 26 if rib < 11 else 14))
    share = np.linspace(0, 1, len(azimuths))
    heights = z0 - 3 - drop * (0.35 * share + 0.65 * share**1.5)
    wall = np.array([_on_wall(a, z, sign) for a, z in zip(azimuths, heights, strict=True)])
    neck = [(sign * 15, y0 + 13, z0), (sign * 30, y0 + 25, z0 + 1)]
    bone = curve(np.vstack([neck, wall]), 6.0)
    if sternal_z is None:
        return bone, np.empty((0, 3))
    sternum = (sign * 15.0, _sternum_y(sternal_z), float(sternal_z))
    side = _on_wall(np.deg2rad(-78), (heights[-1] + 2 * sternal_z) / 3, sign)
    return bone, curve([wall[-1], 0.35 * wall[-1] + 0.65 * side, sternum], 6.0)


def _on_wall(azimuth: float, z: float, sign: int) -> NDArray[np.float64]:
    """A point just outside the pleura; azimuth 90 degrees points to the back, -90 to the front."""
    half_width, front, back = cavity_section(z)
    middle, depth = (front + back) / 2, (back - front) / 2
    c, s = np.cos(azimuth), np.sin(azimuth)
    power = 2 / CAVITY_EXPONENT
    x, y = half_width * abs(c) ** power, depth * np.sign(s) * abs(s) ** power
    reach = 1 + 6.5 / max(float(np.hypot(x, y)), 1.0)
    return np.array([sign * x * reach, middle + y * reach, z])


def _ribs() -> list[Part]:
    bone: list[Segments] = []
    cartilage: list[Segments] = []
    for rib in range(1, 13):
        for sign in (-1, 1):
            path, soft = rib_path(rib, sign)
            size = 3.6 if 2 < rib < 11 else 3.1
            taper = np.full(len(path), size)
            taper[0], taper[-1] = 3.4, size + 0.5
            bone.append(chain(path, taper))
            if len(soft):
                cartilage.append(chain(soft, 4.2))
    starts, ends, radii = joined(bone)
    soft_tubes = joined(cartilage)
    return [
        Tubes("costal cartilage", soft_tubes[0], soft_tubes[1], soft_tubes[2], CARTILAGE_HU, flatten=1.5),
        Tubes("rib cortex", starts, ends, radii, CORTEX_HU, flatten=1.75),
        Tubes("rib marrow", starts, ends, radii - 1.5, MARROW_HU, flatten=1.9),
    ]


def _sternum_y(z: float) -> float:
    return cavity_section(z)[1] - 9.5


def _sternum() -> list[Part]:
    pieces = [
        chain(
            [(x, _sternum_y(86) + 1, 86), (x * 0.8, _sternum_y(66), 66), (x * 0.5, _sternum_y(58), 58)], 6.5
        )
        for x in (-17, -6, 6, 17)
    ]
    pieces += [chain([(x, _sternum_y(z), z) for z in range(52, -47, -14)], (5.5,) * 8) for x in (-9, 0, 9)]
    pieces.append(chain([(0, _sternum_y(-50), -50), (0, _sternum_y(-70) + 2, -70)], (4.5, 3.0)))
    starts, ends, radii = joined(pieces)
    return [
        Tubes("sternal cortex", starts, ends, radii, 420.0),
        Tubes("sternal marrow", starts, ends, radii - 1.6, 150.0),
    ]


def _shoulders() -> list[Part]:
    parts: list[Part] = []
    for sign in (-1, 1):
        collar = chain(
            curve(
                [
                    (sign * 17, -56, 92),
                    (sign * 48, -60, 100),
                    (sign * 92, -30, 113),
                    (sign * 122, -2, 118),
                    (sign * 146, 6, 117),
                ],
                7.0,
            ),
            6.0,
        )
        ridge = chain(
            curve(
                [(sign * 66, 92, 70), (sign * 100, 84, 90), (sign * 136, 48, 114), (sign * 152, 16, 118)], 8.0
            ),
            (4.0,),
        )
        blade, box = _blade(sign)
        socket = ellipsoid((sign * 138, 26, 92), (7, 15, 18))
        head = ellipsoid((sign * 163, 20, 96), (22, 22, 23))
        near = box_around((sign * 154, 22, 94), 46.0)
        parts += [
            Solid("scapular blade", blade, box, 560.0),
            Tubes("scapular spine", *ridge, 600.0, flatten=1.4),
            Solid("glenoid", socket, near, 480.0),
            Tubes("clavicle", *collar, CORTEX_HU),
            Tubes("clavicular marrow", collar[0], collar[1], collar[2] - 2.2, 300.0),
            Solid("humeral head", common(head, body), near, 520.0),
            Solid("humeral marrow", common(grown(head, -2.0), body), near, 210.0),
        ]
    return parts


def _blade(sign: int) -> tuple[Field, Box]:
    """A thin triangle that lies on the chest wall, thicker at its lateral border."""

    def distance(at: Points) -> Floats:
        x = at.x * np.float32(sign)
        lateral = x - (np.float32(101) + (at.z + np.float32(52)) * np.float32(0.27))
        medial = np.float32(66) + (np.float32(84) - at.z) * np.float32(0.15) - x
        inside = np.maximum(
            np.maximum(lateral, medial), at.z - np.float32(92) - (x - np.float32(66)) * np.float32(0.12)
        )
        inside = np.maximum(inside, np.float32(8) - at.y)
        border = np.float32(2.2) * np.exp(-((lateral / np.float32(6)) ** 2))
        shell = np.abs(cavity(at) - np.float32(23)) - np.float32(2.0) - border
        return np.asarray(np.maximum(shell, inside), dtype=np.float32)

    ends = np.array([[62.0, 5, -66], [150, 125, 104]])
    if sign < 0:
        ends = np.array([[-150.0, 5, -66], [-62, 125, 104]])
    return distance, ends
