"""What a manifest must agree with: its graphs, its files, and itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from inference.errors import Problem
from inference.graph_checks import check_graph
from inference.hashes import file_sha256
from inference.manifest import Manifest, Viewer
from inference.vocabulary import ValueRef, Views


def check_bundle(folder: Path, manifest: Manifest) -> list[Problem]:
    """Everything that does not agree."""
    problems: list[Problem] = []
    for facts in manifest.viewer.onnx:
        file = folder / facts.file
        if file.is_file() and file_sha256(file) != facts.sha256:
            problems.append(Problem("model.problem.file_changed", {"file": facts.file}))
        else:
            problems += check_graph(folder, facts, manifest)
    return [*problems, *_golden(folder, manifest), *check_references(manifest)]


def check_references(manifest: Manifest) -> list[Problem]:
    """What a manifest names and does not declare; it says nothing of files."""
    return [*_references(manifest), *_stages(manifest), *_several(manifest)]


def _golden(folder: Path, manifest: Manifest) -> Iterator[Problem]:
    if not manifest.viewer.golden:
        yield Problem("model.problem.no_golden")
    for golden in manifest.viewer.golden:
        for name in (golden.input, golden.expected):
            if ".." in Path(name).parts or Path(name).is_absolute() or not (folder / name).is_file():
                yield Problem("model.problem.file_missing", {"file": name})


def _references(manifest: Manifest) -> Iterator[Problem]:
    """Tensors, maps and keys that are named but not declared."""
    viewer = manifest.viewer
    if viewer.kind == "stages":
        return
    declared = set(manifest.network_data_format.outputs)
    values: list[ValueRef] = [output.score for output in viewer.outputs if output.score is not None]
    values += [measure.value for output in viewer.outputs for measure in output.measures]
    values += [measure.value for measure in viewer.measures]
    values += [measure.known for measure in viewer.measures if measure.known is not None]
    values += [requirement.value for requirement in viewer.requires]
    values += [viewer.study_score] if viewer.study_score else []
    tensors = {value.tensor for value in values} | {one.tensor for one in viewer.maps}
    tensors |= {name for one in viewer.boxes for name in (one.tensor, one.scores, one.labels) if name}
    for name in sorted(tensors - declared):
        yield Problem("model.problem.unknown_tensor", {"tensor": name})
    maps = {one.key for one in viewer.maps}
    if viewer.explain is not None and viewer.explain.method == "occlusion":
        yield from _occlusion(viewer)
        maps.add(viewer.explain.heat)
    for output in viewer.outputs:
        named = {output.heat} if output.heat else set()
        named |= {output.region.map} if output.region and viewer.kind == "whole" else set()
        for key in sorted(named - maps):
            yield Problem("model.problem.unknown_map", {"map": key, "output": output.key})
    yield from _region_measures(viewer)
    keys = [output.key for output in viewer.outputs]
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        yield Problem("model.problem.twice", {"key": key})


def _region_measures(viewer: Viewer) -> Iterator[Problem]:
    """Outputs that are named by a number of regions must be there, and the lungs too where it is a share of them."""
    scored = {output.key for output in viewer.outputs if output.trained and output.region is not None}
    steps = [*viewer.postprocess, *(step for output in viewer.outputs for step in output.postprocess or ())]
    gated = any(step.op == "gate_by_lungs" for step in steps)
    for one in viewer.region_measures:
        named = {one.of, one.to} if one.op == "width_ratio" else {one.of}
        if viewer.kind != "regions" or not named <= scored or (one.op == "share_of_gate" and not gated):
            yield Problem("model.problem.region_measure", {"key": one.key})


def _occlusion(viewer: Viewer) -> Iterator[Problem]:
    """A heat of ours explains one score of a graph that is run over the whole picture."""
    explain = viewer.explain
    scored = {output.key for output in viewer.outputs if output.score is not None}
    if explain is not None and (viewer.kind != "whole" or explain.output not in scored):
        yield Problem("model.problem.occlusion", {"output": explain.output})


def _stages(manifest: Manifest) -> Iterator[Problem]:
    viewer = manifest.viewer
    if viewer.kind == "stages" and [stage.kind for stage in viewer.stages] != ["candidates", "classifier"]:
        yield Problem("model.problem.stages")
    files = {facts.file for facts in viewer.onnx}
    for stage in viewer.stages:
        if stage.model not in files:
            yield Problem("model.problem.file_missing", {"file": stage.model})
        if stage.kind == "classifier" and stage.patch is None:
            yield Problem("model.problem.no_patch", {"stage": stage.name})


def _several(manifest: Manifest) -> Iterator[Problem]:
    """A detector has boxes; a package of several views names each view's input, and outputs of views that it takes."""
    viewer = manifest.viewer
    if viewer.kind == "boxes" and not viewer.boxes:
        yield Problem("model.problem.no_boxes")
    if viewer.kind != "views":
        return
    taken = [binding.view for binding in viewer.inputs if binding.source == "image"]
    alone = any(not binding.view for binding in viewer.inputs)
    if len(taken) < 2 or alone or len(set(taken)) < len(taken):
        yield Problem("model.problem.views")
    named = {one.view for one in viewer.outputs} | {one.view for one in viewer.maps}
    named |= {one.view for one in viewer.boxes} | {binding.view for binding in viewer.inputs}
    named |= {view for one in viewer.measures for view in one.views}
    named |= {view for one in viewer.requires for view in one.views}
    named |= _of_rule(viewer.views) if viewer.views else set()
    for view in sorted(named - {"", *taken}):
        yield Problem("model.problem.unknown_view", {"view": view})
    for one in (one for one in viewer.maps if not one.view):
        yield Problem("model.problem.map_of_view", {"map": one.key})


def _of_rule(rule: Views) -> set[str]:
    return {*rule.needed, *(view for group in rule.groups for view in group)}
