"""The port for other computers, switched by keys in the window; what comes in stands in the worklist."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.domain.errors import RemoteError
from app.settings.connections import Connection
from app.settings.listener import ListenerSettings, load_listener, save_listener
from app.studies.remote.dimse_send import send
from app.studies.source_types import StoreOutcome
from app.ui.overlays.listener import ListenerSheet
from app.ui.studio import Studio
from tests.support.hands import press
from tests.support.held import key_file_for
from tests.support.ui import paths_in
from tests.support.web import stack

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@pytest.fixture
def studio(tmp_path: Path, qapp: QApplication) -> Iterator[Studio]:
    paths = paths_in(tmp_path)
    key_file_for(paths.settings)
    save_listener(paths.settings, ListenerSettings(port=free_port(), callers=("SENDER",)))
    made = Studio.of(paths, size=(1200, 800))
    yield made
    made.close()


def sheet_of(studio: Studio) -> ListenerSheet:
    press(studio, Qt.Key.Key_F3, Qt.KeyboardModifier.AltModifier)
    found = next(one for one in studio.window.findChildren(ListenerSheet) if one.isVisible())
    assert isinstance(found, ListenerSheet)
    return found


def switch(studio: Studio, sheet: ListenerSheet) -> None:
    sheet.switch.setFocus()
    QTest.keyClick(sheet.switch, Qt.Key.Key_Space)
    studio.wait_idle()


def peer(studio: Studio, calling: str = "SENDER") -> Connection:
    port = load_listener(studio.ctx.paths.settings)[0].port
    return Connection(
        "here", scheme="dimse", host="127.0.0.1", port=port, called_aet="OVERREAD", calling_aet=calling
    )


def test_off_until_switched_on_and_what_is_sent_then_is_in_the_worklist(
    studio: Studio, tmp_path: Path
) -> None:
    assert "off" in studio.window.status.listening.text().lower() or not studio.window.status.listening.text()
    sheet = sheet_of(studio)
    switch(studio, sheet)
    assert sheet.switch.isChecked()
    assert "OVERREAD" in studio.window.status.listening.text()
    outcomes = send(peer(studio), stack(tmp_path / "in", 3))
    assert {one.outcome for one in outcomes} == {StoreOutcome.STORED}
    studio.wait_for(lambda: "3" in sheet.said.text())
    studio.wait_for(lambda: bool(studio.state.workspace.studies))
    studio.window.grab().save(str(tmp_path / "listening.png"))
    switch(studio, sheet)
    assert not sheet.switch.isChecked()
    assert not studio.window.status.listening.text()
    with pytest.raises(OSError, match=r"refused|Errno"):
        socket.create_connection(("127.0.0.1", peer(studio).port), 1).close()


def test_who_is_not_on_the_list_gets_nothing_in(studio: Studio, tmp_path: Path) -> None:
    sheet = sheet_of(studio)
    switch(studio, sheet)
    with pytest.raises(RemoteError):
        send(peer(studio, "STRANGER"), stack(tmp_path / "in", 1))
    assert not studio.state.workspace.studies


def test_a_taken_port_is_one_sentence_and_the_switch_stays_off(studio: Studio) -> None:
    port = load_listener(studio.ctx.paths.settings)[0].port
    with socket.create_server(("127.0.0.1", port)):
        sheet = sheet_of(studio)
        switch(studio, sheet)
        assert not sheet.switch.isChecked()
        assert str(port) in sheet.said.text()


def test_open_to_the_network_for_anybody_is_refused_before_it_is_kept(studio: Studio) -> None:
    sheet = sheet_of(studio)
    sheet.texts["host"].setText("0.0.0.0")
    sheet.texts["callers"].setText("")
    switch(studio, sheet)
    assert not sheet.switch.isChecked()
    assert "0.0.0.0" in sheet.said.text()
    assert load_listener(studio.ctx.paths.settings)[0].host == "127.0.0.1"


def test_on_with_the_window_where_that_is_chosen(tmp_path: Path, qapp: QApplication) -> None:
    paths = paths_in(tmp_path)
    key_file_for(paths.settings)
    save_listener(paths.settings, ListenerSettings(is_on=True, port=free_port()))
    studio = Studio.of(paths, size=(1000, 700))
    try:
        studio.wait_for(lambda: "OVERREAD" in studio.window.status.listening.text())
    finally:
        studio.close()


def test_choosing_so_in_the_sheet_is_kept(studio: Studio) -> None:
    sheet = sheet_of(studio)
    sheet.with_window.setFocus()
    QTest.keyClick(sheet.with_window, Qt.Key.Key_Space)
    sheet.save.setFocus()
    QTest.keyClick(sheet.save, Qt.Key.Key_Space)
    studio.spin()
    assert load_listener(studio.ctx.paths.settings)[0].is_on
