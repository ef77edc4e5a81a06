"""Which images a result, a finding or a mask lies on: frames with places of their own, never put in place of others.

A series may hold several stacks: phases, echoes, directions, one file of many frames or many files. What a finding
names tells which one is meant. Where nothing tells stacks apart that lie in one place, none of them is taken.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from app.domain.finding import AnalysisResult, Place, PlaceKind
from app.domain.geometry import Affine, plane_affine
from app.domain.source_image import SourceImage, SourceStack
from app.domain.study import Instance, Series
from app.domain.volume import FrameRef, Space
from app.export.types import StudyExport

_SAME_PLACE_MM = 0.01
_PARALLEL = 0.005  # of a cosine: scanners write the direction of each slice anew


def stack_from(stack_id: str, images: tuple[SourceImage, ...]) -> SourceStack:
    """The stack of these images, which are in order."""
    return SourceStack(stack_id, images, frozenset(one.ref for one in images), _is_grid(images))


def _is_grid(images: Sequence[SourceImage]) -> bool:
    if not all(one.position_lps_mm and one.orientation and one.spacing_mm for one in images):
        return False
    if not all(_is_parallel(images[0], one) for one in images[1:]):
        return False
    heights = np.sort(positions_of(images) @ normal_of(images[0]))
    return bool((np.diff(heights) > _SAME_PLACE_MM).all())


def stack_of(
    study: StudyExport, series: Series, result: AnalysisResult, place: Place | None = None
) -> tuple[SourceImage, ...]:
    """The images of a series that make the grid of a result, or of one place in it, in order along their normal.

    In the patient: the stack with most of the frames that are named, else the largest; none where another stack lies
    in the same place and nothing tells which is meant, and none of images that are not parallel or not placed. Of a
    plane that was imaged again and again, the one frame that the place names. In a projection: the frame that the
    place names, and no other; without one the frames that findings name, else all.
    """
    stacks = study.stacks.get(series.series_instance_uid, ())
    named = _named(result, place)
    if result.space is Space.IMAGE:
        every = tuple(image for stack in stacks for image in stack.images)
        shown = tuple(image for image in every if image.ref in named)
        if place is not None and place.frame is not None:  # millimetres of a film mean nothing on another one
            uid = place.frame.sop_instance_uid
            return shown or tuple(image for image in every if image.sop_instance_uid == uid)
        return shown or every
    if place is not None and (alone := _of_one_plane(stacks, place)):
        return alone
    placed = [stack for stack in stacks if stack.is_grid]
    best = max(placed, key=lambda stack: (_hits(stack, named), len(stack.images)), default=None)
    if best is None or _is_doubtful(best, placed, named):
        return ()
    return best.images


def _of_one_plane(stacks: Sequence[SourceStack], place: Place) -> tuple[SourceImage, ...]:
    """The frame that a flat place names in a loop of one plane; regions have a grid of their own instead."""
    stack = next((one for one in stacks if place.frame in one.refs), None)
    if stack is None or len(stack.images) < 2 or place.kind is PlaceKind.REGION:
        return ()
    image = next(one for one in stack.images if one.ref == place.frame)
    if not all(one.position_lps_mm and one.orientation and one.spacing_mm for one in stack.images):
        return ()
    is_still = np.ptp(positions_of(stack.images), axis=0).max() <= _SAME_PLACE_MM
    return (image,) if is_still and all(_is_parallel(image, one) for one in stack.images) else ()


def series_showing(
    study: StudyExport, listed: Sequence[Series], result: AnalysisResult, place: Place
) -> Series | None:
    """Of the analysed series, the one whose images show a place: films of a run on several views lie in several series.

    The first where nothing tells.
    """
    if result.space is Space.IMAGE and place.frame is not None:
        for series in listed:
            if stack_of(study, series, result, place):
                return series
    return next(iter(listed), None)


def is_undecided(study: StudyExport, series: Series, result: AnalysisResult) -> bool:
    """Whether the series has images in the patient, and only which of them are meant is not told."""
    stacks = study.stacks.get(series.series_instance_uid, ())
    placed = result.space is Space.PATIENT and any(stack.is_grid for stack in stacks)
    return placed and not stack_of(study, series, result)


def _named(result: AnalysisResult, place: Place | None) -> Collection[FrameRef]:
    if place is not None and place.frame is not None:
        return {place.frame}
    return {one.place.frame for one in result.findings if one.place.frame}


def _hits(stack: SourceStack, named: Collection[FrameRef]) -> int:
    return sum(one in stack.refs for one in named)


def _is_doubtful(best: SourceStack, placed: Sequence[SourceStack], named: Collection[FrameRef]) -> bool:
    """Whether one place was imaged twice, and as many words speak for the other image."""
    hits = _hits(best, named)
    others = [one for one in placed if one is not best and _hits(one, named) == hits]
    return any(share_places(best, one) for one in others)


def share_places(one: SourceStack, other: SourceStack) -> bool:
    """Whether both imaged the same plane of the same space: two phases, two echoes."""
    mine, theirs = one.images[0], other.images[0]
    if mine.frame_of_reference_uid != theirs.frame_of_reference_uid or not _is_parallel(mine, theirs):
        return False
    apart = np.abs(positions_of(one.images)[:, None] - positions_of(other.images)[None]).max(axis=2)
    return bool(apart.min() <= _SAME_PLACE_MM)


def positions_of(images: Sequence[SourceImage]) -> NDArray[np.float64]:
    """(images, 3) Image Position (Patient) in mm."""
    return np.asarray([image.position_lps_mm for image in images], dtype=np.float64)


def _is_parallel(one: SourceImage, other: SourceImage) -> bool:
    assert one.orientation is not None
    assert other.orientation is not None
    return all(abs(a - b) <= _PARALLEL for a, b in zip(one.orientation, other.orientation, strict=True))


def height_mm(image: SourceImage) -> float:
    """Position of an image along its own normal."""
    assert image.position_lps_mm is not None
    return float(normal_of(image) @ np.asarray(image.position_lps_mm))


def normal_of(image: SourceImage) -> NDArray[np.float64]:
    """Unit normal of an image."""
    assert image.orientation is not None
    cosines = np.asarray(image.orientation, dtype=np.float64)
    return np.cross(cosines[:3], cosines[3:])


def image_affine(image: SourceImage, space: Space) -> Affine:
    """(slice, row, column) -> mm of one image: in the patient, or in the plane where the space is IMAGE."""
    spacing = image.spacing_mm or (1.0, 1.0)
    if space is Space.IMAGE:
        return plane_affine((0.0, 0.0, 0.0), (1, 0, 0, 0, 1, 0), spacing, (0.0, 0.0, 1.0))
    assert image.position_lps_mm is not None
    assert image.orientation is not None
    return plane_affine(image.position_lps_mm, image.orientation, spacing, normal_of(image))


def usual_step_mm(images: Sequence[SourceImage]) -> float | None:
    """The usual distance between images; None where there is one only, or they lie nowhere."""
    if len(images) < 2 or images[0].position_lps_mm is None or images[0].orientation is None:
        return None
    return float(np.median(np.diff([height_mm(image) for image in images])))


def instances_of(images: Sequence[SourceImage]) -> tuple[Instance, ...]:
    """The instances that images are frames of, each once."""
    return tuple({image.sop_instance_uid: image.instance for image in images}.values())
