"""Whether heat says what its network looks at (RQ-46): figures of one picture, and of many together.

Repeatability, and what is left of the heat once the head's weights are shuffled: structural similarity of the two maps
(Wang 2004). Deletion: the score while the hottest cells are taken out of the picture first, as the area under that
curve, beside taking cells out in any order (Petsiuk 2018, arXiv:1806.07421).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.domain.geometry import index_to_lps, lps_to_index
from inference.types import ModelInput, ModelOutput, ScalarMap

SHARES = (0.0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0)  # of the cells, taken out
LEFT_AFTER_SHUFFLE = 0.5  # more similarity than this: the heat does not depend on what was learnt (RQ-46)
REPEATS = 0.99  # less than this: the heat is not the same twice (RQ-46)
_WINDOW = 7  # of the structural similarity, in cells; smaller where the map is

Floats = NDArray[np.float64]
Run = Callable[[ModelInput], ModelOutput]


@dataclass(frozen=True, slots=True)
class Faithfulness:
    """Of one picture; None where it could not be measured: no heat, or no score to follow."""

    repeat_ssim: float | None = None
    shuffled_ssim: float | None = None
    deletion: float | None = None
    deletion_at_random: float | None = None


def measure(given: ModelInput, run: Run, run_shuffled: Run | None, seed: int) -> Faithfulness:
    """Figures of one picture. Deletion is measured on single slices that have a score."""
    first = run(given)
    heat = _heat(first)
    if heat is None:
        return Faithfulness()
    again = _heat(run(given))
    shuffled = None if run_shuffled is None else _heat(run_shuffled(given))
    told = Faithfulness(_alike(heat, again), None if run_shuffled is None else _alike(heat, shuffled))
    if len(given.pixels) != 1 or first.study_score is None:
        return told
    order = np.argsort(-heat.values.ravel(), kind="stable")
    by_chance = np.random.default_rng(seed).permutation(order)
    return replace(
        told,
        deletion=_deletion(given, heat, order, run),
        deletion_at_random=_deletion(given, heat, by_chance, run),
    )


def summary(found: Sequence[Faithfulness]) -> dict[str, Any]:
    """Means over the pictures, each with how many it is of, and what does not hold."""
    figures = {
        name: _mean([getattr(one, name) for one in found])
        for name in ("repeat_ssim", "shuffled_ssim", "deletion", "deletion_at_random")
    }
    told = {name: figure["mean"] for name, figure in figures.items()}
    holds = {
        "repeats": _is(told["repeat_ssim"], lambda value: value > REPEATS),
        "depends_on_what_was_learnt": _is(told["shuffled_ssim"], lambda value: value < LEFT_AFTER_SHUFFLE),
        "hot_cells_carry_the_score": (
            None
            if told["deletion"] is None or told["deletion_at_random"] is None
            else told["deletion"] < told["deletion_at_random"]
        ),
    }
    return {"n": len(found), **figures, "holds": holds}


def similarity(one: Floats, other: Floats) -> float:
    """Structural similarity of two maps of one shape, each by its own largest value."""
    from skimage.metrics import structural_similarity

    a, b = (np.squeeze(values / (np.abs(values).max() or 1.0)) for values in (one, other))
    if a.ndim == 0 or min(a.shape) < 3:
        return 1.0 if np.allclose(a, b, atol=1e-6) else 0.0
    window = min(_WINDOW, min(a.shape) - (min(a.shape) + 1) % 2)
    return float(structural_similarity(a, b, data_range=1.0, win_size=window))  # type: ignore[no-untyped-call]  # it has no types


def _alike(heat: ScalarMap, other: ScalarMap | None) -> float:
    if other is None or other.values.shape != heat.values.shape:
        return 0.0
    return similarity(heat.values.astype(np.float64), other.values.astype(np.float64))


def _heat(output: ModelOutput) -> ScalarMap | None:
    """The first heat that shows anything."""
    return next((one for one in output.maps if float(np.ptp(one.values)) > 0), None)


def _deletion(given: ModelInput, heat: ScalarMap, order: NDArray[np.intp], run: Run) -> float:
    """Mean score over the share of cells taken out, by the trapezoid rule."""
    cell = _cell_of_each_pixel(given, heat)
    fill = given.pixels.dtype.type(given.pixels.mean())
    scores = []
    for share in SHARES:
        gone = np.isin(cell, order[: round(share * len(order))])
        score = run(replace(given, pixels=np.where(gone, fill, given.pixels))).study_score
        scores.append(0.0 if score is None else score)
    return float(np.trapezoid(scores, SHARES))


def _cell_of_each_pixel(given: ModelInput, heat: ScalarMap) -> NDArray[np.int64]:
    """Number of the cell of the heat in which each pixel lies; -1 outside the heat."""
    at = np.moveaxis(np.indices(given.pixels.shape), 0, -1)
    index = np.rint(lps_to_index(heat.affine, index_to_lps(given.affine, at))).astype(np.int64)
    shape = np.asarray(heat.values.shape)
    inside = ((index >= 0) & (index < shape)).all(axis=-1)
    flat = np.ravel_multi_index(tuple(np.clip(index, 0, shape - 1).reshape(-1, 3).T), heat.values.shape)
    return np.where(inside, flat.reshape(inside.shape), -1)


def _mean(values: Sequence[float | None]) -> dict[str, Any]:
    there = [value for value in values if value is not None]
    return {"mean": float(np.mean(there)) if there else None, "n": len(there)}


def _is(value: float | None, holds: Callable[[float], bool]) -> bool | None:
    return None if value is None else holds(value)
