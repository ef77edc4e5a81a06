"""The radiograph graph: its map adds up to its answer, and reads films of any exposure and size."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import numpy_helper

from inference.bundle import load_bundle
from inference.client import ModelClient
from inference.types import ModelInput, OutputState
from tests.support.starters import CXR, ask, metrics_of, session

import synthetic  # isort: skip - on the path only after tests.support.starters

Film = NDArray[np.float32]
CELLS = 10


@pytest.fixture(scope="module")
def graph() -> Any:  # Any: onnxruntime brings no types
    return session(CXR)


def films() -> list[Film]:
    """Made-up films: the golden one, and smooth random fields of several shapes."""
    rng = np.random.default_rng(7)
    made = [synthetic.golden_film()]
    for rows, columns in ((224, 224), (300, 180), (97, 401)):
        coarse = rng.random((8, 8)).astype(np.float32)
        made.append(
            np.kron(coarse, np.ones((rows // 8 + 1, columns // 8 + 1), dtype=np.float32))[:rows, :columns]
        )
    return made


def score_of(graph: Any, film: Film) -> float:
    return float(ask(graph, film=film[None, None])["score"][0, 0])


@pytest.mark.parametrize("place", range(4))
def test_mean_of_the_map_is_the_logit(graph: Any, place: int) -> None:
    """RQ-41: the class activation map is exact."""
    found = ask(graph, film=films()[place][None, None])
    assert found["cam"].shape == (1, 1, CELLS, CELLS)
    assert float(found["cam"].mean()) == pytest.approx(float(found["logit"][0, 0]), abs=1e-4)


def test_map_is_the_features_weighed_by_the_head(graph: Any) -> None:
    """The textbook sum, by numpy on the last features, equals the graph's own map."""
    model = onnx.load(str(CXR / "models/model.onnx"))
    maker = next(node for node in model.graph.node if "cam" in node.output)
    model.graph.output.append(
        onnx.helper.make_tensor_value_info(maker.input[0], onnx.TensorProto.FLOAT, None)
    )
    constants = {one.name: numpy_helper.to_array(one) for one in model.graph.initializer}
    import onnxruntime

    bigger = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    found = ask(bigger, film=synthetic.golden_film()[None, None])
    head, bias = constants[maker.input[1]].ravel(), float(constants[maker.input[2]].ravel()[0])
    by_hand = np.einsum("c,chw->hw", head, found[maker.input[0]][0]) + bias
    assert found[maker.input[0]].shape == (1, head.size, CELLS, CELLS)
    np.testing.assert_allclose(found["cam"][0, 0], by_hand, atol=1e-4)
    assert float(by_hand.mean()) == pytest.approx(float(found["logit"][0, 0]), abs=1e-4)


def test_heat_is_the_map_on_a_fixed_scale(graph: Any) -> None:
    scale = metrics_of(CXR)["scale"]
    found = ask(graph, film=synthetic.golden_film()[None, None])
    span = scale["top_logit"] - scale["operating_logit"]
    wanted = np.clip((found["cam"] - scale["operating_logit"]) / span, 0, 1)
    np.testing.assert_allclose(found["heat"], wanted, atol=1e-5)
    assert found["heat"].min() >= 0
    assert found["heat"].max() <= 1


@pytest.mark.parametrize(("gain", "offset"), [(16.0, 0.0), (1.0, -500.0), (0.25, 100.0)])
def test_exposure_and_bit_depth_do_not_change_the_score(graph: Any, gain: float, offset: float) -> None:
    film = synthetic.golden_film()
    assert score_of(graph, film * np.float32(gain) + np.float32(offset)) == pytest.approx(
        score_of(graph, film), abs=1e-3
    )


def test_the_outer_border_is_not_read(graph: Any) -> None:
    film = np.kron(synthetic.golden_film(), np.ones((5, 5), dtype=np.float32))
    marked = film.copy()
    rows, columns = film.shape
    edge = (int(rows * 8 / 224), int(columns * 8 / 224))
    marked[: edge[0], :], marked[:, : edge[1]] = film.max() * 3, 0.0
    assert score_of(graph, marked) == pytest.approx(score_of(graph, film), abs=1e-4)


def test_a_spot_moves_the_map_on_its_own_side(graph: Any) -> None:
    """RQ-42: no axis is turned round between film and map.

    How near the answer lies to the spot is the encoder's own doing. The grid itself is held by the tests of
    preprocessing geometry.
    """
    film = np.full((448, 320), 1000.0, dtype=np.float32)
    film += np.linspace(0, 800, 448, dtype=np.float32)[:, None]
    before = ask(graph, film=film[None, None])["cam"][0, 0]
    for row, column in ((110, 90), (110, 230), (340, 90), (340, 230)):
        spotted = film.copy()
        spotted[row - 14 : row + 14, column - 10 : column + 10] += 120.0
        change = np.abs(ask(graph, film=spotted[None, None])["cam"][0, 0] - before)
        found_row, found_column = np.unravel_index(int(change.argmax()), change.shape)
        assert abs(found_row - (row / 448 * CELLS - 0.5)) <= 1.5
        assert abs(found_column - (column / 320 * CELLS - 0.5)) <= 1.0


def test_blank_film_gives_finite_numbers(graph: Any) -> None:
    found = ask(graph, film=np.zeros((1, 1, 50, 40), dtype=np.float32))
    assert all(np.isfinite(values).all() for values in found.values())


@pytest.fixture(scope="module")
def client() -> Iterator[ModelClient]:
    one = ModelClient()
    yield one
    one.close()


def as_input(film: Film, *, inverted: bool = False, **attributes: str) -> ModelInput:
    told = {
        "modality": "DX",
        "body_part": "CHEST",
        "view_position": "PA",
        "photometric": "MONOCHROME2",
        **attributes,
    }
    grid = np.diag([1.0, 0.2, 0.2, 1.0])[[2, 1, 0, 3]]
    grid = np.array([[0, 0, 0.2, 0], [0, 0.2, 0, 0], [1.0, 0, 0, 0], [0, 0, 0, 1.0]])
    return ModelInput(
        pixels=film.astype(np.uint16)[None], affine=grid, inverted=inverted, in_patient=False, attributes=told
    )


def test_monochrome1_gives_the_same_score(client: ModelClient) -> None:
    film = np.round(synthetic.golden_film())
    turned = film.max() + film.min() - film
    one = client.run(load_bundle(CXR), as_input(film), providers=("CPUExecutionProvider",))
    two = client.run(
        load_bundle(CXR),
        as_input(turned, inverted=True, photometric="MONOCHROME1"),
        providers=("CPUExecutionProvider",),
    )
    assert one.state in (OutputState.POSITIVE, OutputState.NEGATIVE), one.reason_key
    assert one.study_score == pytest.approx(two.study_score, abs=1e-5)


def test_heat_covers_the_whole_film(client: ModelClient) -> None:
    output = client.run(
        load_bundle(CXR), as_input(synthetic.golden_film()), providers=("CPUExecutionProvider",)
    )
    [heat] = output.maps
    corners = [
        heat.affine @ np.array([0, row, column, 1.0])
        for row, column in ((-0.5, -0.5), (CELLS - 0.5, CELLS - 0.5))
    ]
    np.testing.assert_allclose([corner[:2] for corner in corners], [(-0.1, -0.1), (15.9, 19.1)], atol=1e-6)


@pytest.mark.parametrize(
    "attributes",
    [{"view_position": "LL"}, {"modality": "MG"}, {"body_part": "HAND"}],
    ids=["lateral", "MG", "hand"],
)
def test_other_pictures_are_not_applicable(client: ModelClient, attributes: dict[str, str]) -> None:
    given = as_input(synthetic.golden_film(), inverted=False, **attributes)
    assert client.run(load_bundle(CXR), given).state is OutputState.NOT_APPLICABLE
