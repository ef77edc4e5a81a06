"""How far readers agree beyond chance, and intervals for figures without a formula of their own (RQ-48, RQ-50)."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from app.analysis.statistics import Interval

LEAST_REPLICATES = 2000  # RQ-48
SEED = 20200221  # any number will do, as long as it is written beside the figure
_BLOCK = 250  # replicates drawn at once, so that many cases need little memory


def table_of(
    first: Sequence[Hashable], second: Sequence[Hashable], classes: Sequence[Hashable]
) -> NDArray[np.int64]:
    """How often the first said class i while the second said class j; (classes, classes)."""
    place = {name: number for number, name in enumerate(classes)}
    table = np.zeros((len(classes), len(classes)), dtype=np.int64)
    for one, other in zip(first, second, strict=True):
        table[place[one], place[other]] += 1
    return table


def cohen_kappa(table: ArrayLike, weights: str = "") -> float | None:
    """Agreement of two raters (Cohen 1960, 1968). weights: "" each class apart, "linear" or "quadratic" in order.

    None where chance alone explains everything, as when both used one class only.
    """
    counts = np.asarray(table, dtype=np.float64)
    n, size = counts.sum(), len(counts)
    if not n:
        return None
    apart = np.abs(np.subtract.outer(np.arange(size), np.arange(size)))
    penalty = {"": apart > 0, "linear": apart, "quadratic": apart**2}[weights].astype(np.float64)
    by_chance = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / n
    expected = float((penalty * by_chance).sum())
    return None if expected == 0 else 1.0 - float((penalty * counts).sum()) / expected


def fleiss_kappa(counts: ArrayLike) -> float | None:
    """Agreement of several raters (Fleiss 1971). counts: (subjects, classes), each row adds up to the raters.

    Raises ValueError where rows do not have the same sum of at least two.
    """
    table = np.asarray(counts, dtype=np.float64)
    raters = table.sum(axis=1)
    if not len(table) or raters[0] < 2 or not bool((raters == raters[0]).all()):
        raise ValueError("every subject needs the same number of raters, at least two")
    agreed = ((table**2).sum(axis=1) - raters) / (raters * (raters - 1))
    chance = float(((table.sum(axis=0) / table.sum()) ** 2).sum())
    return None if chance == 1.0 else (float(agreed.mean()) - chance) / (1.0 - chance)


def dice(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> float:
    """Overlap of two masks of one shape, 1 where both are empty."""
    both = int(first.sum()) + int(second.sum())
    return 1.0 if both == 0 else 2.0 * int((first & second).sum()) / both


def bootstrap_interval(
    cases: int,
    statistic: Callable[[NDArray[np.intp]], float | None],
    *,
    replicates: int = LEAST_REPLICATES,
    seed: int = SEED,
) -> Interval | None:
    """95 % percentile interval over whole cases drawn with replacement (Efron 1979).

    statistic gets the drawn case numbers; replicates on which it has no value are left out, and where they are more
    than one in twenty there is no interval. Raises ValueError under 2,000 replicates.
    """
    if replicates < LEAST_REPLICATES:
        raise ValueError(f"at least {LEAST_REPLICATES} replicates are wanted, got {replicates}")
    if cases < 2:
        return None
    draws = np.random.default_rng(seed)
    found: list[float] = []
    for start in range(0, replicates, _BLOCK):
        block = draws.integers(0, cases, size=(min(_BLOCK, replicates - start), cases))
        found += [value for drawn in block if (value := statistic(drawn)) is not None]
    if len(found) < 0.95 * replicates:
        return None
    low, high = np.percentile(found, (2.5, 97.5))
    return float(low), float(high)


def kappa_interval(
    first: Sequence[Hashable], second: Sequence[Hashable], classes: Sequence[Hashable], weights: str = ""
) -> Interval | None:
    """Bootstrap interval of Cohen's kappa over the cases that both judged."""
    place = {name: number for number, name in enumerate(classes)}
    pairs = np.asarray([place[a] * len(classes) + place[b] for a, b in zip(first, second, strict=True)])
    size = len(classes)

    def one(drawn: NDArray[np.intp]) -> float | None:
        return cohen_kappa(np.bincount(pairs[drawn], minlength=size * size).reshape(size, size), weights)

    return bootstrap_interval(len(pairs), one) if len(pairs) else None
