"""RQ-50 to RQ-52: forms of checkers, the drawn sample, the limit of 10 %, both axes, arbitration."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from statsmodels.stats.proportion import proportion_confint

from app.domain.errors import QualityError
from app.domain.finding import RunState
from app.quality.forms import (
    FILE,
    ClinicalForm,
    Correct,
    Defect,
    DefectForm,
    Form,
    Peer,
    PeerForm,
    SampleForm,
    read_forms,
    write_form,
)
from app.quality.records import Call
from app.quality.sample import draw
from app.quality.scores import clinical_score, form_figures
from app.support import chained_file


def call(number: int, month: str = "2026-09") -> Call:
    at = datetime(int(month[:4]), int(month[5:]), 1 + number % 28, tzinfo=UTC).isoformat()
    return Call(f"1.2.{number}", f"2.25.{number}", "m", "1", RunState.NEGATIVE, 0.1, at, None, False, ())


CALLS = [call(number) for number in range(300)] + [call(1000 + number, "2026-10") for number in range(50)]


def defect(number: int, letters: str = "", checker: str = "qa", month: str = "2026-09") -> DefectForm:
    return DefectForm(f"1.2.{number}", "m", "1", tuple(Defect(x) for x in letters), checker, "", month)


def test_rq51_the_sample_is_drawn_again_from_its_seed() -> None:
    first = draw(CALLS, "2026-09", "m", "1", 60, seed=99)
    assert first == draw(list(reversed(CALLS)), "2026-09", "m", "1", 60, seed=99)
    assert first != draw(CALLS, "2026-09", "m", "1", 60, seed=100)
    assert (len(first.studies), len(set(first.studies)), first.drawn_from) == (60, 60, 300)
    assert set(first.studies) <= {one.study for one in CALLS[:300]}
    assert len(draw(CALLS, "2026-10", "m", "1", 60, seed=1).studies) == 50


@pytest.mark.parametrize("size", [19, 401])
def test_rq51_a_sample_has_20_to_400_studies(size: int) -> None:
    with pytest.raises(QualityError) as refused:
        draw(CALLS, "2026-09", "m", "1", size, seed=1)
    assert refused.value.key == "error.quality.sample_size"


def test_rq51_a_month_without_runs_has_no_sample() -> None:
    with pytest.raises(QualityError) as refused:
        draw(CALLS, "2025-01", "m", "1", 20, seed=1)
    assert refused.value.key == "error.quality.no_runs"


@pytest.mark.parametrize(("broken", "is_over"), [(6, False), (7, True)])
def test_rq51_over_ten_percent_of_the_sample_is_over_the_limit(broken: int, is_over: bool) -> None:
    sample = draw(CALLS, "2026-09", "m", "1", 60, seed=3)
    forms: list[Form] = [sample]
    forms += [
        DefectForm(uid, "m", "1", (Defect.MARKUP_WRONG,) if n < broken else (), "qa", "", "2026-09")
        for n, uid in enumerate(sample.studies)
    ]
    outside = next(one.study for one in CALLS if one.study not in sample.studies)
    forms.append(DefectForm(outside, "m", "1", (Defect.IDENTITY,), "qa", "", "2026-09"))
    found = form_figures(forms)["defects"]
    assert len(found) == 1
    assert (found[0]["share"]["successes"], found[0]["share"]["n"]) == (broken, 60)
    assert found[0]["share"]["ci95"] == pytest.approx(proportion_confint(broken, 60, method="wilson"))
    assert found[0]["over_limit"] is is_over
    assert found[0]["letters"] == {"e": broken}
    assert found[0]["outside_sample"] == 1
    assert found[0]["sample"]["seed"] == 3
    assert found[0]["sample"]["still_to_check"] == []


def test_rq51_a_study_with_letters_of_two_checkers_counts_once_and_a_corrected_form_replaces() -> None:
    forms: list[Form] = [defect(n) for n in range(20)]
    forms += [defect(0, "ae", "second"), defect(1, "g"), defect(1, "")]
    found = form_figures(forms)["defects"][0]
    assert (found["share"]["successes"], found["share"]["n"]) == (1, 20)
    assert found["letters"] == {"a": 1, "e": 1}


def test_rq52_two_axes_make_a_score_of_0_to_100() -> None:
    def form(n: int, one: Correct, other: Correct) -> ClinicalForm:
        return ClinicalForm(f"1.2.{n}", "m", "1", one, other, "qa")

    assert clinical_score(form(0, Correct.FULL, Correct.FULL)) == 100.0
    assert clinical_score(form(0, Correct.FULL, Correct.NOT)) == 50.0
    assert clinical_score(form(0, Correct.PART, Correct.NOT)) == 25.0
    kinds = [(Correct.FULL, Correct.FULL), (Correct.FULL, Correct.NOT), (Correct.NOT, Correct.NOT)]
    forms = [form(n, *kinds[n % 3]) for n in range(30)]
    found = form_figures(forms)["clinical"][0]
    assert found["score"] == pytest.approx(50.0)
    assert found["ci95"][0] < 50.0 < found["ci95"][1]
    assert found["class_only"]["successes"] == 20  # a hit of the class
    assert found["class_and_place"]["successes"] == 10  # that is a hit only where the place is right too
    assert form_figures(forms[:19])["clinical"][0]["score"] is None


def test_rq50_peer_review_waits_for_arbitration_and_arbitration_replaces_it() -> None:
    forms: list[Form] = [
        PeerForm(f"1.2.{n}", "anna", score, "boris")
        for n, score in enumerate([Peer.ONE] * 20 + [Peer.TWO_A, Peer.TWO_B, Peer.THREE_A, Peer.THREE_B])
    ]
    found = form_figures(forms)["peer"]
    assert [one["score"] for one in found["arbitration"]] == ["2b", "3a", "3b"]
    assert found["readers"]["anna"]["significant"]["successes"] == 3
    forms.append(PeerForm("1.2.21", "anna", Peer.TWO_B, "boris", "", Peer.ONE))
    found = form_figures(forms)["peer"]
    assert [one["score"] for one in found["arbitration"]] == ["3a", "3b"]
    assert found["readers"]["anna"]["scores"] == {"1": 21, "2a": 1, "3a": 1, "3b": 1}


def test_forms_come_back_as_they_were_written_and_their_file_is_chained(tmp_path: Path) -> None:
    forms: list[Form] = [
        defect(1, "acg"),
        ClinicalForm("1.2", "m", "1", Correct.PART, Correct.FULL, "Кира", "place", "note"),
        PeerForm("1.2", "anna", Peer.TWO_B, "boris", "", Peer.TWO_A),
        SampleForm("2026-09", "m", "1", 5, 300, ("1.2", "1.3")),
    ]
    for form in forms:
        write_form(tmp_path, form)
    assert list(read_forms(tmp_path)) == forms
    assert chained_file.verify(tmp_path / FILE).is_whole
