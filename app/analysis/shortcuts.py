"""Two models that cannot see disease. Where they do well, a collection gives its labels away by other means.

thumbnail_16: the image as 16 x 16 pixels and logistic regression. border_12px: the outer 12 pixels of the image
shrunk to 224 x 224, averaged to 16 cells along each edge, and logistic regression. Both are cross-validated in five
folds; no patient is in two of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.analysis.statistics import Auc, auc

Floats = NDArray[np.float64]

THUMBNAIL = 16
GRID = 224
BORDER = 12
CELLS = 16
FOLDS = 5
INVERSE_PENALTY = 0.1  # ours: scikit-learn's C, chosen once for inputs of some hundred numbers and kept


@dataclass(frozen=True, slots=True, eq=False)
class Glimpse:
    """What the two baselines are shown of one image."""

    thumbnail: Floats
    border: Floats


def glimpse(picture: NDArray[np.floating]) -> Glimpse:
    """Reduce one grey picture (rows, columns), light on dark as read, to what the baselines see."""
    grey = _to_unit_range(np.asarray(picture, dtype=np.float64))
    small = shrink(grey, GRID, GRID)
    edges = (
        shrink(small[:BORDER], 1, CELLS),
        shrink(small[-BORDER:], 1, CELLS),
        shrink(small[:, :BORDER], CELLS, 1),
        shrink(small[:, -BORDER:], CELLS, 1),
    )
    border = np.concatenate([edge.ravel() for edge in edges])
    return Glimpse(shrink(grey, THUMBNAIL, THUMBNAIL).ravel(), border)


def shrink(picture: Floats, rows: int, columns: int) -> Floats:
    """Each cell is the mean of what it covers, whole pixels and parts of pixels."""
    return _shrink_rows(_shrink_rows(picture, rows).T, columns).T


def baseline_auc(features: Sequence[Floats], labels: Sequence[bool], groups: Sequence[str]) -> Auc:
    """Cross-validated AUC of a logistic regression; groups (patients) are never split between folds."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    wanted = np.asarray(labels, dtype=bool)
    if not _can_be_split(wanted, groups):
        return Auc(int(wanted.sum()), int((~wanted).sum()), None, None, None, "evaluate.refused.no_folds")
    scores = cross_val_predict(
        make_pipeline(StandardScaler(), LogisticRegression(C=INVERSE_PENALTY, max_iter=2000)),
        np.stack(features),
        wanted,
        groups=np.asarray(groups),
        cv=GroupKFold(FOLDS),
        method="decision_function",
    )
    return auc(scores[wanted], scores[~wanted])


def _can_be_split(labels: NDArray[np.bool_], groups: Sequence[str]) -> bool:
    """Whether every fold can learn from both classes: each class comes from more patients than one fold holds."""
    if len(set(groups)) < FOLDS:
        return False
    from sklearn.model_selection import GroupKFold

    empty = np.zeros((len(labels), 1))
    folds = GroupKFold(FOLDS).split(empty, labels, np.asarray(groups))
    return all(len(np.unique(labels[train])) == 2 for train, _ in folds)


def _to_unit_range(grey: Floats) -> Floats:
    low, high = float(grey.min()), float(grey.max())
    return (grey - low) / (high - low) if high > low else np.zeros_like(grey)


def _shrink_rows(picture: Floats, rows: int) -> Floats:
    height = picture.shape[0]
    total = np.vstack([np.zeros((1, picture.shape[1])), np.cumsum(picture, axis=0)])
    edges = np.linspace(0, height, rows + 1)
    whole = np.minimum(np.floor(edges).astype(np.int64), height - 1)
    until = total[whole] + (total[whole + 1] - total[whole]) * (edges - whole)[:, np.newaxis]
    means: Floats = np.diff(until, axis=0) * (rows / height)
    return means
