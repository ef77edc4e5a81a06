"""RT structure set (PS3.3 A.19, C.8.8.5, C.8.8.6)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from app.domain.objects import Contour, Notice, ObjectHead, ObjectKind, Rgb, Roi, StructureSet
from app.studies.objects.fields import (
    item_of,
    items_of,
    numbers_of,
    reference_in,
    text_of,
    whole_of,
    wholes_of,
)
from app.studies.objects.head import frame_of_reference_of
from app.studies.objects.object_types import ObjectReader

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

MOST_POINTS = 20_000_000  # of all contours together: half a gigabyte (ours)


def read_structure_set(head: ObjectHead, dataset: Dataset) -> StructureSet:
    """Every ROI with its contours in LPS mm; a contour that is no list of points is left out and counted."""
    drawn = {whole_of(item, "ReferencedROINumber"): item for item in items_of(dataset, "ROIContourSequence")}
    seen = {
        whole_of(item, "ReferencedROINumber"): text_of(item, "RTROIInterpretedType")
        for item in items_of(dataset, "RTROIObservationsSequence")
    }
    budget = _Budget()
    rois = tuple(
        _roi(item, drawn.get(whole_of(item, "ROINumber")), seen, budget)
        for item in items_of(dataset, "StructureSetROISequence")
    )
    notices = head.notices
    if budget.lost:
        notices = (*notices, Notice("objects.notice.lost_contours", (("count", budget.lost),)))
    title = text_of(dataset, "StructureSetName") or text_of(dataset, "StructureSetLabel")
    frame_of_reference = frame_of_reference_of(dataset) or next(
        (roi.frame_of_reference_uid for roi in rois), ""
    )
    return StructureSet(
        replace(
            head,
            title=title or head.title,
            frame_of_reference_uid=frame_of_reference,
            notices=notices,
        ),
        rois,
    )


class _Budget:
    """How many points may still be read, and how many contours were lost."""

    def __init__(self) -> None:
        self.points = MOST_POINTS
        self.lost = 0

    def take(self, count: int) -> bool:
        """Whether so many points may be kept."""
        if count == 0 or count > self.points:
            self.lost += 1
            return False
        self.points -= count
        return True


def _roi(item: Dataset, drawn: Dataset | None, seen: dict[int, str], budget: _Budget) -> Roi:
    number = whole_of(item, "ROINumber")
    contours = () if drawn is None else items_of(drawn, "ContourSequence")
    found = (_contour(contour, budget) for contour in contours)
    return Roi(
        number=number,
        name=text_of(item, "ROIName"),
        description=text_of(item, "ROIDescription"),
        generation=text_of(item, "ROIGenerationAlgorithm"),
        interpreted_type=seen.get(number, ""),
        frame_of_reference_uid=text_of(item, "ReferencedFrameOfReferenceUID"),
        color_rgb=None if drawn is None else _color(drawn),
        contours=tuple(contour for contour in found if contour is not None),
    )


def _contour(item: Dataset, budget: _Budget) -> Contour | None:
    numbers = numbers_of(item, "ContourData")
    if not budget.take(len(numbers) // 3 if len(numbers) % 3 == 0 else 0):
        return None
    image = item_of(item, "ContourImageSequence")
    return Contour(
        kind=text_of(item, "ContourGeometricType"),
        points_lps_mm=np.asarray(numbers, dtype=np.float64).reshape(-1, 3),
        image=None if image is None else reference_in(image),
    )


def _color(item: Dataset) -> Rgb | None:
    parts = wholes_of(item, "ROIDisplayColor")
    if len(parts) != 3 or not all(0 <= part <= 255 for part in parts):
        return None
    return parts[0], parts[1], parts[2]


READER = ObjectReader(
    ObjectKind.STRUCTURE_SET, frozenset({"1.2.840.10008.5.1.4.1.1.481.3"}), read_structure_set
)
