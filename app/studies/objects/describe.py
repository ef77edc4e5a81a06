"""An object as rows of text, for a sheet or a terminal: what it says, who made it, what is doubtful first."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.codes import Code
from app.domain.objects import (
    Algorithm,
    EncapsulatedPdf,
    ImageReference,
    KeyObjectSelection,
    ObjectHead,
    ParametricMap,
    Row,
    Segment,
    SegmentationObject,
    StructureSet,
)
from app.domain.presentation import PresentationState
from app.domain.reports import CadFinding, ContentItem, RenderingIntent, StructuredReport
from app.domain.volume import Window
from app.studies.objects.object_types import AnyObject
from app.support.i18n import text, text_with


def describe(found: AnyObject) -> tuple[Row, ...]:
    """Rows in order of reading; a reader's patient is never among them."""
    return (*head_rows(found.head), *_body(found))


def _body(found: AnyObject) -> Iterator[Row]:
    if isinstance(found, SegmentationObject):
        yield from _segmentation(found)
    elif isinstance(found, StructuredReport):
        yield from _report(found)
    elif isinstance(found, KeyObjectSelection):
        yield from _key_objects(found)
    elif isinstance(found, PresentationState):
        yield from _presentation(found)
    elif isinstance(found, ParametricMap):
        yield from _map(found)
    elif isinstance(found, StructureSet):
        yield from _structure_set(found)
    elif isinstance(found, EncapsulatedPdf):
        yield Row(0, text("objects.row.size"), text("objects.kibibytes", count=-(-found.size_bytes // 1024)))


def head_rows(head: ObjectHead) -> Iterator[Row]:
    """Notices, whether anybody signed, maker, date."""
    for notice in head.notices:
        yield Row(0, text_with(notice.key, dict(notice.facts)), is_warning=True)
    if head.verification and head.verification != "VERIFIED":
        yield Row(0, text("objects.unverified"), is_warning=True)
    if head.completion == "PARTIAL":
        yield Row(0, text("objects.partial"), is_warning=True)
    if head.preliminary == "PRELIMINARY":
        yield Row(0, text("objects.preliminary"), is_warning=True)
    yield Row(0, text("objects.row.kind"), head.class_name)
    for key, value in (
        ("title", head.title),
        ("label", head.label),
        ("date", f"{head.content_date} {head.content_time.partition('.')[0]}".strip()),
        ("maker", " ".join(part for part in (head.maker.manufacturer, head.maker.model) if part)),
        ("software", head.maker.software),
        ("qualification", head.qualification),
    ):
        if value:
            yield Row(0, text(f"objects.row.{key}"), value)
    for algorithm in head.maker.algorithms:
        yield Row(0, text("objects.row.algorithm"), algorithm_words(algorithm))
    yield Row(0, text("objects.row.references"), str(len(head.references)))


def algorithm_words(algorithm: Algorithm) -> str:
    """Name and version, and that the version is missing where it is."""
    version = algorithm.version or text("objects.version_not_stated")
    kind = f" ({algorithm.kind.lower()})" if algorithm.kind else ""
    return f"{algorithm.name or text('objects.name_not_stated')}, {version}{kind}"


def code_words(code: Code | None) -> str:
    """Meaning with code and scheme behind it."""
    return "" if code is None else f"{code.meaning} ({code.value}, {code.scheme})"


def _segmentation(seg: SegmentationObject) -> Iterator[Row]:
    kind = seg.segmentation_type.value.lower()
    if seg.fractional_type:
        kind = f"{kind}, {seg.fractional_type.lower()}"
    yield Row(0, text("objects.row.type"), kind)
    yield Row(0, text("objects.row.frames"), f"{len(seg.frames)} ({seg.rows} x {seg.columns})")
    for segment in seg.segments:
        yield Row(0, text("objects.segment", number=segment.number), segment.label)
        yield from _segment(segment)


def _segment(segment: Segment) -> Iterator[Row]:
    for key, value in (
        ("category", code_words(segment.category)),
        ("property", code_words(segment.property_type)),
        ("modifier", "; ".join(map(code_words, segment.property_modifiers))),
        ("anatomy", code_words(segment.anatomy)),
        ("side", "; ".join(map(code_words, segment.anatomy_modifiers))),
        ("description", segment.description),
    ):
        if value:
            yield Row(1, text(f"objects.row.{key}"), value)
    yield Row(1, text("objects.row.algorithm"), algorithm_words(segment.algorithm))


def _report(report: StructuredReport) -> Iterator[Row]:
    if report.template:
        yield Row(0, text("objects.row.template"), f"TID {report.template}")
    if report.cad is not None:
        yield Row(0, text("objects.row.outcome"), text(f"objects.cad.{report.cad.outcome.value}"))
        silent = [f for f in report.cad.findings if f.intent is RenderingIntent.NOT_FOR_PRESENTATION]
        if silent:
            yield Row(0, text("objects.cad.hidden", count=len(silent)), is_warning=True)
        for finding in report.cad.findings:
            if finding not in silent:
                yield from _cad_finding(finding)
    yield from _content(report.root, 0, silent_addresses(report))


def _cad_finding(finding: CadFinding) -> Iterator[Row]:
    name = finding.finding.meaning if finding.finding else text("objects.name_not_stated")
    intent = text(f"objects.intent.{finding.intent.value}")
    image = next((i for shape in finding.shapes for i in shape.images), None)
    yield Row(0, name, intent, image)
    for key, number in (
        ("probability", finding.probability_percent),
        ("certainty", finding.certainty_percent),
    ):
        if number is not None:
            yield Row(1, text(f"objects.row.{key}"), f"{number:g} %")


def silent_addresses(report: StructuredReport) -> frozenset[str]:
    """Nodes of CAD marks that are not for presentation (PS3.4 O.2.2.1): never put before a reader."""
    if report.cad is None:
        return frozenset()
    silent = RenderingIntent.NOT_FOR_PRESENTATION
    return frozenset(finding.address for finding in report.cad.findings if finding.intent is silent)


def _content(item: ContentItem, depth: int, silent: frozenset[str]) -> Iterator[Row]:
    """The tree as it is written; a container without name is passed through."""
    if item.address in silent:
        return
    name = item.name.meaning if item.name else ""
    shown = item.value or reference_words(item.reference)
    if item.by_reference:
        name, shown = text("objects.by_reference"), item.by_reference
    if name or shown:
        yield Row(depth, name, shown, item.reference)
        depth += 1
    for child in item.children:
        yield from _content(child, depth, silent)


def reference_words(reference: ImageReference | None) -> str:
    """Frames and segments of a reference; its instance is for a link, not for reading."""
    if reference is None:
        return ""
    parts = []
    if reference.frames:
        parts.append(text("objects.of_frames", frames=", ".join(map(str, reference.frames[:8]))))
    if reference.segments:
        parts.append(text("objects.of_segments", segments=", ".join(map(str, reference.segments[:8]))))
    return " ".join(parts) or text("objects.an_instance")


def _key_objects(found: KeyObjectSelection) -> Iterator[Row]:
    for modifier in found.modifiers:
        yield Row(0, text("objects.row.modifier"), code_words(modifier))
    if found.description:
        yield Row(0, text("objects.row.description"), found.description)
    for number, image in enumerate(found.images, start=1):
        yield Row(1, text("objects.image", number=number), reference_words(image), image)


def _presentation(state: PresentationState) -> Iterator[Row]:
    for shown in state.windows:
        value = text("objects.table") if shown.window is None else _window_words(shown.window)
        yield Row(0, text("objects.row.window"), value, next(iter(shown.images), None))
    for area in state.areas:
        corners = f"{area.top_left[0]}, {area.top_left[1]} - {area.bottom_right[0]}, {area.bottom_right[1]}"
        yield Row(
            0, text("objects.row.area"), f"{corners} {area.mode.lower()}", next(iter(area.images), None)
        )
    turned = [f"{state.rotation_deg}°"] if state.rotation_deg else []
    turned += [text("objects.flipped")] if state.is_flipped else []
    turned += [text("objects.inverted")] if state.is_inverted else []
    if turned:
        yield Row(0, text("objects.row.turned"), ", ".join(turned))
    if state.shutter is not None:
        shapes = ", ".join(text(f"objects.shutter.{kind}") for kind in state.shutter.kinds)
        yield Row(0, text("objects.row.shutter"), shapes)
    for annotation in state.annotations:
        image = next(iter(annotation.images), None)
        count = len(annotation.graphics)
        yield Row(0, text("objects.row.layer"), annotation.layer, image)
        if count:
            yield Row(1, text("objects.row.drawings"), str(count), image)
        for note in annotation.notes:
            yield Row(1, text("objects.row.note"), note.text, image)


def _window_words(window: Window) -> str:
    return f"{window.center:g} / {window.width:g}"


def _map(found: ParametricMap) -> Iterator[Row]:
    yield Row(0, text("objects.row.frames"), f"{len(found.frames)} ({found.rows} x {found.columns})")
    for mapping in found.mappings:
        yield Row(0, text("objects.row.quantity"), code_words(mapping.quantity) or mapping.explanation)
        yield Row(1, text("objects.row.unit"), code_words(mapping.unit) or text("objects.no_unit"))


def _structure_set(found: StructureSet) -> Iterator[Row]:
    for roi in found.rois:
        yield Row(0, roi.name or text("objects.roi", number=roi.number), roi.generation.lower())
        yield Row(1, text("objects.row.contours"), str(len(roi.contours)))
        if roi.interpreted_type:
            yield Row(1, text("objects.row.type"), roi.interpreted_type.lower())
