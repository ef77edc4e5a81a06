"""What the opacity starter and its shortcut baselines reach on films of patients they never saw."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from cxr_films import FOLDS, Films
from numpy.typing import NDArray
from PIL import Image
from scipy.stats import rankdata
from scipy.stats import t as student
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

REPLICATES = 2000
BOOTSTRAP_SEED = 20260
BORDER_PX = 12
Scores = NDArray[np.float64]
Mask = NDArray[np.bool_]


def auc(labels: NDArray[np.int64], scores: Scores) -> float:
    """Area under the ROC curve as the Mann-Whitney statistic; ties count half."""
    positive = labels == 1
    count, others = int(positive.sum()), int((~positive).sum())
    if not count or not others:
        return float("nan")
    return float((rankdata(scores)[positive].sum() - count * (count + 1) / 2) / (count * others))


def auc_with_interval(films: Films, scores: Scores, chosen: Mask | None = None) -> dict[str, Any]:
    """AUC and its 95 % interval from 2,000 bootstrap samples of patients (all films of a drawn patient come along)."""
    use = np.ones(len(films), dtype=np.bool_) if chosen is None else chosen
    labels, values, patients = films.labels[use], scores[use], films.patients[use]
    groups = [np.flatnonzero(patients == patient) for patient in np.unique(patients)]
    rng = np.random.default_rng(BOOTSTRAP_SEED)
    drawn = []
    for _ in range(REPLICATES):
        rows = np.concatenate([groups[pick] for pick in rng.integers(len(groups), size=len(groups))])
        drawn.append(auc(labels[rows], values[rows]))
    low, high = np.nanpercentile(drawn, [2.5, 97.5])
    counts = {"n": len(labels), "n_positive": int(labels.sum()), "patients": len(groups)}
    return {
        "auc": round(auc(labels, values), 3),
        "ci95": [round(float(low), 3), round(float(high), 3)],
        **counts,
    }


def difference(
    films: Films,
    pair: tuple[Scores, Scores],
    folds: NDArray[np.int64] | None = None,
    chosen: Mask | None = None,
) -> dict[str, Any]:
    """AUC of the first minus AUC of the second on the same films, with its 95 % interval from samples of patients.

    With folds, the AUC of either is the mean over its folds: networks of different folds may differ in scale.
    """
    groups = np.zeros(len(films), dtype=np.int64) if folds is None else folds
    use = np.ones(len(films), dtype=np.bool_) if chosen is None else chosen

    def gap(rows: NDArray[np.int64]) -> float:
        inside = [rows[groups[rows] == group] for group in np.unique(groups[use])]
        values = [[auc(films.labels[one], scores[one]) for one in inside] for scores in pair]
        return float(np.mean(values[0]) - np.mean(values[1]))

    members = [
        np.flatnonzero(use & (films.patients == patient)) for patient in np.unique(films.patients[use])
    ]
    rng = np.random.default_rng(BOOTSTRAP_SEED)
    drawn = [
        gap(np.concatenate([members[pick] for pick in rng.integers(len(members), size=len(members))]))
        for _ in range(REPLICATES)
    ]
    low, high = np.nanpercentile(drawn, [2.5, 97.5])
    found = gap(np.flatnonzero(use))
    return {"difference": round(found, 3), "ci95": [round(float(low), 3), round(float(high), 3)]}


def over_folds(values: list[float], earlier: list[float]) -> dict[str, Any]:
    """Mean difference of two lists of AUC over the same folds, with the 95 % interval of a paired t test."""
    gaps = np.subtract(values, earlier)
    half = float(student.ppf(0.975, len(gaps) - 1) * gaps.std(ddof=1) / np.sqrt(len(gaps)))
    middle = float(gaps.mean())
    return {
        "difference": round(middle, 3),
        "ci95": [round(middle - half, 3), round(middle + half, 3)],
        "better_folds": int((gaps > 0).sum()),
        "earlier": earlier,
    }


def thumbnails(films: Films) -> Scores:
    """Every film as 16 x 16 grey values: no texture, no small opacity survives."""
    small = [np.asarray(Image.fromarray(film).resize((16, 16), Image.Resampling.BOX)) for film in films.grey]
    return np.stack(small).reshape(len(films), -1) / 255.0


def inner_thumbnails(films: Films) -> Scores:
    """16 x 16 grey values of the part that the network sees, at mean 0 and deviation 1."""
    inner = films.grey[:, BORDER_PX:-BORDER_PX, BORDER_PX:-BORDER_PX].astype(np.float32)
    inner -= inner.mean((1, 2), keepdims=True)
    inner /= np.maximum(inner.std((1, 2), keepdims=True), 1e-3)  # an empty film stays empty
    small = [np.asarray(Image.fromarray(film).resize((16, 16), Image.Resampling.BOX)) for film in inner]
    return np.stack(small).reshape(len(films), -1).astype(np.float64)


def borders(films: Films) -> Scores:
    """The outermost 12 pixels of every film at 224 x 224: hardly any lung in it, and none that the network sees."""
    frame = np.ones(films.grey.shape[1:], dtype=np.bool_)
    frame[BORDER_PX:-BORDER_PX, BORDER_PX:-BORDER_PX] = False
    return films.grey[:, frame] / 255.0


def baseline_scores(films: Films, folds: NDArray[np.int64], look: Callable[[Films], Scores]) -> Scores:
    """Out-of-fold scores of a logistic regression on something that should not be enough to tell."""
    seen = look(films)
    scores = np.zeros(len(films))
    for fold in range(FOLDS):
        held_out = folds == fold
        model = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=5000))
        model.fit(seen[~held_out], films.labels[~held_out])
        scores[held_out] = model.decision_function(seen[held_out])
    return scores


def number_scores(films: Films) -> Scores:
    """The patient number itself, read as a score."""
    return films.patients.astype(np.float64)


def shared_numbers(films: Films) -> tuple[int, int]:
    """The span of patient numbers that holds both classes."""
    spans = [films.patients[films.labels == label] for label in (0, 1)]
    return int(max(span.min() for span in spans)), int(min(span.max() for span in spans))


def youden_point(labels: NDArray[np.int64], scores: Scores) -> float:
    """The cut with the largest sensitivity + specificity, half way to the next lower score."""
    order = np.argsort(-scores)
    hits = np.cumsum(labels[order] == 1) / (labels == 1).sum()
    alarms = np.cumsum(labels[order] == 0) / (labels == 0).sum()
    best = min(int(np.argmax(hits - alarms)), len(scores) - 2)
    return float(scores[order[best : best + 2]].mean())
