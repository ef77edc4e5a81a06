from __future__ import annotations

from pathlib import Path

import pytest

from app.domain.errors import JournalError
from app.domain.finding import RejectReason, Verdict
from app.findings.events import ResultArrived
from app.findings.journal import Journal
from app.workflows.review import find_finding, give_verdict, reading_of, redo, undo
from tests.support.findings import STUDY, nodule, point_place, result_of


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    journal = Journal(tmp_path / "journal.sqlite")
    journal.append(ResultArrived(result_of(nodule(1), nodule(2))))
    return journal


def verdicts(journal: Journal) -> list[Verdict]:
    return [judgement.verdict for judgement in reading_of(journal, STUDY).judgements]


def test_accept_reject_and_undo(journal: Journal) -> None:
    give_verdict(journal, STUDY, "2.25.10001", Verdict.ACCEPTED, reader="a")
    reading = give_verdict(
        journal, STUDY, "2.25.10002", Verdict.REJECTED, reason=RejectReason.ARTEFACT, reader="a"
    )
    assert [j.verdict for j in reading.judgements] == [Verdict.ACCEPTED, Verdict.REJECTED]
    assert reading.judgements[1].reason is RejectReason.ARTEFACT
    undo(journal, STUDY, reader="a")
    assert verdicts(journal) == [Verdict.ACCEPTED, Verdict.UNREVIEWED]
    undo(journal, STUDY, reader="a")
    redo(journal, STUDY, reader="a")
    assert verdicts(journal) == [Verdict.ACCEPTED, Verdict.UNREVIEWED]
    redo(journal, STUDY, reader="a")
    assert verdicts(journal) == [Verdict.ACCEPTED, Verdict.REJECTED]
    assert redo(journal, STUDY) is None


def test_undo_on_a_fresh_study_writes_nothing(journal: Journal) -> None:
    assert undo(journal, STUDY) is None
    assert len(journal.entries()) == 1


def test_an_edit_of_the_place_keeps_an_earlier_edit_of_the_label(journal: Journal) -> None:
    give_verdict(journal, STUDY, "2.25.10001", Verdict.EDITED, label="Granuloma", reader="a")
    place = point_place("1.2.3", (9.0, 8.0, 7.0))
    reading = give_verdict(journal, STUDY, "2.25.10001", Verdict.EDITED, place=place, reader="a")
    assert reading.judgements[0].shown_label == "Granuloma"
    assert reading.judgements[0].place == place


@pytest.mark.parametrize("verdict", [Verdict.ACCEPTED, Verdict.REJECTED])
def test_what_is_refused_is_not_recorded(journal: Journal, verdict: Verdict) -> None:
    with pytest.raises(JournalError):
        give_verdict(journal, STUDY, "2.25.404", verdict, reader="a")
    assert len(journal.entries()) == 1


def test_a_finding_is_named_by_the_start_of_its_id(journal: Journal) -> None:
    assert find_finding(journal, "2.25.10001") == (STUDY, "2.25.10001")
    assert find_finding(journal, "10002") == (STUDY, "2.25.10002")
    for start, key in [
        ("2.25.1000", "error.review.ambiguous_finding"),
        ("7", "error.review.unknown_finding"),
    ]:
        with pytest.raises(JournalError) as refused:
            find_finding(journal, start)
        assert refused.value.key == key
