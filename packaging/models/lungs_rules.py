"""When outlines of lungs and heart are to be believed; the same limits stand in the graph's quality check."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

LUNG_SHARE = (0.03, 0.33)  # of the film, each lung
HEART_SHARE = (0.02, 0.25)
BALANCE = 0.4  # the smaller lung against the larger
RATIO = (0.3, 0.8)  # cardiothoracic


def tidy(masks: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The largest piece of each, holes filled."""
    return np.stack([ndimage.binary_fill_holes(largest(mask)) for mask in masks])


def largest(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The largest piece; nothing stays nothing."""
    pieces, count = ndimage.label(mask)
    if count < 2:
        return mask
    return np.asarray(pieces == 1 + int(np.argmax(np.bincount(pieces.ravel())[1:])))


def plausible(masks: NDArray[np.bool_]) -> bool:
    """Areas, balance, order from right to left, and a ratio that a chest can have."""
    shares = masks.mean(axis=(1, 2))
    if not all(LUNG_SHARE[0] < share < LUNG_SHARE[1] for share in shares[:2]):
        return False
    if not HEART_SHARE[0] < shares[2] < HEART_SHARE[1] or shares[:2].min() < BALANCE * shares[:2].max():
        return False
    middles = [float(np.argwhere(mask)[:, 1].mean()) for mask in masks]
    return middles[0] < middles[2] < middles[1] and RATIO[0] < ratio_of(masks) < RATIO[1]


def ratio_of(masks: NDArray[np.bool_]) -> float:
    """Widest heart over widest chest between the outer edges of the lungs."""
    heart = np.flatnonzero(masks[2].any(axis=0))
    chest = np.flatnonzero(masks[:2].any(axis=(0, 1)))
    return float((heart[-1] - heart[0] + 1) / (chest[-1] - chest[0] + 1))
