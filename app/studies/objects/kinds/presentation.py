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
    ModalityStep,
    PresentationState,
    TextNote,
)
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
from app.studies.objects.presentation_grey import (
    bitmaps_of,
    modality_of,
    presentation_table_of,
    windows_of,
)
from app.studies.shutters import read_shutter

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_PS = "1.2.840.10008.5.1.4.1.1.11."
MOST_GRAPHICS = 100_000  # of one state, points of each counted as well (ours)
_NEEDED = {"POINT": (1, 1), "CIRCLE": (2, 2), "ELLIPSE": (4, 4), "POLYLINE": (2, 0), "INTERPOLATED": (2, 0)}

_SHAPES = {"IDENTITY": False, "INVERSE": True}


def read_presentation(head: ObjectHead, dataset: Dataset) -> PresentationState:
    """All that can be applied; graphics that are none are counted in a notice."""
    annotations, lost = _annotations(dataset)
    notices = list(head.notices)
    if lost:
        notices.append(Notice("objects.notice.lost_graphics", (("count", lost),)))
    images, modality = _all_images(dataset), modality_of(dataset)
    windows, lost_windows = windows_of(dataset, modality or ModalityStep(), images)
    presentation_table = presentation_table_of(dataset)
    overlays, hidden, lost_bitmaps = bitmaps_of(dataset)
    shutter, is_shutter_lost = read_shutter(dataset)
    lost_parts = {
        "modality_table": modality is None,
        "voi_table": lost_windows > 0,
        "presentation_table": "PresentationLUTSequence" in dataset and presentation_table is None,
        "overlay": lost_bitmaps,
        "shutter": is_shutter_lost,
    }
    unapplied = _unapplied(dataset) + tuple(name for name, is_lost in lost_parts.items() if is_lost)
    notices += [Notice(f"objects.unapplied.{one}") for one in unapplied]
    description = text_of(dataset, "ContentDescription")
    return PresentationState(
        head=replace(head, title=description or head.label or head.title, notices=tuple(notices)),
        images=images,
        areas=tuple(_areas(dataset)),
        windows=windows,
        layers=tuple(_layers(dataset)),
        annotations=annotations,
        shutter=shutter,
        rotation_deg=whole_of(dataset, "ImageRotation") % 360,
        is_flipped=text_of(dataset, "ImageHorizontalFlip") == "Y",
        is_inverted=_SHAPES.get(text_of(dataset, "PresentationLUTShape")),
        unapplied=unapplied,
        description=description,
        modality=modality or ModalityStep(),
        presentation_table=presentation_table,
        overlays=overlays,
        hidden=hidden,
    )


def _unapplied(dataset: Dataset) -> tuple[str, ...]:
    """What the state asks for that no view does."""
    graphics = items_of(dataset, "GraphicAnnotationSequence")
    asked = {
        "subtraction": "MaskSubtractionSequence" in dataset,
        "palette": "RedPaletteColorLookupTableDescriptor" in dataset,
        "compound": any("CompoundGraphicSequence" in item for item in graphics),
    }
    return tuple(name for name, is_asked in asked.items() if is_asked)


def _images(item: Dataset, dataset: Dataset) -> tuple[ImageReference, ...]:
    """The images that an item is for: its own, else all that the state refers to."""
    return references_of(item, "ReferencedImageSequence") or _all_images(dataset)


def _all_images(dataset: Dataset) -> tuple[ImageReference, ...]:
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


READER = ObjectReader(
    ObjectKind.PRESENTATION, frozenset(f"{_PS}{number}" for number in (1, 2, 3, 5)), read_presentation
)
