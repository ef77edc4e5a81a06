"""Made-up pairs of breasts: alike as two sides of one person are, with a known blob in one of them. For measuring only.

Both sides share most of their tissue's pattern; size, height, amount of dense tissue, exposure and noise differ from
side to side, and the pattern is pulled about a little. All such numbers are ours. How alike real breasts are was not
measured; dense made-up pairs have an asymmetry index like three of the four real pairs at hand (19 to 25 %), no more.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from mg_made import AIR, COLUMNS, DENSE, FAT, MUSCLE, ROWS, Film
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, map_coordinates, zoom

PIXEL_MM = 0.25
ALIKE = (0.85, 0.98)  # share of the pattern's variance that both sides have in common
SIZE, RISE = 0.06, 0.03  # deviations of a side's size, and of its height on the film
MUSCLE_SIZE = 0.03  # deviation of a side's muscle
AMOUNT = 0.12  # of the amount of dense tissue, as a factor's logarithm
PULL = 0.02  # of the breast's own measure: how far the pattern is pulled about
FIELD = 240


@dataclass(frozen=True, slots=True)
class Blob:
    """More dense tissue on one side: 0 is the right one. across 0 to 1 from the wall, down -1 to 1."""

    side: int
    across: float
    down: float
    radius_mm: float
    strength: float = 1.0  # of the way from fat to dense tissue


@dataclass(frozen=True, slots=True, eq=False)
class MadeSide:
    """A film as it is stored: a right breast has its chest wall on the right. center: row and column of the blob."""

    film: Film
    breast: NDArray[np.bool_]
    center: tuple[float, float] | None


def made_pair(share: float, seed: int, *, oblique: bool = False, blob: Blob | None = None) -> list[MadeSide]:
    """The right side, then the left one."""
    rng = np.random.default_rng(seed)
    alike = rng.uniform(*ALIKE)
    common = field(rng)
    tall, wide = ROWS * rng.uniform(0.34, 0.4), COLUMNS * rng.uniform(0.6, 0.75)
    muscle = (COLUMNS * rng.uniform(0.36, 0.44), ROWS * rng.uniform(0.46, 0.54)) if oblique else None
    made = []
    for side in (0, 1):
        pattern = np.sqrt(alike) * common + np.sqrt(1 - alike) * field(rng)
        own = blob if blob is not None and blob.side == side else None
        size = 1 + rng.normal(0, SIZE)
        shape = (tall * size, wide * size * (1 + rng.normal(0, SIZE / 3)), 0.55 + rng.normal(0, RISE))
        one = draw(rng, pattern, share * float(np.exp(rng.normal(0, AMOUNT))), shape, muscle, own)
        made.append(mirrored(one) if side == 0 else one)
    return made


def field(rng: np.random.Generator) -> NDArray[np.float32]:
    """Clouds over the breast's own measure, deviation 1."""
    cloud = gaussian_filter(rng.standard_normal((FIELD, FIELD)), (FIELD * 0.045, FIELD * 0.06))
    return np.asarray(cloud / cloud.std(), dtype=np.float32)


def pull(rng: np.random.Generator) -> NDArray[np.float32]:
    """A slow field over the film, deviation PULL."""
    coarse = gaussian_filter(rng.standard_normal((ROWS // 20, COLUMNS // 20)), 3)
    fine = zoom(coarse / coarse.std() * PULL, 20, order=1)
    return np.asarray(fine, dtype=np.float32)


def draw(
    rng: np.random.Generator,
    pattern: NDArray[np.float32],
    share: float,
    shape: tuple[float, float, float],
    triangle: tuple[float, float] | None,
    blob: Blob | None,
) -> MadeSide:
    """One side with its chest wall on the left."""
    tall, wide, middle = shape
    rows, columns = np.mgrid[0:ROWS, 0:COLUMNS].astype(np.float32)
    across, down = columns / wide, (rows - ROWS * middle) / tall
    rho = np.hypot(down, across)
    breast, muscle = rho < 1, np.zeros((ROWS, COLUMNS), dtype=bool)
    if triangle is not None:
        top, end = (size * (1 + rng.normal(0, MUSCLE_SIZE)) for size in triangle)
        muscle = (columns / top + rows / end < 1) & (rows < ROWS * middle)
        breast = breast | muscle
    pulled = [pull(rng) for _ in range(2)]
    places = [(down + 1) / 2 + pulled[0], across + pulled[1]]
    cloud = map_coordinates(pattern, [place * (FIELD - 1) for place in places], order=1, mode="nearest")
    cloud = cloud - 1.2 * np.hypot(down, across - 0.4)
    inside = breast & ~muscle & (rho < 0.9)
    dense = (inside & (cloud > np.quantile(cloud[inside], 1 - min(share, 0.95)))).astype(np.float32)
    center = None
    if blob is not None:
        center = (ROWS * middle + blob.down * tall, blob.across * wide)
        away = np.hypot(rows - center[0], columns - center[1]) * PIXEL_MM
        ball = np.clip((blob.radius_mm - away) / 1.0 + 0.5, 0, 1) * inside
        dense = np.maximum(dense, ball * blob.strength)
    thickness = np.clip((1 - rho) / 0.1, 0, 1) ** 0.6
    thickness[muscle] = 1.0
    tissue = FAT + (DENSE - FAT) * gaussian_filter(dense, 3) * rng.uniform(0.85, 1.1)
    tissue[muscle] = MUSCLE
    film = AIR + breast * thickness * (tissue - AIR)
    film += gaussian_filter(rng.standard_normal(film.shape), 1.0) * 60 + rng.normal(0, 15, film.shape)
    film = film * rng.uniform(0.88, 1.12) + rng.uniform(0, 30)
    return MadeSide(np.maximum(film, 0).astype(np.float32), breast, center)


def mirrored(one: MadeSide) -> MadeSide:
    """With the chest wall on the right."""
    center = None if one.center is None else (one.center[0], COLUMNS - 1 - one.center[1])
    return MadeSide(np.ascontiguousarray(one.film[:, ::-1]), one.breast[:, ::-1], center)


def blob_somewhere(seed: int, radius_mm: float) -> Blob:
    """At a place that is well within the breast, on one side or the other."""
    rng = np.random.default_rng(seed)
    while True:
        across, down = rng.uniform(0.1, 0.8), rng.uniform(-0.7, 0.7)
        if np.hypot(across, down) < 0.75:
            return Blob(int(rng.integers(2)), float(across), float(down), radius_mm)
