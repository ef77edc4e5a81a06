"""A case as a trainee reads it in the window: blind, then the AI, then what is true (RQ-55)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.domain.finding import Gate, RejectReason, Verdict
from app.findings.events import FindingMarked, VerdictGiven
from app.findings.study_events import StudyMarkedRead
from app.settings.file import save_settings
from app.settings.schema import Settings
from app.ui.compared_marks import LEFT_TONE
from app.ui.overlays.feedback import FeedbackSheet
from app.ui.overlays.training import TrainingSheet
from app.ui.studio import Studio
from app.workflows.training import flagged, make_list
from tests.gui.ui.test_first_look import all_words, point_at
from tests.support.hands import press, press_and_wait, stack
from tests.support.ui import ball_finding, context_in, ct_result, paths_in, with_result, write_ct

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
CONTROL = Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def trainee(tmp_path: Path, qapp: QApplication) -> Iterator[Studio]:
    """The AI marks nothing where the ball is and something where nothing is; the expert has said so."""
    made = write_ct(tmp_path / "ct")
    ball = ball_finding()
    wrong = replace(ball, label="Ghost", place=replace(ball.place, center=(-40.0, 0.0, 10.0)))
    ctx = context_in(tmp_path)
    result = ct_result(made, wrong)
    with_result(ctx, result)
    uid, series = result.study_instance_uid, made.series[0]
    truth = replace(ball, finding_id="2.25.9", result_id="", label="True ball", score=None, threshold=None)
    ctx.journal.append_many(
        [
            VerdictGiven(uid, wrong.finding_id, Verdict.REJECTED, RejectReason.ANATOMY, reader="Eva"),
            FindingMarked(uid, truth, series.series_instance_uid, series.frame_of_reference_uid, "Eva"),
            StudyMarkedRead(uid, ("r1",), (), "Eva"),
        ]
    )
    tutor = Settings(reader_name="Tina", role="tutor")
    make_list(ctx.journal, tutor, "Week 1", 1, 1, flagged(ctx.journal))
    ctx.close()
    save_settings(paths_in(tmp_path).settings, Settings(reader_name="Ada", role="trainee"))
    studio = Studio.of(paths_in(tmp_path), size=(1400, 900))
    studio.open_folder(tmp_path / "ct")
    studio.wait_idle()
    yield studio
    studio.close()


def test_a_case_from_the_first_look_to_the_feedback(trainee: Studio) -> None:
    reading = trainee.state.reading.reading
    assert reading is not None
    assert reading.gate is Gate.READ_FIRST  # whatever the site's policy is
    words = all_words(trainee.window)
    assert "Ghost" not in words
    assert "True ball" not in words

    point_at(trainee, (16.0, 0.0, 25.0))
    press(trainee, Qt.Key.Key_M)
    editor = trainee.window.findings.labels
    assert editor.is_editing
    QTest.keyClick(trainee.window.focusWidget(), Qt.Key.Key_Return)
    trainee.spin()
    press(trainee, Qt.Key.Key_M, SHIFT)
    assert trainee.findings()[0].finding.score == 0.2

    press_and_wait(trainee, Qt.Key.Key_R, CONTROL)
    words = all_words(trainee.window)
    assert "Ghost" in words
    assert "True ball" not in words  # what experts say comes last
    assert "Eva" not in words
    assert {j.verdict for j in trainee.findings() if not j.finding.is_readers} == {Verdict.UNREVIEWED}

    press(trainee, Qt.Key.Key_N)
    press(trainee, Qt.Key.Key_Delete)
    press(trainee, Qt.Key.Key_1)
    press_and_wait(trainee, Qt.Key.Key_Return, CONTROL)
    sheet = trainee.window.findChild(FeedbackSheet)
    assert sheet is not None
    assert sheet.isVisible()
    rows = [[sheet.table.item(r, c).text() for c in range(5)] for r in range(sheet.table.rowCount())]  # type: ignore[union-attr]
    assert rows == [
        ["True ball", "marked", "–", "marked", "right"],
        ["Ghost (nothing is there)", "–", "marked", "–", "right"],
    ]
    assert "The AI was wrong" in sheet.verdict.text()
    press_and_wait(trainee, Qt.Key.Key_Escape)
    stack(trainee).slices.show_index(6)
    trainee.wait_idle()
    over = [mark for mark in stack(trainee).view.markers if mark.tone == LEFT_TONE]
    assert [mark.text for mark in over] == ["Reference  True ball"]
    assert len(stack(trainee).view.markers) == 3  # the AI's, the trainee's and the expert's

    press_and_wait(trainee, Qt.Key.Key_T, ALT | SHIFT)
    training = trainee.window.findChild(TrainingSheet)
    assert training is not None
    assert training.cases.item(0).text() == "Case 1: right"
    assert "1 right in the end" in training.figures.text()


def test_the_record_of_the_study_is_as_the_expert_left_it(trainee: Studio, tmp_path: Path) -> None:
    press_and_wait(trainee, Qt.Key.Key_R, CONTROL)
    press(trainee, Qt.Key.Key_N)
    press(trainee, Qt.Key.Key_Return)
    trainee.window.desk.sheets.save(replace(trainee.ctx.settings, reader_name="Eva", role="reader"))
    trainee.wait_idle()
    (ghost,) = (j for j in trainee.findings() if not j.finding.is_readers)
    assert (ghost.verdict, ghost.reader) == (Verdict.REJECTED, "Eva")
