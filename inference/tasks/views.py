"""One graph that takes several pictures of a study at once, such as the four views of a mammogram.

Each picture keeps its own space: what is found in a view comes back in mm of that view, named by it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.boxes import box_detections
from inference.errors import Problem, RunRefusedError
from inference.image import Image, regrid, spacing_of
from inference.pipeline import as_image, preprocess
from inference.scores import score_of, value_of
from inference.task_types import Feeds, RunContext, Task
from inference.types import (
    Detection,
    LabelMap,
    Measure,
    ModelInput,
    ModelOutput,
    OutputState,
    Point,
    ScalarMap,
)
from inference.view_groups import in_words, met, told_measures, whole_groups
from inference.vocabulary import MapOutput, Output


def _run(context: RunContext) -> ModelOutput:
    viewer = context.manifest.viewer
    context.progress(0.05, "model.progress.prepare")
    given = pictures(context.given)
    images = {view: preprocess(as_image(given[view]), viewer.preprocess) for view in _taken(context, given)}
    graph = context.graph(viewer.onnx[0].file)
    context.progress(0.2, "model.progress.run")
    answers = graph.run(_feeds(context, images))
    usable = met(viewer.requires, answers, images)
    images = {view: images[view] for view in usable.views}
    context.progress(0.9, "model.progress.read")
    maps = [one for one in viewer.maps if one.view in images]
    heats = [_heat(one, answers, images[one.view]) for one in maps if one.kind == "heat"]
    found, rest = _found(context, answers, images, heats)
    scores = [score for one in rest if (score := score_of(one, answers)) is not None]
    scores += [one.score for one in found if one.score is not None]
    study = value_of(answers, viewer.study_score) if viewer.study_score else max(scores, default=None)
    return ModelOutput(
        state=OutputState.POSITIVE if any(map(_passes, found)) else OutputState.NEGATIVE,
        study_score=study,
        detections=tuple(found),
        maps=tuple(heats),
        label_maps=tuple(_labels(one, answers, images[one.view]) for one in maps if one.kind == "labels"),
        measures=told_measures(viewer.measures, answers, images),
        warnings=usable.said,
    )


def _found(
    context: RunContext, answers: Feeds, images: dict[str, Image], heats: list[ScalarMap]
) -> tuple[list[Detection], list[Output]]:
    """Findings of the views that were looked at, and the outputs without boxes that they came from."""
    viewer = context.manifest.viewer
    boxed = {told.scores for told in viewer.boxes}
    found = [
        detection
        for told in viewer.boxes
        if told.view in images
        for detection in box_detections(
            told, viewer.outputs, answers, images[told.view], viewer.ranking.at_most
        )
    ]
    rest = [one for one in viewer.outputs if one.trained and not (one.score and one.score.tensor in boxed)]
    rest = [one for one in rest if one.view in ("", *images)]
    return found + [each for one in rest if (each := _detect(one, answers, heats))], rest


def pictures(given: ModelInput) -> dict[str, ModelInput]:
    """All pictures of an input by their view."""
    return {one.view: one for one in (given, *given.companions)}


def _taken(context: RunContext, given: dict[str, ModelInput]) -> tuple[str, ...]:
    """The views that go in. Not applicable where one that is needed, a whole group, or every one is missing."""
    viewer = context.manifest.viewer
    needed = viewer.views.needed if viewer.views else ()
    missing = [view for view in needed if view not in given]
    wanted = list(dict.fromkeys(binding.view for binding in viewer.inputs))
    here = tuple(view for view in wanted if view in given)
    if missing or not here:
        problem = Problem("model.not_applicable.views", {"views": ", ".join(missing or wanted)})
        raise RunRefusedError(problem, applicable=False)
    whole = whole_groups(viewer.views, here)
    if viewer.views and not whole:
        facts = {"groups": in_words(viewer.views), "found": ", ".join(here)}
        raise RunRefusedError(Problem("model.not_applicable.groups", facts), applicable=False)
    return whole


def _feeds(context: RunContext, images: dict[str, Image]) -> Feeds:
    """Each view into its own inputs; zeros where one is missing, of the size of another picture, or of no spacing."""
    some = next(iter(images.values())).values
    given = pictures(context.given)
    feeds: Feeds = {}
    for binding in context.manifest.viewer.inputs:
        image = images.get(binding.view)
        if binding.source == "spacing_mm":
            known = image is not None and given[binding.view].spacing_known
            spacing = spacing_of(image.affine) if image is not None and known else (0.0, 0.0, 0.0)
            feeds[binding.tensor] = np.array(spacing, dtype=np.float32)
            continue
        values = np.zeros_like(some) if image is None else image.values
        feeds[binding.tensor] = values[None, None] if binding.layout == "NCDHW" else values[:, None]
    return feeds


def _on_film(one: MapOutput, answers: Feeds, image: Image) -> tuple[NDArray[Any], NDArray[np.float64]]:
    """A map as one slice over the whole of its picture, with its affine."""
    values = answers[one.tensor]
    shape = (1, *values.shape[-2:])
    if values.size != shape[1] * shape[2] or image.values.shape[0] != 1:
        facts = {"tensor": one.tensor, "shape": str(values.shape)}
        raise RunRefusedError(Problem("model.failed.map_shape", facts))
    return values.reshape(shape), regrid(image.affine, image.values.shape, shape)


def _labels(one: MapOutput, answers: Feeds, image: Image) -> LabelMap:
    values, affine = _on_film(one, answers, image)
    label = one.label.get("en", one.key)
    return LabelMap(one.key, label, values.astype(np.uint8), affine, dict(one.names), one.view)


def _heat(one: MapOutput, answers: Feeds, image: Image) -> ScalarMap:
    values, affine = _on_film(one, answers, image)
    heat: NDArray[Any] = values.astype(np.float32)
    if not np.isfinite(heat).all():
        raise RunRefusedError(Problem("model.failed.not_finite", {"tensor": one.tensor}))
    label = one.label.get("en", one.key)
    return ScalarMap(one.key, label, heat, affine, one.value_range, one.threshold, one.view)


def _detect(output: Output, answers: Feeds, heats: list[ScalarMap]) -> Detection | None:
    """The finding of an output without boxes: of its view, at the peak of its heat, or of the whole study."""
    score = score_of(output, answers)
    limit = 0.5 if output.score_transform == "op_norm" else output.threshold
    if output.report_when == "above" and score is not None and limit is not None and score < limit:
        return None
    heat = next((one for one in heats if one.key == output.heat), None)
    return Detection(
        key=output.key,
        score=score,
        threshold=limit,
        center=None if heat is None else _peak(heat),
        site=output.finding_site,
        side="" if output.side == "by_place" else output.side,
        map_key=output.heat if heat is not None else "",
        measures=tuple(Measure(one.key, value_of(answers, one.value), one.unit) for one in output.measures),
        view=output.view or (heat.view if heat is not None else ""),
    )


def _peak(heat: ScalarMap) -> Point | None:
    if float(heat.values.max(initial=0.0)) <= heat.threshold:
        return None
    index = np.unravel_index(int(np.argmax(heat.values)), heat.values.shape)
    x, y, z = heat.affine[:3, :3] @ np.array(index, dtype=float) + heat.affine[:3, 3]
    return float(x), float(y), float(z)


def _passes(one: Detection) -> bool:
    return one.score is None or one.threshold is None or one.score >= one.threshold


TASK = Task("views", _run)
