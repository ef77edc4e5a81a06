"""Made-up breasts of known density, and made-up clusters put into real films. Only for measuring and tests."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

Film = NDArray[np.float32]
ROWS, COLUMNS = 800, 560
FAT, DENSE, MUSCLE, AIR = 1100.0, 2600.0, 2900.0, 60.0


@dataclass(frozen=True, slots=True, eq=False)
class MadeBreast:
    """A film with its chest wall on the left, and what was drawn."""

    film: Film
    breast: NDArray[np.bool_]
    dense: NDArray[np.bool_]
    muscle: NDArray[np.bool_]

    @property
    def percent(self) -> float:
        """Dense share of the breast without its muscle."""
        part = self.breast & ~self.muscle
        return 100.0 * float((self.dense & part).sum()) / float(part.sum())


def made_breast(share: float, seed: int, *, oblique: bool = False) -> MadeBreast:
    """Clouds of dense tissue behind the nipple over about this share of the area; thinner towards the skin."""
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[0:ROWS, 0:COLUMNS].astype(np.float32)
    tall, wide = ROWS * rng.uniform(0.36, 0.42), COLUMNS * rng.uniform(0.6, 0.75)
    rho = np.hypot((rows - ROWS * 0.55) / tall, columns / wide)
    breast = rho < 1
    muscle = np.zeros_like(breast)
    if oblique:
        top, end = COLUMNS * 0.4, ROWS * 0.5
        muscle = (columns / top + rows / end < 1) & (rows < ROWS * 0.55)
        breast |= muscle
    cloud = gaussian_filter(rng.standard_normal((ROWS, COLUMNS)), 22).astype(np.float32)
    cloud = cloud / cloud.std() - 1.2 * np.hypot((rows - ROWS * 0.55) / tall, (columns - wide * 0.4) / wide)
    inside = breast & ~muscle & (rho < 0.9)
    dense = inside & (cloud > np.quantile(cloud[inside], 1 - share)) if share > 0 else inside & False
    thickness = np.clip((1 - rho) / 0.1, 0, 1) ** 0.6
    thickness[muscle] = 1.0
    tissue = FAT + (DENSE - FAT) * gaussian_filter(dense.astype(np.float32), 3) * rng.uniform(0.85, 1.1)
    tissue[muscle] = MUSCLE
    film = AIR + breast * thickness * (tissue - AIR)
    film += gaussian_filter(rng.standard_normal(film.shape), 1.0) * 60 + rng.normal(0, 15, film.shape)
    return MadeBreast(np.maximum(film, 0).astype(np.float32), breast, dense, muscle)


def with_cluster(film: Film, place: tuple[int, int], pixel_mm: float, strength: float, seed: int) -> Film:
    """Eight specks of 0.3 to 0.6 mm within 8 mm; each stands out by so much of the film's own range."""
    rng = np.random.default_rng(seed)
    changed = film.copy()
    low, high = np.percentile(film, (5, 99))
    for _ in range(8):
        offset = rng.uniform(-4, 4, 2) / pixel_mm
        row, column = (int(at + more) for at, more in zip(place, offset, strict=True))
        radius = rng.uniform(0.15, 0.3) / pixel_mm
        reach = int(radius * 3) + 2
        window = np.s_[row - reach : row + reach + 1, column - reach : column + reach + 1]
        part = changed[window]
        if part.shape != (2 * reach + 1,) * 2:
            continue
        z, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
        speck = np.clip(radius - np.hypot(z, x) + 0.5, 0, 1)
        speck = gaussian_filter(speck, 0.06 / pixel_mm)
        changed[window] = part + speck * strength * (high - low)
    return changed
