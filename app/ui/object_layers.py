"""Segments, structures and maps of objects as ink over the series they belong to, each with a switch of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from app.domain.objects import (
    ImageReference,
    ObjectFrame,
    ObjectHead,
    ParametricMap,
    PlacedArray,
    Roi,
    SegmentationObject,
    StructureSet,
)
from app.domain.volume import CancelToken, FrameRef, Space
from app.studies.display_sets import DisplaySet
from app.studies.objects.object_types import AnyObject
from app.support.languages import decimal_words
from app.support.units import unit_words
from app.ui.marks import Color, Marks
from app.ui.targets import Target, frames_of, is_on
from viewers.types import HeatLayer, OutlineLayer

# Told apart by the colour-blind as well (after Okabe and Ito); used where an object recommends none.
COLORS: tuple[Color, ...] = (
    (86, 180, 233), (230, 159, 0), (0, 158, 115), (204, 121, 167), (240, 228, 66), (213, 94, 0),
)  # fmt: skip
MAX_ALPHA = 0.6
OUT_OF_PLANE_MM = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class ObjectLayer:
    """One thing that can be switched: an outline or a heat layer."""

    key: str
    title: str
    color: Color
    series_uids: frozenset[str]
    frame_of_reference_uid: str
    ink: OutlineLayer | HeatLayer
    shown: bool = True
    source: FrameRef | None = None  # the one frame that it was made of, where it has no place in the patient
    made_on: frozenset[FrameRef] = frozenset()  # what its planes name; frame 0 is all of an image

    def fits(self, target: Target) -> bool:
        """Whether it may be drawn there: patient space by frame of reference, else its own series only."""
        if target.in_patient != self.ink.in_patient:
            return False
        if self.source is not None and not is_on(self.source.sop_instance_uid, target):
            return False
        if target.series_instance_uid in self.series_uids:
            return True
        frame = self.frame_of_reference_uid
        return self.ink.in_patient and bool(frame) and frame == target.frame_of_reference_uid

    def is_strange(self, target: Target) -> bool:
        """Whether it was made on another series, or on another stack of this one, such as another phase."""
        if target.series_instance_uid not in self.series_uids:
            return True
        if not (self.made_on and target.members and target.in_patient):
            return False
        whole = {one.sop_instance_uid for one in self.made_on if one.frame == 0}
        return not any(one in self.made_on or one.sop_instance_uid in whole for one in target.members)


class ObjectLayers:
    """What is laid over the pictures now. Main thread."""

    def __init__(self) -> None:
        self.layers: tuple[ObjectLayer, ...] = ()

    def put(self, fresh: tuple[ObjectLayer, ...]) -> None:
        """Lay these over; the same ones again stay once."""
        keys = {one.key for one in fresh}
        self.layers = (*(one for one in self.layers if one.key not in keys), *fresh)

    def switch(self, key: str, *, shown: bool) -> None:
        """One on or off."""
        self.layers = tuple(replace(one, shown=shown) if one.key == key else one for one in self.layers)

    def clear(self) -> None:
        """Another study."""
        self.layers = ()

    def over(self, marks: Marks, target: Target) -> Marks:
        """Ink of models and readers with that of objects."""
        laid = [one for one in self.layers if one.shown and one.fits(target)]
        mine = [replace(one.ink, frames=frames_of(one.source, target)) for one in laid]
        strange = tuple(one.title for one in laid if one.is_strange(target))
        heat = tuple(one for one in mine if isinstance(one, HeatLayer))
        outlines = tuple(one for one in mine if isinstance(one, OutlineLayer))
        return replace(
            marks,
            heat=(*marks.heat, *heat),
            outlines=(*marks.outlines, *outlines),
            elsewhere=(*marks.elsewhere, *strange),
        )


def layers_of(
    found: AnyObject, sets: tuple[DisplaySet, ...], cancel: CancelToken | None = None
) -> tuple[ObjectLayer, ...]:
    """On a job's thread. Raises GeometryRefusedError, PixelsUnreadableError, Cancelled; () for what has no place."""
    series = _series_of(found.head, sets)
    if isinstance(found, SegmentationObject):
        from app.studies.objects.masks import frames_of as frames_of_segment
        from app.studies.objects.masks import segment_masks

        numbers = [segment.number for segment in found.segments]
        arrays = segment_masks(found, numbers, cancel)
        made = (_of_array(found.head, array, number, series) for number, array in enumerate(arrays))
        planes = [frames_of_segment(found, number) for number in numbers]
        return tuple(_of_planes(one, frames) for one, frames in zip(made, planes, strict=True))
    if isinstance(found, ParametricMap):
        from app.studies.objects.maps import map_values

        one = _of_array(found.head, map_values(found, cancel), 0, series)
        return (_of_planes(one, found.frames),)
    if isinstance(found, StructureSet):
        return tuple(_of_structures(found, series, sets))
    return ()


def _of_planes(layer: ObjectLayer, frames: Sequence[ObjectFrame]) -> ObjectLayer:
    named = frozenset(
        FrameRef(source.sop_instance_uid, number)
        for frame in frames
        for source in frame.sources
        for number in source.frames or (0,)
    )
    return replace(layer, source=_source(frames), made_on=named)


def _source(frames: Sequence[ObjectFrame]) -> FrameRef | None:
    """The frame that planes without a place in the patient were made of; None in the patient or where none is named."""
    if any(frame.position_lps_mm is not None for frame in frames):
        return None
    named = next((source for frame in frames for source in frame.sources), None)
    return None if named is None else FrameRef(named.sop_instance_uid, (named.frames or (0,))[0])


def _series_of(head: ObjectHead, sets: tuple[DisplaySet, ...]) -> frozenset[str]:
    """Series that hold an instance which the object points at."""
    named: set[str] = {one.sop_instance_uid for one in head.references}
    return frozenset(
        one.series.series_instance_uid
        for one in sets
        if any(frame.instance.sop_instance_uid in named for frame in one.frames)
    )


def _of_array(head: ObjectHead, array: PlacedArray, number: int, series: frozenset[str]) -> ObjectLayer:
    color = array.color_rgb or COLORS[number % len(COLORS)]
    key, in_patient = f"{head.sop_instance_uid}/{array.key}", array.space is Space.PATIENT
    ink: OutlineLayer | HeatLayer
    title = array.title
    if array.kind == "mask":
        ink = OutlineLayer(
            key, array.values.astype(np.uint8), array.affine, {1: color}, in_patient, {1: title}
        )
    else:
        unit = "" if array.unit is None else unit_words(array.unit.value)
        low, high = _range(array)
        title = (
            f"{title or head.title or head.label}  {decimal_words(f'{low:.4g} – {high:.4g}')} {unit}".rstrip()
        )
        label = f"{array.title or head.title or head.label} [{unit}]" if unit else array.title
        values = np.where(np.isfinite(array.values), array.values, low - (high - low)).astype(np.float32)
        floor = low + 1e-3 * (high - low)
        ink = HeatLayer(key, values, array.affine, label, (low, high), floor, MAX_ALPHA, in_patient)
    return ObjectLayer(key, title, color, series, array.frame_of_reference_uid, ink)


def _range(array: PlacedArray) -> tuple[float, float]:
    if array.kind == "fraction":
        return 0.0, 1.0
    finite = array.values[np.isfinite(array.values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    return low, max(high, low + 1e-6)


def _of_structures(
    found: StructureSet, series: frozenset[str], sets: tuple[DisplaySet, ...]
) -> list[ObjectLayer]:
    ground = next((one for one in sets if one.series.series_instance_uid in series and one.volumetric), None)
    layers: list[ObjectLayer] = []
    for number, roi in enumerate(found.rois):
        labels = None if ground is None else _drawn(roi, ground)
        if labels is None or ground is None or ground.affine is None:
            continue
        color = roi.color_rgb or COLORS[number % len(COLORS)]
        key = f"{found.head.sop_instance_uid}/{roi.number}"
        ink = OutlineLayer(key, labels, ground.affine, {1: color}, True, {1: roi.name})
        layers.append(ObjectLayer(key, roi.name, color, series, roi.frame_of_reference_uid, ink))
    return layers


def _drawn(roi: Roi, ground: DisplaySet) -> NDArray[np.uint8] | None:
    """Closed contours filled on the slices that they lie in (PS3.3 C.8.8.6.3); None if none does."""
    if ground.affine is None:
        return None
    shape = (len(ground.frames), ground.rows, ground.columns)
    labels, inverse, any_drawn = np.zeros(shape, dtype=np.uint8), np.linalg.inv(ground.affine), False
    step_mm = float(np.linalg.norm(ground.affine[:3, 0]))
    for contour in roi.contours:
        if not contour.is_closed or len(contour.points_lps_mm) < 3:
            continue
        index = contour.points_lps_mm @ inverse[:3, :3].T + inverse[:3, 3]
        slices = np.rint(index[:, 0]).astype(int)
        apart = np.abs(index[:, 0] - slices).max() * step_mm
        if len(set(slices)) > 1 or not 0 <= slices[0] < shape[0] or apart > OUT_OF_PLANE_MM:
            continue
        labels[slices[0]] ^= _inside((shape[1], shape[2]), index[:, 1:])  # XOR: an inner one is a hole
        any_drawn = True
    return labels if any_drawn else None


def _inside(shape: tuple[int, int], corners: NDArray[np.float64]) -> NDArray[np.uint8]:
    from skimage.draw import polygon

    filled = np.zeros(shape, dtype=np.uint8)
    rows, columns = polygon(corners[:, 0], corners[:, 1], shape)  # type: ignore[no-untyped-call]  # it has no types
    filled[rows, columns] = 1
    return filled


def points_at(sets: tuple[DisplaySet, ...], reference: ImageReference) -> tuple[DisplaySet, int] | None:
    """The display set and frame index that a reference names."""
    wanted = reference.frames[0] if reference.frames else None
    for one in sets:
        for index, frame in enumerate(one.frames):
            same = frame.instance.sop_instance_uid == reference.sop_instance_uid
            if same and (wanted is None or frame.frame == wanted):
                return one, index
    return None
