"""Grayscale, colour and pseudo-colour softcopy presentation states (PS3.3 A.33)."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from app.domain.objects import ImageReference, Notice, ObjectHead, ObjectKind
from app.domain.presentation import (
    XY,
    Annotation,
    DisplayedArea,
    Graphic,
    Layer,
    PresentationState,
    ShownWindow,
    Shutter,
    TextNote,
)
from app.domain.volume import Window
from app.studies.objects.fields import (
    items_of,
    number_of,
    numbers_of,
    references_of,
    text_of,
    whole_of,
    wholes_of,
)
from app.studies.objects.mappings import color_of
from app.studies.objects.object_types import ObjectReader

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_PS = "1.2.840.10008.5.1.4.1.1.11."
MOST_GRAPHICS = 100_000  # of one state, points of each counted as well (ours)
_NEEDED = {"POINT": (1, 1), "CIRCLE": (2, 2), "ELLIPSE": (4, 4), "POLYLINE": (2, 0), "INTERPOLATED": (2, 0)}


def read_presentation(head: ObjectHead, dataset: Dataset) -> PresentationState:
    """All that can be applied; graphics that are none are counted in a notice."""
    annotations, lost = _annotations(dataset)
    notices = list(head.notices)
    if lost:
        notices.append(Notice("objects.notice.lost_graphics", (("count", lost),)))
    if "ModalityLUTSequence" in dataset:
        notices.append(Notice("objects.notice.modality_table"))
    if "MaskSubtractionSequence" in dataset:
        notices.append(Notice("objects.notice.subtraction"))
    if text_of(dataset, "PresentationLUTShape") == "" and "PresentationLUTSequence" in dataset:
        notices.append(Notice("objects.notice.presentation_table"))
    description = text_of(dataset, "ContentDescription")
    return PresentationState(
        head=replace(head, title=description or head.label or head.title, notices=tuple(notices)),
        areas=tuple(_areas(dataset)),
        windows=tuple(_windows(dataset)),
        layers=tuple(_layers(dataset)),
        annotations=annotations,
        shutters=tuple(_shutters(dataset)),
        rotation_deg=whole_of(dataset, "ImageRotation") % 360,
        is_flipped=text_of(dataset, "ImageHorizontalFlip") == "Y",
        is_inverted=text_of(dataset, "PresentationLUTShape") == "INVERSE",
        has_modality_table="ModalityLUTSequence" in dataset,
        description=description,
    )


def _images(item: Dataset, dataset: Dataset) -> tuple[ImageReference, ...]:
    """The images that an item is for: its own, else all that the state refers to."""
    own = references_of(item, "ReferencedImageSequence")
    if own:
        return own
    series = items_of(dataset, "ReferencedSeriesSequence")
    return tuple(one for each in series for one in references_of(each, "ReferencedImageSequence"))


def _areas(dataset: Dataset) -> list[DisplayedArea]:
    found = []
    for item in items_of(dataset, "DisplayedAreaSelectionSequence"):
        first = wholes_of(item, "DisplayedAreaTopLeftHandCorner")
        last = wholes_of(item, "DisplayedAreaBottomRightHandCorner")
        if len(first) == 2 and len(last) == 2:
            found.append(
                DisplayedArea(
                    (first[0], first[1]),
                    (last[0], last[1]),
                    text_of(item, "PresentationSizeMode"),
                    number_of(item, "PresentationPixelMagnificationRatio"),
                    _images(item, dataset),
                )
            )
    return found


def _windows(dataset: Dataset) -> list[ShownWindow]:
    found = []
    for item in items_of(dataset, "SoftcopyVOILUTSequence"):
        center, width = number_of(item, "WindowCenter"), number_of(item, "WindowWidth")
        is_window = center is not None and width is not None and width >= 1
        window = Window(center or 0.0, width or 1.0) if is_window else None
        has_table = "VOILUTSequence" in item
        if window is not None or has_table:
            found.append(ShownWindow(window, has_table, _images(item, dataset)))
    return found


def _layers(dataset: Dataset) -> list[Layer]:
    found = [
        Layer(
            text_of(item, "GraphicLayer"),
            whole_of(item, "GraphicLayerOrder"),
            text_of(item, "GraphicLayerDescription"),
            color_of(item, "GraphicLayerRecommendedDisplayCIELabValue"),
        )
        for item in items_of(dataset, "GraphicLayerSequence")
    ]
    return sorted(found, key=lambda layer: layer.order)


def _annotations(dataset: Dataset) -> tuple[tuple[Annotation, ...], int]:
    found, lost, points = [], 0, 0
    for item in items_of(dataset, "GraphicAnnotationSequence"):
        graphics = []
        for one in items_of(item, "GraphicObjectSequence"):
            graphic = _graphic(one)
            points += 0 if graphic is None else len(graphic.points)
            if graphic is None or points > MOST_GRAPHICS:
                lost += 1
            else:
                graphics.append(graphic)
        notes = tuple(_note(one) for one in items_of(item, "TextObjectSequence")[:MOST_GRAPHICS])
        layer = text_of(item, "GraphicLayer")
        found.append(Annotation(layer, _images(item, dataset), tuple(graphics), notes))
    return tuple(found), lost


def _graphic(item: Dataset) -> Graphic | None:
    numbers = numbers_of(item, "GraphicData")
    kind = text_of(item, "GraphicType")
    points = _pairs(numbers)
    least, exact = _NEEDED.get(kind, (0, -1))
    if len(numbers) % 2 or len(points) < least or (exact and len(points) != exact):
        return None
    is_display = text_of(item, "GraphicAnnotationUnits") == "DISPLAY"
    return Graphic(
        kind,
        points,
        is_display,
        text_of(item, "GraphicFilled") == "Y",
    )


def _note(item: Dataset) -> TextNote:
    first = _pairs(numbers_of(item, "BoundingBoxTopLeftHandCorner"))
    last = _pairs(numbers_of(item, "BoundingBoxBottomRightHandCorner"))
    anchor = _pairs(numbers_of(item, "AnchorPoint"))
    return TextNote(
        text=text_of(item, "UnformattedTextValue"),
        box=(first[0], last[0]) if first and last else None,
        is_box_display=text_of(item, "BoundingBoxAnnotationUnits") == "DISPLAY",
        anchor=anchor[0] if anchor else None,
        is_anchor_display=text_of(item, "AnchorPointAnnotationUnits") == "DISPLAY",
        is_anchor_shown=text_of(item, "AnchorPointVisibility") == "Y",
    )


def _pairs(numbers: tuple[float, ...]) -> tuple[XY, ...]:
    return tuple(pair for at, pair in enumerate(pairwise(numbers)) if at % 2 == 0)


def _shutters(dataset: Dataset) -> list[Shutter]:
    """Shapes of the display shutter (PS3.3 C.7.6.11); row before column in the file, turned here."""
    value = number_of(dataset, "ShutterPresentationValue")
    shade = None if value is None else int(value)
    found = []
    for kind in text_of(dataset, "ShutterShape").split("\\"):
        if kind == "RECTANGULAR":
            edges = [
                number_of(dataset, f"Shutter{side}Edge")
                for side in ("LeftVertical", "UpperHorizontal", "RightVertical", "LowerHorizontal")
            ]
            left, top, right, bottom = (0.0 if edge is None else edge for edge in edges)
            if None not in edges:
                found.append(Shutter(kind, ((left, top), (right, bottom)), value=shade))
        elif kind == "CIRCULAR":
            center, radius = (
                numbers_of(dataset, "CenterOfCircularShutter"),
                number_of(dataset, "RadiusOfCircularShutter"),
            )
            if len(center) == 2 and radius is not None:
                found.append(Shutter(kind, ((center[1], center[0]),), radius, shade))
        elif kind == "POLYGONAL":
            corners = _pairs(numbers_of(dataset, "VerticesOfThePolygonalShutter"))
            found.append(Shutter(kind, tuple((column, row) for row, column in corners), value=shade))
    return found


READER = ObjectReader(
    ObjectKind.PRESENTATION, frozenset(f"{_PS}{number}" for number in (1, 2, 3, 5)), read_presentation
)
