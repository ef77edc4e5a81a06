"""Masks of a segmentation: on its own grid, plane by plane, or on the voxels of a volume where they truly fit."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import GeometryRefusedError
from app.domain.geometry import Affine
from app.domain.objects import (
    ObjectFrame,
    PlacedArray,
    Segment,
    SegmentationObject,
    SegmentationType,
)
from app.domain.volume import CancelToken, Pixels, Space, Volume
from app.studies.objects.geometry import Grid, grid_of, plane_of
from app.studies.objects.on_volume import Fit, check_frame_of_reference, fit_plane
from app.studies.objects.stored import check_memory, stored_frames


def segment_of(seg: SegmentationObject, number: int) -> Segment:
    """A segment by its number. Raises GeometryRefusedError if there is none."""
    found = next((one for one in seg.segments if one.number == number), None)
    if found is None:
        raise GeometryRefusedError("error.objects.no_frames", file=seg.head.path.name)
    return found


def frames_of(seg: SegmentationObject, number: int) -> tuple[ObjectFrame, ...]:
    """The frames that a segment can lie on: all of them in a label map."""
    if seg.segmentation_type is SegmentationType.LABELMAP:
        return seg.frames
    return tuple(frame for frame in seg.frames if frame.segment == number)


def segment_mask(seg: SegmentationObject, number: int, cancel: CancelToken | None = None) -> PlacedArray:
    """One segment on the grid of its object, cut to the planes that have frames of it.

    bool, or float32 from 0 to 1 where the object is fractional. Raises GeometryRefusedError where the planes make no
    grid (take `segment_planes` then), PixelsUnreadableError, Cancelled.
    """
    return segment_masks(seg, (number,), cancel)[0]


def segment_masks(
    seg: SegmentationObject, numbers: Sequence[int], cancel: CancelToken | None = None
) -> tuple[PlacedArray, ...]:
    """Several segments; each frame is decoded once."""
    grid = object_grid(seg)
    spans = {number: _span(grid, frames_of(seg, number), seg) for number in numbers}
    dtype = _dtype(seg)
    voxels = sum(last - first + 1 for first, last in spans.values()) * seg.rows * seg.columns
    check_memory(seg.head, voxels * dtype.itemsize)
    arrays = {
        number: np.zeros((last - first + 1, seg.rows, seg.columns), dtype=dtype)
        for number, (first, last) in spans.items()
    }
    for frame, values in stored_frames(seg.head, (seg.rows, seg.columns), _needed(seg, numbers), cancel):
        for number in numbers:
            if frame.segment == number or seg.segmentation_type is SegmentationType.LABELMAP:
                place = grid.plane_of[frame.index] - spans[number][0]
                target = arrays[number][place]
                np.maximum(target, _part(seg, values, number), out=target)
    return tuple(_placed(seg, number, arrays[number], grid, spans[number]) for number in numbers)


def iterate_masks(
    seg: SegmentationObject, numbers: Sequence[int], cancel: CancelToken | None = None
) -> Iterator[PlacedArray]:
    """Segment after segment, so that only one lies in memory; a label map is decoded once for all of them."""
    if seg.segmentation_type is not SegmentationType.LABELMAP:
        for number in numbers:
            yield segment_mask(seg, number, cancel)
        return
    grid = object_grid(seg)
    check_memory(seg.head, math.prod(grid.shape) * 2)
    labels = np.full(grid.shape, seg.background, dtype=np.uint16)
    for frame, values in stored_frames(seg.head, (seg.rows, seg.columns), seg.frames, cancel):
        labels[grid.plane_of[frame.index]] = values
    span = (0, grid.shape[0] - 1)
    for number in numbers:
        yield _placed(seg, number, labels == number, grid, span)


def segment_planes(
    seg: SegmentationObject, number: int, cancel: CancelToken | None = None
) -> Iterator[PlacedArray]:
    """One segment as single planes, each with its own place: for objects whose planes make no even grid."""
    segment = segment_of(seg, number)
    thickness = seg.slice_spacing_mm or 1.0
    for frame, values in stored_frames(seg.head, (seg.rows, seg.columns), frames_of(seg, number), cancel):
        flat = frame.position_lps_mm is None
        affine = object_grid(seg).affine if flat else plane_of(frame, thickness, seg.head.path.name)
        yield PlacedArray(
            key=f"{number}.{frame.index}",
            title=segment.label,
            kind=_kind(seg),
            values=_part(seg, values, number)[None],
            affine=affine,
            space=Space.IMAGE if flat else Space.PATIENT,
            frame_of_reference_uid=seg.head.frame_of_reference_uid,
            color_rgb=segment.color_rgb,
            frames=tuple(source.sop_instance_uid for source in frame.sources[:1]),
        )


@dataclass(frozen=True, slots=True, eq=False)
class OnVolume:
    """A mask on a volume. outside: whether some of the object lies beyond the volume and is not in `values`."""

    values: NDArray[Any]
    outside: bool


def segment_on_volume(
    seg: SegmentationObject, number: int, volume: Volume, cancel: CancelToken | None = None
) -> OnVolume:
    """One segment on the voxels of a volume, in its shape.

    Raises GeometryRefusedError in words where the frame of reference is another, or pixels do not lie on pixels: a mask
    is never moved, turned or resampled here.
    """
    segment_of(seg, number)
    check_frame_of_reference(seg.head, volume)
    shape = (volume.pixels.shape[0], volume.pixels.shape[1], volume.pixels.shape[2])
    dtype = _dtype(seg)
    check_memory(seg.head, math.prod(shape) * dtype.itemsize)
    found = np.zeros(shape, dtype=dtype)
    outside = False
    fits = {frame.index: fit_plane(seg, frame, volume) for frame in frames_of(seg, number)}
    wanted = [frame for frame in frames_of(seg, number) if fits[frame.index] is not None]
    for frame, values in stored_frames(seg.head, (seg.rows, seg.columns), wanted, cancel):
        fit, part = fits[frame.index], _part(seg, values, number)
        if fit is not None:
            outside |= _paste(found[fit.slice_index], part, fit)
    lost = [frame for frame in frames_of(seg, number) if fits[frame.index] is None]
    for _, values in stored_frames(seg.head, (seg.rows, seg.columns), lost, cancel):
        outside |= bool(_part(seg, values, number).any())
    return OnVolume(found, outside)


def _paste(target: NDArray[Any], part: NDArray[Any], fit: Fit) -> bool:
    """Write a plane at its offset; whether something of it lies beyond."""
    rows, columns = target.shape
    top, left = max(fit.row, 0), max(fit.column, 0)
    bottom, right = min(fit.row + part.shape[0], rows), min(fit.column + part.shape[1], columns)
    if bottom <= top or right <= left:
        return bool(part.any())
    inner = part[top - fit.row : bottom - fit.row, left - fit.column : right - fit.column]
    window = target[top:bottom, left:right]
    np.maximum(window, inner, out=window)
    return int(np.count_nonzero(inner)) < int(np.count_nonzero(part))


def object_grid(seg: SegmentationObject) -> Grid:
    """The grid of all frames. Raises GeometryRefusedError where they make none, or two of a segment share a place."""
    name = seg.head.path.name
    grid = grid_of(seg.frames, seg.rows, seg.columns, name, seg.slice_spacing_mm)
    if len({(frame.segment, grid.plane_of[frame.index]) for frame in seg.frames}) < len(seg.frames):
        raise GeometryRefusedError("error.objects.several_masks", file=name)
    return grid


def _span(grid: Grid, frames: Sequence[ObjectFrame], seg: SegmentationObject) -> tuple[int, int]:
    places = [grid.plane_of[frame.index] for frame in frames]
    if not places:
        raise GeometryRefusedError("error.objects.no_frames", file=seg.head.path.name)
    return min(places), max(places)


def _needed(seg: SegmentationObject, numbers: Sequence[int]) -> tuple[ObjectFrame, ...]:
    if seg.segmentation_type is SegmentationType.LABELMAP:
        return seg.frames
    return tuple(frame for frame in seg.frames if frame.segment in set(numbers))


def _dtype(seg: SegmentationObject) -> np.dtype[Any]:
    return np.dtype(np.float32 if seg.segmentation_type is SegmentationType.FRACTIONAL else np.bool_)


def _kind(seg: SegmentationObject) -> str:
    return "fraction" if seg.segmentation_type is SegmentationType.FRACTIONAL else "mask"


def _part(seg: SegmentationObject, values: Pixels, number: int) -> NDArray[Any]:
    """What one frame says of one segment."""
    if seg.segmentation_type is SegmentationType.LABELMAP:
        return np.asarray(values == number)
    if seg.segmentation_type is SegmentationType.FRACTIONAL:
        return np.asarray(values / np.float32(max(seg.maximum_fraction, 1)), dtype=np.float32)
    return np.asarray(values != 0)


def _placed(
    seg: SegmentationObject, number: int, values: NDArray[Any], grid: Grid, span: tuple[int, int]
) -> PlacedArray:
    segment = segment_of(seg, number)
    affine: Affine = grid.affine.copy()
    affine[:3, 3] += affine[:3, 0] * span[0]
    named = [""] * len(values)
    for frame in frames_of(seg, number):
        place = grid.plane_of[frame.index] - span[0]
        if frame.sources and len(frame.sources) == 1:
            named[place] = frame.sources[0].sop_instance_uid
    return PlacedArray(
        key=str(number),
        title=segment.label,
        kind=_kind(seg),
        values=values,
        affine=affine,
        space=grid.space,
        frame_of_reference_uid=seg.head.frame_of_reference_uid,
        color_rgb=segment.color_rgb,
        frames=tuple(named),
    )
