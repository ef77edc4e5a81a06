"""The lung and heart graph on drawn chests whose outlines are known, and its refusals through the product's own run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from inference.bundle import load_bundle
from inference.client import ModelClient
from inference.types import ModelInput, OutputState
from tests.support.starters import LUNGS, ask, session

import drawn_chest  # isort: skip - on the path only after tests.support.starters
import drawn_film  # isort: skip
import lungs_rules  # isort: skip

UNSEEN = (2_000_001, 2_000_002, 2_000_003)  # numbers of drawn films that training never used


@pytest.fixture(scope="module")
def graph() -> Any:  # Any: onnxruntime brings no types
    return session(LUNGS)


@pytest.fixture(scope="module")
def films() -> list[tuple[Any, Any]]:
    """Drawn films and their outlines."""
    chest = drawn_chest.painted_chest(1)
    found = []
    for number in UNSEEN:
        rng = np.random.default_rng((7, number))
        drawn = drawn_chest.draw(chest, rng)
        found.append((drawn_film.expose(drawn, rng).astype(np.float32), drawn.masks))
    return found


def dice(one: Any, other: Any) -> float:
    return float(2 * (one & other).sum() / (one.sum() + other.sum()))


def test_the_drawn_right_lung_lies_on_the_low_columns(films: list[tuple[Any, Any]]) -> None:
    for _, masks in films:
        right, left, heart = (float(np.argwhere(one)[:, 1].mean()) for one in masks)
        assert right < heart < left


def test_outlines_agree_with_what_was_drawn(graph: Any, films: list[tuple[Any, Any]]) -> None:
    for film, masks in films:
        found = ask(graph, film=film[None, None])
        lungs = found["lungs"][0, 0]
        assert dice(lungs == 1, masks[0]) > 0.85
        assert dice(lungs == 2, masks[1]) > 0.85
        assert dice(found["heart"][0, 0] > 0, masks[2]) > 0.8


def test_ratio_is_columns_of_the_heart_over_columns_of_the_chest(
    graph: Any, films: list[tuple[Any, Any]]
) -> None:
    for film, _ in films:
        found = ask(graph, film=film[None, None])
        lungs = found["lungs"][0, 0]
        masks = np.stack([lungs == 1, lungs == 2, found["heart"][0, 0] > 0])
        assert float(found["ratio"][0]) == pytest.approx(lungs_rules.ratio_of(masks), abs=0.01)
        np.testing.assert_allclose(found["area_percent"][2], 100 * masks[2].mean(), atol=1e-3)


def test_grey_scale_and_depth_do_not_change_the_answer(graph: Any, films: list[tuple[Any, Any]]) -> None:
    film = films[0][0]
    one, other = ask(graph, film=film[None, None]), ask(graph, film=(film * 16 + 300)[None, None])
    assert (one["lungs"] != other["lungs"]).mean() < 0.002
    assert float(one["ratio"][0]) == pytest.approx(float(other["ratio"][0]), abs=0.02)


@pytest.fixture(scope="module")
def client() -> Iterator[ModelClient]:
    one = ModelClient()
    yield one
    one.close()


def given(film: Any, **attributes: str) -> ModelInput:
    """A film with pixels of 2 mm."""
    affine = np.zeros((4, 4))
    affine[2, 0], affine[1, 1], affine[0, 2], affine[3, 3] = 1.0, 2.0, 2.0, 1.0
    told = {"modality": "DX", "body_part": "CHEST", "photometric": "MONOCHROME2", **attributes}
    return ModelInput(pixels=film[None].astype(np.uint16), affine=affine, in_patient=False, attributes=told)


@pytest.mark.parametrize(
    "film",
    [np.zeros((200, 160)), np.random.default_rng(3).integers(0, 4000, (200, 160))],
    ids=["empty", "noise"],
)
def test_what_is_no_chest_film_is_refused_in_words(client: ModelClient, film: Any) -> None:
    output = client.run(load_bundle(LUNGS), given(film), providers=("CPUExecutionProvider",))
    assert output.state is OutputState.NOT_APPLICABLE
    assert "Nothing is said about heart or lungs" in str(output.reason_facts)


def test_a_lateral_view_is_refused_unread(client: ModelClient, films: list[tuple[Any, Any]]) -> None:
    output = client.run(load_bundle(LUNGS), given(films[0][0], view_position="LL"))
    assert output.state is OutputState.NOT_APPLICABLE


def test_the_heart_is_marked_where_it_lies(client: ModelClient, films: list[tuple[Any, Any]]) -> None:
    """Left of the middle of the chest, for the reader's right hand: columns run to the patient's left."""
    for film, masks in films:
        output = client.run(load_bundle(LUNGS), given(film), providers=("CPUExecutionProvider",))
        assert output.state in {OutputState.POSITIVE, OutputState.NEGATIVE}, output.reason_facts
        for finding in output.detections:
            heart = np.argwhere(masks[2])[:, 1].mean() * 2.0
            assert finding.center is not None
            assert finding.center[0] == pytest.approx(heart, abs=20)
