"""The nodule graph on balls and rods in a made-up torso, and the package through the product's own run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from inference.bundle import load_bundle
from inference.client import ModelClient
from inference.types import ModelInput, OutputState
from tests.support.starters import NODULES, ask, manifest_of, session

import synthetic  # isort: skip - on the path only after tests.support.starters


@pytest.fixture(scope="module")
def graph() -> Any:  # Any: onnxruntime brings no types
    return session(NODULES)


def top(graph: Any, volume: Any) -> tuple[float, tuple[int, ...]]:
    """Best score and where its middle lies."""
    score = ask(graph, hu=volume[None, None])["score"][0, 0]
    best = np.argwhere(score >= score.max() - 1e-3).mean(axis=0)
    return float(score.max()), tuple(round(float(one)) for one in best)


@pytest.mark.parametrize("radius_mm", [4.0, 6.0, 9.0])
def test_a_solid_ball_scores_near_one_in_its_middle(graph: Any, radius_mm: float) -> None:
    score, place = top(graph, synthetic.spot_torso(radius_mm))
    assert score > 0.8
    assert np.abs(np.subtract(place, synthetic.SPOT_CENTER)).max() <= 1


@pytest.mark.parametrize("radius_mm", [2.5, 4.0, 6.0])
def test_a_rod_of_the_same_width_scores_nothing_along_its_length(graph: Any, radius_mm: float) -> None:
    score = ask(graph, hu=synthetic.spot_torso(radius_mm, rod=True)[None, None])["score"][0, 0]
    assert score[36:60].max() < 0.1  # its ends, 24 voxels away, look like half a ball


def test_lungs_alone_and_their_walls_score_nothing(graph: Any) -> None:
    found = ask(graph, hu=synthetic.spot_torso(0.0)[None, None])
    threshold = manifest_of(NODULES)["viewer"]["outputs"][0]["threshold"]
    assert found["lungs_found"].tolist() == [1.0]
    assert float(found["top_score"][0]) < threshold


def test_ground_glass_is_not_seen_as_the_card_says(graph: Any) -> None:
    threshold = manifest_of(NODULES)["viewer"]["outputs"][0]["threshold"]
    score, _ = top(graph, synthetic.spot_torso(6.0, synthetic.GLASS_HU))
    assert score < threshold


@pytest.fixture(scope="module")
def client() -> Iterator[ModelClient]:
    one = ModelClient()
    yield one
    one.close()


def given(volume: Any) -> ModelInput:
    """Columns to the patient's left, slices to the head, first voxel at the origin."""
    affine = np.zeros((4, 4))
    affine[2, 0] = affine[1, 1] = affine[0, 2] = synthetic.SPOT_MM
    affine[3, 3] = 1.0
    told = {"modality": "CT", "body_part": "CHEST", "photometric": "MONOCHROME2"}
    return ModelInput(
        pixels=(volume + 1024).astype(np.int16), affine=affine, intercept=-1024.0, attributes=told
    )


def test_the_product_marks_the_ball_where_it_lies(client: ModelClient) -> None:
    output = client.run(
        load_bundle(NODULES), given(synthetic.spot_torso(6.0)), providers=("CPUExecutionProvider",)
    )
    assert output.state is OutputState.POSITIVE, output.reason_facts
    [finding] = output.detections
    assert finding.center is not None
    z, y, x = synthetic.SPOT_CENTER
    wanted = np.array([x, y, z]) * synthetic.SPOT_MM
    assert np.abs(np.subtract(finding.center, wanted)).max() <= 1.6
    assert finding.box_min is not None
    assert finding.box_max is not None
    size = np.subtract(finding.box_max, finding.box_min)
    assert ((size > 8) & (size < 17)).all()  # a ball of 12 mm


def test_no_lungs_is_not_applicable_and_never_negative(client: ModelClient) -> None:
    volume = np.full((96, 120, 150), 40.0, dtype=np.float32)
    output = client.run(load_bundle(NODULES), given(volume), providers=("CPUExecutionProvider",))
    assert output.state is OutputState.NOT_APPLICABLE
    assert "No pair of whole lungs" in str(output.reason_facts)


def test_manifest_says_that_nothing_found_is_no_statement_about_cancer() -> None:
    not_for = " ".join(manifest_of(NODULES)["viewer"]["regulatory"]["not_for"])
    for words in ("ruling out cancer", "masses over 30 mm", "ground-glass"):
        assert words in not_for
