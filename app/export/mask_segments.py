"""Masks that readers drew or corrected, carried from their own grid onto the grid of the source images."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import ExportRefusedError
from app.domain.geometry import index_to_lps, lps_to_index, spacing_of
from app.domain.masks import MaskBlock, MaskHead, Segment, Segmentation
from app.domain.source_image import SourceImage, SourceStack
from app.domain.study import Series
from app.domain.volume import Space
from app.export.segments import resample
from app.export.stacks import height_mm, image_affine, usual_step_mm
from app.export.types import ExportSet, Labels, StudyExport
from app.support.i18n import text
from app.support.mask_blocks import read_blocks

ASIDE = 0.5  # of a voxel: an image whose corner lies farther off is no layer of the mask's grid


@dataclass(frozen=True, slots=True, eq=False)
class MaskFile:
    """One SEG object to be written. Segment n (from 1) is segments[n - 1]; voxels holds n where it lies.

    voxels: uint8, (images of the stack, rows, columns). slice_mm: how thick these voxels are.
    """

    sop_instance_uid: str
    mask: Segmentation
    series: Series
    stack: tuple[SourceImage, ...]
    segments: tuple[Segment, ...]
    voxels: NDArray[np.uint8]
    slice_mm: float


def plan_masks(export_set: ExportSet, study: StudyExport) -> tuple[tuple[MaskFile, ...], tuple[str, ...]]:
    """Every SEG object of a study's masks, and remarks on segments without a voxel on the source images.

    Segments that overlap go to different objects. Raises ExportRefusedError where images or changes are missing.
    """
    planned: list[MaskFile] = []
    remarks: list[str] = []
    for mask in study.reading.segmentations:
        series, stack = _source_grid(study, mask)
        blocks = _blocks(study, mask)
        layers, empty = _layers(blocks, mask, stack)
        remarks += [text("export.remark.segment_empty", segment=one.label) for one in empty]
        between = _between(blocks, mask, stack)
        remarks += (
            [text("export.remark.mask_between", mask=mask.head.title, count=between)] if between else []
        )
        thick = _slice_mm(stack, mask.head)
        for number, (segments, voxels) in enumerate(layers, start=1):
            uid = export_set.new_uid("mask", mask.head.segmentation_id, number)
            planned.append(MaskFile(uid, mask, series, stack, segments, voxels, thick))
    return tuple(planned), tuple(remarks)


def _layers(
    blocks: Mapping[int, Sequence[MaskBlock]], mask: Segmentation, stack: Sequence[SourceImage]
) -> tuple[list[tuple[tuple[Segment, ...], NDArray[np.uint8]]], list[Segment]]:
    """Segments that do not overlap, numbered from 1 in each layer; and those that are nowhere."""
    made: list[tuple[list[Segment], NDArray[np.uint8]]] = []
    empty: list[Segment] = []
    for segment in mask.segments:
        labels = _dense(blocks.get(segment.number, ()), mask.head)
        placed = resample(labels, [1], stack, mask.head.space).view(np.bool_) if labels else None
        if placed is None or not placed.any():
            empty.append(segment)
            continue
        free = next((layer for layer in made if not (layer[1][placed] > 0).any()), None)
        if free is None:
            free = ([], np.zeros(placed.shape, dtype=np.uint8))
            made.append(free)
        free[0].append(segment)
        free[1][placed] = len(free[0])
    return [(tuple(segments), voxels) for segments, voxels in made], empty


def _blocks(study: StudyExport, mask: Segmentation) -> dict[int, list[MaskBlock]]:
    found: dict[int, list[MaskBlock]] = defaultdict(list)
    for edit in mask.edits:
        if study.mask_folder is None:
            raise ExportRefusedError("error.mask.missing", file=edit.file)
        for block in read_blocks(study.mask_folder, edit.file, mask.head.grid.shape):
            found[block.number].append(block)
    return found


def _between(
    blocks: Mapping[int, Sequence[MaskBlock]], mask: Segmentation, stack: Sequence[SourceImage]
) -> int:
    """Layers of the mask's grid that hold something and lie on no image, as in the even grid of uneven slices."""
    head = mask.head
    if head.space is Space.IMAGE:
        return 0
    corners = np.asarray([image_affine(image, Space.PATIENT)[:3, 3] for image in stack])
    imaged = set(np.rint(lps_to_index(head.grid.affine, corners)[:, 0]).astype(int).tolist())
    filled: set[int] = set()
    for segment in mask.segments:
        labels = _dense(blocks.get(segment.number, ()), head)
        if labels is not None:
            first = round(float(lps_to_index(head.grid.affine, labels.affine[:3, 3])[0]))
            filled |= {first + int(n) for n in np.flatnonzero(labels.values.any(axis=(1, 2)))}
    return len(filled - imaged)


def _dense(blocks: Iterable[MaskBlock], head: MaskHead) -> Labels | None:
    """All changes of one segment together, in the smallest box that holds them."""
    listed = list(blocks)
    if not listed:
        return None
    first = np.min([one.start for one in listed], axis=0)
    last = np.max([np.add(one.start, one.voxels.shape) for one in listed], axis=0)
    voxels = np.zeros(tuple(last - first), dtype=np.bool_)
    for one in listed:
        i, j, k = np.subtract(one.start, first)
        size = one.voxels.shape
        voxels[i : i + size[0], j : j + size[1], k : k + size[2]] ^= one.voxels
    affine = head.grid.affine
    affine[:3, 3] += affine[:3, :3] @ first
    return Labels(voxels.view(np.uint8), affine)


def _source_grid(study: StudyExport, mask: Segmentation) -> tuple[Series, tuple[SourceImage, ...]]:
    """The images that the mask was drawn on. Raises ExportRefusedError where they are not known, or not told apart."""
    head = mask.head
    listed = study.study.series if study.study else ()
    for series in listed:
        if series.series_instance_uid == head.series_instance_uid:
            stacks = study.stacks.get(series.series_instance_uid, ())
            images = _named(stacks, head) if head.space is Space.IMAGE else _on_grid(stacks, head)
            if images and head.space is Space.PATIENT and not head.frame_of_reference_uid:
                raise ExportRefusedError("error.export.mask_no_frame_of_reference", mask=head.title)
            if images:
                return series, images
    raise ExportRefusedError("error.export.mask_no_images", mask=head.title)


def _named(stacks: Iterable[SourceStack], head: MaskHead) -> tuple[SourceImage, ...]:
    """The one projection image that the mask was drawn on."""
    size = head.grid.shape[1:]
    every = (image for stack in stacks for image in stack.images)
    return tuple(one for one in every if one.ref == head.image and (one.rows, one.columns) == size)


def _on_grid(stacks: Iterable[SourceStack], head: MaskHead) -> tuple[SourceImage, ...]:
    """The images of the stack that was drawn on, as far as they lie on the mask's grid; () where none does.

    Phases share a grid: the mask says which of them it is of. Raises ExportRefusedError where it does not.
    """
    fitting = [(stack, images) for stack in stacks if (images := _layers_of_grid(stack, head))]
    if head.image is not None:
        return next((images for stack, images in fitting if head.image in stack.refs), ())
    # Begun before masks named an image: what the stack was called then tells phases apart.
    called = [images for stack, images in fitting if stack.stack_id == head.display_set_id]
    if not called and len(fitting) > 1:
        raise ExportRefusedError("error.export.mask_which_images", mask=head.title)
    return next(iter(called or (images for _, images in fitting)), ())


def _layers_of_grid(stack: SourceStack, head: MaskHead) -> tuple[SourceImage, ...]:
    """Images whose first and last pixel lie on the corners of a layer of the grid, one a place."""
    found: dict[int, SourceImage] = {}
    for image in stack.images:
        if image.position_lps_mm and image.orientation and image.spacing_mm and _is_layer(image, head):
            found.setdefault(round(height_mm(image) * 100), image)  # hundredths of a mm: one place
    return tuple(sorted(found.values(), key=height_mm))


def _is_layer(image: SourceImage, head: MaskHead) -> bool:
    layers, rows, columns = head.grid.shape
    if (image.rows, image.columns) != (rows, columns):
        return False
    corners = index_to_lps(image_affine(image, Space.PATIENT), [(0, 0, 0), (0, rows - 1, columns - 1)])
    places = lps_to_index(head.grid.affine, corners)
    beside = np.abs(places[:, 1:] - np.asarray([(0, 0), (rows - 1, columns - 1)])).max()
    inside = places[:, 0].min() >= -ASIDE and places[:, 0].max() <= layers - 1 + ASIDE
    return bool(beside <= ASIDE) and bool(inside)


def _slice_mm(stack: Sequence[SourceImage], head: MaskHead) -> float:
    return usual_step_mm(stack) or spacing_of(head.grid.affine)[0]
