"""Heat outside the lungs: a sign that a network looks at something else than disease (RQ-45)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.domain.geometry import index_to_lps, lps_to_index
from inference.types import LabelMap, ScalarMap

WARN_SHARE = 0.5  # the requirement's limit; our own choice


def lung_labels(label_map: LabelMap) -> tuple[int, ...]:
    """Labels that are named as lung."""
    return tuple(label for label, name in label_map.names.items() if "lung" in name.lower())


def share_outside_lungs(heat: ScalarMap, lungs: LabelMap) -> float | None:
    """Share of the heat at or above its threshold that lies outside the lungs; None if there is no heat or no lung."""
    labels = lung_labels(lungs)
    weights = np.where(np.isfinite(heat.values) & (heat.values >= heat.threshold), heat.values, 0.0)
    weights = np.clip(weights - heat.value_range[0], 0.0, None)
    at = np.argwhere(weights > 0)
    if not labels or len(at) == 0 or not np.isin(lungs.values, labels).any():
        return None
    mass = weights[tuple(at.T)]
    inside = np.isin(_labels_at(lungs, index_to_lps(heat.affine, at)), labels)
    return float(mass[~inside].sum() / mass.sum())


def _labels_at(lungs: LabelMap, points: NDArray[np.float64]) -> NDArray[np.integer]:
    index = np.rint(lps_to_index(lungs.affine, points)).astype(np.int64)
    shape = np.asarray(lungs.values.shape)
    within = ((index >= 0) & (index < shape)).all(axis=1)
    found = np.zeros(len(index), dtype=np.int64)
    found[within] = lungs.values[tuple(index[within].T)]
    return found
