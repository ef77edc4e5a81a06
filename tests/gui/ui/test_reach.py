"""Everything can be reached: drag and drop, panels by F6, closing. Names and text size: `test_access.py`."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QWidget,
)

from app.state.model import Layout
from app.ui.studio import Studio
from app.ui.widgets.small import HUNG_MIME
from tests.support.ui import paths_in, write_ct

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


@pytest.fixture
def studio(tmp_path: Path, qapp: QApplication) -> Iterator[Studio]:
    made = Studio.of(paths_in(tmp_path / "home"), size=(1400, 900))
    yield made
    made.close()


def drop(target: QWidget, data: QMimeData) -> None:
    """A drag from outside enters and is let go in the middle."""
    middle = QPoint(target.width() // 2, target.height() // 2)
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(target, QDragEnterEvent(middle, Qt.DropAction.CopyAction, data, buttons, keys))
    QApplication.sendEvent(target, QDropEvent(QPointF(middle), Qt.DropAction.CopyAction, data, buttons, keys))


def test_a_folder_dropped_on_the_window_is_opened(studio: Studio, tmp_path: Path) -> None:
    write_ct(tmp_path / "ct")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "ct"))])
    drop(studio.window, data)
    assert studio.wait_for(lambda: bool(studio.display_sets()), 20)


def test_a_series_dropped_on_a_viewport_hangs_there(studio: Studio, tmp_path: Path) -> None:
    write_ct(tmp_path / "ct")
    studio.open_folder(tmp_path / "ct")
    studio.act("layout.side_by_side")
    data = QMimeData()
    uid, wanted = studio.state.workspace.open_study_uid, studio.display_sets()[0].display_set_id
    data.setData(HUNG_MIME, json.dumps([uid, wanted]).encode())
    drop(studio.window.host.frames["v2"], data)
    studio.spin()
    assert [v.hung is not None for v in studio.state.workspace.arrangement.viewports] == [True, True]
    assert studio.state.workspace.arrangement.layout is Layout.SIDE_BY_SIDE
    assert studio.state.workspace.arrangement.active_id == "v2"


def test_f6_walks_through_the_panels(studio: Studio, tmp_path: Path) -> None:
    write_ct(tmp_path / "ct")
    studio.open_folder(tmp_path / "ct")
    reached = []
    for _ in range(3):
        focus = studio.window.focusWidget()
        assert focus is not None
        QTest.keyClick(focus, Qt.Key.Key_F6)
        now = studio.window.focusWidget()
        assert now is not None
        reached.append(now.accessibleName())
    assert len(set(reached)) == 3


def test_enter_in_the_worklist_opens_the_study_and_judges_nothing(studio: Studio, tmp_path: Path) -> None:
    write_ct(tmp_path / "a")
    write_ct(tmp_path / "b", name="ROE^RICHARD", uid="1.2.826.0.1.3680043.10.2")
    studio.open_folder(tmp_path / "a")
    studio.open_folder(tmp_path / "b")
    first = studio.state.workspace.open_study_uid
    listed = studio.window.worklist.list
    listed.setFocus()
    listed.setCurrentRow(next(row for row in range(2) if row != listed.row_of(first)))
    QTest.keyClick(listed, Qt.Key.Key_Return)
    studio.spin()
    assert studio.state.workspace.open_study_uid != first
    assert studio.ctx.journal.entries() == ()


def test_closing_while_a_scan_runs_takes_no_time(tmp_path: Path, qapp: QApplication) -> None:
    write_ct(tmp_path / "ct", slices=60)
    studio = Studio.of(paths_in(tmp_path / "home"))
    studio.window.desk.open_paths([tmp_path / "ct"])
    begun = time.monotonic()
    studio.close()
    assert time.monotonic() - begun < 5


def test_the_worklist_of_the_last_session_is_there_again(tmp_path: Path, qapp: QApplication) -> None:
    write_ct(tmp_path / "ct")
    first = Studio.of(paths_in(tmp_path / "home"))
    first.open_folder(tmp_path / "ct")
    first.close()
    second = Studio.of(paths_in(tmp_path / "home"))
    assert second.wait_for(lambda: second.window.worklist.list.count() == 1, 10)
    second.close()


def test_profiles_change_keys_at_once(studio: Studio, tmp_path: Path) -> None:
    write_ct(tmp_path / "ct")
    studio.open_folder(tmp_path / "ct")
    studio.window.desk.show("settings")
    sheet = studio.window.findChild(QComboBox, "", Qt.FindChildOption.FindChildrenRecursively)
    assert sheet is not None
    from dataclasses import replace

    studio.window.desk.sheets.save(replace(studio.ctx.settings, key_profile="classic_pacs"))
    view = studio.window.host.control
    assert view is not None
    before = view.view.index  # type: ignore[union-attr]  # a stack hangs there
    QTest.keyClick(view.view, Qt.Key.Key_Right)
    assert view.view.index == before + 1  # type: ignore[union-attr]
