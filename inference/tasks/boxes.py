"""One graph that gives boxes: a detector on a film or, with boxes in three dimensions, on a volume."""

from __future__ import annotations

from inference.boxes import box_detections
from inference.pipeline import as_image, preprocess
from inference.task_types import RunContext, Task
from inference.types import ModelOutput, OutputState
from inference.vocabulary import InputBinding


def _run(context: RunContext) -> ModelOutput:
    viewer = context.manifest.viewer
    context.progress(0.05, "model.progress.prepare")
    image = preprocess(as_image(context.given), viewer.preprocess)
    names = list(context.manifest.network_data_format.inputs)
    binding = viewer.inputs[0] if viewer.inputs else InputBinding(tensor=names[0])
    graph = context.graph(viewer.onnx[0].file)
    context.progress(0.2, "model.progress.run")
    picture = image.values[None, None] if binding.layout == "NCDHW" else image.values[:, None]
    answers = graph.run({binding.tensor: picture})
    context.progress(0.9, "model.progress.read")
    found = [
        detection
        for told in viewer.boxes
        for detection in box_detections(told, viewer.outputs, answers, image, viewer.ranking.at_most)
    ]
    return ModelOutput(
        state=OutputState.POSITIVE if found else OutputState.NEGATIVE,
        study_score=max((one.score or 0.0 for one in found), default=None),
        detections=tuple(found),
    )


TASK = Task("boxes", _run)
