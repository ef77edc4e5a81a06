"""The mammography graph on drawn breasts whose areas are worked out by hand, and through the product's own run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from inference.bundle import load_bundle
from inference.client import ModelClient
from inference.types import ModelInput, OutputState
from tests.support.starters import MAMMOGRAM, ask, manifest_of, session

import synthetic  # isort: skip - on the path only after tests.support.starters

DENSE_PERCENT = 100 * 13_000 / 89_849  # see synthetic.mammogram


@pytest.fixture(scope="module")
def graph() -> Any:  # Any: onnxruntime brings no types
    return session(MAMMOGRAM)


def look(graph: Any, film: Any) -> dict[str, Any]:
    return ask(graph, film=np.ascontiguousarray(film[None, None]))


def test_percent_density_is_the_share_that_was_drawn(graph: Any) -> None:
    found = look(graph, synthetic.mammogram())
    assert float(found["dense_percent"][0]) == pytest.approx(DENSE_PERCENT, abs=1.0)
    assert found["density_class"].tolist() == [1.0]
    assert found["breast_found"].tolist() == [1.0]
    assert found["muscle_found"].tolist() == [0.0]
    # Half an ellipse of 89,849 pixels in a square of 512.
    assert float(found["breast_percent"][0]) == pytest.approx(100 * 89_849 / 512**2, abs=0.7)


def test_a_mirrored_film_gives_mirrored_maps_and_the_same_figures(graph: Any) -> None:
    film = synthetic.golden_mammogram()
    one, other = look(graph, film), look(graph, film[:, ::-1])
    assert float(one["dense_percent"][0]) == pytest.approx(float(other["dense_percent"][0]), abs=0.1)
    for name in ("tissue", "clusters"):
        np.testing.assert_array_equal(one[name], other[name][..., ::-1])


def test_maps_lie_over_the_film(graph: Any) -> None:
    film = synthetic.mammogram()
    tissue = look(graph, film)["tissue"][0, 0]
    assert tissue.shape == film.shape  # 512 rows are the map's own side
    dense = np.zeros(film.shape, dtype=bool)
    dense[synthetic.MG_DENSE] = True
    assert 2 * ((tissue == 2) & dense).sum() / ((tissue == 2).sum() + dense.sum()) > 0.97


def test_the_muscle_is_found_in_its_corner_and_is_no_dense_tissue(graph: Any) -> None:
    found = look(graph, synthetic.mammogram(muscle=True))
    assert found["muscle_found"].tolist() == [1.0]
    rows, columns = np.mgrid[0:512, 0:384]
    drawn = columns / 150 + rows / 240 < 1
    muscle = found["tissue"][0, 0] == 3
    assert 2 * (muscle & drawn).sum() / (muscle.sum() + drawn.sum()) > 0.9
    breast = ((rows - 256) / 220) ** 2 + (columns / 260) ** 2 < 1
    share = 100 * 13_000 / float((breast & ~drawn).sum())
    assert float(found["dense_percent"][0]) == pytest.approx(share, abs=1.5)


def test_many_spots_close_together_are_a_cluster_and_few_are_none(graph: Any) -> None:
    threshold = manifest_of(MAMMOGRAM)["viewer"]["outputs"][0]["threshold"]
    many, few = (look(graph, synthetic.mammogram(specks=count)) for count in (9, 3))
    assert float(many["cluster_score"][0]) >= threshold > float(few["cluster_score"][0])
    marked = np.argwhere(many["clusters"][0, 0])
    assert np.abs(marked.mean(axis=0) - (390, 70)).max() < 8
    assert not few["clusters"].any()


@pytest.mark.parametrize("film", [np.zeros((300, 200)), np.full((300, 200), 9.0), np.eye(256) * 1000])
def test_what_is_no_breast_is_not_found_and_finite(graph: Any, film: Any) -> None:
    found = look(graph, film.astype(np.float32))
    assert found["breast_found"].tolist() == [0.0]
    assert all(np.isfinite(values).all() for values in found.values())


@pytest.fixture(scope="module")
def client() -> Iterator[ModelClient]:
    one = ModelClient()
    yield one
    one.close()


def given(film: Any, **attributes: str) -> ModelInput:
    """A film with pixels of 0.5 mm."""
    affine = np.diag([1.0, 0.0, 0.0, 1.0])
    affine[1, 1] = affine[0, 2] = 0.5
    affine[0, 0], affine[2, 0] = 0.0, 1.0
    told = {
        "modality": "MG",
        "photometric": "MONOCHROME2",
        "sop_class_uid": "1.2.840.10008.5.1.4.1.1.1.2",
        **attributes,
    }
    return ModelInput(pixels=film[None].astype(np.uint16), affine=affine, in_patient=False, attributes=told)


def test_the_product_marks_the_cluster_where_it_lies(client: ModelClient) -> None:
    output = client.run(
        load_bundle(MAMMOGRAM), given(synthetic.mammogram(specks=9)), providers=("CPUExecutionProvider",)
    )
    assert output.state is OutputState.POSITIVE, output.reason_facts
    [finding] = output.detections
    assert finding.center is not None
    assert finding.center[0] == pytest.approx(35, abs=5)
    assert finding.center[1] == pytest.approx(195, abs=5)


def test_images_for_processing_are_refused(client: ModelClient) -> None:
    film = given(synthetic.mammogram(), sop_class_uid="1.2.840.10008.5.1.4.1.1.1.2.1")
    assert client.run(load_bundle(MAMMOGRAM), film).state is OutputState.NOT_APPLICABLE


def test_manifest_says_that_it_is_no_cancer_detector() -> None:
    assert "not a cancer detector" in " ".join(manifest_of(MAMMOGRAM)["viewer"]["regulatory"]["not_for"])
