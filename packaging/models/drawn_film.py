"""From attenuation to something that looks like a film: disease, devices, exposure, tone, grain, collimation."""

from __future__ import annotations

import numpy as np
from drawn_chest import SIZE, Drawn, Floats
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

ROWS, COLUMNS = np.mgrid[0:SIZE, 0:SIZE].astype(np.float32)


def expose(drawn: Drawn, rng: np.random.Generator) -> NDArray[np.uint8]:
    """8-bit grey (rows, columns), bone bright."""
    dense = drawn.attenuation * rng.uniform(0.85, 1.25)
    dense = dense + soft_tissue(rng) + opacities(drawn, rng)
    if rng.random() < 0.5:
        dense = dense + devices(rng)
    return toned(dense, rng)


def opacities(drawn: Drawn, rng: np.random.Generator) -> Floats:
    """Consolidation and effusion: a random smooth share of the lung's path filled with soft tissue."""
    kind = rng.random()
    water = drawn.lung_mm * 0.0168  # lung of -860 HU that fills with water
    if kind < 0.35:
        return np.zeros_like(water)
    cloud = gaussian_filter(rng.standard_normal((SIZE, SIZE)), rng.uniform(5, 16))
    cloud = np.clip(cloud / cloud.std() - rng.uniform(-0.3, 1.6), 0, 1.5)
    share = cloud * rng.uniform(0.1, 0.5)
    if kind > 0.8:
        level = rng.uniform(0.55, 0.85) * SIZE
        side = (COLUMNS > SIZE / 2) if rng.random() < 0.5 else (COLUMNS < SIZE / 2)
        share = np.maximum(share, np.clip((ROWS - level) / 10, 0, 0.8) * side)
    return np.asarray(water * np.clip(share, 0, 0.9), dtype=np.float32)


def soft_tissue(rng: np.random.Generator) -> Floats:
    """Breasts and fat that the phantom does not have: bright, smooth, in front of the lower lungs."""
    total = np.zeros((SIZE, SIZE), dtype=np.float32)
    if rng.random() < 0.5:
        row, away = rng.uniform(0.55, 0.8) * SIZE, rng.uniform(0.2, 0.27) * SIZE
        tall, wide = rng.uniform(0.12, 0.22) * SIZE, rng.uniform(0.13, 0.2) * SIZE
        for sign in (-1, 1):
            rho = ((ROWS - row) / tall) ** 2 + ((COLUMNS - SIZE / 2 - sign * away) / wide) ** 2
            total += rng.uniform(0.3, 1.1) * np.sqrt(np.clip(1 - rho, 0, 1)).astype(np.float32)
    total += gaussian_filter(rng.standard_normal((SIZE, SIZE)), 22).astype(np.float32) * rng.uniform(0, 8)
    return total


def devices(rng: np.random.Generator) -> Floats:
    """Leads, lines and plates: bright curves and spots anywhere."""
    total = np.zeros((SIZE, SIZE), dtype=np.float32)
    for _ in range(int(rng.integers(1, 5))):
        start, bend, end = rng.uniform(0, SIZE, (3, 2))
        t = np.linspace(0, 1, 300)[:, None]
        path = ((1 - t) ** 2 * start + 2 * t * (1 - t) * bend + t * t * end).astype(int).clip(0, SIZE - 1)
        total[path[:, 0], path[:, 1]] = rng.uniform(0.5, 2.5)
    if rng.random() < 0.4:
        row, column = rng.uniform(20, SIZE - 20, 2)
        total[np.hypot(ROWS - row, COLUMNS - column) < rng.uniform(2, 9)] = 2.5
    return gaussian_filter(total, 0.6)


def toned(dense: Floats, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Any of the curves that films are shown with, grain, a marker, and what lies outside the collimator."""
    broad = gaussian_filter(dense, rng.uniform(10, 30))
    flat = dense - rng.uniform(0, 0.6) * (broad - broad.mean())
    low, high = np.percentile(flat[10:-10, 10:-10], (rng.uniform(0, 4), rng.uniform(94, 99.9)))
    grey = np.clip((flat - low) / max(high - low, 1e-3), 0, 1)
    curve = rng.uniform(0, 1)
    bent = 1 / (1 + np.exp(-(grey - rng.uniform(0.3, 0.6)) * rng.uniform(4, 8)))
    grey = (1 - curve) * grey + curve * bent
    grey = np.clip(grey, 0, 1) ** np.exp(rng.normal(0, 0.3))
    grey = grey + rng.normal(0, rng.uniform(0.005, 0.04), grey.shape)
    if rng.random() < 0.5:
        row, column = int(rng.uniform(2, 30)), int(rng.choice([rng.uniform(4, 25), rng.uniform(130, 150)]))
        grey[row : row + 9, column : column + 7] = rng.uniform(0.8, 1.2)
    if rng.random() < 0.3:
        edges = rng.integers(0, 14, 4)
        grey[: edges[0]] = grey[SIZE - edges[1] :] = 0
        grey[:, : edges[2]] = grey[:, SIZE - edges[3] :] = 0
    return np.asarray(np.clip(grey, 0, 1) * 255, dtype=np.uint8)
