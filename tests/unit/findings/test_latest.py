"""Which of several runs is shown: the last on the same pictures, and one film never hides what lies on another."""

from __future__ import annotations

from dataclasses import replace

from app.domain.finding import AnalysisResult, Judgement, Reading, RunState
from app.domain.volume import Space
from app.findings.latest import latest_per_package
from app.findings.order import without_verdict
from tests.support.findings import nodule, result_of


def film(name: str, pixels: str, state: RunState = RunState.NEGATIVE) -> AnalysisResult:
    """A run on one film; all these films are of one series."""
    return replace(result_of(result=name), pixel_sha256=pixels, state=state, space=Space.IMAGE)


def shown(*results: AnalysisResult) -> list[str]:
    return sorted(one.result_id for one in latest_per_package(results))


def test_films_of_one_series_do_not_hide_one_another() -> None:
    """Four mammograms in one series: the last one, negative, hid the findings of the three before it."""
    assert shown(film("LCC", "a", RunState.POSITIVE), film("RCC", "b"), film("LMLO", "c")) == [
        "LCC",
        "LMLO",
        "RCC",
    ]


def test_a_finding_on_another_film_of_the_series_still_needs_its_verdict() -> None:
    found = replace(nodule(1, result="LCC"), result_id="LCC", score=0.9, threshold=0.5)
    positive = replace(film("LCC", "a", RunState.POSITIVE), findings=(found,))
    reading = Reading("1.2", (positive, film("RCC", "b")), (Judgement(found),))
    assert [one.finding.result_id for one in without_verdict(reading, 0.0)] == ["LCC"]


def test_the_same_film_again_and_the_same_slices_again_replace_the_earlier_run() -> None:
    assert shown(film("first", "a"), film("second", "a")) == ["second"]
    slices = replace(film("first", "a"), space=Space.PATIENT)
    more = replace(film("second", "b"), space=Space.PATIENT)
    assert shown(slices, more) == ["second"], "slices that came later make the same stack another picture"


def test_a_run_that_saw_no_pixels_gives_way_and_takes_nothing_away() -> None:
    failed = film("failed", "", RunState.FAILED)
    assert shown(failed, film("again", "a", RunState.POSITIVE)) == ["again"]
    assert shown(film("PA", "a", RunState.POSITIVE), failed) == ["PA", "failed"]
