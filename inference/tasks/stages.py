"""Two graphs: one looks for candidates slice by slice, one judges a patch round each of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.errors import Problem, RunRefusedError
from inference.image import Image
from inference.morphology import Mask, air_lungs, regions
from inference.pipeline import as_image, preprocess
from inference.regions import RegionPlace, place_of, voxel_mm3
from inference.task_types import RunContext, RunsFeeds, Task
from inference.types import Detection, LabelMap, Measure, ModelOutput, OutputState
from inference.vocabulary import Output, Ranking, Stage

FIRST_SHARE = 0.7  # of the time, usually


@dataclass(frozen=True, slots=True)
class _Candidate:
    label: int
    index: tuple[float, float, float]
    place: RegionPlace
    score: float


def _run(context: RunContext) -> ModelOutput:
    viewer = context.manifest.viewer
    first, second = viewer.stages
    context.progress(0.02, "model.progress.prepare")
    image = preprocess(as_image(context.given), viewer.preprocess)
    gate = _gate(first, image)
    if gate is not None and not gate.any():
        raise RunRefusedError(Problem("model.not_applicable.no_lungs"), applicable=False)
    probability = _probability(context, first, image, gate)
    labels = regions(probability, first.postprocess, gate, voxel_mm3(image.affine))
    candidates = list(_judged(context, second, image, labels))
    output = viewer.outputs[0]
    kept = _ranked(candidates, output, viewer.ranking)
    shown = np.zeros(int(labels.max(initial=0)) + 1, dtype=labels.dtype)
    for number, one in enumerate(kept, start=1):
        shown[one.label] = number
    region_key = output.region.map if output.region else "regions"
    names = {number: f"{output.label.get('en', output.key)} {number}" for number in range(1, len(kept) + 1)}
    detections = tuple(
        _detection(one, output, region_key, number) for number, one in enumerate(kept, start=1)
    )
    return ModelOutput(
        state=OutputState.POSITIVE if detections else OutputState.NEGATIVE,
        study_score=max((one.score for one in candidates), default=0.0),
        detections=detections,
        label_maps=(
            LabelMap(region_key, output.label.get("en", output.key), shown[labels], image.affine, names),
        ),
        measures=(Measure("candidates", float(len(candidates)), "1"),),
    )


def _gate(stage: Stage, image: Image) -> Mask | None:
    step = next((step for step in stage.postprocess if step.op == "gate_by_lungs"), None)
    return None if step is None else air_lungs(image.values, image.affine, step.args)


def _probability(context: RunContext, stage: Stage, image: Image, gate: Mask | None) -> NDArray[np.float32]:
    """The first graph on every slice that may hold something, neighbours as channels, edges repeated."""
    values = preprocess(image, stage.preprocess).values
    if values.shape != image.values.shape:
        raise RunRefusedError(
            Problem("model.failed.map_shape", {"tensor": stage.output, "shape": str(values.shape)})
        )
    slices, rows, columns = values.shape
    rest = [-size % stage.inference.multiple_of for size in (rows, columns)]
    padded = np.pad(values, ((0, 0), (0, rest[0]), (0, rest[1])), mode="edge")
    wanted = [index for index in range(slices) if gate is None or gate[index].any()]
    found = np.zeros(values.shape, dtype=np.float32)
    graph = context.graph(stage.model)
    reach = stage.inference.neighbours
    for start in range(0, len(wanted), stage.inference.batch):
        context.progress(FIRST_SHARE * start / len(wanted), "model.progress.candidates")
        batch = wanted[start : start + stage.inference.batch]
        around = [np.clip(np.arange(index - reach, index + reach + 1), 0, slices - 1) for index in batch]
        answer = graph.run({stage.input.tensor: np.stack([padded[one] for one in around])})[stage.output]
        found[batch] = answer[:, stage.channel, :rows, :columns]
    return found


def _judged(
    context: RunContext, stage: Stage, image: Image, labels: NDArray[np.uint16]
) -> Iterator[_Candidate]:
    """The second graph on a patch round each candidate's centre of mass."""
    from scipy import ndimage

    count = int(labels.max(initial=0))
    if stage.patch is None or count == 0:
        return
    values = preprocess(image, stage.preprocess).values
    centers = ndimage.center_of_mass(labels > 0, labels, range(1, count + 1))
    boxes = ndimage.find_objects(labels)
    graph = context.graph(stage.model)
    for start in range(0, count, stage.inference.batch):
        context.progress(FIRST_SHARE + (0.98 - FIRST_SHARE) * start / count, "model.progress.classify")
        batch = range(start, min(start + stage.inference.batch, count))
        patches = np.stack([_patch(values, tuple(centers[number]), stage.patch) for number in batch])
        scores = _scores(graph, stage, patches)
        for number, score in zip(batch, scores, strict=True):
            corner = tuple(part.start for part in boxes[number])
            affine = image.affine.copy()
            affine[:3, 3] = image.affine[:3, :3] @ np.array(corner, dtype=float) + image.affine[:3, 3]
            place = place_of(labels[boxes[number]] == number + 1, affine)
            if place is not None:
                z, row, column = centers[number]
                yield _Candidate(number + 1, (float(z), float(row), float(column)), place, score)


def _scores(graph: RunsFeeds, stage: Stage, patches: NDArray[np.float32]) -> list[float]:
    answer = graph.run({stage.input.tensor: patches[:, None]})[stage.output]
    values = answer.reshape(len(patches), -1)[:, stage.channel]
    if not np.isfinite(values).all():
        raise RunRefusedError(Problem("model.failed.not_finite", {"tensor": stage.output}))
    return [float(value) for value in values]


def _patch(
    values: NDArray[np.float32], center: tuple[float, ...], size: tuple[int, int, int]
) -> NDArray[np.float32]:
    """A patch of this size, moved inward where it would leave the scan.

    Where the scan is smaller it is padded with its edges so that the middle of the candidate stays in the middle: a
    classifier has learnt to look there.
    """
    starts = [
        min(max(round(middle - length / 2), 0), max(whole - length, 0))
        for middle, length, whole in zip(center, size, values.shape, strict=True)
    ]
    cut = values[tuple(slice(start, start + length) for start, length in zip(starts, size, strict=True))]
    rest = []
    for middle, length, found in zip(center, size, cut.shape, strict=True):
        lacking = length - found
        before = min(max(length // 2 - round(middle), 0), lacking)
        rest.append((before, lacking - before))
    return np.pad(cut, rest, mode="edge") if any(map(any, rest)) else cut


def _ranked(candidates: list[_Candidate], output: Output, ranking: Ranking) -> list[_Candidate]:
    """Above the threshold, best first, one of each cluster, not more than are wanted."""
    weights = {
        "score": lambda one: one.score,
        "score_times_diameter": lambda one: one.score * one.place.diameter_mm,
        "volume": lambda one: one.place.volume_ml,
    }
    above = [one for one in candidates if one.score >= (output.threshold or 0.0)]
    kept: list[_Candidate] = []
    for one in sorted(above, key=lambda one: (-weights[ranking.by](one), one.label)):
        away = [np.linalg.norm(np.subtract(one.place.center, other.place.center)) for other in kept]
        if not away or min(away) > ranking.merge_mm:
            kept.append(one)
    return kept[: ranking.at_most]


def _detection(one: _Candidate, output: Output, region_key: str, number: int) -> Detection:
    return Detection(
        key=output.key,
        score=one.score,
        threshold=output.threshold,
        center=one.place.center,
        box_min=one.place.box_min,
        box_max=one.place.box_max,
        label_map=region_key,
        label=number,
        site=output.finding_site,
        measures=(
            Measure("diameter", one.place.diameter_mm, "mm"),
            Measure("volume", one.place.volume_ml, "mL"),
        ),
    )


TASK = Task("stages", _run)
