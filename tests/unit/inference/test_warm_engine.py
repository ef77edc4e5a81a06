"""A worker keeps the last package's graphs loaded, and never answers with those of an earlier content."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
from onnx import helper

from inference.bundle import load_bundle
from inference.client import ModelClient
from inference.types import ModelInput, OutputState
from tests.support.tiny_package import TinyPackage, graph

CPU = ("CPUExecutionProvider",)


def bright() -> ModelInput:
    pixels = np.full((1, 8, 8), -1000, np.int16)
    pixels[0, 3, 3] = 600
    return ModelInput(pixels=pixels, affine=np.eye(4), attributes={"modality": "CT"})


def test_a_package_that_was_exchanged_in_its_folder_is_loaded_anew(tmp_path: Path) -> None:
    folder = TinyPackage().write(tmp_path / "spot")
    client = ModelClient()
    try:
        first = client.run(load_bundle(folder), bright(), providers=CPU)
        child = client.pid
        again = client.run(load_bundle(folder), bright(), providers=CPU)
        shutil.rmtree(folder)
        darkest = graph(
            [
                helper.make_node("ReduceMin", ["x"], ["score"], axes=[1, 2, 3], keepdims=0),
                helper.make_node("Identity", ["x"], ["heat"]),
            ]
        )
        TinyPackage(model=darkest).write(folder)
        other = client.run(load_bundle(folder), bright(), providers=CPU)
        assert client.pid == child, "one child for all three"
    finally:
        client.close()
    assert first.study_score == again.study_score
    assert abs((first.study_score or 0) - 0.8) < 1e-6
    assert other.study_score == 0.0
    assert {first.provider, again.provider, other.provider} == set(CPU)


def test_a_picture_of_another_size_than_the_graph_takes_fails_in_words_that_help(tmp_path: Path) -> None:
    """The runtime says 'invalid dimensions for the following indices', and not which."""
    fixed = graph(
        [
            helper.make_node("ReduceMax", ["x"], ["score"], axes=[1, 2, 3], keepdims=0),
            helper.make_node("Identity", ["x"], ["heat"]),
        ],
        shape=["n", 1, 16, 16],
    )
    client = ModelClient()
    try:
        output = client.run(
            load_bundle(TinyPackage(model=fixed).write(tmp_path / "fixed")), bright(), providers=CPU
        )
    finally:
        client.close()
    assert output.state is OutputState.FAILED
    assert output.reason_key == "model.failed.shape"
    assert output.reason_facts == {"tensor": "x", "wanted": "* x 1 x 16 x 16", "found": "1 x 1 x 8 x 8"}
