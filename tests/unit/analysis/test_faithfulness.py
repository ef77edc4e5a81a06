"""RQ-46: heat that hangs on what was learnt passes, heat that does not is found out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from onnx import helper, numpy_helper

from app.analysis.faithfulness import Faithfulness, measure, similarity, summary
from inference.bundle import load_bundle
from inference.client import ModelClient
from inference.randomise import write_randomised
from inference.types import ModelInput, ModelOutput, OutputState, ScalarMap
from tests.support.tiny_package import TinyPackage, graph

AFFINE = np.array([[0, 0, 1.0, 0], [0, 1.0, 0, 0], [1.0, 0, 0, 0], [0, 0, 0, 1.0]])


def picture() -> ModelInput:
    pixels = np.zeros((1, 40, 40), np.float32)
    pixels[0, 4:12, 24:32] = 100
    return ModelInput(pixels, AFFINE, attributes={"modality": "CT"})


def answer(given: ModelInput, heat: NDArray[np.float32]) -> ModelOutput:
    """The score is the largest value; heat on a grid of 10 x 10 cells of 4 pixels."""
    affine = AFFINE.copy()
    affine[:3, 1:3] *= 4
    affine[:2, 3] = 1.5
    score = float(given.pixels.max()) / 100
    return ModelOutput(
        OutputState.POSITIVE, study_score=score, maps=(ScalarMap("h", "h", heat[None], affine),)
    )


def heat_on(rows: slice, columns: slice) -> NDArray[np.float32]:
    heat = np.zeros((10, 10), np.float32)
    heat[rows, columns] = 1
    return heat


def test_heat_on_the_spot_takes_the_score_with_it_at_once() -> None:
    on_it, beside = heat_on(slice(1, 3), slice(6, 8)), heat_on(slice(6, 8), slice(1, 3))
    found = measure(picture(), lambda given: answer(given, on_it), lambda given: answer(given, beside), 1)
    wrong = measure(picture(), lambda given: answer(given, beside), None, 1)
    assert found.repeat_ssim == pytest.approx(1.0)
    assert found.shuffled_ssim is not None
    assert found.shuffled_ssim < 0.5
    assert found.deletion is not None
    assert wrong.deletion is not None
    assert found.deletion < 0.1 < wrong.deletion
    assert found.deletion_at_random is not None
    assert found.deletion < found.deletion_at_random


def test_a_picture_without_heat_is_not_measured() -> None:
    nothing = measure(picture(), lambda given: answer(given, np.zeros((10, 10), np.float32)), None, 1)
    assert nothing == Faithfulness()
    told = summary([nothing])
    assert told["repeat_ssim"] == {"mean": None, "n": 0}
    assert set(told["holds"].values()) == {None}


@pytest.mark.parametrize("shape", [(1, 1, 1), (1, 3, 4), (1, 7, 7), (2, 8, 9)])
def test_a_map_is_like_itself_at_any_size(shape: tuple[int, ...]) -> None:
    values = np.random.default_rng(2).random(shape)
    assert similarity(values, 3 * values) == pytest.approx(1.0)


def weighed(path: Path, *, learnt: bool) -> Path:
    """heat = two channels of the picture, weighed by the head, or the picture itself, whatever was learnt."""
    first = numpy_helper.from_array(np.array([1.0, -1.0], np.float32).reshape(2, 1, 1, 1), "first")
    head = numpy_helper.from_array(np.array([1.0, 0.0], np.float32).reshape(1, 2, 1, 1), "head")
    nodes = [
        helper.make_node("Conv", ["x", "first"], ["features"]),
        helper.make_node("Conv", ["features", "head"], ["cam"]),
        helper.make_node("ReduceMax", ["cam"], ["score"], axes=[1, 2, 3], keepdims=0),
        helper.make_node("Relu", ["cam"] if learnt else ["x"], ["heat"]),
    ]
    return TinyPackage(model=graph(nodes, initializers=[first, head])).write(path)


@pytest.mark.parametrize("learnt", [True, False])
def test_shuffled_weights_show_whether_the_heat_was_learnt(tmp_path: Path, learnt: bool) -> None:
    bundle = load_bundle(weighed(tmp_path / "p", learnt=learnt))
    seeds = (write_randomised(bundle, tmp_path / f"s{seed}", seed) for seed in range(8))
    shuffled = next(one for one in seeds if one is not None and _head(one.folder) != [1.0, 0.0])
    assert shuffled.sha256 != bundle.sha256
    client = ModelClient()
    given = picture()
    found = measure(
        ModelInput(given.pixels * 10, AFFINE, attributes=given.attributes),
        lambda one: client.run(bundle, one),
        lambda one: client.run(shuffled, one),
        1,
    )
    client.close()
    assert found.repeat_ssim == pytest.approx(1.0)
    assert found.shuffled_ssim is not None
    assert (found.shuffled_ssim < 0.5) is learnt


def _head(folder: Path) -> list[Any]:
    import onnx

    model = onnx.load(str(folder / "models/model.onnx"))
    return [
        float(v)
        for one in model.graph.initializer
        if one.name == "head"
        for v in numpy_helper.to_array(one).ravel()
    ]


def test_a_graph_without_weights_cannot_be_shuffled(tmp_path: Path) -> None:
    assert write_randomised(load_bundle(TinyPackage().write(tmp_path / "p")), tmp_path / "s", 1) is None
