"""The content tree of a structured report (PS3.3 C.17.3), bounded in depth and count."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from app.domain.errors import StudyUnreadableError
from app.domain.objects import ImageReference
from app.domain.reports import ContentItem, Points, Shape
from app.studies.objects.fields import (
    code_in,
    code_of,
    item_of,
    items_of,
    number_of,
    numbers_of,
    reference_in,
    text_of,
    wholes_of,
)
from app.studies.walker import MAX_DEPTH
from app.support.units import unit_words

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

MOST_ITEMS = 100_000  # nodes of one report; the longest dose reports hold some ten thousand (ours)
MOST_COORDINATES = 10_000_000
_PLAIN = {"TEXT": "TextValue", "DATE": "Date", "TIME": "Time", "DATETIME": "DateTime", "UIDREF": "UID"}
_REFERENCES = frozenset({"IMAGE", "COMPOSITE", "WAVEFORM"})


def read_content(dataset: Dataset, name: str = "") -> ContentItem:
    """The whole tree. Raises StudyUnreadableError where it is deeper or larger than any report needs."""
    tree = _Tree(name)
    tree.find_images(dataset, "1", 1)
    return tree.read(dataset, "1", 1)


def walk_content(item: ContentItem) -> Iterator[ContentItem]:
    """The node and all below it, in order of reading."""
    waiting = [item]
    while waiting:
        current = waiting.pop()
        yield current
        waiting.extend(reversed(current.children))


class _Tree:
    """One reading: counts what it takes, and knows which image lies at which address."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.items = 0
        self.coordinates = 0
        self.images: dict[str, ImageReference] = {}

    def find_images(self, dataset: Dataset, address: str, depth: int) -> None:
        """Note every referenced image, since coordinates may name one by its address."""
        self.count(depth)
        if text_of(dataset, "ValueType") == "IMAGE":
            found = item_of(dataset, "ReferencedSOPSequence")
            if found is not None and (reference := reference_in(found)) is not None:
                self.images[address] = reference
        for number, child in enumerate(items_of(dataset, "ContentSequence"), start=1):
            self.find_images(child, f"{address}.{number}", depth + 1)

    def count(self, depth: int) -> None:
        """One more node. Two walks are made, so twice as many may come."""
        self.items += 1
        if depth > MAX_DEPTH or self.items > 2 * MOST_ITEMS:
            raise StudyUnreadableError("error.objects.too_deep", file=self.name, limit=MAX_DEPTH)

    def read(self, dataset: Dataset, address: str, depth: int) -> ContentItem:
        """One node with all below it."""
        self.count(depth)
        kind = text_of(dataset, "ValueType")
        children = tuple(
            self.read(child, f"{address}.{number}", depth + 1)
            for number, child in enumerate(items_of(dataset, "ContentSequence"), start=1)
        )
        reference = item_of(dataset, "ReferencedSOPSequence") if kind in _REFERENCES else None
        measured = item_of(dataset, "MeasuredValueSequence") if kind == "NUM" else None
        code = code_of(dataset, "ConceptCodeSequence") if kind == "CODE" else None
        if kind == "NUM" and code is None:
            code = code_of(dataset, "NumericValueQualifierCodeSequence")
        return ContentItem(
            address=address,
            relationship=text_of(dataset, "RelationshipType"),
            value_type=kind,
            name=code_in(item_of(dataset, "ConceptNameCodeSequence")),
            value=_words(dataset, kind, measured),
            number=None if measured is None else _number(measured),
            unit=None if measured is None else code_of(measured, "MeasurementUnitsCodeSequence"),
            code=code,
            reference=None if reference is None else reference_in(reference),
            shape=self.shape(dataset, kind, children) if kind in ("SCOORD", "SCOORD3D") else None,
            children=children,
            by_reference=".".join(map(str, wholes_of(dataset, "ReferencedContentItemIdentifier"))),
        )

    def shape(self, dataset: Dataset, kind: str, children: tuple[ContentItem, ...]) -> Shape | None:
        """Coordinates in pairs or triples; None where they do not come out even."""
        numbers = numbers_of(dataset, "GraphicData")
        width = 3 if kind == "SCOORD3D" else 2
        self.coordinates += len(numbers)
        if self.coordinates > MOST_COORDINATES:
            raise StudyUnreadableError("error.objects.too_deep", file=self.name, limit=MAX_DEPTH)
        frame_of_reference = text_of(dataset, "ReferencedFrameOfReferenceUID") if width == 3 else ""
        if not numbers or len(numbers) % width or (width == 3 and not frame_of_reference):
            return None
        points: Points = tuple(numbers[at : at + width] for at in range(0, len(numbers), width))
        images = (child.reference or self.images.get(child.by_reference) for child in children)
        named = tuple(image for image in images if image is not None)
        return Shape(text_of(dataset, "GraphicType"), points, named, frame_of_reference)


def _number(measured: Dataset) -> float | None:
    exact = number_of(measured, "FloatingPointValue")
    return number_of(measured, "NumericValue") if exact is None else exact


def _words(dataset: Dataset, kind: str, measured: Dataset | None) -> str:
    """What a reader sees of the value, without the name before it."""
    if kind in _PLAIN:
        return text_of(dataset, _PLAIN[kind])
    if kind == "PNAME":
        return text_of(dataset, "PersonName").replace("^", " ").strip()
    if kind == "CODE":
        code = code_of(dataset, "ConceptCodeSequence")
        return "" if code is None else code.meaning
    if kind == "NUM" and measured is not None:
        unit = code_of(measured, "MeasurementUnitsCodeSequence")
        shown = "" if unit is None else unit_words(unit.value)
        return f"{text_of(measured, 'NumericValue')} {shown}".strip()
    if kind == "NUM":
        qualifier = code_of(dataset, "NumericValueQualifierCodeSequence")
        return "" if qualifier is None else qualifier.meaning
    if kind in ("SCOORD", "SCOORD3D"):
        return text_of(dataset, "GraphicType").lower()
    return ""
