"""RQ-17: what is withheld is not in the reading that reaches the screen; RQ-55: a trainee reads first."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.finding import Commit, Gate, Judgement, Marked, Reading, Verdict
from app.domain.readers import Role, role_named
from app.findings.policy import DisplayPolicy, Policies, policies_for, policy_named
from app.findings.visibility import gate_of, shown_to
from tests.support.findings import FRAME_OF_REFERENCE, SERIES, STUDY, nodule, result_of

READ_FIRST = Policies(DisplayPolicy.READ_FIRST)
ON_REQUEST = Policies(DisplayPolicy.ON_REQUEST)


def own(number: int, reader: str) -> Marked:
    finding = replace(nodule(number), finding_id=f"2.25.77{number}", result_id="", score=None)
    return Marked(finding, SERIES, FRAME_OF_REFERENCE, reader)


def a_reading(*commits: Commit, requested: tuple[str, ...] = ()) -> Reading:
    result = result_of(nodule(1), nodule(2))
    mine, theirs = own(1, "ada"), own(2, "ben")
    judged = (
        *(Judgement(finding) for finding in result.findings),
        *(Judgement(one.finding, Verdict.ACCEPTED, reader=one.reader) for one in (mine, theirs)),
    )
    return Reading(STUDY, (result,), judged, marked=(mine, theirs), commits=commits, requested=requested)


def test_before_the_commit_nothing_of_the_model_or_of_others_is_there() -> None:
    seen = shown_to(a_reading(), READ_FIRST, "ada")
    assert (seen.gate, seen.results) == (Gate.READ_FIRST, ())
    assert [j.finding.finding_id for j in seen.judgements] == ["2.25.771"]
    assert [one.reader for one in seen.marked] == ["ada"]


def test_the_commit_of_one_reader_opens_nothing_for_another() -> None:
    reading = a_reading(Commit("ada", "2026-11-24T10:00:00+00:00"))
    assert shown_to(reading, READ_FIRST, "ada").gate is Gate.OPEN
    assert shown_to(reading, READ_FIRST, "ada").results == reading.results
    assert shown_to(reading, READ_FIRST, "ben").results == ()


def test_a_request_opens_what_is_shown_on_request_and_never_a_first_look() -> None:
    reading = a_reading(requested=("ada",))
    assert shown_to(reading, ON_REQUEST, "ada").results == reading.results
    assert shown_to(reading, ON_REQUEST, "ben").gate is Gate.ON_REQUEST
    assert shown_to(reading, READ_FIRST, "ada").results == ()


def test_a_package_may_have_a_policy_of_its_own() -> None:
    policies = policies_for(Role.READER, "shown", ("made-up-nodules = read_first",))
    assert shown_to(a_reading(), policies, "ada").results == ()
    assert gate_of(Reading(STUDY), policies, "ada") is Gate.OPEN


def test_a_first_look_begins_before_any_model_has_run() -> None:
    assert gate_of(Reading(STUDY), READ_FIRST, "ada") is Gate.READ_FIRST


@pytest.mark.parametrize("words", ["", "Shown!", "always", "read-first", "reveal"])
def test_a_policy_that_is_not_understood_shows_nothing(words: str) -> None:
    assert policy_named(words) is DisplayPolicy.READ_FIRST
    assert policies_for(Role.READER, "shown", (f"made-up-nodules={words}",)).of("made-up-nodules") is (
        DisplayPolicy.READ_FIRST
    )


def test_a_role_that_is_not_understood_sees_no_more_than_a_trainee() -> None:
    assert role_named("boss") is Role.TRAINEE
    assert policies_for(Role.TRAINEE, "shown", ("x=shown",)) == READ_FIRST
    assert policies_for(Role.QA, "read_first", ()) == policies_for(Role.TUTOR, "on_request", ()) == Policies()


@given(
    site=st.sampled_from(list(DisplayPolicy)),
    package=st.sampled_from(list(DisplayPolicy)),
    committed=st.sets(st.sampled_from(["ada", "ben"])),
    requested=st.sets(st.sampled_from(["ada", "ben"])),
    reader=st.sampled_from(["ada", "ben", ""]),
)
def test_whatever_the_policies_no_finding_is_there_without_its_result(
    site: DisplayPolicy, package: DisplayPolicy, committed: set[str], requested: set[str], reader: str
) -> None:
    whole = a_reading(*(Commit(name, "") for name in sorted(committed)), requested=tuple(sorted(requested)))
    policies = Policies(site, (("made-up-nodules", package),))
    seen = shown_to(whole, policies, reader)
    ids = {result.result_id for result in seen.results}
    assert all(j.finding.is_readers or j.finding.result_id in ids for j in seen.judgements)
    if package is DisplayPolicy.READ_FIRST and reader not in committed:
        assert not ids
    if package is DisplayPolicy.SHOWN:
        assert ids
