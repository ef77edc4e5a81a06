"""Search, connections and sending by real keys and clicks, against a server in memory."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app.domain.errors import StudyUnreadableError
from app.findings.events import ResultArrived
from app.settings.connections import Connection, ConnectionBook, load_connections, save_connections
from app.studies.remote.secrets import get_secret
from app.studies.source_types import StoreOutcome
from app.ui.overlays.connections import ConnectionsSheet
from app.ui.overlays.remote import RemoteSheet
from app.ui.overlays.remote_fields import PAGE
from app.ui.overlays.send import SendSheet
from app.ui.studio import Studio
from app.workflows.judge import reread
from tests.support.remote_fake import FakeServer, hits
from tests.support.ui import ball_finding, ct_result, paths_in, write_ct

# Qt says so of every window that has a smallest size, where there is no screen.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
ARCHIVE = Connection("Main archive", url="https://pacs.example/dicom-web")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> FakeServer:
    made = FakeServer(hits(PAGE + 7))
    monkeypatch.setattr("app.workflows.remote_jobs.connector", made.connector)
    return made


@pytest.fixture
def studio(tmp_path: Path, qapp: QApplication, server: FakeServer) -> Iterator[Studio]:
    paths = paths_in(tmp_path)
    save_connections(paths.settings, ConnectionBook().with_one(ARCHIVE))
    made = Studio.of(paths, size=(1400, 860))
    yield made
    server.gate.set()
    made.close()


def sheet(studio: Studio, what: str) -> QWidget:
    """Opened as the menu does."""
    studio.act(
        {"remote": "file.search_remote", "connections": "file.connections", "send": "report.send"}[what]
    )
    found = next(one for one in studio.window.findChildren(QWidget, "sheet") if one.isVisible())
    assert isinstance(found, QWidget)
    return found


def remote(studio: Studio) -> RemoteSheet:
    found = sheet(studio, "remote")
    assert isinstance(found, RemoteSheet)
    return found


def press(studio: Studio, key: Qt.Key) -> None:
    QTest.keyClick(studio.window.focusWidget(), key)
    studio.spin()


def write(studio: Studio, words: str) -> None:
    QTest.keyClicks(studio.window.focusWidget(), words)
    studio.spin()


def test_search_by_keyboard_shows_the_first_page_and_more_the_next(
    studio: Studio, server: FakeServer
) -> None:
    panel = remote(studio)
    assert studio.window.focusWidget() is panel.fields.name
    press(studio, Qt.Key.Key_Return)
    assert studio.wait_for(lambda: panel.hits.rowCount() == PAGE)
    assert panel.more.isVisible()
    QTest.mouseClick(panel.more, Qt.MouseButton.LeftButton)
    assert studio.wait_for(lambda: panel.hits.rowCount() == PAGE + 7)
    assert not panel.more.isVisible()
    assert [query.offset for query in server.asked] == [0, PAGE]


def test_fields_become_a_query(studio: Studio, server: FakeServer) -> None:
    panel = remote(studio)
    write(studio, "ivan")
    panel.fields.number.setFocus()
    write(studio, "P00")
    panel.fields.range.setCurrentIndex(6)
    write(studio, "2026-08-01")
    panel.fields.modality.setCurrentIndex(1)
    panel.fields.name.setFocus()
    press(studio, Qt.Key.Key_Return)
    assert studio.wait_for(lambda: bool(server.asked))
    asked = server.asked[-1]
    assert (asked.patient_name, asked.patient_id, asked.date_from, asked.modality) == (
        "ivan",
        "P00",
        "20260801",
        "CT",
    )
    assert studio.window.commands.keymap is not None
    assert studio.findings() == ()  # none of the typed letters was taken for a command


def test_a_date_that_is_none_is_said_and_nothing_is_asked(studio: Studio, server: FakeServer) -> None:
    panel = remote(studio)
    panel.fields.range.setCurrentIndex(6)
    write(studio, "31.08.26")
    press(studio, Qt.Key.Key_Return)
    assert "2026-08-31" in panel.problem.text()
    assert server.asked == []


def test_enter_on_a_study_retrieves_it_with_its_count_and_opens_it(
    studio: Studio, server: FakeServer, tmp_path: Path
) -> None:
    made = write_ct(tmp_path / "far")
    uid = made.study_instance_uid
    server.studies = (hits(1)[0].__class__(uid, made.patient, "20260801", "", "Chest", "A1", ("CT",), 1, 12),)
    server.held[uid] = tmp_path / "far"
    panel = remote(studio)
    press(studio, Qt.Key.Key_Return)
    assert studio.wait_for(lambda: panel.hits.rowCount() == 1)
    panel.hits.setFocus()
    press(studio, Qt.Key.Key_Return)
    assert studio.wait_for(lambda: "received 312 of 320" in panel.progress.text())
    assert panel.stop.isVisible()
    server.gate.set()
    assert studio.wait_for(lambda: studio.state.workspace.open_study_uid == uid)
    assert not panel.isVisible()


def test_a_double_click_opens_too(studio: Studio, server: FakeServer, tmp_path: Path) -> None:
    made = write_ct(tmp_path / "far")
    uid = made.study_instance_uid
    server.studies = (hits(1)[0].__class__(uid, made.patient, "20260801", "", "Chest", "A1", ("CT",), 1, 12),)
    server.held[uid] = tmp_path / "far"
    server.gate.set()
    panel = remote(studio)
    QTest.mouseClick(panel.search_button, Qt.MouseButton.LeftButton)
    assert studio.wait_for(lambda: panel.hits.rowCount() == 1)
    cell = panel.hits.item(0, 0)
    assert cell is not None
    place = panel.hits.visualItemRect(cell).center()
    QTest.mouseClick(panel.hits.viewport(), Qt.MouseButton.LeftButton, pos=place)
    QTest.mouseDClick(panel.hits.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(place))
    assert studio.wait_for(lambda: studio.state.workspace.open_study_uid == uid)


def test_what_the_server_refuses_stands_in_the_sheet(studio: Studio, server: FakeServer) -> None:
    server.refusal = StudyUnreadableError("error.study.unreadable_file", file="Main archive", reason="401")
    panel = remote(studio)
    press(studio, Qt.Key.Key_Return)
    assert studio.wait_for(lambda: "401" in panel.problem.text())
    assert panel.isVisible()
    assert studio.said == ()


def test_every_part_has_a_name_and_is_reached_by_tab(studio: Studio, server: FakeServer) -> None:
    panel = remote(studio)
    press(studio, Qt.Key.Key_Return)
    assert studio.wait_for(lambda: panel.hits.rowCount() == PAGE)
    wanted = {
        panel.list, panel.fields.name, panel.fields.number, panel.fields.accession, panel.fields.range,
        panel.fields.modality, panel.search_button, panel.hits, panel.more, panel.fetch,
    }  # fmt: skip
    assert all(one.accessibleName() for one in wanted)
    reached: set[QWidget] = set()
    for _ in range(30):
        focus = studio.window.focusWidget()
        assert focus is not None
        assert panel.isAncestorOf(focus), f"{focus.accessibleName()} is outside the sheet"
        reached.add(focus)
        press(studio, Qt.Key.Key_Tab)
    assert wanted <= reached


def connections(studio: Studio) -> ConnectionsSheet:
    found = sheet(studio, "connections")
    assert isinstance(found, ConnectionsSheet)
    return found


def test_a_connection_is_added_and_its_password_never_shown_or_written(studio: Studio) -> None:
    panel = connections(studio)
    QTest.mouseClick(panel.add, Qt.MouseButton.LeftButton)
    write(studio, "Second")
    panel.form.texts["url"].setFocus()
    write(studio, "https://other.example/dicom-web")
    panel.form.auth.setCurrentIndex(1)
    panel.form.texts["user"].setFocus()
    write(studio, "reader")
    panel.form.secret.setFocus()
    write(studio, "s3cret-word")
    assert "s3cret" not in panel.form.secret.displayText()
    QTest.mouseClick(panel.save, Qt.MouseButton.LeftButton)
    studio.spin()
    folder = studio.ctx.paths.settings
    kept = load_connections(folder).find("Second")
    assert (kept.url, kept.auth, kept.user) == ("https://other.example/dicom-web", "basic", "reader")
    assert get_secret(kept) == "s3cret-word"
    assert "s3cret" not in (folder / "connections.json").read_text(encoding="utf-8")
    assert panel.form.secret.text() == ""
    assert panel.form.secret.placeholderText()
    QTest.mouseClick(panel.remove, Qt.MouseButton.LeftButton)
    assert get_secret(kept) is None
    assert [one.name for one in load_connections(folder).connections] == ["Main archive"]


def test_a_broken_rule_is_said_and_nothing_is_written(studio: Studio) -> None:
    panel = connections(studio)
    QTest.mouseClick(panel.add, Qt.MouseButton.LeftButton)
    write(studio, "Third")
    panel.form.texts["url"].setFocus()
    write(studio, "https://user:word@other.example")
    QTest.mouseClick(panel.save, Qt.MouseButton.LeftButton)
    studio.spin()
    assert panel.said.text()
    assert "word" not in panel.said.text().replace("password", "")
    names = json.loads((studio.ctx.paths.settings / "connections.json").read_text(encoding="utf-8"))
    assert [one["name"] for one in names["connections"]] == ["Main archive"]


def test_the_test_button_says_what_the_server_answered(studio: Studio, server: FakeServer) -> None:
    panel = connections(studio)
    QTest.mouseClick(panel.test, Qt.MouseButton.LeftButton)
    assert studio.wait_for(lambda: "answered" in panel.said.text())
    assert server.asked[-1].limit == 1
    server.refusal = StudyUnreadableError(
        "error.study.unreadable_file", file="Main archive", reason="no route"
    )
    QTest.mouseClick(panel.test, Qt.MouseButton.LeftButton)
    assert studio.wait_for(lambda: "no route" in panel.said.text())


def test_sending_lists_what_became_of_each_object_and_sends_failed_ones_again(
    studio: Studio, server: FakeServer, tmp_path: Path
) -> None:
    made = write_ct(tmp_path / "ct")
    studio.open_folder(tmp_path / "ct")
    studio.ctx.journal.append(ResultArrived(ct_result(made, ball_finding(1)), "tester"))
    reread(studio.ctx)
    studio.select_finding(studio.findings()[0].finding.finding_id)
    studio.accept()
    panel = sheet(studio, "send")
    assert isinstance(panel, SendSheet)
    panel.kinds["seg"].setChecked(False)
    QTest.mouseClick(panel.go, Qt.MouseButton.LeftButton)
    assert studio.wait_for(lambda: panel.list.count() == 1, timeout_s=30)
    assert "stored" in panel.list.item(0).text()
    sent = server.sent[0]
    server.outcomes[sent.name] = (StoreOutcome.FAILED, "Its SOP class is not taken (0122).")
    panel._give((sent,))
    assert studio.wait_for(panel.again.isVisible)
    assert "0122" in panel.list.item(1).text()
    server.outcomes.clear()
    QTest.mouseClick(panel.again, Qt.MouseButton.LeftButton)
    assert studio.wait_for(lambda: panel.list.count() == 3)
    assert not panel.again.isVisible()
