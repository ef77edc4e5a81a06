from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from app.analysis.figures import Outcome, figures
from app.analysis.labels import Case
from app.analysis.shortcuts import Glimpse
from app.domain.finding import RunState

BLANK = Glimpse(np.zeros(256), np.zeros(64))


def outcomes(sick: int, well: int, missed: int = 0, alarms: int = 0) -> list[Outcome]:
    """So many cases; the first of each class are called wrongly."""
    made = []
    for number in range(sick + well):
        is_sick = number < sick
        wrong = number < missed if is_sick else number - sick < alarms
        state = RunState.POSITIVE if is_sick != wrong else RunState.NEGATIVE
        score = (0.8 if state is RunState.POSITIVE else 0.2) + 0.0001 * number
        case = Case(f"{number}.png", Path(f"{number}.png"), is_sick, f"p{number}")
        made.append(Outcome(case, state, score, 0.5, provider="CPUExecutionProvider", glimpse=BLANK))
    return made


def spoiled(state: RunState, score: float | None = None) -> Outcome:
    return Outcome(Case("x.png", Path("x.png"), True, "px"), state, score, 0.5, "why", glimpse=BLANK)


def test_rates_are_those_of_their_own_class() -> None:
    found = figures(outcomes(100, 300, missed=19, alarms=30))
    assert (found["n"], found["n_positive"], found["prevalence"]) == (400, 100, 0.25)
    assert found["sensitivity"]["value"] == 0.81
    assert found["sensitivity"]["ci95"] == pytest.approx([0.7222, 0.8749], abs=5e-5)
    assert found["specificity"]["value"] == 0.9
    assert found["seconds_per_study"] == 0.5
    assert found["providers"] == ["CPUExecutionProvider"]
    assert not [words for words in found["warnings"] if "400" in words]


def test_what_did_not_run_is_counted_apart_and_never_as_negative() -> None:
    lost = [spoiled(state) for state in (RunState.NOT_APPLICABLE, RunState.FAILED, RunState.INCONSISTENT)]
    with_lost, without = figures([*outcomes(30, 30), *lost]), figures(outcomes(30, 30))
    for name in ("n", "n_positive", "auc", "sensitivity", "specificity", "baselines"):
        assert with_lost[name] == without[name]
    assert with_lost["states"] == {
        "positive": 30,
        "negative": 30,
        "not_applicable": 1,
        "failed": 1,
        "inconsistent": 1,
    }
    assert [one["reason"] for one in with_lost["not_counted"]] == ["why"] * 3
    assert any("3 of 63" in words for words in with_lost["warnings"])


def test_a_case_without_a_score_is_not_counted_and_says_so() -> None:
    found = figures(
        [*outcomes(30, 30), Outcome(spoiled(RunState.NEGATIVE).case, RunState.NEGATIVE, None, 0.1)]
    )
    assert found["n"] == 60
    assert found["not_counted"][0]["reason"] == "the model gave no score for the study"


def test_rates_are_refused_under_twenty_of_a_class() -> None:
    found = figures(outcomes(19, 40))
    assert found["sensitivity"]["value"] is None
    assert "fewer than 20" in found["sensitivity"]["reason"]
    assert found["specificity"]["value"] == 1.0


def test_nothing_at_all_gives_no_figure() -> None:
    found = figures([])
    assert (found["n"], found["auc"]["value"], found["sensitivity"]["value"], found["prevalence"]) == (
        0,
        None,
        None,
        None,
    )


def test_a_perfect_parting_is_not_sold_as_certainty() -> None:
    found = figures(outcomes(30, 30))
    assert found["auc"]["value"] == 1.0
    assert any("without a single mistake" in words for words in found["warnings"])


def test_a_package_that_a_baseline_beats_is_called_so() -> None:
    told = []
    for one in outcomes(60, 60, missed=24, alarms=24):
        thumbnail = np.full(256, float(one.case.is_positive))
        told.append(Outcome(one.case, one.state, one.score, 0.5, glimpse=Glimpse(thumbnail, np.zeros(64))))
    found = figures(told)
    assert found["baselines"]["thumbnail_16"]["auc"] == 1.0
    assert found["baselines"]["border_12px"]["auc"] == 0.5
    assert any("cannot see disease" in words for words in found["warnings"])


def test_baselines_do_not_look_at_volumes() -> None:
    plain = [Outcome(one.case, one.state, one.score, 0.5) for one in outcomes(30, 30)]
    found = figures(plain)["baselines"]["thumbnail_16"]
    assert found["auc"] is None
    assert "volumes" in found["reason"]
