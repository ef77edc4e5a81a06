"""The CT graph on made-up torsos whose answers are worked out by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from inference.bundle import load_bundle
from inference.client import ModelClient
from inference.types import ModelInput, OutputState
from tests.support.starters import CT, ask_ct, session

import synthetic  # isort: skip - on the path only after tests.support.starters

LUNG_ML = 2073.6  # 32 x 48 x 30 voxels of 45 mm3
LEFT_ROWS, LEFT_COLUMNS = synthetic.LUNG_BOX["left"][1:]
RIGHT_ROWS, RIGHT_COLUMNS = synthetic.LUNG_BOX["right"][1:]
Volume = NDArray[np.float32]


@pytest.fixture(scope="module")
def graph() -> Any:  # Any: onnxruntime brings no types
    return session(CT)


def test_clear_lungs_have_their_volume_and_no_dense_share(graph: Any) -> None:
    found = ask_ct(graph, synthetic.box_torso({}), synthetic.SPACING_MM)
    np.testing.assert_allclose(found["lung_ml"], [LUNG_ML, LUNG_ML], rtol=1e-3)
    np.testing.assert_allclose(found["dense_percent"], [0.0, 0.0], atol=0.05)
    assert found["grade"].tolist() == [0.0]
    assert found["lungs_found"].tolist() == [1.0]


@pytest.mark.parametrize(
    ("slices", "percent", "grade"), [(8, 25.0, 1), (12, 37.5, 2), (20, 62.5, 3), (28, 87.5, 4)]
)
def test_share_and_grade_of_ground_glass_in_whole_slices(
    graph: Any, slices: int, percent: float, grade: int
) -> None:
    glass = {"left": (slice(40 - slices, 40), LEFT_ROWS, LEFT_COLUMNS)}
    found = ask_ct(graph, synthetic.box_torso(glass), synthetic.SPACING_MM)
    np.testing.assert_allclose(found["dense_percent"], [0.0, percent], atol=0.1)
    np.testing.assert_allclose(found["solid_percent"], [0.0, 0.0], atol=0.05)
    assert found["grade"].tolist() == [grade]


def test_solid_block_inside_a_lung_counts_as_consolidation(graph: Any) -> None:
    block = {"right": (slice(16, 32), slice(38, 62), slice(29, 45))}  # 16 x 24 x 16 of 32 x 48 x 30 = 13.33 %
    found = ask_ct(graph, synthetic.box_torso(block, synthetic.SOLID_HU), synthetic.SPACING_MM)
    np.testing.assert_allclose(found["lung_ml"], [LUNG_ML, LUNG_ML], rtol=2e-3)
    # The smoothed rim of the block stays above -700 HU, so the dense block is a little larger than the true one.
    assert 13.33 <= float(found["dense_percent"][0]) <= 16.5
    assert 12.0 <= float(found["solid_percent"][0]) <= 14.5
    assert float(found["dense_percent"][1]) < 0.05


def test_ground_glass_and_consolidation_are_told_apart_and_add_up(graph: Any) -> None:
    parts = {
        "left": (slice(32, 40), LEFT_ROWS, LEFT_COLUMNS),  # a quarter of the left lung
    }
    torso = synthetic.box_torso(parts)
    torso[14:26, 38:62, 29:45] = (
        synthetic.SOLID_HU
    )  # 12 x 24 x 16 of 32 x 48 x 30 voxels = 10 % of the right lung
    found = ask_ct(graph, torso, synthetic.SPACING_MM)
    np.testing.assert_allclose(found["glass_percent"][1], 25.0, atol=0.2)
    np.testing.assert_allclose(found["solid_percent"], [10.0, 0.0], atol=1.0)
    np.testing.assert_allclose(
        found["dense_percent"], found["glass_percent"] + found["solid_percent"], atol=1e-3
    )
    np.testing.assert_allclose(found["both_percent"], found["dense_percent"].mean(), atol=0.1)
    assert found["grade"].tolist() == [1.0]
    assert set(np.unique(found["texture"])) <= {0, 1, 2, 3}  # 1 is the softened rim of the block
    right, left = found["texture"][..., : 60 * found["texture"].shape[-1] // 120], found["texture"]
    assert set(np.unique(right)) <= {0, 1, 3}
    assert (left == 2).sum() > 0


def test_vessel_thinner_than_the_limit_is_not_dense_lung(graph: Any) -> None:
    rod = {"right": (slice(10, 38), slice(49, 51), slice(36, 38))}  # 6 mm square
    found = ask_ct(graph, synthetic.box_torso(rod, synthetic.SOLID_HU), synthetic.SPACING_MM)
    assert (
        float(found["dense_percent"][0]) < 0.7
    )  # against 0.24 % true volume of the rod with its smoothed rim


def test_right_lung_is_label_1_on_the_low_columns(graph: Any) -> None:
    lungs = ask_ct(graph, synthetic.golden_torso(), synthetic.SPACING_MM)["lungs"][0, 0]
    middle = lungs.shape[2] // 2
    assert set(np.unique(lungs[:, :, :middle])) == {0, 1}
    assert set(np.unique(lungs[:, :, middle:])) == {0, 2}


def test_heat_peaks_in_the_dense_part_and_is_zero_elsewhere(graph: Any) -> None:
    heat = ask_ct(graph, synthetic.golden_torso(), synthetic.SPACING_MM)["heat"][0, 0]
    slice_index, row, column = np.unravel_index(int(np.argmax(heat)), heat.shape)
    assert 32 <= slice_index < 40
    assert LEFT_COLUMNS.start <= (column + 0.5) * 120 / heat.shape[2] < LEFT_COLUMNS.stop
    assert LEFT_ROWS.start <= (row + 0.5) * 100 / heat.shape[1] < LEFT_ROWS.stop
    assert heat.max() == pytest.approx(1.0)
    assert heat[:30].max() == 0.0


def test_pixel_size_does_not_change_the_answer(graph: Any) -> None:
    torso = synthetic.golden_torso()
    finer = np.repeat(np.repeat(torso, 2, axis=1), 2, axis=2)
    one = ask_ct(graph, torso, synthetic.SPACING_MM)
    two = ask_ct(graph, finer, (5.0, 1.5, 1.5))
    np.testing.assert_allclose(one["dense_percent"], two["dense_percent"], atol=1.0)
    np.testing.assert_allclose(one["lung_ml"], two["lung_ml"], rtol=0.01)


def test_air_around_under_and_beside_the_body_is_no_lung(graph: Any) -> None:
    torso = synthetic.box_torso({})
    torso[:, 94:97, 5:115] = 100.0  # the shell of a table under the back, air between
    torso[:, 30:60, 2:3] = 100.0  # a board beside the body
    found = ask_ct(graph, torso, synthetic.SPACING_MM)
    np.testing.assert_allclose(found["lung_ml"], [LUNG_ML, LUNG_ML], rtol=1e-3)


def test_stomach_gas_and_trachea_are_no_lung(graph: Any) -> None:
    torso = synthetic.box_torso({})
    torso[1:7, 40:70, 60:95] = -1000.0  # gas below the left lung
    torso[20:48, 40:46, 57:63] = -1000.0  # a tube of 18 mm between the lungs
    found = ask_ct(graph, torso, synthetic.SPACING_MM)
    np.testing.assert_allclose(found["lung_ml"], [LUNG_ML, LUNG_ML], rtol=0.02)


@pytest.mark.parametrize(
    "volume",
    [
        np.full((30, 64, 64), -1000.0, dtype=np.float32),
        np.full((30, 64, 64), 40.0, dtype=np.float32),
        np.full((1, 8, 8), -850.0, dtype=np.float32),
    ],
    ids=["air", "tissue", "one small slice"],
)
def test_no_lungs_means_not_found(graph: Any, volume: Volume) -> None:
    found = ask_ct(graph, volume, (5.0, 3.0, 3.0))
    assert found["lungs_found"].tolist() == [0.0]
    assert all(np.isfinite(values).all() for values in found.values())


def test_a_lung_lost_to_the_chest_wall_means_not_found(graph: Any) -> None:
    lost = {"left": (slice(8, 40), slice(26, 58), LEFT_COLUMNS)}  # two thirds solid, open to the wall
    found = ask_ct(graph, synthetic.box_torso(lost, synthetic.SOLID_HU), synthetic.SPACING_MM)
    assert found["lungs_found"].tolist() == [0.0]


@pytest.fixture(scope="module")
def client() -> Iterator[ModelClient]:
    one = ModelClient()
    yield one
    one.close()


def affine(columns: float, slices: float) -> NDArray[np.float64]:
    """3 mm pixels, 5 mm slices; the signs say where columns and slices run in LPS."""
    result = np.zeros((4, 4))
    result[2, 0], result[1, 1], result[0, 2] = slices * 5.0, 3.0, columns * 3.0
    result[:, 3] = (-columns * 3.0 * 59.5, -148.5, -slices * 5.0 * 23.5, 1.0)
    return result


def as_input(volume: Volume, grid: NDArray[np.float64], **attributes: str) -> ModelInput:
    told = {"modality": "CT", "body_part": "CHEST", "photometric": "MONOCHROME2", **attributes}
    return ModelInput(
        pixels=(volume + 1024).astype(np.int16), affine=grid, intercept=-1024.0, attributes=told
    )


@pytest.mark.parametrize("columns", [1.0, -1.0], ids=["columns to the left", "columns to the right"])
@pytest.mark.parametrize("slices", [1.0, -1.0], ids=["slices to the head", "slices to the feet"])
def test_the_side_of_a_finding_is_the_side_of_the_patient(
    client: ModelClient, columns: float, slices: float
) -> None:
    torso = synthetic.golden_torso()[:: int(slices), :, :: int(columns)]
    output = client.run(
        load_bundle(CT), as_input(torso, affine(columns, slices)), providers=("CPUExecutionProvider",)
    )
    assert output.state is OutputState.POSITIVE, output.reason_facts
    [finding] = output.detections
    assert finding.side == "left"
    assert finding.score == pytest.approx(0.25, abs=2e-3)
    assert finding.center is not None
    # By hand: columns 68 to 97 of 120, rows 26 to 73 of 100, slices 32 to 39 of 48, about the centre of the box.
    # A finding's centre is the voxel of its region nearest to that: half a voxel away at most, 1.5 x 1.5 x 5 mm here.
    away = np.abs(np.subtract(finding.center, (69.0, 0.0, 60.0)))
    assert (away <= (0.75, 0.75, 2.5)).all()


def test_torso_without_lungs_is_not_applicable_and_never_negative(client: ModelClient) -> None:
    volume = np.full(synthetic.SHAPE, 40.0, dtype=np.float32)
    output = client.run(
        load_bundle(CT), as_input(volume, affine(1.0, 1.0)), providers=("CPUExecutionProvider",)
    )
    assert output.state is OutputState.NOT_APPLICABLE
    assert "No pair of whole lungs" in str(output.reason_facts)


@pytest.mark.parametrize("attributes", [{"modality": "MR"}, {"body_part": "HEAD"}], ids=["MR", "head"])
def test_other_pictures_are_not_applicable(client: ModelClient, attributes: dict[str, str]) -> None:
    given = as_input(synthetic.golden_torso(), affine(1.0, 1.0), **attributes)
    assert client.run(load_bundle(CT), given).state is OutputState.NOT_APPLICABLE
