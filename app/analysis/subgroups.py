"""Figures of parts of a collection: by view, sex, age, site, or whatever columns the labels have (RQ-49)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from app.analysis.labels import Case

MANY_VALUES = 8  # a column of more numbers than this is cut into quarters of equally many cases
QUARTERS = 4


def groups_by(cases: Sequence[Case], column: str) -> dict[str, list[int]]:
    """Value of the column -> numbers of the cases; cases without one stand under ''."""
    values = [dict(case.facts).get(column, "") for case in cases]
    numbers = [_number(value) for value in values]
    known = sorted({number for number in numbers if number is not None})
    if len(known) > MANY_VALUES and all(
        number is not None for number, v in zip(numbers, values, strict=True) if v
    ):
        values = _banded(numbers)
    found: dict[str, list[int]] = defaultdict(list)
    for at, value in enumerate(values):
        found[value].append(at)
    return dict(sorted(found.items(), key=lambda item: _order(item[0])))


def _number(value: str) -> float | None:
    try:
        number = float(value)
    except ValueError:
        return None
    return number if np.isfinite(number) else None


def _banded(numbers: Sequence[float | None]) -> list[str]:
    known = np.array([number for number in numbers if number is not None])
    edges = np.unique(np.quantile(known, np.linspace(0, 1, QUARTERS + 1)))
    names = [f"{low:g} to {high:g}" for low, high in pairwise(edges)]

    def name(number: float | None) -> str:
        if number is None:
            return ""
        return names[min(int(np.searchsorted(edges, number, side="right")) - 1, len(names) - 1)]

    return [name(number) for number in numbers]


def _order(name: str) -> tuple[bool, float, str]:
    number = _number(name.split(" ", maxsplit=1)[0]) if name else None
    return number is None, number or 0.0, name
