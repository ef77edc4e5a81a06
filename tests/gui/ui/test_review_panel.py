"""The findings panel by keys alone, as real events: RQ-05, RQ-10, RQ-12, RQ-13, RQ-16, RQ-20 and the mark read."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QWidget

from app.domain.codes import MILLIMETER
from app.domain.finding import Finding, Quantity, RejectReason, RunState, Verdict
from app.findings.events import event_of
from app.findings.study_events import KindSilenced, StudyMarkedRead
from app.settings.file import save_settings
from app.settings.schema import Settings
from app.ui.contents import PlaneContent
from app.ui.panels.finding_rows import LINES
from app.ui.studio import Studio
from app.ui.widgets.rows import ROW, Row
from tests.support.hands import press, press_and_wait, stack
from tests.support.ui import ball_finding, context_in, ct_result, paths_in, with_result, write_ct

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier
MILLIMETRES = (Quantity("diameter", 7.25, MILLIMETER),)


def at_slice(number: int, slice_number: int, score: float, **other: object) -> Finding:
    """A finding on one image of the made-up CT."""
    plain = replace(ball_finding(number), score=score, quantities=MILLIMETRES)
    assert plain.place.center is not None
    x, y, _ = plain.place.center
    place = replace(plain.place, center=(x, y, 5.0 * slice_number))
    return replace(plain, place=place, label=f"Nodule {number}", **other)  # type: ignore[arg-type]  # by name


def opened(folder: Path, *findings: Finding, settings: Settings | None = None) -> Studio:
    made = write_ct(folder / "ct")
    paths = paths_in(folder)
    save_settings(paths.settings, settings or Settings(reader_name="Ada"))
    ctx = context_in(folder)
    with_result(ctx, ct_result(made, *findings))
    ctx.close()
    studio = Studio.of(paths, size=(1300, 860))
    studio.open_folder(folder / "ct")
    studio.wait_idle()
    return studio


@pytest.fixture
def three(tmp_path: Path, qapp: QApplication) -> Iterator[Studio]:
    made = opened(tmp_path, at_slice(1, 2, 0.6), at_slice(2, 9, 0.95), at_slice(3, 6, 0.3))
    yield made
    made.close()


def rows(studio: Studio) -> list[Row]:
    model = studio.window.findings.rows
    return [model.data(model.index(n, 0), ROW) for n in range(model.rowCount())]  # type: ignore[misc]


def labels(studio: Studio) -> list[str]:
    return [row.lines[0] for row in rows(studio)]


def selected(studio: Studio) -> str:
    return studio.state.reading.selected_id


def editor_of(studio: Studio) -> QLineEdit:
    found = studio.window.findings.list.findChild(QLineEdit)
    assert found is not None
    return found


def test_highest_above_its_threshold_first_and_low_ones_in_one_row(three: Studio) -> None:
    """RQ-16; RQ-12: the row says score, threshold and place together."""
    assert labels(three) == ["Nodule 2", "Nodule 1", "▸ 1 below their threshold"]
    assert rows(three)[0].tag == "score 0.95 ≥ 0.50"
    assert rows(three)[0].lines[1].startswith("right lung")
    press(three, Qt.Key.Key_N, ALT)
    assert labels(three) == ["Nodule 2", "Nodule 1", "Nodule 3"]
    press(three, Qt.Key.Key_N, ALT)
    assert len(labels(three)) == 3


def test_no_more_than_five_are_shown_in_full(tmp_path: Path, qapp: QApplication) -> None:
    """RQ-16."""
    studio = opened(tmp_path, *(at_slice(n, n, 0.6 + n / 100) for n in range(1, 9)))
    model = studio.window.findings.rows
    assert [model.data(model.index(n, 0), LINES) for n in range(8)] == [3] * 5 + [1] * 3
    studio.close()


def test_verdicts_by_keys_alone_and_no_box_stands_in_the_way(three: Studio) -> None:
    """RQ-20: two keys at most; RQ-16: nothing modal."""
    press(three, Qt.Key.Key_N)
    press(three, Qt.Key.Key_Return)
    press(three, Qt.Key.Key_N)
    press(three, Qt.Key.Key_Delete)
    press(three, Qt.Key.Key_5)
    first, second = three.findings()[1], three.findings()[0]
    assert (first.verdict, second.verdict) == (Verdict.ACCEPTED, Verdict.REJECTED)
    assert second.reason is RejectReason.WRONG_PLACE
    tops = QApplication.topLevelWidgets()
    assert not [w for w in tops if isinstance(w, QDialog) or (isinstance(w, QWidget) and w.isModal())]


def test_each_of_the_nine_reasons_has_its_digit(three: Studio) -> None:
    """RQ-20."""
    for digit, reason in enumerate(RejectReason):
        press(three, Qt.Key.Key_N) if not selected(three) else None
        three.select_finding("2.25.2")
        press(three, Qt.Key.Key_Delete)
        press(three, Qt.Key(Qt.Key.Key_1 + digit))
        assert three.findings()[1].reason is reason


def test_a_jump_shows_the_image_within_the_time_and_leads_back(three: Studio) -> None:
    """RQ-10 on a stack: at most 200 ms to a cached slice."""
    stack(three).slices.show_index(0)
    three.wait_idle()
    begun = time.perf_counter()
    press(three, Qt.Key.Key_N)
    three.wait_for(lambda: stack(three).slices.shown_index == 9, 2)
    assert time.perf_counter() - begun < 0.2 * 5  # five times the aim: other work shares this machine
    assert stack(three).slices.index == 9
    press_and_wait(three, Qt.Key.Key_N)
    assert stack(three).slices.index == 2
    press_and_wait(three, Qt.Key.Key_Left, ALT)
    assert stack(three).slices.index == 9
    press_and_wait(three, Qt.Key.Key_Left, ALT)
    assert stack(three).slices.index == 0


def test_a_jump_on_planes_leads_back(three: Studio) -> None:
    """RQ-10 on planes."""
    three.show_mpr()
    planes = [c for c in three.window.host.contents.values() if isinstance(c, PlaneContent)]
    before = planes[0].planes.position
    press_and_wait(three, Qt.Key.Key_N)
    there = planes[0].planes.position
    assert there is not None
    assert np.allclose(there, (16.0, 0.0, 45.0), atol=0.1)
    press_and_wait(three, Qt.Key.Key_Left, ALT)
    assert planes[0].planes.position == before


def test_the_extent_is_changed_by_keys(three: Studio) -> None:
    press_and_wait(three, Qt.Key.Key_N)
    press(three, Qt.Key.Key_F2, SHIFT)
    assert "Extent" in three.window.findings.mode.text()
    for which, modifier in (
        (Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_Right, SHIFT),
        (Qt.Key.Key_Up, CONTROL),
        (Qt.Key.Key_PageDown, Qt.KeyboardModifier.NoModifier),
    ):
        press(three, which, modifier)
    press(three, Qt.Key.Key_Return)
    place = three.findings()[1].place
    assert place is not None
    # The start is a box of 5 mm each way round (16, 0, 45); right is the patient's left, +x; up is anterior, -y.
    assert place.box_min == pytest.approx((12.0, -6.0, 39.0))
    assert place.box_max == pytest.approx((23.0, 5.0, 51.0))
    assert three.findings()[1].verdict is Verdict.EDITED
    press(three, Qt.Key.Key_Z, CONTROL)
    assert three.findings()[1].verdict is Verdict.UNREVIEWED


def test_the_box_goes_the_way_of_the_screen_also_where_the_picture_is_flipped(three: Studio) -> None:
    press_and_wait(three, Qt.Key.Key_N)
    press(three, Qt.Key.Key_H)
    press(three, Qt.Key.Key_F2, SHIFT)
    press(three, Qt.Key.Key_Right)
    extent = three.state.reading.extent
    assert extent is not None
    assert extent.place.center == pytest.approx((15.0, 0.0, 45.0))


def test_esc_leaves_the_extent_as_it_was(three: Studio) -> None:
    press_and_wait(three, Qt.Key.Key_N)
    press(three, Qt.Key.Key_F2, SHIFT)
    press(three, Qt.Key.Key_Right)
    press(three, Qt.Key.Key_Escape)
    assert three.state.reading.extent is None
    assert three.findings()[1].verdict is Verdict.UNREVIEWED
    press(three, Qt.Key.Key_Down)
    assert stack(three).slices.index == 10  # arrows scroll again


def drag(studio: Studio, start: tuple[float, float, float], end: tuple[float, float, float]) -> None:
    view = stack(studio).view
    from_px, to_px = view.px_of(start), view.px_of(end)
    assert from_px is not None
    assert to_px is not None
    first, last = (QPoint(round(x), round(y)) for x, y in (from_px, to_px))
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=first)
    QTest.mouseMove(view, (first + last) / 2)
    QTest.mouseMove(view, last)
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=last)
    studio.spin()


def test_the_extent_is_drawn_anew_and_a_length_gives_the_diameter(three: Studio) -> None:
    press_and_wait(three, Qt.Key.Key_N)
    press(three, Qt.Key.Key_F2, SHIFT)
    press(three, Qt.Key.Key_E, ALT)
    drag(three, (4.0, -10.0, 45.0), (28.0, 12.0, 45.0))
    extent = three.state.reading.extent
    assert extent is not None
    assert extent.place.box_min == pytest.approx((4.0, -10.0, 40.0), abs=1.0)
    assert extent.place.box_max == pytest.approx((28.0, 12.0, 50.0), abs=1.0)
    press(three, Qt.Key.Key_Return)
    assert not three.state.reading.reading.measurements  # type: ignore[union-attr]
    press(three, Qt.Key.Key_F2, SHIFT)
    press(three, Qt.Key.Key_L)
    drag(three, (6.0, 0.0, 45.0), (26.0, 0.0, 45.0))
    (number,) = three.findings()[1].quantities
    assert number.key == "diameter"
    assert number.value == pytest.approx(20.0, abs=1.0)
    assert three.findings()[1].place is not None  # the extent of before stays


def test_a_corner_of_the_extent_is_dragged_by_its_handle(three: Studio) -> None:
    press_and_wait(three, Qt.Key.Key_N)
    press(three, Qt.Key.Key_F2, SHIFT)
    drag(three, (21.0, 5.0, 45.0), (30.0, 12.0, 45.0))  # the corner towards the left and behind
    press(three, Qt.Key.Key_Return)
    place = three.findings()[1].place
    assert place is not None
    assert place.box_min == pytest.approx((11.0, -5.0, 40.0), abs=1.0)
    assert place.box_max == pytest.approx((30.0, 12.0, 50.0), abs=1.0)
    assert not three.state.reading.reading.measurements  # type: ignore[union-attr]


def test_a_number_is_typed_over(three: Studio) -> None:
    press(three, Qt.Key.Key_N)
    press(three, Qt.Key.Key_F2, ALT)
    editor = editor_of(three)
    assert editor.text() == "7.25"
    QTest.keyClicks(editor, "8,5 mm")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    three.spin()
    assert three.findings()[1].shown_quantities[0].value == 8.5
    assert "8.5" in rows(three)[-2].lines[-1]
    press(three, Qt.Key.Key_F2, ALT)
    QTest.keyClicks(editor_of(three), "wide")
    QTest.keyClick(editor_of(three), Qt.Key.Key_Return)
    three.spin()
    assert "is no number" in three.said[-1]


def test_the_drawer_says_where_a_finding_comes_from(three: Studio) -> None:
    """RQ-04, RQ-05: one key, no more."""
    press(three, Qt.Key.Key_N)
    press(three, Qt.Key.Key_I, SHIFT)
    said = three.window.findings.drawer.text()
    for words in ("made-up-model 1.0.0", "CT Axial 5.0", "cdcdcd", "CPU", "Self-test", "pneumothorax"):
        assert words in said
    press(three, Qt.Key.Key_I, SHIFT)
    assert not three.window.findings.drawer.isVisible()


def test_error_rates_are_said_to_be_unknown_where_they_are(three: Studio) -> None:
    """RQ-13: under 400 studies no rate stands beside a score."""
    three.wait_idle()
    assert "not measured here" in rows(three)[0].lines[1]


def test_a_kind_is_silenced_for_this_reader_and_logged(three: Studio) -> None:
    """RQ-16."""
    press(three, Qt.Key.Key_N)
    press(three, Qt.Key.Key_U, ALT)
    three.select_finding("")
    assert labels(three) == ["▸ 3 silenced by you"]
    assert "need a verdict" in three.said[-1]
    events = [event_of(e.event_type, e.payload) for e in three.ctx.journal.entries_of("KindSilenced")]
    assert [(e.package, e.key, e.is_silenced) for e in events if isinstance(e, KindSilenced)] == [
        ("made-up-model", "nodule", True)
    ]
    press(three, Qt.Key.Key_N, ALT)
    press(three, Qt.Key.Key_N)
    press(three, Qt.Key.Key_U, ALT)
    press(three, Qt.Key.Key_N, ALT)
    three.select_finding("")
    assert labels(three)[0] == "Nodule 2"


def marks_read(studio: Studio) -> list[StudyMarkedRead]:
    events = [event_of(e.event_type, e.payload) for e in studio.ctx.journal.entries_of("StudyMarkedRead")]
    return [one for one in events if isinstance(one, StudyMarkedRead)]


def test_a_study_with_findings_left_over_is_not_called_read(three: Studio) -> None:
    press(three, Qt.Key.Key_Return, CONTROL)
    assert not marks_read(three)
    assert "2 findings" in three.said[-1]
    assert selected(three) in {"2.25.1", "2.25.2"}
    for _ in range(2):
        press(three, Qt.Key.Key_N)
        press(three, Qt.Key.Key_Return)
    press(three, Qt.Key.Key_Return, CONTROL)
    (mark,) = marks_read(three)
    assert (mark.overridden, mark.result_ids, mark.reader) == ((), ("r1",), "Ada")
    assert "read" in str(three.window.worklist.list.item(0).data(ROW).last_tag)


def test_it_is_closed_all_the_same_by_a_key_of_its_own_and_the_journal_names_what_was_left(
    three: Studio,
) -> None:
    press(three, Qt.Key.Key_Return, CONTROL | SHIFT)
    (mark,) = marks_read(three)
    assert set(mark.overridden) == {"2.25.1", "2.25.2"}
    press(three, Qt.Key.Key_Backspace, ALT)
    assert three.state.workspace.note(three.state.workspace.open_study_uid).read_by == ""


def test_the_site_says_from_where_a_verdict_is_needed(tmp_path: Path, qapp: QApplication) -> None:
    settings = Settings(reader_name="Ada", must_judge_above=30)
    studio = opened(tmp_path, at_slice(1, 2, 0.6), at_slice(2, 9, 0.95), settings=settings)
    press(studio, Qt.Key.Key_N)
    press(studio, Qt.Key.Key_Return)
    press(studio, Qt.Key.Key_Return, CONTROL)
    assert len(marks_read(studio)) == 1
    assert studio.findings()[0].verdict is Verdict.UNREVIEWED
    studio.close()


def test_a_result_that_comes_later_makes_a_read_study_unread(three: Studio) -> None:
    press(three, Qt.Key.Key_Return, CONTROL | SHIFT)
    study = three.state.workspace.open_study
    assert study is not None
    late = replace(ct_result(study, at_slice(9, 4, 0.9)), result_id="r2", state=RunState.POSITIVE)
    late = replace(late, findings=tuple(replace(f, result_id="r2") for f in late.findings))
    with_result(three.ctx, late)
    three.open_study(study.study_instance_uid)
    three.wait_idle()
    assert three.state.workspace.note(study.study_instance_uid).read_by == ""
