"""RQ-07: a result that contradicts itself is inconsistent, by the rule that it breaks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from app.analysis.consistency import contradictions
from app.analysis.package_facts import PackageFacts
from inference.types import Measure, ModelOutput, OutputState
from tests.support.analysis import FACTS, ct_volume, heat_on, labels_on, output_of, spot

VOLUME = ct_volume()
REGION = np.zeros(VOLUME.pixels.shape)
REGION[2, 20:30, 40:50] = 1  # 100 voxels of 9 mm3: 0.9 mL


def region(volume_ml: float, label: int = 1, key: str = "volume") -> ModelOutput:
    found = spot(label_map="lungs", label=label, measures=(Measure(key, volume_ml, "mL"),))
    return output_of(found, label_maps=(labels_on(VOLUME, REGION, {1: "spot"}),))


def keys(output: ModelOutput, facts: PackageFacts = FACTS) -> list[str]:
    return [broken.reason_key.rpartition(".")[2] for broken in contradictions(output, facts, VOLUME)]


@pytest.mark.parametrize(
    "output",
    [
        output_of(spot(), study_score=0.9),
        output_of(state=OutputState.NEGATIVE, study_score=0.1),
        output_of(spot(score=0.4), state=OutputState.NEGATIVE),
        output_of(spot(side="left"), maps=(heat_on(VOLUME),)),
        output_of(spot(), measures=(Measure("share", 100.0, "%"),)),
        region(0.9),
        region(0.0, label=2),
        region(1884.0, key="lung_ml"),
        output_of(state=OutputState.NOT_APPLICABLE),
        output_of(state=OutputState.FAILED),
    ],
)
def test_a_result_that_agrees_with_itself_is_left_alone(output: ModelOutput) -> None:
    assert keys(output) == []


@pytest.mark.parametrize(
    ("output", "key"),
    [
        (output_of(), "positive_without_findings"),
        (output_of(spot(), state=OutputState.NEGATIVE), "negative_with_findings"),
        (output_of(spot(score=0.4), spot(score=0.1)), "positive_below_threshold"),
        (output_of(spot(), study_score=0.2), "study_score"),
        (output_of(spot(), study_score=float("nan")), "no_number"),
        (output_of(spot(score=float("inf"))), "no_number"),
        (output_of(spot(), measures=(Measure("share", float("nan"), "%"),)), "no_number"),
        (output_of(spot(), measures=(Measure("share", 101.0, "%"),)), "share_out_of_range"),
        (output_of(spot(), maps=(heat_on(VOLUME, np.full(VOLUME.pixels.shape, np.nan)),)), "map_broken"),
        (output_of(spot(), maps=(replace(heat_on(VOLUME), affine=np.zeros((4, 4))),)), "map_broken"),
        (output_of(spot(), maps=(heat_on(VOLUME), heat_on(VOLUME))), "map_twice"),
        (region(0.9, label=2), "region_empty"),
        (region(1.8), "volume_differs"),
        (output_of(spot(label_map="nowhere", label=1)), "region_empty"),
        (output_of(spot((20.0, 0.0, 900.0))), "outside_picture"),
        (output_of(spot(side="right")), "side_differs"),
        (output_of(spot(), state=OutputState.NOT_APPLICABLE), "findings_without_run"),
        (output_of(spot(), state=OutputState.FAILED), "findings_without_run"),
    ],
)
def test_each_contradiction_is_caught_by_its_own_rule(output: ModelOutput, key: str) -> None:
    assert keys(output) == [key]


def test_a_threshold_of_the_manifest_counts_where_the_finding_brings_none() -> None:
    assert keys(output_of(spot(threshold=None), state=OutputState.NEGATIVE)) == ["negative_with_findings"]


def test_a_study_score_without_a_threshold_of_its_own_proves_nothing() -> None:
    assert keys(output_of(spot(), study_score=0.2), replace(FACTS, study_threshold=None)) == []
