"""The main window by real key and mouse events: what a reader does from opening a folder to a written verdict."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton, QWidget

from app.domain.finding import RejectReason, Verdict
from app.findings.events import ResultArrived
from app.state.model import Layout, Plane
from app.ui.contents import StackContent
from app.ui.studio import Studio
from app.workflows.judge import reread
from tests.support.hands import press as key
from tests.support.hands import stack
from tests.support.ui import ball_finding, ct_result, finding, paths_in, write_ct

# Qt says so of every window that has a smallest size, where there is no screen.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


@pytest.fixture
def studio(tmp_path: Path, qapp: QApplication) -> Iterator[Studio]:
    made = Studio.of(paths_in(tmp_path), size=(1300, 820))
    yield made
    made.close()


@pytest.fixture
def opened(studio: Studio, tmp_path: Path) -> Studio:
    """The made-up CT is open and a model has marked the ball and two other places."""
    made = write_ct(tmp_path / "ct")
    studio.open_folder(tmp_path / "ct")
    arrived = ct_result(made, ball_finding(1), finding(2, 0.7), finding(3, 0.6))
    studio.ctx.journal.append(ResultArrived(arrived, "tester"))
    reread(studio.ctx)
    studio.wait_idle()
    return studio


def verdicts(studio: Studio) -> list[Verdict]:
    return [judgement.verdict for judgement in studio.findings()]


def test_a_folder_becomes_a_study_with_a_picture_and_a_thumbnail(studio: Studio, tmp_path: Path) -> None:
    write_ct(tmp_path / "ct")
    studio.open_folder(tmp_path / "ct")
    assert studio.window.worklist.list.count() == 1
    assert studio.window.series.list.count() == 1
    assert stack(studio).slices.shown_index == 5
    assert (stack(studio).state.window.center, stack(studio).state.window.width) == (-300, 1400)
    row = studio.window.series.list.item(0)
    assert row.toolTip().startswith("Axial 5.0")
    assert studio.window.header.patient.text() == "DOE, JANE"


def test_an_empty_view_says_how_to_begin_and_later_how_to_fill_it(studio: Studio, tmp_path: Path) -> None:
    [frame] = studio.window.host.frames.values()
    assert "Ctrl+O" in frame.sentence.text()
    write_ct(tmp_path / "ct")
    studio.open_folder(tmp_path / "ct")
    studio.act("layout.four")
    studio.wait_idle()
    empty = [one for one in studio.window.host.frames.values() if one.view is None]
    assert empty
    assert all("Double-click a series" in one.sentence.text() for one in empty)


def test_pictures_stay_where_they_are_when_something_is_said(opened: Studio) -> None:
    view, messages = stack(opened).slices, opened.window.messages
    messages.study_changed()
    opened.spin()
    before = view.geometry(), view.state.scale
    messages.note("It has ended.")
    opened.spin()
    assert messages.isVisible()
    assert (view.geometry(), view.state.scale) == before
    messages.study_changed()
    opened.spin()
    assert (view.geometry(), view.state.scale) == before


def test_a_note_gives_way_to_the_warning_that_it_stood_before(opened: Studio) -> None:
    messages = opened.window.messages
    close = next(one for one in messages.findChildren(QToolButton))
    messages.warn("One image could not be read.")
    messages.note("It has ended.")
    assert messages.words.text() == "It has ended."
    QTest.mouseClick(close, Qt.MouseButton.LeftButton)
    assert messages.words.text() == "One image could not be read."
    assert messages.isVisible()
    QTest.mouseClick(close, Qt.MouseButton.LeftButton)
    assert messages.isHidden()
    messages.warn("This is so in every study.", of_all=True)
    messages.note("It has ended.")
    messages.study_changed()
    assert messages.words.text() == "This is so in every study."


def test_wheel_and_arrow_keys_scroll(opened: Studio) -> None:
    view = stack(opened).slices
    start = view.index
    key(opened, Qt.Key.Key_Down)
    assert view.index == start + 1
    at = QPointF(opened.center_of(view))
    turn = QWheelEvent(
        at,
        QPointF(view.mapToGlobal(at.toPoint())),
        QPoint(),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view, turn)
    assert view.index == start + 2
    key(opened, Qt.Key.Key_End)
    assert view.index == 11
    key(opened, Qt.Key.Key_Home)
    assert view.index == 0


def test_dragging_to_the_right_widens_the_window(opened: Studio) -> None:
    view = stack(opened).slices
    before = view.state.window
    middle = opened.center_of(view)
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=middle)
    QTest.mouseMove(view, middle + QPoint(30, 0))
    QTest.mouseMove(view, middle + QPoint(60, 0))
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=middle + QPoint(60, 0))
    assert view.state.window.width > before.width


def test_digits_choose_presets_and_zero_returns_to_the_file(opened: Studio) -> None:
    key(opened, Qt.Key.Key_1)
    assert (stack(opened).state.window.center, stack(opened).state.window.width) == (-600, 1500)
    key(opened, Qt.Key.Key_0)
    assert (stack(opened).state.window.center, stack(opened).state.window.width) == (-300, 1400)


def test_keys_flip_rotate_and_invert(opened: Studio) -> None:
    key(opened, Qt.Key.Key_H)
    key(opened, Qt.Key.Key_I)
    assert stack(opened).state.flip_horizontal
    assert stack(opened).state.invert
    key(opened, Qt.Key.Key_R)
    assert stack(opened).state.quarter_turns == 1


def test_n_goes_to_the_finding_and_selects_its_row(opened: Studio) -> None:
    key(opened, Qt.Key.Key_Home)
    key(opened, Qt.Key.Key_N)
    assert opened.state.reading.selected_id == "2.25.1"
    assert stack(opened).slices.index == 6
    assert opened.window.findings.list.currentIndex().row() == 0
    assert [mark.selected for mark in stack(opened).slices.markers] == [True, False, False]


def test_enter_accepts_and_the_journal_has_it(opened: Studio) -> None:
    key(opened, Qt.Key.Key_N)
    key(opened, Qt.Key.Key_Return)
    assert verdicts(opened)[0] is Verdict.ACCEPTED
    entries = opened.ctx.journal.entries(opened.state.workspace.open_study_uid)
    assert entries[-1].event_type == "VerdictGiven"
    assert opened.ctx.journal.verify().is_whole


def test_backspace_asks_for_a_reason_and_a_digit_gives_it(opened: Studio) -> None:
    key(opened, Qt.Key.Key_N)
    window = stack(opened).state.window
    key(opened, Qt.Key.Key_Backspace)
    assert opened.window.findings.reasons.isVisible()
    assert verdicts(opened)[0] is Verdict.UNREVIEWED
    key(opened, Qt.Key.Key_2)
    assert opened.findings()[0].reason is RejectReason.ARTEFACT
    assert not opened.window.findings.reasons.isVisible()
    assert stack(opened).state.window == window


def test_escape_drops_the_question_and_nothing_is_written(opened: Studio) -> None:
    key(opened, Qt.Key.Key_N)
    count = len(opened.ctx.journal.entries())
    key(opened, Qt.Key.Key_Delete)
    key(opened, Qt.Key.Key_Escape)
    assert not opened.window.findings.reasons.isVisible()
    assert opened.state.reading.selected_id == "2.25.1"
    assert len(opened.ctx.journal.entries()) == count


def test_ctrl_z_takes_a_verdict_back_by_a_new_entry(opened: Studio) -> None:
    key(opened, Qt.Key.Key_N)
    key(opened, Qt.Key.Key_Return)
    count = len(opened.ctx.journal.entries())
    key(opened, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert verdicts(opened)[0] is Verdict.UNREVIEWED
    assert len(opened.ctx.journal.entries()) == count + 1


def test_ctrl_z_after_a_layout_undoes_the_layout_and_not_the_verdict(opened: Studio) -> None:
    key(opened, Qt.Key.Key_N)
    key(opened, Qt.Key.Key_Return)
    key(opened, Qt.Key.Key_4, Qt.KeyboardModifier.ControlModifier)
    assert opened.state.workspace.arrangement.layout.count == 4
    key(opened, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert opened.state.workspace.arrangement.layout.count == 1
    assert verdicts(opened)[0] is Verdict.ACCEPTED


def test_n_after_a_verdict_goes_on_to_the_next_unreviewed(opened: Studio) -> None:
    key(opened, Qt.Key.Key_N)
    key(opened, Qt.Key.Key_U)
    key(opened, Qt.Key.Key_N)
    assert opened.state.reading.selected_id == "2.25.2"
    assert verdicts(opened)[0] is Verdict.DEFERRED


def test_f2_types_another_label_in_place(opened: Studio) -> None:
    key(opened, Qt.Key.Key_N)
    key(opened, Qt.Key.Key_F2)
    editor = opened.window.focusWidget()
    assert editor is not None
    QTest.keyClicks(editor, "Hamartoma")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    opened.spin()
    assert opened.findings()[0].verdict is Verdict.EDITED
    assert opened.findings()[0].label == "Hamartoma"


def test_g_hides_all_ai_ink_at_once(opened: Studio) -> None:
    assert stack(opened).slices.overlays_visible
    key(opened, Qt.Key.Key_G)
    assert not stack(opened).slices.overlays_visible
    key(opened, Qt.Key.Key_G)
    assert stack(opened).slices.overlays_visible


def test_space_held_shows_the_bare_picture(opened: Studio) -> None:
    view = stack(opened).slices
    QTest.keyPress(view, Qt.Key.Key_Space)
    assert view.peeking
    QTest.keyRelease(view, Qt.Key.Key_Space)
    assert not view.peeking


def test_clicking_a_marker_selects_its_finding(opened: Studio) -> None:
    view = stack(opened).slices
    view.show_index(6)
    opened.wait_idle()
    place = view.px_of((16.0, 0.0, 30.0))
    assert place is not None
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(round(place[0]), round(place[1])))
    assert opened.state.reading.selected_id == "2.25.1"


def test_a_letter_typed_into_the_filter_calls_no_action(opened: Studio) -> None:
    box = opened.window.worklist.filter
    box.setFocus()
    QTest.keyClicks(box, "hug")
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert box.text() == "hug"
    assert not stack(opened).state.flip_horizontal
    assert stack(opened).slices.overlays_visible
    assert opened.window.worklist.list.item(0).isHidden()


def test_question_mark_lists_keys_and_escape_closes(opened: Studio) -> None:
    key(opened, Qt.Key.Key_Question, Qt.KeyboardModifier.ShiftModifier)
    sheets = [s for s in opened.window.findChildren(QWidget, "sheet") if s.isVisible()]
    assert len(sheets) == 1
    QTest.keyClick(sheets[0], Qt.Key.Key_Escape)
    assert not sheets[0].isVisible()


def test_ctrl_k_finds_and_runs_a_command(opened: Studio) -> None:
    key(opened, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    box = opened.window.focusWidget()
    assert box is not None
    QTest.keyClicks(box, "four view")
    QTest.keyClick(box, Qt.Key.Key_Return)
    opened.spin()
    assert opened.state.workspace.arrangement.layout is Layout.FOUR


def test_o_shows_linked_planes_at_the_finding_and_o_again_goes_back(opened: Studio) -> None:
    key(opened, Qt.Key.Key_N)
    key(opened, Qt.Key.Key_O)
    opened.wait_idle()
    planes = [v.hung.plane for v in opened.state.workspace.arrangement.viewports if v.hung]
    assert planes == [Plane.AXIAL, Plane.CORONAL, Plane.SAGITTAL, Plane.VOLUME]
    for content in opened.window.host.contents.values():
        if hasattr(content, "planes"):
            assert content.planes.position == pytest.approx((16.0, 0.0, 30.0))
    key(opened, Qt.Key.Key_O)
    assert opened.state.workspace.arrangement.layout is Layout.ONE
    assert isinstance(opened.window.host.active, StackContent)


def test_double_click_maximises_and_restores(opened: Studio) -> None:
    key(opened, Qt.Key.Key_4, Qt.KeyboardModifier.ControlModifier)
    view = stack(opened).slices
    QTest.mouseDClick(view, Qt.MouseButton.LeftButton, pos=opened.center_of(view))
    opened.spin()
    assert [frame.isVisible() for frame in opened.window.host.frames.values()].count(True) == 1
    QTest.mouseDClick(view, Qt.MouseButton.LeftButton, pos=opened.center_of(view))
    opened.spin()
    assert [frame.isVisible() for frame in opened.window.host.frames.values()].count(True) == 4


def test_two_patients_on_the_screen_raise_the_banner(opened: Studio, tmp_path: Path) -> None:
    other = write_ct(tmp_path / "other", name="ROE^RICHARD", uid="1.2.826.0.1.3680043.10.2")
    opened.open_folder(tmp_path / "other")
    key(opened, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    assert not opened.window.header.mismatch.isVisible()
    opened.window.desk.hang_in("v2", other.study_instance_uid, "")
    opened.spin()
    assert opened.window.header.mismatch.isVisible()


def test_the_worklist_says_that_ai_ran_and_nothing_of_what_it_found(opened: Studio) -> None:
    opened.window.desk.open_study(opened.state.workspace.open_study_uid)
    said = opened.window.worklist.list.item(0).toolTip()
    assert "AI ran" in said
    assert "0.9" not in said
    assert "Nodule" not in said


def test_what_was_said_of_one_study_does_not_stand_over_the_next(opened: Studio, tmp_path: Path) -> None:
    """“This study (SR) holds no pictures” stood over the next study's picture until somebody closed it."""
    second = write_ct(tmp_path / "other", 3, name="ROE^ANN", uid="1.2.826.0.1.3680043.10.9")
    opened.open_folder(tmp_path / "other")
    opened.window.messages.warn("Of this study.")
    opened.window.desk.open_study(second.study_instance_uid)
    opened.spin()
    assert opened.window.messages.isHidden()
    opened.window.messages.warn("17 files were refused.", of_all=True)
    opened.window.desk.open_study("1.2.826.0.1.3680043.10.1.1")
    opened.spin()
    assert not opened.window.messages.isHidden()
