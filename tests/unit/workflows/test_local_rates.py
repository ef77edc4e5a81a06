"""RQ-13: local error rates beside a score, only where there are cases enough; RQ-16: kinds that are always rejected."""

from __future__ import annotations

from dataclasses import replace

import pytest
from statsmodels.stats.proportion import proportion_confint

from app.domain.finding import Judgement, Marked, Reading, RejectReason, RunState, Verdict
from app.domain.readers import ReadMark
from app.ui.local_rates import rate_words
from app.workflows.local_rates import Counts, local_counts, overridden
from tests.support.findings import FRAME_OF_REFERENCE, SERIES, nodule, result_of

READ = (ReadMark("ada", "2026-11-24T10:00:00+00:00", ("r",)),)
PACKAGE = ("made-up-nodules", "1.2.0")


def a_reading(number: int, verdict: Verdict | None, *, missed: str = "", read: bool = True) -> Reading:
    """verdict: on the one claimed finding; None: the model said negative. missed: label of a reader's own mark."""
    uid = f"1.2.{number}"
    found = replace(nodule(3), finding_id=f"2.25.{number}", result_id="r")
    findings = () if verdict is None else (found,)
    state = RunState.NEGATIVE if verdict is None else RunState.POSITIVE
    result = result_of(*findings, result="r", study=uid, state=state)
    reason = RejectReason.ANATOMY if verdict is Verdict.REJECTED else None
    judged = tuple(Judgement(one, verdict or Verdict.UNREVIEWED, reason, "ada") for one in result.findings)
    own = replace(nodule(4), finding_id=f"2.25.9{number}", result_id="", label=missed, score=None)
    marked = (Marked(own, SERIES, FRAME_OF_REFERENCE, "ada"),) if missed else ()
    return Reading(uid, (result,), judged, marked=marked, reads=READ if read else ())


def test_each_study_counts_in_its_cell() -> None:
    readings = [
        a_reading(1, Verdict.ACCEPTED),
        a_reading(2, Verdict.EDITED),
        a_reading(3, Verdict.REJECTED),
        a_reading(4, None),
        a_reading(5, None, missed="made-up-nodules"),
        a_reading(6, None, missed="Fracture"),  # not what this model is for
        a_reading(7, Verdict.DEFERRED),  # nobody has decided yet
        a_reading(8, Verdict.ACCEPTED, read=False),  # nobody has finished it: counted apart
    ]
    counts = local_counts(readings)[PACKAGE]
    cells = (counts.right_positive, counts.wrong_positive, counts.right_negative, counts.wrong_negative)
    assert cells == (2, 1, 2, 1)
    assert (counts.n, counts.not_read) == (6, 1)


def test_a_rate_stands_beside_a_score_from_400_studies_on() -> None:
    few = Counts(right_positive=100, wrong_positive=40, right_negative=240, wrong_negative=19)
    enough = replace(few, wrong_negative=20)
    assert "not measured here" in rate_words(few, is_positive=True)
    low, high = proportion_confint(40, 140, method="wilson")
    expected = f"wrong here 29 % of the time ({100 * low:.0f} to {100 * high:.0f}; n 140)"
    assert rate_words(enough, is_positive=True) == expected
    low, high = proportion_confint(20, 260, method="wilson")
    assert (
        rate_words(enough, is_positive=False)
        == f"missed here in 8 % ({100 * low:.0f} to {100 * high:.0f}; n 260)"
    )


@pytest.mark.parametrize(("positive", "is_enough"), [(39, False), (40, True), (360, True), (361, False)])
def test_each_class_must_be_a_tenth(positive: int, is_enough: bool) -> None:
    counts = Counts(right_positive=positive, right_negative=400 - positive)
    assert counts.is_enough is is_enough
    assert rate_words(None, is_positive=True) == "error rate not measured here"


def test_another_version_begins_at_nothing() -> None:
    one = a_reading(1, Verdict.ACCEPTED)
    newer = replace(
        one.results[0],
        package=replace(one.results[0].package, version="2.0"),
        result_id="r2",
        state=RunState.NEGATIVE,
    )
    counts = local_counts([one, replace(a_reading(2, None), results=(newer,), judgements=())])
    assert {package: one.n for package, one in counts.items()} == {PACKAGE: 1, ("made-up-nodules", "2.0"): 1}


@pytest.mark.parametrize(("decided", "rejected", "listed"), [(50, 41, 1), (50, 40, 0), (49, 49, 0)])
def test_a_kind_rejected_nearly_always_is_listed(decided: int, rejected: int, listed: int) -> None:
    """RQ-16: more than 80 % of at least 50 decisions."""
    readings = [a_reading(n, Verdict.REJECTED if n < rejected else Verdict.ACCEPTED) for n in range(decided)]
    found = overridden(local_counts(readings))
    assert len(found) == listed
    if found:
        assert (found[0].key, found[0].decided, found[0].rejected) == ("nodule", decided, rejected)
