"""Marks of Mammography, Chest and Colon CAD reports (PS3.16 TID 4000, 4100, 4120)."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.reports import CadFinding, CadOutcome, CadReport, ContentItem, RenderingIntent, Shape
from app.studies.objects import concepts
from app.studies.objects.content import walk_content
from app.studies.objects.groups import (
    algorithm_of,
    code_of_first,
    evaluations_of,
    first_of,
    is_named,
    measurement_of,
    value_of_first,
)

_INTENTS = {
    "111150": RenderingIntent.REQUIRED,
    "111151": RenderingIntent.OPTIONAL,
    "111152": RenderingIntent.NOT_FOR_PRESENTATION,
}
_STRICTEST = (
    RenderingIntent.NOT_FOR_PRESENTATION,
    RenderingIntent.NOT_STATED,
    RenderingIntent.OPTIONAL,
    RenderingIntent.REQUIRED,
)
_OUTCOMES = {  # PS3.16 CID 6047
    "111241": CadOutcome.ALL_SUCCEEDED_NONE_FOUND,
    "111242": CadOutcome.ALL_SUCCEEDED_FOUND,
    "111243": CadOutcome.SOME_FAILED_NONE_FOUND,
    "111244": CadOutcome.SOME_FAILED_FOUND,
    "111245": CadOutcome.ALL_FAILED,
}


def read_cad(root: ContentItem) -> CadReport:
    """Outcome and every finding, those not for presentation too: it is for the caller not to draw them."""
    summary = next((i for i in walk_content(root) if is_named(i, concepts.CAD_SUMMARY) and i.code), None)
    outcome = CadOutcome.NOT_STATED
    if summary is not None and summary.code is not None:
        outcome = _OUTCOMES.get(summary.code.value, CadOutcome.NOT_STATED)
    return CadReport(outcome, tuple(_findings(root, None)))


def _findings(item: ContentItem, above: RenderingIntent | None) -> Iterator[CadFinding]:
    """Findings at and below a node. What lies under one that is not for presentation is not for it either."""
    own = _INTENTS.get(_intent_value(item))
    is_finding = item.value_type == "CODE" and is_named(item, concepts.CAD_FINDINGS)
    effective = _strictest(above, own)
    if is_finding:
        yield _finding(item, effective if own is not None else _strictest(above, RenderingIntent.NOT_STATED))
    for child in item.children:
        yield from _findings(child, above if own is None else effective)


def _intent_value(item: ContentItem) -> str:
    code = code_of_first(item.children, concepts.RENDERING_INTENT)
    return "" if code is None else code.value


def _strictest(above: RenderingIntent | None, own: RenderingIntent | None) -> RenderingIntent:
    known = [intent for intent in (above, own) if intent is not None]
    return min(known, key=_STRICTEST.index) if known else RenderingIntent.NOT_STATED


def _finding(item: ContentItem, intent: RenderingIntent) -> CadFinding:
    below = tuple(_own(item))
    skipped = concepts.RENDERING_INTENT | concepts.LATERALITY
    numbers = [i for i in below if i.value_type == "NUM"]
    return CadFinding(
        address=item.address,
        finding=item.code,
        intent=intent,
        probability_percent=_number(below, concepts.PROBABILITY),
        certainty_percent=_number(below, concepts.CERTAINTY),
        operating_point=value_of_first(below, concepts.OPERATING_POINT),
        shapes=tuple(_shapes(below)),
        tracking_uid=value_of_first(below, concepts.TRACKING_UID),
        algorithm=algorithm_of(below),
        laterality=code_of_first(below, concepts.LATERALITY),
        measurements=tuple(
            measurement_of(i) for i in numbers if not is_named(i, concepts.PROBABILITY | concepts.CERTAINTY)
        ),
        evaluations=tuple(evaluations_of(below, skipped)),
    )


def _own(item: ContentItem) -> Iterator[ContentItem]:
    """What is said of a finding itself: all below it, up to the findings that it was inferred from."""
    for child in item.children:
        if child.value_type == "CODE" and is_named(child, concepts.CAD_FINDINGS):
            continue
        yield child
        yield from _own(child)


def _number(items: tuple[ContentItem, ...], values: frozenset[str]) -> float | None:
    found = first_of(items, values)
    return None if found is None else found.number


def _shapes(items: tuple[ContentItem, ...]) -> Iterator[Shape]:
    yield from dict.fromkeys(item.shape for item in items if item.shape is not None)
