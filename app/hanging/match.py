"""Rules against facts: which protocol fits a case, and which display set each of its selections takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.hanging.facts import FIRST_RANK, Case, Fact, SetFacts, StudyFacts

if TYPE_CHECKING:
    from app.hanging.protocol import Protocol, Rule, Selection


@dataclass(frozen=True, slots=True)
class Match:
    """A protocol that fits: by how much, and what its selections took (None: an optional one without a set)."""

    protocol: Protocol
    score: float
    chosen: Mapping[str, SetFacts | None]


def holds(rule: Rule, values: Mapping[str, Fact]) -> bool:
    """Whether one rule is met; what is not known meets none but `known: false`."""
    value = values.get(rule.attribute)
    is_known = value is not None and value not in {"", ()}
    if rule.known is not None:
        return is_known is rule.known
    if not is_known or value is None:
        return False
    if rule.at_least is not None or rule.at_most is not None:
        return _within(rule, value)
    if rule.equals is not None:
        return _same(value, rule.equals)
    return _has_words(rule, value)


def score(rules: Sequence[Rule], values: Mapping[str, Fact]) -> float | None:
    """Sum of the weights of the rules that hold; None if a required one does not."""
    total = 0.0
    for rule in rules:
        if holds(rule, values):
            total += rule.weight
        elif rule.required:
            return None
    return total


def match(protocol: Protocol, case: Case) -> Match | None:
    """How a protocol fits a case, or None: a required rule fails or a selection that it cannot do without is empty."""
    found = score(protocol.study, case.current.values)
    if found is None:
        return None
    chosen: dict[str, SetFacts | None] = {}
    for name, selection in protocol.sets.items():
        chosen[name] = _choose(selection, case, chosen)
        if chosen[name] is None and not selection.optional:
            return None
    return Match(protocol, found, chosen)


def ranked(protocols: Sequence[Protocol], case: Case) -> tuple[Match, ...]:
    """All protocols that fit: those of a first rank, then by score; of equals the higher rank, then as listed."""
    fitting = [found for one in protocols if (found := match(one, case)) is not None]
    return tuple(sorted(fitting, key=_order))


def _order(one: Match) -> tuple[bool, float, int]:
    return one.protocol.rank < FIRST_RANK, -one.score, -one.protocol.rank


def _choose(selection: Selection, case: Case, chosen: Mapping[str, SetFacts | None]) -> SetFacts | None:
    """The best set of the study, or of the latest prior that has one."""
    taken = {one.display_set_id for one in chosen.values() if one is not None}
    for study in (case.current,) if selection.of == "current" else case.priors:
        found = _best(selection, study, taken)
        if found is not None:
            return found
    return None


def _best(selection: Selection, study: StudyFacts, taken: set[str]) -> SetFacts | None:
    """Most points first; of equals one that no selection has yet, then what the selection prefers."""
    scored = [
        (points, one.display_set_id not in taken, one)
        for one in study.sets
        if (selection.shared or one.display_set_id not in taken)
        and (points := score(selection.rules, one.values)) is not None
    ]
    if not scored:
        return None
    most = max((points, is_free) for points, is_free, _ in scored)
    equals = [one for points, is_free, one in scored if (points, is_free) == most]
    match selection.prefer:
        case "first":
            return equals[0]
        case "last":
            return equals[-1]
        case "fewest_images":
            return min(equals, key=_images)
        case "most_images":
            return max(equals, key=_images)


def _images(one: SetFacts) -> float:
    value = one.values.get("images", 0)
    return float(value) if isinstance(value, int | float) else 0.0


def _within(rule: Rule, value: Fact) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    low, high = rule.at_least, rule.at_most
    return (low is None or value >= low) and (high is None or value <= high)


def _same(value: Fact, wanted: str | float | bool) -> bool:
    if isinstance(value, bool) or isinstance(wanted, bool):
        return value is wanted
    if isinstance(value, str) and isinstance(wanted, str):
        return value.casefold() == wanted.casefold()
    if isinstance(value, tuple):
        return len(value) == 1 and _same(value[0], wanted)
    return value == wanted


def _has_words(rule: Rule, value: Fact) -> bool:
    words = [part.casefold() for part in (value if isinstance(value, tuple) else (str(value),))]
    if rule.any_of:
        return any(wanted.casefold() in words for wanted in rule.any_of)
    if rule.contains:
        return any(wanted.casefold() in word for wanted in rule.contains for word in words)
    return not any(wanted.casefold() in word for wanted in rule.without for word in words)
