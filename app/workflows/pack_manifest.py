"""The manifest of a package from answers, a part of a manifest, and what the graphs tell by themselves."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from app.workflows import pack_words as words_of
from app.workflows.pack_answers import (
    BY_NAME,
    MAMMOGRAM_VIEWS,
    QUESTIONS,
    STAGES,
    Answers,
    Graphs,
    kind_of,
    said,
)
from app.workflows.pack_words import Faults, Reader, Table, of_what, put, step, told
from inference.ports import Port

ATOL = {"cpu": 1e-4, "cuda": 2e-3, "tensorrt": 2e-2}
LISTS: Mapping[str, Table] = {
    "map": words_of.MAP,
    "boxes": words_of.BOXES,
    "output": words_of.OUTPUT,
    "input": words_of.INPUT,
    "region_measure": words_of.REGION_MEASURE,
    "require": words_of.REQUIREMENT,
    "performance": words_of.PERFORMANCE,
}
OBJECTS: Mapping[str, Table] = {
    "applies": words_of.BOUNDS,
    "run": words_of.RUN,
    "study_score": words_of.VALUE,
    "ranking": words_of.RANKING,
    "explain": words_of.EXPLAIN,
}
READERS: Mapping[str, Reader] = {
    "ram_mb": words_of.whole,
    "timeout_s": float,
    "roi": words_of.several(int),
}
OTHERS = frozenset({"kind", "step", "post", "stage", "measure"})  # each read in its own way


def manifest_of(answers: Answers, graphs: Graphs, base: Mapping[str, Any], faults: Faults) -> dict[str, Any]:
    """The manifest, without what the packing works out of the files. Answers stand above the part that is given."""
    made: dict[str, Any] = copy.deepcopy(dict(base))
    made.setdefault("schema", "urn:overread:model-package:1")
    made.setdefault("viewer", {})["kind"] = kind_of(answers, base, graphs)
    for one in QUESTIONS:
        given = [words for words in answers.get(one.name, ()) if words.strip()]
        if not given and one.default and said(base, one.path) in (None, []):
            given = [one.default]
        if given and one.name not in OTHERS:
            _take(made, one.name, given, faults)
    _general(made, graphs)
    _steps(made, answers, faults)
    if made["viewer"]["kind"] == "stages":
        _stages(made, answers, graphs, faults)
    else:
        _inputs(made, graphs)
        _maps(made, graphs)
    _measures(made, answers, faults)
    return made


def _take(made: dict[str, Any], name: str, given: list[str], faults: Faults) -> None:
    """The answers to one question into their place."""
    question = BY_NAME[name]
    if name in LISTS:
        put(made, question.path, [told(words, LISTS[name], name, faults) for words in given])
    elif name in OBJECTS:
        for words in given:
            for word, value in told(words, OBJECTS[name], name, faults).items():
                put(made, f"{question.path}.{word}", value)
    elif question.many:
        put(made, question.path, given)
    else:
        try:
            put(made, question.path, READERS.get(name, str)(given[0]))
        except ValueError:
            faults.note("number", name, value=given[0])


def _general(made: dict[str, Any], graphs: Graphs) -> None:
    """What follows from what was said: the tensors of the graphs, and words that stand for others."""
    made.setdefault("changelog", {made["version"]: "packed from ONNX"})
    made.setdefault("description", made.get("task", ""))
    made.setdefault("copyright", made.get("authors", ""))
    made.setdefault("references", [])
    modality = next(iter(said(made, "viewer.applicability.modality") or ()), "")
    made["viewer"].setdefault("applicability", {})
    tensors = made.setdefault("network_data_format", {})
    tensors.setdefault(
        "inputs", {p.name: _tensor(p, modality) for one in graphs.values() for p in one.inputs}
    )
    tensors.setdefault("outputs", {p.name: _tensor(p, "") for one in graphs.values() for p in one.outputs})
    for output in made["viewer"].get("outputs", ()):
        if isinstance(output, dict) and output.get("key"):
            output.setdefault("label", {}).setdefault("en", output["key"])
            if output.get("code") and not output["code"].get("meaning"):
                output["code"]["meaning"] = output["label"]["en"]
    for one in made["viewer"].get("maps", ()):
        if isinstance(one, dict):
            one.setdefault("kind", "labels" if made["viewer"]["kind"] == "regions" else "heat")
            one.setdefault("label", {}).setdefault("en", one.get("key", ""))


def _steps(made: dict[str, Any], answers: Answers, faults: Faults) -> None:
    """Preparation, and the way from probabilities to regions: of the package, or of what is named before a colon."""
    viewer = made["viewer"]
    if viewer["kind"] == "stages":
        return
    if answers.get("step"):
        viewer["preprocess"] = [step(words, "step", faults) for words in answers["step"] if words.strip()]
    outputs = {one.get("key", ""): one for one in viewer.get("outputs", ()) if isinstance(one, dict)}
    own: dict[str, list[Any]] = {}
    for words in answers.get("post", ()):
        part, rest = of_what(words, outputs)
        own.setdefault(part, []).append(step(rest, "post", faults))
    for part, steps in own.items():
        (outputs[part] if part else viewer)["postprocess"] = steps


def _stages(made: dict[str, Any], answers: Answers, graphs: Graphs, faults: Faults) -> None:
    """Each graph is a stage of its name; words before a colon are for that stage alone."""
    viewer = made["viewer"]
    stages = {one.get("name", ""): one for one in viewer.get("stages", ()) if isinstance(one, dict)}
    for at, (name, ports) in enumerate(graphs.items()):
        file = f"models/{name}.onnx"
        kind = name if name in STAGES else STAGES[min(at, 1)]
        made_new = {"name": name, "kind": kind, "model": file}
        told_by = next((one for one in stages.values() if one.get("model") == file), None)
        stage = stages.setdefault(name, made_new) if told_by is None else told_by
        for words in answers.get("stage", ()):
            part, rest = of_what(words, graphs)
            if part == name:
                for word, value in told(rest, words_of.STAGE, "stage", faults).items():
                    merged = {**stage[word], **value} if isinstance(stage.get(word), dict) else value
                    stage[word] = merged
        _stage_of_graph(stage, ports, faults)
    for words in answers.get("stage", ()):
        if not of_what(words, graphs)[0]:
            faults.note("part", "stage", words=words, known=", ".join(graphs))
    _steps_of_stages(viewer, stages, answers, faults)
    viewer["stages"] = sorted(stages.values(), key=lambda one: one.get("kind") != STAGES[0])
    for output in viewer.get("outputs", ()):
        if isinstance(output, dict):
            output.setdefault("region", {"map": "regions", "label": 1})


def _steps_of_stages(
    viewer: dict[str, Any], stages: dict[str, Any], answers: Answers, faults: Faults
) -> None:
    """Steps of the package prepare for both graphs; what makes regions is of the graph of candidates."""
    first = next((name for name, one in stages.items() if one.get("kind") == STAGES[0]), "")
    for name, key, without in (
        ("step", "preprocess", viewer),
        ("post", "postprocess", stages.get(first, {})),
    ):
        own: dict[str, list[Any]] = {}
        for words in (one for one in answers.get(name, ()) if one.strip()):
            part, rest = of_what(words, stages)
            own.setdefault(part, []).append(step(rest, name, faults))
        for part, steps in own.items():
            (stages[part] if part else without)[key] = steps


def _stage_of_graph(stage: dict[str, Any], ports: Any, faults: Faults) -> None:
    """What a stage's graph tells: its only input and output, neighbours as channels, the size of a patch."""
    pictures = [port for port in ports.inputs if len(port.shape) > 2]
    binding = stage.setdefault("input", {})
    if "tensor" not in binding and len(pictures) == 1:
        binding["tensor"] = pictures[0].name
    if "output" not in stage and len(ports.outputs) == 1:
        stage["output"] = ports.outputs[0].name
    picture = next((port for port in pictures if port.name == binding.get("tensor")), None)
    answer = next((port for port in ports.outputs if port.name == stage.get("output")), None)
    for word, found, of in (("input", picture, pictures), ("output", answer, ports.outputs)):
        if found is None:
            known = ", ".join(port.name for port in of) or "-"
            faults.note("stage_tensor", "stage", stage=stage["name"], word=word, known=known)
    if picture is None or answer is None:
        return
    channels = answer.shape[1] if len(answer.shape) > 1 else 1
    if "channel" not in stage and isinstance(channels, int) and channels > 1:
        facts = {"stage": stage["name"], "tensor": answer.name, "count": str(channels)}
        faults.note("stage_channel", "stage", **facts)
    if stage.get("kind") == STAGES[0]:
        how = stage.setdefault("inference", {})
        how.setdefault("mode", "slices")
        how.setdefault("neighbours", _neighbours(picture))
    elif len(picture.shape) == 5 and all(isinstance(one, int) for one in picture.shape[2:]):
        stage.setdefault("patch", list(picture.shape[2:]))


def _neighbours(picture: Port) -> int:
    """Slices to either side that a graph takes as channels."""
    channels = picture.shape[1]
    return (channels - 1) // 2 if len(picture.shape) == 4 and isinstance(channels, int) else 0


def _inputs(made: dict[str, Any], graphs: Graphs) -> None:
    """How pictures go into the graph, where it is not said: the layout, the view of that name, slices as channels."""
    viewer = made["viewer"]
    ports = [port for one in graphs.values() for port in one.inputs]
    by_name = {port.name: port for port in ports}
    bindings = viewer.setdefault("inputs", [{"tensor": port.name} for port in ports])
    for binding in (one for one in bindings if isinstance(one, dict)):
        port = by_name.get(binding.get("tensor", ""))
        if port is None:
            continue
        binding.setdefault("source", "spacing_mm" if len(port.shape) == 1 else "image")
        binding.setdefault("layout", port.layout)
        if viewer["kind"] == "views" and port.name.upper() in MAMMOGRAM_VIEWS:
            binding.setdefault("view", port.name.upper())
    pictures = [port for port in ports if len(port.shape) in (4, 5)]
    if viewer["kind"] == "regions" and len(pictures) == 1:
        _run_of_graph(viewer["inference"], pictures[0])


def _run_of_graph(how: dict[str, Any], picture: Port) -> None:
    """Neighbours that go in as channels; the size of a window where the graph takes one size only."""
    window = [1, *picture.shape[2:]][-3:]
    if how.get("mode") == "slices":
        how.setdefault("neighbours", _neighbours(picture))
    elif how.get("mode") == "sliding_window" and all(isinstance(one, int) for one in window):
        how.setdefault("roi_size", window)


def _maps(made: dict[str, Any], graphs: Graphs) -> None:
    """Of a segmenter with one output: that is its map, and an output without a region has the first channel."""
    viewer = made["viewer"]
    ports = [port for one in graphs.values() for port in one.outputs]
    if viewer["kind"] != "regions":
        return
    if not viewer.get("maps") and len(ports) == 1:
        label = {"en": made.get("task", "")}
        viewer["maps"] = [{"tensor": ports[0].name, "key": "regions", "kind": "labels", "label": label}]
    outputs = [one for one in viewer.get("outputs", ()) if isinstance(one, dict)]
    if len(outputs) == 1 and viewer.get("maps"):
        outputs[0].setdefault("region", {"map": viewer["maps"][0].get("key", "regions"), "label": 0})


def _measures(made: dict[str, Any], answers: Answers, faults: Faults) -> None:
    """Numbers of the graph: of the study, or of the output that `of` names."""
    given = [words for words in answers.get("measure", ()) if words.strip()]
    if not given:
        return
    outputs = {one.get("key", ""): one for one in made["viewer"].get("outputs", ()) if isinstance(one, dict)}
    found: dict[str, list[Any]] = {}
    for words in given:
        one = told(words, words_of.MEASURE, "measure", faults)
        part = one.pop("of", "")
        if part and part not in outputs:
            faults.note("part", "measure", words=words, known=", ".join(outputs))
        found.setdefault(part, []).append(one)
    for part, measures in found.items():
        (outputs.get(part, {}) if part else made["viewer"])["measures"] = measures


def _tensor(port: Port, modality: str) -> dict[str, Any]:
    channels = port.shape[1] if len(port.shape) > 1 and isinstance(port.shape[1], int) else 1
    return {
        "type": "image" if len(port.shape) > 2 else "probabilities",
        "format": "magnitude" if modality else "classes",
        "modality": modality,
        "num_channels": channels,
        "spatial_shape": list(port.shape[2:]),
        "dtype": port.dtype,
    }
