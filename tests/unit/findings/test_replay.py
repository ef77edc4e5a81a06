from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.errors import JournalError
from app.domain.finding import RejectReason, RunState, Verdict
from app.findings.chain import Entry
from app.findings.events import PAYLOAD_VERSION, Exported, ResultArrived, VerdictGiven, event_of, payload_of
from app.findings.journal import Journal
from app.findings.replay import replay
from tests.support.findings import STUDY, nodule, point_place, result_of


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal.sqlite")


def test_a_new_result_waits_unreviewed(journal: Journal) -> None:
    journal.append(ResultArrived(result_of(nodule(1), nodule(2))))
    reading = replay(journal.entries(STUDY))
    assert [j.verdict for j in reading.judgements] == [Verdict.UNREVIEWED] * 2
    assert reading.results == (result_of(nodule(1), nodule(2)),)


def test_the_same_result_twice_counts_once(journal: Journal) -> None:
    journal.append(ResultArrived(result_of(nodule(1))))
    journal.append(VerdictGiven(STUDY, "2.25.10001", Verdict.ACCEPTED, reader="a"))
    journal.append(ResultArrived(result_of(nodule(1))))
    reading = replay(journal.entries(STUDY))
    assert len(reading.results) == len(reading.judgements) == 1
    assert reading.judgements[0].verdict is Verdict.ACCEPTED


def test_a_verdict_cannot_slide_onto_another_finding_with_the_same_id(journal: Journal) -> None:
    journal.append(ResultArrived(result_of(nodule(1))))
    journal.append(ResultArrived(result_of(replace(nodule(1), label="Other"), result="2.25.901")))
    assert [j.finding.label for j in replay(journal.entries(STUDY)).judgements] == ["Nodule 1"]


def test_a_failed_run_stays_in_the_reading(journal: Journal) -> None:
    journal.append(ResultArrived(result_of(state=RunState.FAILED, state_reason_key="run.timeout")))
    assert [r.state for r in replay(journal.entries(STUDY)).results] == [RunState.FAILED]


def test_a_judgement_carries_who_when_why_and_what(journal: Journal) -> None:
    journal.append(ResultArrived(result_of(nodule(1))))
    place = point_place("1.2.3", (4.0, 5.0, 6.0))
    entry = journal.append(
        VerdictGiven(STUDY, "2.25.10001", Verdict.EDITED, None, "Очаг", place, reader="Анна")
    )
    judgement = replay(journal.entries(STUDY)).judgements[0]
    assert (judgement.reader, judgement.at, judgement.shown_label) == ("Анна", entry.at, "Очаг")
    assert judgement.place == place


def test_what_is_no_verdict_leaves_the_reading_alone(journal: Journal) -> None:
    journal.append(ResultArrived(result_of(nodule(1))))
    before = replay(journal.entries(STUDY))
    journal.append(Exported(STUDY, ("csv",), (("findings.csv", "ab" * 32),), identified=False, findings=1))
    journal.append(VerdictGiven(STUDY, "2.25.404", Verdict.REJECTED, RejectReason.KNOWN))
    assert replay(journal.entries(STUDY)) == before


def test_entries_of_two_studies_need_a_uid(journal: Journal) -> None:
    journal.append(ResultArrived(result_of(nodule(1))))
    journal.append(ResultArrived(result_of(nodule(2), study="9.9", result="2.25.902")))
    with pytest.raises(ValueError, match="several studies"):
        replay(journal.entries())
    assert [j.finding.finding_id for j in replay(journal.entries(), "9.9").judgements] == ["2.25.10002"]


def test_an_entry_that_cannot_be_understood_is_named() -> None:
    broken = Entry(7, STUDY, "VerdictGiven", '{"version":1,"event":{"verdict":"maybe"}}', "", "", "", "")
    with pytest.raises(JournalError) as refused:
        replay([broken])
    assert refused.value.facts == {"sequence": 7}


def test_a_newer_record_with_unknown_keys_and_kinds_is_read_as_far_as_known() -> None:
    event = VerdictGiven(STUDY, "2.25.10001", Verdict.DEFERRED)
    newer = payload_of(event).replace('{"event":{', '{"confidence":1,"event":{"mood":["calm"],')
    newer = newer.replace(f'"version":{PAYLOAD_VERSION}', '"version":9')
    assert event_of("VerdictGiven", newer) == event
    assert event_of("SomethingNew", "{}") is None


def test_an_older_record_without_newer_keys_takes_the_defaults() -> None:
    event = VerdictGiven(STUDY, "2.25.10001", Verdict.ACCEPTED)
    assert event_of("VerdictGiven", payload_of(event).replace('"comment":"",', "")) == event
