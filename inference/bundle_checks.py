"""What a manifest must agree with: its graphs, its files, and itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from inference.errors import Problem
from inference.graph_checks import check_graph
from inference.hashes import file_sha256
from inference.manifest import Manifest
from inference.vocabulary import ValueRef


def check_bundle(folder: Path, manifest: Manifest) -> list[Problem]:
    """Everything that does not agree."""
    problems: list[Problem] = []
    for facts in manifest.viewer.onnx:
        file = folder / facts.file
        if file.is_file() and file_sha256(file) != facts.sha256:
            problems.append(Problem("model.problem.file_changed", {"file": facts.file}))
        else:
            problems += check_graph(folder, facts, manifest)
    return [*problems, *_golden(folder, manifest), *_references(manifest), *_stages(manifest)]


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
    values += [requirement.value for requirement in viewer.requires]
    values += [viewer.study_score] if viewer.study_score else []
    tensors = {value.tensor for value in values} | {one.tensor for one in viewer.maps}
    for name in sorted(tensors - declared):
        yield Problem("model.problem.unknown_tensor", {"tensor": name})
    maps = {one.key for one in viewer.maps}
    for output in viewer.outputs:
        named = {output.heat} if output.heat else set()
        named |= {output.region.map} if output.region and viewer.kind == "whole" else set()
        for key in sorted(named - maps):
            yield Problem("model.problem.unknown_map", {"map": key, "output": output.key})
    keys = [output.key for output in viewer.outputs]
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        yield Problem("model.problem.twice", {"key": key})


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
