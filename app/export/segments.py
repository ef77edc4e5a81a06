"""Regions of accepted findings, carried from a result's label maps onto the grid of the source images."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import ExportRefusedError
from app.domain.finding import AnalysisResult, Judgement, Place, PlaceKind
from app.domain.geometry import spacing_of
from app.domain.study import Instance, Series
from app.domain.volume import Space
from app.export.collect import CLINICAL
from app.export.headers import analysed_series, height_mm, image_affine, stack_of
from app.export.types import ExportSet, Labels, StudyExport
from app.support.i18n import text

_MOST = 255  # segments of one object: what a byte can tell apart


@dataclass(frozen=True, slots=True, eq=False)
class SegmentFile:
    """One SEG object to be written. Segment n (from 1) is judgements[n - 1]; voxels holds n where it lies.

    voxels: uint8, (images of the stack, rows, columns). slice_mm: how thick these voxels are.
    """

    sop_instance_uid: str
    result: AnalysisResult
    series: Series
    stack: tuple[Instance, ...]
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
    return tuple(planned), tuple(remarks)


def load_labels(study: StudyExport, result: AnalysisResult, key: str) -> Labels:
    """The label map of a result. Raises ExportRefusedError if it is missing or damaged."""
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
    if values.ndim != 3 or affine.shape != (4, 4) or not np.issubdtype(values.dtype, np.integer):
        raise ExportRefusedError("error.export.no_label_map", map=key, model=result.package.name)
    return Labels(values, affine)


def resample(
    labels: Labels, wanted: Sequence[int], stack: Sequence[Instance], space: Space
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


def _slice_mm(stack: Sequence[Instance], labels: Labels, space: Space) -> float:
    """Usual distance between the images; the label map's own where there is one image only."""
    if len(stack) < 2 or space is Space.IMAGE:
        return spacing_of(labels.affine)[0]
    return float(np.median(np.diff([height_mm(image) for image in stack])))


def _groups(
    study: StudyExport, result: AnalysisResult, regions: Sequence[Judgement]
) -> list[tuple[list[Judgement], Series, tuple[Instance, ...]]]:
    """Findings that fit into one SEG object: same map, same images, every label once."""
    if not regions:
        return []
    series, stack = _source_grid(study, result)
    layers: dict[tuple[str, str, int], list[Judgement]] = {}
    used: dict[tuple[str, str, int], int] = {}
    for judgement in regions:
        place = place_of(judgement)
        image = _named_image(place, stack) if result.space is Space.IMAGE else ""
        label = (place.label_map, image, place.label)
        used[label] = used.get(label, 0) + 1
        layers.setdefault((place.label_map, image, used[label]), []).append(judgement)
    return [
        (group, series, tuple(i for i in stack if not image or i.sop_instance_uid == image))
        for (_, image, _), whole in layers.items()
        for group in (whole[start : start + _MOST] for start in range(0, len(whole), _MOST))
    ]


def _source_grid(study: StudyExport, result: AnalysisResult) -> tuple[Series, tuple[Instance, ...]]:
    for series in analysed_series(study.study, result):
        stack = tuple(image for image in stack_of(series, result) if image.frames == 1)
        if stack and result.space is Space.PATIENT and not series.frame_of_reference_uid:
            raise ExportRefusedError("error.export.no_frame_of_reference", model=result.package.name)
        if stack:
            return series, stack
    raise ExportRefusedError("error.export.no_source_images", model=result.package.name)


def _named_image(place: Place, stack: Sequence[Instance]) -> str:
    if place.frame is not None:
        return place.frame.sop_instance_uid
    return stack[0].sop_instance_uid


def _renumbered(voxels: NDArray[np.uint8], kept: Sequence[int]) -> NDArray[np.uint8]:
    table = np.zeros(256, dtype=np.uint8)
    for new, old in enumerate(kept, start=1):
        table[old] = new
    return table[voxels]
