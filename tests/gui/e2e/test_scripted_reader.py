"""A scripted reader takes twenty studies through read-first with keys alone, as real window events (issue 6)."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.actions.pointing import FAR_PX, FINE_PX, STEP_PX
from app.domain.finding import Gate, RejectReason, Verdict
from app.findings.chain import Entry
from app.findings.journal import verify_file
from app.settings.file import save_settings
from app.settings.schema import Settings
from app.ui.studio import Studio
from app.workflows.review import reading_of
from tests.support.hands import press, press_and_wait, stack
from tests.support.ui import ball_finding, context_in, ct_result, paths_in, with_result, write_ct

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
PLAIN = Qt.KeyboardModifier.NoModifier
PIXEL_MM = 2.0
STUDIES = 20
LONGEST_VERDICT_S = 3.0  # RQ-20: median of the scripted reader
BALL = (16.0, 0.0, 15.0)  # where the ball is: 6 slices, 5 mm apart


@dataclass
class Clock:
    """Seconds from turning to a finding to its verdict in the journal and on the screen."""

    verdicts: list[float] = field(default_factory=list)


class Hand(QObject):
    """Counts what reaches any window: keys, and events of a mouse or a wheel, of which there must be none."""

    def __init__(self) -> None:
        super().__init__()
        self.keys = self.mouse = 0

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        self.keys += event.type() is QEvent.Type.KeyPress
        self.mouse += isinstance(event, QMouseEvent | QWheelEvent)
        return False


@pytest.fixture
def reader(tmp_path: Path, qapp: QApplication) -> Iterator[Studio]:
    """Every study has the ball; the AI finds it, and in every third study something that is not there as well."""
    ctx = context_in(tmp_path)
    for number in range(STUDIES):
        made = write_ct(
            tmp_path / f"ct{number:02d}", 6, f"DOE^{number:02d}", f"1.2.826.0.1.3680043.10.{number + 20}"
        )
        result_id = f"r{number}"
        ball = ball_finding(1, 6)
        found = [replace(ball, finding_id=f"2.25.{number}1", result_id=result_id, label="Nodule", score=0.9)]
        if number % 3 == 0:
            place = replace(ball.place, center=(-40.0, 0.0, 5.0))
            found.append(
                replace(
                    ball,
                    finding_id=f"2.25.{number}2",
                    result_id=result_id,
                    label="Ghost",
                    score=0.7,
                    place=place,
                )
            )
        with_result(ctx, replace(ct_result(made, *found), result_id=result_id))
    ctx.close()
    save_settings(paths_in(tmp_path).settings, Settings(reader_name="Ada", display_policy="read_first"))
    studio = Studio.of(paths_in(tmp_path), size=(1280, 860))
    studio.open_folder(tmp_path)
    studio.wait_idle()
    yield studio
    studio.close()


def walk(studio: Studio) -> None:
    """The cross to the ball: far, plain and fine steps, as many as the eye would take."""
    view = stack(studio).view
    target = view.px_of(BALL)
    at = view.px_of(view.key_cursor.point) if view.key_cursor is not None else None
    assert at is not None
    assert target is not None
    for distance, keys in (
        (target[0] - at[0], (Qt.Key.Key_Left, Qt.Key.Key_Right)),
        (target[1] - at[1], (Qt.Key.Key_Up, Qt.Key.Key_Down)),
    ):
        rest = round(abs(distance))
        for step, modifier in ((FAR_PX, CONTROL), (STEP_PX, PLAIN), (FINE_PX, SHIFT)):
            for _ in range(rest // step):
                press(studio, keys[distance > 0], modifier)
            rest %= step


def look_and_mark(studio: Studio, name: str) -> None:
    """To the image of the ball by keys; M brings the cross, arrows lead it, Return marks and keeps the label."""
    for _ in range(6):
        if abs(stack(studio).slices.index - 3) == 0:
            break
        press_and_wait(studio, Qt.Key.Key_Down if stack(studio).slices.index < 3 else Qt.Key.Key_Up)
    press(studio, Qt.Key.Key_M)
    walk(studio)
    keep_picture(studio, f"{name}-cross") if name < "02" else None
    press(studio, Qt.Key.Key_Return)
    assert studio.window.findings.labels.is_editing
    QTest.keyClicks(studio.window.focusWidget(), "Nodule")
    QTest.keyClick(studio.window.focusWidget(), Qt.Key.Key_Return)
    studio.spin()
    (mine,) = studio.findings()
    assert mine.finding.place.center == pytest.approx(BALL, abs=PIXEL_MM)


def open_first(studio: Studio, study_instance_uid: str) -> None:
    """The worklist by keys: F6 until the keyboard is in it, Home, Return."""
    listed = studio.window.worklist.list
    for _ in range(5):
        if studio.window.focusWidget() is listed:
            break
        press(studio, Qt.Key.Key_F6)
    assert studio.window.focusWidget() is listed
    press(studio, Qt.Key.Key_Home)
    press_and_wait(studio, Qt.Key.Key_Return)
    assert studio.state.workspace.open_study_uid == study_instance_uid


def judge_all(studio: Studio, clock: Clock) -> None:
    """N, look, then Return or Delete and a digit, until nothing waits."""
    waiting = [j for j in studio.findings() if j.verdict is Verdict.UNREVIEWED]
    for _ in waiting:
        begun = time.perf_counter()
        press(studio, Qt.Key.Key_N)
        chosen = next(
            j for j in studio.findings() if j.finding.finding_id == studio.state.reading.selected_id
        )
        if chosen.finding.label == "Ghost":
            press(studio, Qt.Key.Key_Delete)
            press(studio, Qt.Key.Key_1)
        else:
            press(studio, Qt.Key.Key_Return)
        after = next(j for j in studio.findings() if j.finding.finding_id == chosen.finding.finding_id)
        assert after.verdict is not Verdict.UNREVIEWED
        clock.verdicts.append(time.perf_counter() - begun)


def keep_picture(studio: Studio, name: str) -> None:
    """For people who want to look: pictures go where OVERREAD_LOOK says."""
    folder = os.environ.get("OVERREAD_LOOK")
    if folder:
        studio.window.grab().save(str(Path(folder) / f"{name}.png"))


def test_twenty_studies_through_read_first_by_keys(reader: Studio, tmp_path: Path) -> None:
    clock, hand = Clock(), Hand()
    application = QApplication.instance()
    assert application is not None
    application.installEventFilter(hand)
    order = [study.study_instance_uid for study in reader.state.workspace.studies]
    open_first(reader, order[0])
    seen = []
    for number in range(STUDIES):
        uid = reader.state.workspace.open_study_uid
        seen.append(uid)
        reading = reader.state.reading.reading
        assert reading is not None
        assert reading.gate is Gate.READ_FIRST
        assert not reading.results
        look_and_mark(reader, f"{number:02d}")
        keep_picture(reader, f"{number:02d}-before") if number < 2 else None
        press_and_wait(reader, Qt.Key.Key_R, CONTROL)
        judge_all(reader, clock)
        keep_picture(reader, f"{number:02d}-after") if number < 2 else None
        press_and_wait(reader, Qt.Key.Key_Return, CONTROL)
    application.removeEventFilter(hand)
    assert hand.mouse == 0
    assert hand.keys > 20 * STUDIES
    assert sorted(seen) == sorted(order)
    assert all(reader.state.workspace.note(uid).read_by == "Ada" for uid in order)
    assert statistics.median(clock.verdicts) <= LONGEST_VERDICT_S
    keep_picture(reader, "all-read")

    for number, uid in enumerate(order):
        reading = reading_of(reader.ctx.journal, uid)
        verdicts = {
            j.finding.label: (j.verdict, j.reason) for j in reading.judgements if not j.finding.is_readers
        }
        assert verdicts["Nodule"] == (Verdict.ACCEPTED, None)
        if "Ghost" in verdicts:
            assert verdicts["Ghost"] == (Verdict.REJECTED, RejectReason.ANATOMY)
        assert [mark.reader for mark in reading.commits] == ["Ada"]
        assert reading.commits[0].marked
        check_order(reader.ctx.journal.entries(uid))
        assert number < STUDIES
    assert verify_file(reader.ctx.paths.journal_file).is_whole


def check_order(entries: tuple[Entry, ...]) -> None:
    """Marked, committed, shown, judged, read: in the journal and by its clock; what was withheld was only available."""
    kinds = [entry.event_type for entry in entries]
    assert kinds.index("FindingMarked") < kinds.index("ReadingCommitted") < kinds.index("VerdictGiven")
    assert kinds.index("VerdictGiven") < kinds.index("StudyMarkedRead")
    shown = [e for e in entries if e.event_type == "Exposed" and '"localisation"' in e.payload]
    assert shown
    assert all(e.sequence > entries[kinds.index("ReadingCommitted")].sequence for e in shown)
    moments = [datetime.fromisoformat(entry.at) for entry in entries]
    assert moments == sorted(moments)
