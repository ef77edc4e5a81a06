"""The page of an evaluation: every figure on it, nothing of it from elsewhere, names of files as words."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from app.analysis.figures import Outcome, figures
from app.analysis.labels import Case
from app.domain.finding import RunState
from app.quality.evaluation_page import evaluation_page, plots


def document(n: int = 60, **more: Any) -> dict[str, Any]:
    made = []
    for number in range(n):
        sick = number % 2 == 0
        state = RunState.POSITIVE if number % 3 else RunState.NEGATIVE
        facts = (("view", "AP" if number % 4 else "PA"),)
        case = Case(f"{number}", Path("x"), sick, f"p{number}", facts=facts)
        made.append(Outcome(case, state, number / n, 0.5, provider="CPUExecutionProvider"))
    case = Case("<script>alert(1)</script>.png", Path("x"), True, "px")
    made.append(Outcome(case, RunState.FAILED, None, 0.5, "the file is broken", defects=("a",)))
    return {
        "package": {"name": "made-up", "version": "1.0.0", "sha256": "ab" * 32},
        **figures(made, ("view",)),
        "not_for": ["primary diagnosis"],
        "problems": [],
        "notice": "not for primary diagnosis",
        **more,
    }


def test_the_page_says_what_the_document_says() -> None:
    found = document()
    page = evaluation_page(found)
    assert page.count("not for primary diagnosis") == 2
    low, high = found["auc"]["ci95"]
    assert f"{found['auc']['value']:.3f} ({low:.3f}–{high:.3f})" in page
    assert f"{found['calibration']['expected_calibration_error']:.3f}" in page
    assert "By view" in page
    assert "the file is broken" in page
    assert found["defects"]["share"]["successes"] == 1
    assert 'href="http' not in page
    assert "src=" not in page
    assert "<script>" not in page


def test_curves_are_whole_pictures() -> None:
    points = [{"false_marks_per_picture": 0.125 * 2**n, "sensitivity": 0.1 * n} for n in range(7)]
    made = plots(document(froc={"points": points}))
    assert set(made) == {"roc", "calibration", "froc"}
    for drawn in made.values():
        assert ElementTree.fromstring(drawn).tag.endswith("svg")


def test_without_figures_there_is_a_page_and_no_curve() -> None:
    found = document(4)
    assert plots(found) == {}
    assert "fewer than 20" in evaluation_page(found)
