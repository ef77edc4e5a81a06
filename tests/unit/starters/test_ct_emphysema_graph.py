"""The emphysema graph on made-up torsos whose answers are worked out by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.support.starters import EMPHYSEMA, ask_ct, session

import synthetic  # isort: skip - on the path only after tests.support.starters

LUNG_ML = 2073.6  # 32 x 48 x 30 voxels of 45 mm3
LEFT_ROWS, LEFT_COLUMNS = synthetic.LUNG_BOX["left"][1:]


@pytest.fixture(scope="module")
def graph() -> Any:  # Any: onnxruntime brings no types
    return session(EMPHYSEMA)


def test_aerated_lungs_have_no_low_attenuation(graph: Any) -> None:
    found = ask_ct(graph, synthetic.box_torso({}), synthetic.SPACING_MM)
    np.testing.assert_allclose(found["lung_ml"], [LUNG_ML, LUNG_ML], rtol=1e-3)
    assert found["laa_percent"].tolist() == [0.0, 0.0]
    np.testing.assert_allclose(found["hu_15th"], [-860.0, -860.0], atol=0.3)


@pytest.mark.parametrize("slices", [4, 8, 16])
def test_share_of_dark_slices_is_found_in_the_left_lung(graph: Any, slices: int) -> None:
    dark = {"left": (slice(40 - slices, 40), LEFT_ROWS, LEFT_COLUMNS)}
    found = ask_ct(graph, synthetic.box_torso(dark, synthetic.DARK_HU), synthetic.SPACING_MM)
    percent = 100.0 * slices / 32
    assert found["laa_own_pixels_percent"].tolist() == pytest.approx([0.0, percent], abs=0.1)
    # At the rim of the lung pixels of 1.5 mm are part chest wall here, so a little of the share is lost there.
    assert percent * 0.93 <= float(found["laa_percent"][1]) <= percent
    assert found["laa_percent"][0] == 0.0


def test_fifteenth_percentile_lies_between_dark_and_aerated_by_the_share(graph: Any) -> None:
    few = {
        "left": (slice(36, 40), LEFT_ROWS, LEFT_COLUMNS)
    }  # 12.5 %: the percentile is still that of aerated lung
    many = {"left": (slice(32, 40), LEFT_ROWS, LEFT_COLUMNS)}  # 25 %
    levels = [
        float(ask_ct(graph, synthetic.box_torso(dark, synthetic.DARK_HU), synthetic.SPACING_MM)["hu_15th"][1])
        for dark in (few, many)
    ]
    assert levels == pytest.approx([-860.0, -970.0], abs=1.0)


def test_a_bulla_as_dark_as_air_is_lung(graph: Any) -> None:
    bulla = {"right": (slice(14, 26), slice(40, 60), slice(30, 44))}  # 60 x 60 x 42 mm: 7.3 % of the lung
    found = ask_ct(graph, synthetic.box_torso(bulla, -1000.0), synthetic.SPACING_MM)
    np.testing.assert_allclose(found["lung_ml"], [LUNG_ML, LUNG_ML], rtol=2e-3)
    assert float(found["laa_percent"][0]) == pytest.approx(100 * 12 * 20 * 14 / (32 * 48 * 30), abs=0.5)


def test_a_bulla_at_the_chest_wall_is_lung(graph: Any) -> None:
    bulla = {"right": (slice(14, 26), slice(40, 60), slice(22, 36))}  # from the wall inwards
    found = ask_ct(graph, synthetic.box_torso(bulla, -1000.0), synthetic.SPACING_MM)
    np.testing.assert_allclose(found["lung_ml"], [LUNG_ML, LUNG_ML], rtol=5e-3)


def test_the_trachea_is_no_emphysema(graph: Any) -> None:
    torso = synthetic.box_torso({})
    torso[20:48, 40:46, 57:63] = -1000.0  # a tube of 18 mm between the lungs, up to the top of the scan
    found = ask_ct(graph, torso, synthetic.SPACING_MM)
    np.testing.assert_allclose(found["lung_ml"], [LUNG_ML, LUNG_ML], rtol=5e-3)
    assert max(found["laa_percent"].tolist()) < 0.3


def test_stomach_gas_is_no_lung(graph: Any) -> None:
    torso = synthetic.box_torso({})
    torso[1:7, 40:70, 60:95] = -1000.0
    found = ask_ct(graph, torso, synthetic.SPACING_MM)
    np.testing.assert_allclose(found["lung_ml"], [LUNG_ML, LUNG_ML], rtol=0.02)


def test_noise_of_a_sharp_kernel_lifts_the_share_on_own_pixels_only(graph: Any) -> None:
    torso = np.repeat(np.repeat(synthetic.box_torso({}), 4, axis=1), 4, axis=2)  # pixels of 0.75 mm
    torso += np.random.default_rng(5).normal(0, 60, torso.shape).astype(np.float32)
    found = ask_ct(graph, torso.astype(np.float32), (5.0, 0.75, 0.75))
    # 90 HU below the mean are 1.5 deviations: 6.7 % of the scan's own pixels; a mean of 2 x 2 has half the deviation.
    assert found["laa_own_pixels_percent"].tolist() == pytest.approx([6.7, 6.7], abs=0.7)
    assert max(found["laa_percent"].tolist()) < 1.0


def test_no_lungs_means_not_found_and_finite(graph: Any) -> None:
    found = ask_ct(graph, np.full((30, 64, 64), 40.0, dtype=np.float32), (5.0, 3.0, 3.0))
    assert found["lungs_found"].tolist() == [0.0]
    assert all(np.isfinite(values).all() for values in found.values())
