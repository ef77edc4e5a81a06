"""A study of a real Orthanc, searched and opened by keys: seen before it is here, the image looked at first."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.domain.volume import RemarkKind
from app.settings.connections import Connection, ConnectionBook, save_connections
from app.ui.contents import StackContent
from app.ui.overlays.remote import RemoteSheet
from app.ui.studio import Studio
from tests.support.orthanc import Orthanc, running_orthanc
from tests.support.plug import Plug
from tests.support.ui import paths_in
from tests.support.web import stack

# Qt says so of every window that has a smallest size, where there is no screen.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
SLICES, SIDE = 60, 256
SLOW = 1_500_000  # bytes a second: the whole takes about 5 s


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Orthanc]:
    folder = tmp_path_factory.mktemp("orthanc")
    noise = np.random.default_rng(1).integers(-1000, 1000, (SIDE, SIDE), dtype=np.int16).tobytes()
    with running_orthanc(folder / "server") as made:
        made.put(stack(folder / "in", SLICES, Rows=SIDE, Columns=SIDE, PixelData=noise))
        yield made


@pytest.fixture
def studio(tmp_path: Path, qapp: QApplication, server: Orthanc) -> Iterator[Studio]:
    with Plug(server.http_port, rate=SLOW) as cable:
        paths = paths_in(tmp_path)
        url = f"http://127.0.0.1:{cable.port}/dicom-web"
        save_connections(paths.settings, ConnectionBook().with_one(Connection("Orthanc", url=url)))
        made = Studio.of(paths, size=(1200, 800))
        yield made
        made.close()


def files_here(studio: Studio) -> int:
    return len(list(studio.ctx.paths.cache.rglob("remote/*/*/*.dcm")))


def test_a_study_is_seen_before_it_is_here_and_the_last_image_on_wish(studio: Studio, tmp_path: Path) -> None:
    studio.act("file.search_remote")
    sheet = next(one for one in studio.window.findChildren(RemoteSheet) if one.isVisible())
    QTest.keyClick(studio.window.focusWidget(), Qt.Key.Key_Return)
    assert studio.wait_for(lambda: sheet.hits.rowCount() == 1)
    sheet.hits.setFocus()
    QTest.keyClick(studio.window.focusWidget(), Qt.Key.Key_Return)
    began = time.monotonic()

    def content() -> StackContent | None:
        found = next(iter(studio.window.host.contents.values()), None)
        return found if isinstance(found, StackContent) else None

    assert studio.wait_for(lambda: content() is not None, timeout_s=20)
    assert time.monotonic() - began < 1.0, "the first image does not wait for the others"
    first = content()
    assert first is not None
    assert RemarkKind.LOADING in {remark.kind for remark in first.remarks()}, "a part is not the whole"
    studio.grab(tmp_path / "first.png")

    def count() -> int:
        now = content()
        return 0 if now is None else len(now.subject.display_set.frames)

    assert studio.wait_for(lambda: count() == SLICES, timeout_s=20)
    shown = content()
    assert shown is not None
    source = studio.window.pictures.stack(shown.subject)[0]
    assert files_here(studio) < SLICES // 2, "every image has its place long before the last is here"
    studio.act("view.image_last")
    assert studio.wait_for(lambda: source.frame(SLICES - 1) is not None, timeout_s=20)
    assert files_here(studio) < SLICES, f"after {time.monotonic() - began:.1f} s"
    studio.grab(tmp_path / "coming.png")
    assert studio.wait_for(lambda: source.is_settled, timeout_s=60)
    assert source.volume is not None
    assert studio.wait_for(lambda: not studio.state.jobs, timeout_s=20)
    assert content() is shown, "what hangs stays when the last image is here"
    assert files_here(studio) == SLICES
    assert RemarkKind.LOADING not in {remark.kind for remark in shown.remarks()}
    assert studio.ctx.index.studies()[0].series[0].frame_count == SLICES


def test_what_is_kept_here_is_listed_and_opened_without_its_server(
    tmp_path: Path, qapp: QApplication
) -> None:
    """The server is killed, another window is opened: the study of yesterday is still there to be read."""
    paths = paths_in(tmp_path / "home")
    with running_orthanc(tmp_path / "server") as orthanc:
        orthanc.put(stack(tmp_path / "in", 6))
        save_connections(
            paths.settings, ConnectionBook().with_one(Connection("Orthanc", url=orthanc.dicomweb))
        )
        before = Studio.of(paths, size=(1200, 800))
        before.act("file.search_remote")
        sheet = next(one for one in before.window.findChildren(RemoteSheet) if one.isVisible())
        QTest.mouseClick(sheet.kept_button, Qt.MouseButton.LeftButton)
        assert sheet.hits.rowCount() == 0
        QTest.mouseClick(sheet.search_button, Qt.MouseButton.LeftButton)
        assert before.wait_for(lambda: sheet.hits.rowCount() == 1)
        sheet.hits.setFocus()
        QTest.keyClick(before.window.focusWidget(), Qt.Key.Key_Return)
        assert before.wait_for(lambda: files_here(before) == 6 and not before.state.jobs, timeout_s=20)
        before.close()
        orthanc.kill()
    after = Studio.of(paths, size=(1200, 800))
    try:
        after.window.desk.opening.list_known(lambda: None)
        after.wait_idle()
        after.act("file.search_remote")
        sheet = next(one for one in after.window.findChildren(RemoteSheet) if one.isVisible())
        QTest.mouseClick(sheet.kept_button, Qt.MouseButton.LeftButton)
        assert sheet.hits.rowCount() == 1
        after.grab(tmp_path / "kept.png", part="window")
        assert "1" in sheet.count.text()
        QTest.keyClick(sheet.hits, Qt.Key.Key_Return)
        assert after.wait_for(lambda: bool(after.window.host.contents), timeout_s=20)
        after.wait_idle()
        assert not after.window.host.failures
        assert after.state.workspace.open_study_uid == "1.2.3"
    finally:
        after.close()
