"""One graph, run once over the whole picture: classification, regression, or a graph that segments by itself."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.errors import Problem, RunRefusedError
from inference.image import Image, regrid, spacing_of
from inference.occlusion import default_grid, occlusion
from inference.pipeline import as_image, preprocess
from inference.regions import place_of
from inference.requirements import check_requirements
from inference.scores import score_of, value_of
from inference.task_types import Feeds, RunContext, RunsFeeds, Task
from inference.types import Detection, LabelMap, Measure, ModelOutput, OutputState, Point, ScalarMap
from inference.vocabulary import InputBinding, MapOutput, MeasureOutput, Output


def _run(context: RunContext) -> ModelOutput:
    viewer = context.manifest.viewer
    context.progress(0.05, "model.progress.prepare")
    image = preprocess(as_image(context.given), viewer.preprocess)
    graph = context.graph(viewer.onnx[0].file)
    context.progress(0.2, "model.progress.run")
    answers = graph.run(_feeds(context, [image]))
    _check_finite(answers)
    check_requirements(viewer.requires, answers)
    heats = [_heat(one, answers, image) for one in viewer.maps if one.kind == "heat"]
    heats += _occluded(context, graph, image)
    context.progress(0.9, "model.progress.read")
    regions = [_labels(one, answers, image) for one in viewer.maps if one.kind == "labels"]
    detections = [found for output in viewer.outputs if (found := _detect(output, answers, regions, heats))]
    score = _study_score(context, answers)
    positive = any(
        one.score is None or one.threshold is None or one.score >= one.threshold for one in detections
    )
    return ModelOutput(
        state=OutputState.POSITIVE if positive else OutputState.NEGATIVE,
        study_score=score,
        detections=tuple(detections),
        maps=tuple(heats),
        label_maps=tuple(regions),
        measures=tuple(_measure(one, answers) for one in viewer.measures),
    )


def _feeds(context: RunContext, images: list[Image]) -> Feeds:
    """The bound inputs, pictures along N; without any binding, they go into the only input."""
    bindings = context.manifest.viewer.inputs
    if not bindings:
        names = list(context.manifest.network_data_format.inputs)
        bindings = (InputBinding(tensor=names[0]),)
    return {binding.tensor: _bound(binding, images) for binding in bindings}


def _bound(binding: InputBinding, images: list[Image]) -> NDArray[Any]:
    if binding.source == "spacing_mm":
        return np.array(spacing_of(images[0].affine), dtype=np.float32)
    if binding.layout == "NCDHW":
        if len(images) == 1:  # a whole scan is not copied
            return images[0].values[None, None]
        return np.stack([image.values[None] for image in images])
    return np.concatenate([image.values[:, None] for image in images])


def _check_finite(answers: Feeds) -> None:
    for name, values in answers.items():
        if values.dtype.kind == "f" and not np.isfinite(values).all():
            raise RunRefusedError(Problem("model.failed.not_finite", {"tensor": name}))


def _study_score(context: RunContext, answers: Feeds) -> float | None:
    viewer = context.manifest.viewer
    if viewer.study_score is not None:
        return value_of(answers, viewer.study_score)
    scores = [
        score
        for output in viewer.outputs
        if output.trained and (score := score_of(output, answers)) is not None
    ]
    return max(scores, default=None)


def _measure(one: MeasureOutput, answers: Feeds) -> Measure:
    return Measure(one.key, value_of(answers, one.value), one.unit)


def _on_grid(one: MapOutput, answers: Feeds, image: Image) -> tuple[NDArray[Any], NDArray[np.float64]]:
    """A map as (slices, rows, columns) over the box of the network's input, with its affine."""
    values = answers[one.tensor]
    slices = image.values.shape[0]
    shape = values.shape[-3:] if values.ndim == 5 else (slices if values.ndim == 4 else 1, *values.shape[-2:])
    if values.size != math.prod(shape):
        raise RunRefusedError(
            Problem("model.failed.map_shape", {"tensor": one.tensor, "shape": str(values.shape)})
        )
    return values.reshape(shape), regrid(image.affine, image.values.shape, shape)


def _heat(one: MapOutput, answers: Feeds, image: Image) -> ScalarMap:
    values, affine = _on_grid(one, answers, image)
    label = one.label.get("en", one.key)
    return ScalarMap(
        one.key, label, values.astype(np.float32, copy=False), affine, one.value_range, one.threshold
    )


def _occluded(context: RunContext, graph: RunsFeeds, image: Image) -> list[ScalarMap]:
    """The heat that the manifest leaves to us, in units of the score."""
    viewer = context.manifest.viewer
    explain = viewer.explain
    if explain is None or explain.method != "occlusion":
        return []
    output = next(one for one in viewer.outputs if one.key == explain.output)
    stacked = image.values.shape[0] == 1 or any(one.layout == "NCDHW" for one in viewer.inputs)

    def scores(pictures: NDArray[np.float32]) -> NDArray[np.float64]:
        feeds = _feeds(context, [replace(image, values=values) for values in pictures])
        answers = graph.run(feeds)
        _check_finite(answers)
        return np.array(
            [score_of(output, _part(answers, n, len(pictures))) for n in range(len(pictures))], float
        )

    lost = occlusion(
        image.values,
        explain.grid or default_grid(image.values.shape),
        viewer.inference.batch if stacked else 1,  # slices that lie along N leave no room for more pictures
        scores,
        lambda share: context.progress(0.2 + 0.7 * share, "model.progress.explain"),
    )
    affine = regrid(image.affine, image.values.shape, lost.shape)
    top = float(lost.max(initial=0))
    return [ScalarMap(explain.heat, explain.heat, lost, affine, (0.0, top or 1.0))]


def _part(answers: Feeds, number: int, count: int) -> Feeds:
    """Of a run over `count` pictures at once, what belongs to one of them."""
    if count == 1:
        return answers
    return {
        name: values.reshape(count, -1)[number] for name, values in answers.items() if not values.size % count
    }


def _labels(one: MapOutput, answers: Feeds, image: Image) -> LabelMap:
    values, affine = _on_grid(one, answers, image)
    kind = np.uint8 if values.max(initial=0) < 256 else np.uint16
    return LabelMap(one.key, one.label.get("en", one.key), values.astype(kind), affine, dict(one.names))


def _detect(
    output: Output, answers: Feeds, regions: list[LabelMap], heats: list[ScalarMap]
) -> Detection | None:
    """The finding of one output, if it is to be reported."""
    if not output.trained:
        return None
    score = score_of(output, answers)
    threshold = 0.5 if output.score_transform == "op_norm" else output.threshold
    if output.report_when == "above" and score is not None and threshold is not None and score < threshold:
        return None
    measures = tuple(_measure(one, answers) for one in output.measures)
    detection = Detection(
        key=output.key,
        score=score,
        threshold=threshold,
        site=output.finding_site,
        side="" if output.side == "by_place" else output.side,
        map_key=output.heat,
        measures=measures,
    )
    return _placed(detection, output, regions, heats)


def _placed(
    detection: Detection, output: Output, regions: list[LabelMap], heats: list[ScalarMap]
) -> Detection | None:
    """Put it where its region lies; without a region, at the peak of its heat; else it belongs to the whole study."""
    if output.region is not None:
        region = next(one for one in regions if one.key == output.region.map)
        place = place_of(region.values == output.region.label, region.affine)
        if place is None:
            return None if output.score is None else detection
        return replace(
            detection,
            center=place.center,
            box_min=place.box_min,
            box_max=place.box_max,
            label_map=output.region.map,
            label=output.region.label,
        )
    heat = next((one for one in heats if one.key == output.heat), None)
    return detection if heat is None else replace(detection, center=_peak(heat))


def _peak(heat: ScalarMap) -> Point | None:
    """Where the heat is largest; None where there is none at all.

    Of several cells that are equally hot, that nearest to the middle of them, not the first by number.
    """
    top = float(heat.values.max(initial=0))
    if top <= heat.threshold:
        return None
    hottest = np.argwhere(heat.values >= top - 1e-6 * abs(top))
    index = hottest[np.argmin(((hottest - hottest.mean(axis=0)) ** 2).sum(axis=1))]
    x, y, z = heat.affine[:3, :3] @ index + heat.affine[:3, 3]
    return float(x), float(y), float(z)


TASK = Task("whole", _run)
