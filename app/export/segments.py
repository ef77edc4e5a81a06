"""Regions of accepted findings, carried from a result's label maps onto the grid of the source images."""

from __future__ import annotations

import zipfile
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import ExportRefusedError
from app.domain.finding import AnalysisResult, Judgement, Place, PlaceKind
from app.domain.geometry import Affine, spacing_of
from app.domain.source_image import SourceImage
from app.domain.study import Series
from app.domain.volume import FrameRef, Space
from app.export.collect import CLINICAL
from app.export.headers import analysed_series
from app.export.own import box_voxels, own_groups
from app.export.plan_store import Part
from app.export.stacks import image_affine, is_undecided, stack_of, usual_step_mm
from app.export.types import ExportSet, Labels, StudyExport
from app.support.i18n import text

_MOST = 255  # segments of one object: what a byte can tell apart
_NONE = np.zeros((0, 0, 0), dtype=np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class SegmentFile:
    """One SEG object to be written. Segment n (from 1) is judgements[n - 1]; voxels holds n where it lies.

    voxels: uint8, (images of the stack, rows, columns). slice_mm: how thick these voxels are.
    """

    sop_instance_uid: str
    result: AnalysisResult
    series: Series
    stack: tuple[SourceImage, ...]
    judgements: tuple[Judgement, ...]
    voxels: NDArray[np.uint8]
    slice_mm: float


def place_of(judgement: Judgement) -> Place:
    """The reader's place where there is one, else the model's."""
    return judgement.place or judgement.finding.place


def plan_segments(
    export_set: ExportSet, study: StudyExport
) -> tuple[tuple[SegmentFile, ...], tuple[str, ...]]:
    """Every SEG object of a study, and remarks on regions that have no voxel on the source images.

    Raises ExportRefusedError where a region is wanted and its label map or its source images are missing.
    """
    key = _key(export_set, study)
    if (kept := export_set.plans.get(key)) is not None:
        return tuple(replace(file, voxels=part.whole()) for file, part in kept[0]), kept[1]
    planned, remarks = _plan(export_set, study)
    parts = [(replace(file, voxels=_NONE), Part.of(file.voxels)) for file in planned]
    export_set.plans.put(key, study, (parts, remarks), sum(part.values.nbytes for _, part in parts))
    return planned, remarks


def _key(export_set: ExportSet, study: StudyExport) -> Hashable:
    """The same for studies with the same accepted findings on the same images, however their readings were made."""
    reading = study.reading
    return (
        export_set.export_id,
        id(study.study),
        id(study.result_folders),
        tuple(id(one) for one in reading.marked),
        tuple(id(one) for one in reading.judgements if one.verdict in CLINICAL),
        tuple((one.result_id, *(id(finding) for finding in one.findings)) for one in reading.results),
    )


def _plan(export_set: ExportSet, study: StudyExport) -> tuple[tuple[SegmentFile, ...], tuple[str, ...]]:
    planned: list[SegmentFile] = []
    remarks: list[str] = []
    for result in study.reading.results:
        regions = [j for j in study.judgements_of(result, *CLINICAL) if place_of(j).kind is PlaceKind.REGION]
        for number, (group, series, stack) in enumerate(_groups(study, result, regions), start=1):
            labels = load_labels(study, result, place_of(group[0]).label_map)
            voxels = resample(labels, [place_of(j).label for j in group], stack, result.space)
            filled = [j for n, j in enumerate(group, start=1) if (voxels == n).any()]
            remarks += [text("export.remark.region_outside") for _ in range(len(group) - len(filled))]
            if filled:
                uid = export_set.new_uid("seg", result.result_id, number)
                compact = _renumbered(voxels, [group.index(j) + 1 for j in filled])
                thickness = _slice_mm(stack, labels, result.space)
                planned.append(SegmentFile(uid, result, series, stack, tuple(filled), compact, thickness))
    return (*planned, *_own_plans(export_set, study)), tuple(remarks)


def _own_plans(export_set: ExportSet, study: StudyExport) -> Iterator[SegmentFile]:
    """Boxes that readers drew round what no model found; each image is marked in one object once."""
    for group in own_groups(study):
        for judgement in group.judgements:
            grid = _own_grid(study, group.result, place_of(judgement))
            if grid is None:
                continue
            series, stack = grid
            voxels = box_voxels(place_of(judgement), stack, group.result.space).astype(np.uint8)
            whole = group.result.space is not Space.IMAGE
            shown = np.asarray([whole or bool(plane.any()) for plane in voxels])
            if voxels.any():
                images = tuple(image for image, is_shown in zip(stack, shown, strict=True) if is_shown)
                uid = export_set.new_uid("seg-own", series.series_instance_uid, judgement.finding.finding_id)
                thickness = usual_step_mm(images) or 1.0
                yield SegmentFile(uid, group.result, series, images, (judgement,), voxels[shown], thickness)


def _own_grid(
    study: StudyExport, result: AnalysisResult, place: Place
) -> tuple[Series, tuple[SourceImage, ...]] | None:
    """The images that a reader's box was drawn on; None for anything but a box, and where there are none."""
    if place.kind is not PlaceKind.BOX:
        return None
    try:
        return source_grid(study, result, place)
    except ExportRefusedError:
        return None


def load_labels(study: StudyExport, result: AnalysisResult, key: str) -> Labels:
    """The label map of a result. Raises ExportRefusedError if it is missing or damaged."""
    values, affine = load_array(study, result, key)
    if not np.issubdtype(values.dtype, np.integer):
        raise ExportRefusedError("error.export.no_label_map", map=key, model=result.package.name)
    return Labels(values, affine)


def load_array(study: StudyExport, result: AnalysisResult, key: str) -> tuple[NDArray[Any], Affine]:
    """Values (slice, row, column) and affine of a result's map. Raises ExportRefusedError as `load_labels`."""
    folder = study.result_folders.get(result.result_id)
    reference = next((m for m in result.maps if m.key == key), None)
    if folder is None or reference is None:
        raise ExportRefusedError("error.export.no_label_map", map=key, model=result.package.name)
    file = folder / reference.file
    if not file.resolve().is_relative_to(folder.resolve()):
        raise ExportRefusedError("error.export.no_label_map", map=key, model=result.package.name)
    try:
        with file.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
            values, affine = arrays["values"], arrays["affine"].astype(np.float64)
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise ExportRefusedError("error.export.no_label_map", map=key, model=result.package.name) from error
    if values.ndim != 3 or affine.shape != (4, 4):
        raise ExportRefusedError("error.export.no_label_map", map=key, model=result.package.name)
    return values, affine


def resample(
    labels: Labels, wanted: Sequence[int], stack: Sequence[SourceImage], space: Space
) -> NDArray[np.uint8]:
    """Nearest label at each pixel of each image: n where it is the n-th wanted label (from 1), else 0."""
    table = np.zeros(int(labels.values.max(initial=0)) + 1, dtype=np.uint8)
    for number, label in enumerate(wanted, start=1):
        if 0 < label < len(table):
            table[label] = number
    box = _bounds(table, labels)
    made = np.zeros((len(stack), stack[0].rows, stack[0].columns), dtype=np.uint8)
    if box is None:
        return made
    to_index = np.linalg.inv(labels.affine)
    for target, image in zip(made, stack, strict=True):
        _fill(target, labels.values, table, box, to_index @ image_affine(image, space))
    return made


_Box = tuple[NDArray[np.intp], NDArray[np.intp]]


def _bounds(table: NDArray[np.uint8], labels: Labels) -> _Box | None:
    """First and last index of the wanted labels on each axis."""
    found = _looked_up(table, labels.values) > 0
    if not found.any():
        return None
    planes = [np.flatnonzero(found.any(axis=tuple({0, 1, 2} - {axis}))) for axis in range(3)]
    return np.asarray([plane[0] for plane in planes]), np.asarray([plane[-1] for plane in planes])


def _looked_up(table: NDArray[np.uint8], values: NDArray[np.integer]) -> NDArray[np.uint8]:
    """What the table has for each label; a label below zero is nothing."""
    found: NDArray[np.uint8] = table[values if values.dtype.kind == "u" else np.clip(values, 0, None)]
    return found


def _fill(
    target: NDArray[np.uint8],
    values: NDArray[np.integer],
    table: NDArray[np.uint8],
    box: _Box,
    mapping: NDArray[np.float64],
) -> None:
    """Write one image; mapping leads from (0, row, column) of the image to indices of the label map."""
    rows, columns = target.shape
    corners = np.asarray([(r, c) for r in (0, rows - 1) for c in (0, columns - 1)], dtype=np.float64)
    reach = corners @ mapping[:3, 1:3].T + mapping[:3, 3]
    if (reach.max(axis=0) < box[0] - 1).any() or (reach.min(axis=0) > box[1] + 1).any():
        return
    down, along = np.arange(rows)[:, None], np.arange(columns)[None, :]
    index = [
        np.rint(mapping[axis, 1] * down + mapping[axis, 2] * along + mapping[axis, 3]).astype(np.int32)
        for axis in range(3)
    ]
    inside = np.ones((rows, columns), dtype=bool)
    for axis in range(3):
        inside &= (index[axis] >= box[0][axis]) & (index[axis] <= box[1][axis])
    picked = values[index[0][inside], index[1][inside], index[2][inside]]
    target[inside] = _looked_up(table, picked)


def _slice_mm(stack: Sequence[SourceImage], labels: Labels, space: Space) -> float:
    """Usual distance between the images; the label map's own where there is one image only."""
    own = usual_step_mm(stack) if space is Space.PATIENT else None
    return spacing_of(labels.affine)[0] if own is None else own


def _groups(
    study: StudyExport, result: AnalysisResult, regions: Sequence[Judgement]
) -> list[tuple[list[Judgement], Series, tuple[SourceImage, ...]]]:
    """Findings that fit into one SEG object: same map, same images, every label once."""
    layers: dict[tuple[str, FrameRef, int], list[Judgement]] = {}
    used: dict[tuple[str, FrameRef, int], int] = {}
    grids: dict[FrameRef, tuple[Series, tuple[SourceImage, ...]]] = {}
    for judgement in regions:
        place = place_of(judgement)
        series, stack = source_grid(study, result, place)
        if result.space is Space.IMAGE:
            stack = (_named_image(result, place, stack),)
        first = stack[0].ref
        grids[first] = (series, stack)
        label = (place.label_map, first, place.label)
        used[label] = used.get(label, 0) + 1
        layers.setdefault((place.label_map, first, used[label]), []).append(judgement)
    return [
        (whole[start : start + _MOST], *grids[first])
        for (_, first, _), whole in layers.items()
        for start in range(0, len(whole), _MOST)
    ]


def source_grid(
    study: StudyExport, result: AnalysisResult, place: Place | None = None
) -> tuple[Series, tuple[SourceImage, ...]]:
    """The images that a result, or one place in it, lies on. Raises ExportRefusedError where they are not told."""
    listed = analysed_series(study.study, result)
    for series in listed:
        stack = stack_of(study, series, result, place)
        frame_of_reference = stack and (stack[0].frame_of_reference_uid or series.frame_of_reference_uid)
        if stack and result.space is Space.PATIENT and not frame_of_reference:
            raise ExportRefusedError("error.export.no_frame_of_reference", model=result.package.name)
        if stack:
            return series, stack
    if any(is_undecided(study, series, result) for series in listed):
        raise ExportRefusedError("error.export.which_images", model=result.package.name)
    raise ExportRefusedError("error.export.no_source_images", model=result.package.name)


def _named_image(result: AnalysisResult, place: Place, stack: Sequence[SourceImage]) -> SourceImage:
    """The frame of a projection that a region lies on: by its own words, by its map's, or because it is the only one.

    Raises ExportRefusedError where none of them tells, or the frame is not known here.
    """
    on = next((one for one in result.maps if one.key == place.label_map), None)
    uid, frame = (on.sop_instance_uid, on.frame) if on is not None else ("", 0)
    if place.frame is not None:
        meant = [one for one in stack if one.ref == place.frame]
    else:
        meant = [one for one in stack if uid in ("", one.sop_instance_uid) and frame in (0, one.frame)]
    if not meant:
        raise ExportRefusedError("error.export.no_source_images", model=result.package.name)
    if len(meant) > 1:
        raise ExportRefusedError("error.export.which_images", model=result.package.name)
    return meant[0]


def _renumbered(voxels: NDArray[np.uint8], kept: Sequence[int]) -> NDArray[np.uint8]:
    table = np.zeros(256, dtype=np.uint8)
    for new, old in enumerate(kept, start=1):
        table[old] = new
    return table[voxels]
