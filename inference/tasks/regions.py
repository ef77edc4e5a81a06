"""One graph that gives probabilities per voxel, whole, slice by slice or in windows: regions, and findings from them.

The first map of the manifest names the tensor; each output's region names its channel as `label`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from inference.errors import Problem, RunRefusedError
from inference.image import Image
from inference.morphology import air_lungs, regions
from inference.pipeline import as_image, preprocess
from inference.region_measures import measure_regions
from inference.regions import place_of, voxel_mm3
from inference.requirements import check_requirements
from inference.sliding_window import Windows, slide
from inference.task_types import RunContext, RunsFeeds, Task
from inference.types import Detection, LabelMap, Measure, ModelOutput, OutputState
from inference.vocabulary import InputBinding, Output, Ranking

KEEPS_VALUES = frozenset({"modality_lut", "orient", "resample", "center_crop_square", "pad_square", "resize"})
AXES = {"slices": 0, "rows": 1, "columns": 2}
Probabilities = NDArray[np.float32]


def _run(context: RunContext) -> ModelOutput:
    viewer = context.manifest.viewer
    context.progress(0.02, "model.progress.prepare")
    image = preprocess(as_image(context.given), viewer.preprocess)
    probability = _mirrored(context, image)
    gate = _gate(context, image)
    context.progress(0.9, "model.progress.read")
    shown = np.zeros(image.values.shape, dtype=np.uint16)
    names: dict[int, str] = {}
    found: list[Detection] = []
    masks: dict[str, NDArray[np.bool_]] = {}
    for output in (one for one in viewer.outputs if one.trained):
        channel = _channel(output, probability)
        steps = viewer.postprocess if output.postprocess is None else output.postprocess
        labels = regions(channel, steps, gate, voxel_mm3(image.affine))
        masks[output.key] = labels > 0
        if output.report_when == "never":
            _draw(masks[output.key], shown, names, output)
            continue
        found += _detections(
            output, channel, labels, (shown, image), (viewer.maps[0].key, names, viewer.ranking)
        )
    return ModelOutput(
        state=OutputState.POSITIVE if found else OutputState.NEGATIVE,
        study_score=_study_score(viewer.outputs, found),
        detections=tuple(found),
        measures=measure_regions(viewer.region_measures, masks, gate),
        label_maps=(
            LabelMap(viewer.maps[0].key, viewer.maps[0].label.get("en", ""), shown, image.affine, names),
        ),
    )


def _study_score(outputs: Sequence[Output], found: Sequence[Detection]) -> float | None:
    """Of what was found, 0 where nothing was; None of a package that only outlines anatomy and looks for nothing."""
    if all(one.report_when == "never" for one in outputs if one.trained):
        return None
    return max((one.score or 0.0 for one in found), default=0.0)


def _gate(context: RunContext, image: Image) -> NDArray[np.bool_] | None:
    """The lungs that a step asks for; None where none does."""
    viewer = context.manifest.viewer
    own = (step for output in viewer.outputs for step in output.postprocess or ())
    step = next((step for step in (*viewer.postprocess, *own) if step.op == "gate_by_lungs"), None)
    return None if step is None else air_lungs(_in_hu(context).values, image.affine, step.args)


def _channel(output: Output, probability: Probabilities) -> Probabilities:
    """The probabilities of one output: of its channel, and of those joined to it."""
    wanted = [] if output.region is None else [output.region.label, *output.region.join]
    if not wanted or not all(0 <= label < len(probability) for label in wanted):
        raise RunRefusedError(Problem("model.failed.no_value", {"tensor": output.key, "index": "region"}))
    joined: Probabilities = probability[wanted].sum(axis=0)
    return np.minimum(joined, np.float32(1))


def _in_hu(context: RunContext) -> Image:
    """The picture on the network's grid, but in modality values: lungs are told by HU, not by normalised grey."""
    steps = [step for step in context.manifest.viewer.preprocess if step.op in KEEPS_VALUES]
    return preprocess(as_image(context.given), steps)


def _mirrored(context: RunContext, image: Image) -> Probabilities:
    """The mean over the picture and its mirrorings along the axes that the manifest names, each turned back."""
    axes = [AXES[name] for name in context.manifest.viewer.inference.mirror]
    turns = [
        tuple(axis for bit, axis in enumerate(axes) if number >> bit & 1) for number in range(2 ** len(axes))
    ]
    total = _probability(context, image)
    for turn in turns[1:]:
        turned = replace(image, values=np.ascontiguousarray(np.flip(image.values, turn)))
        total = total + np.flip(_probability(context, turned), tuple(axis + 1 for axis in turn))
    return total / np.float32(len(turns))


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
            flat = (
                binding.layout == "NCHW" and values.shape[1] == 1
            )  # a network of films, or of slices one by one
            given = values if flat else values[:, None]
            answer = _finite(graph.run({binding.tensor: given})[tensor], tensor)
            return answer[:, :, None] if flat else answer

        check_requirements(viewer.requires, {})  # a part cannot speak for the whole: fails, is never skipped
        told = Windows(how.roi_size, how.overlap, how.batch, how.blend, how.padding)
        return slide(image.values, told, windows, tell)
    if binding.layout == "NCDHW":
        answers = graph.run({binding.tensor: image.values[None, None]})
        check_requirements(viewer.requires, answers)
        whole: Probabilities = _finite(answers[tensor], tensor)[0]
        return whole
    check_requirements(viewer.requires, {})
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
    return [replace(detection, label=_draw(mask, shown, names, output)) for _, mask, detection in kept]


def _draw(mask: NDArray[np.bool_], shown: NDArray[np.uint16], names: dict[int, str], output: Output) -> int:
    """Under a new label, which is returned."""
    label = max(names, default=0) + 1
    shown[mask] = label
    names[label] = output.label.get("en", output.key)
    return label


TASK = Task("regions", _run)
