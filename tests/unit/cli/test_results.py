"""A result as the command line tells it: score beside threshold, units as people write them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.cli.results import summary
from app.domain.codes import HOUNSFIELD
from app.domain.finding import AnalysisResult, Quantity
from app.domain.volume import Space
from app.support.i18n import use_language
from tests.support.ui import ball_finding, ct_result, write_ct


@pytest.fixture
def result(tmp_path: Path) -> AnalysisResult:
    found = replace(
        ball_finding(), label="Dense left lung", side="left", site="left lung", score=0.0511, threshold=0.05
    )
    made = ct_result(write_ct(tmp_path / "ct", slices=12), found)
    return replace(made, measures=(Quantity("mean", -871.7, HOUNSFIELD),))


@pytest.fixture
def russian() -> Iterator[None]:
    use_language("ru")
    yield
    use_language("en")


def test_score_threshold_and_place_stand_together_with_plain_units(
    result: AnalysisResult, tmp_path: Path
) -> None:
    """RQ-12."""
    told = "\n".join(summary(result, tmp_path))
    assert "1. Dense left lung, left lung, score 0.051 ≥ 0.050, at (16.0; 0.0; 30.0) mm (LPS)" in told
    assert "-872 HU" in told
    assert "hnsf" not in told


def test_a_place_of_the_image_alone_is_not_called_a_place_of_the_patient(
    result: AnalysisResult, tmp_path: Path
) -> None:
    told = "\n".join(summary(replace(result, space=Space.IMAGE), tmp_path))
    assert "LPS" not in told
    assert "from the first pixel; where that lies in the patient is not known" in told


@pytest.mark.usefixtures("russian")
def test_in_russian_names_and_decimal_marks_are_russian(result: AnalysisResult, tmp_path: Path) -> None:
    told = "\n".join(summary(result, tmp_path))
    assert "Левое лёгкое: уплотнение" in told
    assert "0,051 ≥ 0,050" in told
    assert "-872 HU" in told
