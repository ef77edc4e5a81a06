"""One graph that gives probabilities per voxel, whole, slice by slice or in windows: regions, and findings from them.

The first map of the manifest names the tensor; each output's region names its channel as `label`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inference.errors import Problem, RunRefusedError
from inference.image import Image
from inference.morphology import air_lungs, regions
from inference.pipeline import as_image, preprocess
from inference.regions import place_of
from inference.sliding_window import slide
from inference.task_types import RunContext, RunsFeeds, Task
from inference.types import Detection, LabelMap, Measure, ModelOutput, OutputState
from inference.vocabulary import InputBinding, Output, Ranking

KEEPS_VALUES = frozenset({"modality_lut", "orient", "resample", "center_crop_square", "pad_square", "resize"})
Probabilities = NDArray[np.float32]


def _run(context: RunContext) -> ModelOutput:
    viewer = context.manifest.viewer
    context.progress(0.02, "model.progress.prepare")
    image = preprocess(as_image(context.given), viewer.preprocess)
    probability = _probability(context, image)
    step = next((step for step in viewer.postprocess if step.op == "gate_by_lungs"), None)
    gate = None if step is None else air_lungs(_in_hu(context).values, image.affine, step.args)
    context.progress(0.9, "model.progress.read")
    shown = np.zeros(image.values.shape, dtype=np.uint16)
    names: dict[int, str] = {}
    found: list[Detection] = []
    for output in (one for one in viewer.outputs if one.trained):
        if output.region is None or not 0 <= output.region.label < len(probability):
            raise RunRefusedError(Problem("model.failed.no_value", {"tensor": output.key, "index": "region"}))
        channel = probability[output.region.label]
        labels = regions(channel, viewer.postprocess, gate)
        found += _detections(
            output, channel, labels, (shown, image), (viewer.maps[0].key, names, viewer.ranking)
        )
    return ModelOutput(
        state=OutputState.POSITIVE if found else OutputState.NEGATIVE,
        study_score=max((one.score or 0.0 for one in found), default=0.0),
        detections=tuple(found),
        label_maps=(
            LabelMap(viewer.maps[0].key, viewer.maps[0].label.get("en", ""), shown, image.affine, names),
        ),
    )


def _in_hu(context: RunContext) -> Image:
    """The picture on the network's grid, but in modality values: lungs are told by HU, not by normalised grey."""
    steps = [step for step in context.manifest.viewer.preprocess if step.op in KEEPS_VALUES]
    return preprocess(as_image(context.given), steps)


def _probability(context: RunContext, image: Image) -> Probabilities:
    """(channels, slices, rows, columns) over the network's input."""
    viewer = context.manifest.viewer
    how, tensor = viewer.inference, viewer.maps[0].tensor
    names = list(context.manifest.network_data_format.inputs)
    binding = viewer.inputs[0] if viewer.inputs else InputBinding(tensor=names[0])
    graph = context.graph(viewer.onnx[0].file)

    def tell(share: float) -> None:
        context.progress(0.05 + 0.8 * share, "model.progress.run")

    if how.mode == "sliding_window":
        if how.roi_size is None:
            raise RunRefusedError(Problem("model.problem.no_patch", {"stage": viewer.kind}))

        def windows(values: Probabilities) -> Probabilities:
            return _finite(graph.run({binding.tensor: values[:, None]})[tensor], tensor)

        return slide(image.values, how.roi_size, how.overlap, how.batch, windows, tell)
    if binding.layout == "NCDHW":
        whole: Probabilities = _finite(graph.run({binding.tensor: image.values[None, None]})[tensor], tensor)[
            0
        ]
        return whole
    return _by_slices(context, graph, (binding.tensor, tensor), image, tell)


def _by_slices(
    context: RunContext, graph: RunsFeeds, tensors: tuple[str, str], image: Image, tell: object
) -> Probabilities:
    """Slices as a batch, with neighbours as channels where the manifest asks for them; edges repeated."""
    how = context.manifest.viewer.inference
    slices, rows, columns = image.values.shape
    rest = [-size % how.multiple_of for size in (rows, columns)]
    padded = np.pad(image.values, ((0, 0), (0, rest[0]), (0, rest[1])), mode="edge")
    answers: list[Probabilities] = []
    for start in range(0, slices, how.batch):
        if callable(tell):
            tell(start / slices)
        batch = range(start, min(start + how.batch, slices))
        around = [
            np.clip(np.arange(i - how.neighbours, i + how.neighbours + 1), 0, slices - 1) for i in batch
        ]
        answer = graph.run({tensors[0]: np.stack([padded[one] for one in around])})[tensors[1]]
        answers.append(_finite(answer, tensors[1])[:, :, :rows, :columns])
    return np.concatenate(answers).transpose(1, 0, 2, 3)


def _finite(values: NDArray[np.float32], tensor: str) -> Probabilities:
    if not np.isfinite(values).all():
        raise RunRefusedError(Problem("model.failed.not_finite", {"tensor": tensor}))
    return np.asarray(values, dtype=np.float32)


def _detections(
    output: Output,
    probability: Probabilities,
    labels: NDArray[np.uint16],
    onto: tuple[NDArray[np.uint16], Image],
    told: tuple[str, dict[int, str], Ranking],
) -> list[Detection]:
    """One finding per region (one for all where it is always reported), best first, drawn into the label map."""
    shown, image = onto
    key, names, ranking = told
    if output.report_when == "always":
        labels = (labels > 0).astype(np.uint16)
    found: list[tuple[float, NDArray[np.bool_], Detection]] = []
    for number in range(1, int(labels.max(initial=0)) + 1):
        mask = labels == number
        place = place_of(mask, image.affine)
        if place is None:
            continue
        score = float(probability[mask].max())
        measures = (Measure("volume", place.volume_ml, "mL"), Measure("diameter", place.diameter_mm, "mm"))
        detection = Detection(
            key=output.key,
            score=score,
            threshold=output.threshold,
            center=place.center,
            box_min=place.box_min,
            box_max=place.box_max,
            label_map=key,
            site=output.finding_site,
            side="" if output.side == "by_place" else output.side,
            measures=measures,
        )
        worth = {"score": score, "volume": place.volume_ml, "score_times_diameter": score * place.diameter_mm}
        if output.threshold is None or score >= output.threshold:
            found.append((worth[ranking.by], mask, detection))
    kept = sorted(found, key=lambda one: -one[0])[: ranking.at_most]
    return [_drawn(one, shown, names, output) for one in kept]


def _drawn(
    one: tuple[float, NDArray[np.bool_], Detection],
    shown: NDArray[np.uint16],
    names: dict[int, str],
    output: Output,
) -> Detection:
    from dataclasses import replace

    label = int(shown.max(initial=0)) + 1
    shown[one[1]] = label
    names[label] = output.label.get("en", output.key)
    return replace(one[2], label=label)


TASK = Task("regions", _run)
