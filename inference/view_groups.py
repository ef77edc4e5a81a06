"""Which of the pictures at hand a package of several views can use, and what it says of the others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from inference.errors import Problem, RunRefusedError
from inference.requirements import number_of
from inference.scores import value_of
from inference.types import Measure
from inference.vocabulary import MeasureOutput, Requirement, Views

Answers = Mapping[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Usable:
    """Views that a run looks at, and why some that were given are none of them (words of the package)."""

    views: tuple[str, ...]
    said: tuple[str, ...] = ()


def whole_groups(rule: Views | None, here: Iterable[str]) -> tuple[str, ...]:
    """Of the views at hand those of a whole group, in their order; all of them where the package names no groups."""
    there = tuple(here)
    if rule is None or not rule.groups:
        return there
    used = {view for group in rule.groups if set(group) <= set(there) for view in group}
    return tuple(view for view in there if view in used)


def in_words(rule: Views) -> str:
    """The groups as one reads them: RCC with LCC, RMLO with LMLO."""
    return ", ".join(" + ".join(group) for group in rule.groups)


def met(requirements: Iterable[Requirement], answers: Answers, views: Iterable[str]) -> Usable:
    """What the graph's own numbers leave of the views. Raises RunRefusedError, not applicable, if that is nothing."""
    left, said = tuple(views), []
    for one in requirements:
        named = set(one.views) or set(left)
        if not named & set(left) or number_of(answers, one.value) >= one.at_least:
            continue
        said.append(one.reason.get("en", ""))
        left = tuple(view for view in left if view not in named)
    if not left:
        facts = {"reason": " ".join(said)}
        raise RunRefusedError(Problem("model.not_applicable.stated", facts), applicable=False)
    return Usable(left, tuple(said))


def told_measures(
    measures: Iterable[MeasureOutput], answers: Answers, views: Iterable[str]
) -> tuple[Measure, ...]:
    """The numbers of views that were looked at, as far as the graph says that they are known."""
    there = set(views)
    return tuple(
        Measure(one.key, value_of(dict(answers), one.value), one.unit)
        for one in measures
        if set(one.views) <= there and (one.known is None or number_of(answers, one.known) >= 0.5)
    )
