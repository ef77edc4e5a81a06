"""RQ-21: a reader's own findings in the journal, and how they are held against the AI's after the commit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.finding import Finding, Place, PlaceKind, Verdict
from app.domain.volume import FrameRef, Space
from app.findings.events import FindingMarked, FindingUnmarked, ReadingCommitted, ResultArrived
from app.findings.journal import Journal
from app.findings.reveal import Difference, differences, distance_mm
from app.workflows.review import reading_of, redo, undo
from tests.support.findings import FRAME_OF_REFERENCE, SERIES, STUDY, nodule, point_place, result_of


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal.open(tmp_path / "journal.sqlite")


def own(name: str, x: float, *, space: Space = Space.PATIENT, image: str = "1.2.3.4.5") -> Finding:
    place = Place(PlaceKind.POINT, space, (x, 0.0, 0.0), frame=FrameRef(image))
    return Finding(f"2.25.9{name}", "", "reader_finding", name, None, None, None, "", "", place)


def mark(journal: Journal, finding: Finding, reader: str = "ada") -> None:
    journal.append(FindingMarked(STUDY, finding, SERIES, FRAME_OF_REFERENCE, reader))


def test_marked_named_taken_away_undone(journal: Journal) -> None:
    mark(journal, own("1", 10))
    mark(journal, replace(own("1", 10), label="Nodule"))
    (judgement,) = reading_of(journal, STUDY).judgements
    assert (judgement.shown_label, judgement.verdict, judgement.reader) == (
        "Nodule",
        Verdict.ACCEPTED,
        "ada",
    )
    journal.append(FindingUnmarked(STUDY, "2.25.91", "ada"))
    assert not reading_of(journal, STUDY).marked
    undone = undo(journal, STUDY)
    assert undone is not None
    assert [one.finding.label for one in undone.marked] == ["Nodule"]
    redone = redo(journal, STUDY)
    assert redone is not None
    assert not redone.marked


def test_nobody_marks_under_the_id_of_a_models_finding(journal: Journal) -> None:
    result = result_of(nodule(1))
    journal.append(ResultArrived(result))
    mark(journal, replace(own("1", 0), finding_id=result.findings[0].finding_id))
    reading = reading_of(journal, STUDY)
    assert not reading.marked
    assert [j.finding for j in reading.judgements] == list(result.findings)


def test_the_commit_keeps_what_was_marked_before_it(journal: Journal) -> None:
    mark(journal, own("1", 10))
    mark(journal, own("2", 10), reader="ben")
    journal.append(ReadingCommitted(STUDY, "ada"))
    mark(journal, own("3", 50))
    undo(journal, STUDY)
    undo(journal, STUDY)
    (commit,) = reading_of(journal, STUDY).commits
    assert [one.finding.label for one in commit.marked] == ["1"]


def test_agreed_ai_only_and_reader_only(journal: Journal) -> None:
    near, far, weak = (
        replace(nodule(n + 2), place=point_place(center=(x, 0.0, 0.0)))
        for n, x in enumerate((4.0, 80.0, 160.0))
    )
    result = result_of(near, far, replace(weak, score=0.1))
    journal.append(ResultArrived(result))
    for finding in (own("1", 0.0), own("2", -40.0), own("3", 5.0)):
        mark(journal, finding)
    assert differences(reading_of(journal, STUDY), "ada") == {}
    journal.append(ReadingCommitted(STUDY, "ada"))
    mark(journal, own("4", 80.0))  # with the result in sight: no agreement
    found = differences(reading_of(journal, STUDY), "ada")
    assert found == {
        near.finding_id: Difference.AGREED,
        "2.25.93": Difference.AGREED,  # 1 mm away; the other one, 4 mm away, is the reader's only
        far.finding_id: Difference.AI_ONLY,
        "2.25.91": Difference.READER_ONLY,
        "2.25.92": Difference.READER_ONLY,
    }
    assert differences(reading_of(journal, STUDY), "ben") == {}


def test_marks_on_another_image_of_a_projection_do_not_agree(journal: Journal) -> None:
    place = Place(PlaceKind.POINT, Space.IMAGE, (0.0, 0.0, 0.0), frame=FrameRef("1.2.7"))
    claimed = replace(nodule(3), place=place)
    journal.append(ResultArrived(replace(result_of(claimed), space=Space.IMAGE, frame_of_reference_uid="")))
    mark(journal, own("1", 0.0, space=Space.IMAGE, image="1.2.8"))
    journal.append(ReadingCommitted(STUDY, "ada"))
    assert set(differences(reading_of(journal, STUDY), "ada").values()) == {
        Difference.AI_ONLY,
        Difference.READER_ONLY,
    }


def test_a_point_in_a_box_is_of_the_same_thing() -> None:
    box = Place(PlaceKind.BOX, Space.PATIENT, (50, 50, 50), (0, 0, 0), (100, 100, 100))
    assert distance_mm(own("1", 0.0).place, box) == pytest.approx(86.6, abs=0.1)
    assert distance_mm(own("1", -6.0).place, box) is None
