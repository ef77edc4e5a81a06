"""RQ-53: a simulated shift is found, and weeks without one raise at most one false alarm in twenty."""

from __future__ import annotations

import numpy as np
import pytest

from app.analysis.drift import P_LIMIT, PSI_LIMIT, Week, alarms, ks_p_value, psi

MAKERS = ("north", "south", "east")


def a_week(draws: np.random.Generator, name: str, shift: float = 0.0, share: float = 0.5) -> Week:
    reference = np.random.default_rng(7)
    before = reference.beta(2, 5, 400)
    sent = reference.choice(MAKERS, 400, p=(0.5, 0.3, 0.2)).tolist()
    now = draws.beta(2, 5, 60) + shift
    rest = (1 - share) * 0.6, (1 - share) * 0.4
    came = draws.choice(MAKERS, 60, p=(share, *rest)).tolist()
    return Week(name, 60, ks_p_value(before.tolist(), now.tolist()), (("maker", psi(sent, came)),))


def test_rq53_twenty_null_weeks_raise_at_most_one_alarm() -> None:
    for seed in range(10):
        draws = np.random.default_rng(seed)
        assert len(alarms([a_week(draws, str(n)) for n in range(20)])) <= 1


@pytest.mark.parametrize(("shift", "share"), [(0.15, 0.5), (0.0, 0.05)])
def test_rq53_a_shift_of_scores_or_of_scanners_is_found_in_its_second_week(
    shift: float, share: float
) -> None:
    draws = np.random.default_rng(11)
    weeks = [a_week(draws, f"null {n}") for n in range(8)]
    weeks += [a_week(draws, f"off {n}", shift, share) for n in range(4)]
    found = alarms(weeks)
    assert "off 1" in found
    assert not any(name.startswith("null") for name in found)


def test_rq53_ks_equals_scipy_and_psi_equals_its_formula() -> None:
    from scipy.stats import kstest

    draws = np.random.default_rng(5)
    first, second = draws.normal(size=200), draws.normal(0.3, size=90)
    assert ks_p_value(first.tolist(), second.tolist()) == pytest.approx(kstest(first, second).pvalue)
    before, now = ["a"] * 500 + ["b"] * 500, ["a"] * 800 + ["b"] * 200
    by_hand = 0.3 * np.log(0.8 / 0.5) + (-0.3) * np.log(0.2 / 0.5)
    assert psi(before, now) == pytest.approx(by_hand - 2 / 1000)


def test_rq53_few_cases_say_nothing() -> None:
    assert ks_p_value([0.1] * 19, [0.2] * 50) is None
    assert psi(["a"] * 50, ["b"] * 19) is None
    assert not Week("w", 5, None, (("maker", None),)).is_off
    assert Week("w", 5, P_LIMIT / 2, ()).is_off
    assert Week("w", 5, None, (("maker", PSI_LIMIT * 2),)).is_off
