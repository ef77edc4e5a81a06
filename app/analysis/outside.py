"""Heat outside the lungs: a sign that a network looks at something else than disease (RQ-45); lungs beyond the scan."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.domain.geometry import index_to_lps, lps_to_index
from app.domain.volume import Space, Volume
from inference.types import LabelMap, ScalarMap

WARN_SHARE = 0.5  # the requirement's limit; our own choice
CUT_SHARE = 0.1  # ours: of the largest slice of lung; tips of lungs are smaller


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


def is_lung_cut_off(lungs: LabelMap, volume: Volume) -> bool:
    """Whether lung reaches the first or last slice of a scan: what lies beyond was not looked at."""
    found = np.isin(lungs.values, lung_labels(lungs)).sum(axis=(1, 2))
    runs_along_body = int(np.argmax(np.abs(lungs.affine[:3, 0]))) == 2  # LPS z
    if volume.space is not Space.PATIENT or not runs_along_body or found.max(initial=0) == 0:
        return False
    last, middle = len(found) - 1, np.asarray(lungs.values.shape[1:]) / 2
    ends = [end for end in (0, last) if found[end] >= CUT_SHARE * found.max()]
    slices = [lps_to_index(volume.affine, index_to_lps(lungs.affine, (end, *middle)))[0] for end in ends]
    return any(at < 1.5 or at > len(volume.pixels) - 2.5 for at in map(float, slices))


def _labels_at(lungs: LabelMap, points: NDArray[np.float64]) -> NDArray[np.integer]:
    index = np.rint(lps_to_index(lungs.affine, points)).astype(np.int64)
    shape = np.asarray(lungs.values.shape)
    within = ((index >= 0) & (index < shape)).all(axis=1)
    found = np.zeros(len(index), dtype=np.int64)
    found[within] = lungs.values[tuple(index[within].T)]
    return found
