"""Measurement groups of a report (PS3.16 TID 1410, 1411, 1501)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from app.domain.codes import Code
from app.domain.objects import Algorithm, ImageReference
from app.domain.reports import ContentItem, Measurement, MeasurementGroup, Shape
from app.studies.objects import concepts
from app.studies.objects.content import walk_content

_NOT_EVALUATIONS = concepts.FINDING | concepts.FINDING_CATEGORY | concepts.FINDING_SITE
_NOT_COMMENTS = (
    concepts.TRACKING_ID
    | concepts.ALGORITHM_NAME
    | concepts.ALGORITHM_PARAMETERS
    | concepts.ALGORITHM_VERSION
)


def read_groups(root: ContentItem) -> tuple[MeasurementGroup, ...]:
    """Every measurement group, wherever it lies in the tree."""
    return tuple(_group(item) for item in walk_content(root) if is_named(item, concepts.MEASUREMENT_GROUP))


def is_named(item: ContentItem, values: frozenset[str]) -> bool:
    """Whether the concept name is one of these."""
    return item.name is not None and item.name.value in values


def first_of(items: Iterable[ContentItem], values: frozenset[str]) -> ContentItem | None:
    """The first item with such a name."""
    return next((item for item in items if is_named(item, values)), None)


def value_of_first(items: Iterable[ContentItem], values: frozenset[str]) -> str:
    """Its value, or nothing."""
    found = first_of(items, values)
    return "" if found is None else found.value


def code_of_first(items: Iterable[ContentItem], values: frozenset[str]) -> Code | None:
    """Its code, or nothing."""
    found = first_of(items, values)
    return None if found is None else found.code


def algorithm_of(items: Iterable[ContentItem]) -> Algorithm | None:
    """Algorithm identification (TID 4019) among these items."""
    listed = tuple(items)
    name = value_of_first(listed, concepts.ALGORITHM_NAME)
    if not name:
        return None
    parameters = [i.value for i in listed if is_named(i, concepts.ALGORITHM_PARAMETERS)]
    version = value_of_first(listed, concepts.ALGORITHM_VERSION)
    return Algorithm(name, version, parameters="; ".join(parameters))


def measurement_of(item: ContentItem) -> Measurement:
    """A NUM item."""
    return Measurement(
        item.name, item.number, item.unit, code_of_first(item.children, concepts.DERIVATION), item.code
    )


def evaluations_of(
    items: Iterable[ContentItem], apart_from: frozenset[str] = frozenset()
) -> Iterator[tuple[Code, Code]]:
    """Coded statements by name and value."""
    for item in items:
        is_other = item.value_type == "CODE" and not is_named(item, apart_from)
        if is_other and item.name is not None and item.code is not None:
            yield item.name, item.code


def _group(container: ContentItem) -> MeasurementGroup:
    items = container.children
    sites = tuple(item for item in items if is_named(item, concepts.FINDING_SITE))
    numbers = [item for item in items if item.value_type == "NUM"]
    within = [*items, *(child for number in numbers for child in number.children)]
    laterality = next(
        (code for site in sites if (code := code_of_first(site.children, concepts.LATERALITY))), None
    )
    return MeasurementGroup(
        address=container.address,
        tracking_id=value_of_first(items, concepts.TRACKING_ID),
        tracking_uid=value_of_first(items, concepts.TRACKING_UID),
        category=code_of_first(items, concepts.FINDING_CATEGORY),
        finding=code_of_first(items, concepts.FINDING),
        sites=tuple(site.code for site in sites if site.code is not None),
        laterality=laterality,
        measurements=tuple(measurement_of(item) for item in numbers),
        evaluations=tuple(evaluations_of(items, _NOT_EVALUATIONS)),
        shapes=tuple(_unique(item.shape for item in within)),
        images=tuple(_images(within)),
        segments=tuple(_segments(items)),
        algorithm=algorithm_of(items),
        comments=tuple(
            item.value
            for item in items
            if item.value_type == "TEXT" and item.value and not is_named(item, _NOT_COMMENTS)
        ),
    )


def _unique(shapes: Iterable[Shape | None]) -> Iterator[Shape]:
    yield from dict.fromkeys(shape for shape in shapes if shape is not None)


def _segments(items: Iterable[ContentItem]) -> Iterator[ImageReference]:
    for item in items:
        if item.reference is not None and is_named(item, concepts.REFERENCED_SEGMENT):
            yield item.reference


def _images(items: Iterable[ContentItem]) -> Iterator[ImageReference]:
    """Images that a group is about, not those that a segment was made from."""
    for item in items:
        other = concepts.REFERENCED_SEGMENT | concepts.SEGMENTATION_SOURCES
        if item.value_type == "IMAGE" and item.reference is not None and not is_named(item, other):
            yield item.reference
