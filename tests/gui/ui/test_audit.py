"""RQ-62: a scripted session leaves one message for each action, and no name."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app.audit.log import AuditLog
from app.findings.events import ResultArrived
from app.ui.studio import Studio
from app.workflows.judge import reread
from tests.support.audit_schema import faults
from tests.support.hands import press, press_and_wait
from tests.support.ui import ball_finding, ct_result, paths_in, write_ct

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
ROOT = Path(__file__).resolve().parents[3]


def test_each_action_leaves_one_message_and_no_name(tmp_path: Path, qapp: QApplication) -> None:
    made = write_ct(tmp_path / "ct", name="CANARY^JANE")
    studio = Studio.of(paths_in(tmp_path / "home"), size=(1200, 800))
    studio.open_folder(tmp_path / "ct")
    studio.ctx.journal.append(ResultArrived(ct_result(made, ball_finding(1)), "tester"))
    reread(studio.ctx)
    press_and_wait(studio, Qt.Key.Key_N)
    press(studio, Qt.Key.Key_Return)
    studio.window.desk.running.export(tmp_path)
    studio.wait_idle()
    audit: AuditLog = studio.ctx.audit
    studio.close()
    messages = [ElementTree.fromstring(one) for one in audit.messages()]
    assert [fault for one in messages for fault in faults(one)] == []
    kinds = [one.find("EventIdentification/EventID").get("csd-code") for one in messages]  # type: ignore[union-attr]  # just proven there
    for code in ("110114", "110103", "VERDICT", "110106"):
        assert kinds.count(code) == 1, (code, kinds)
    assert (kinds[0], kinds[-1], kinds.count("110100")) == ("110100", "110100", 2)
    assert kinds.count("110107") == 2, "the files, and the result that came in"
    assert "AI_PRESENTED" in kinds
    assert audit.verify().is_whole
    assert b"CANARY" not in audit.file.read_bytes()


def test_the_command_proves_it_and_tells_of_tampering(tmp_path: Path) -> None:
    environment = {**os.environ, "OVERREAD_HOME": str(tmp_path)}

    def overread(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "app", *words],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    assert overread("audit", "verify").stdout.strip() == "There is no audit yet."
    assert overread("audit", "show").returncode == 0
    assert "1 messages" in overread("audit", "verify").stdout
    file = tmp_path / "data" / "audit.log"
    file.write_bytes(file.read_bytes().replace(b"110101", b"110102"))
    told = overread("audit", "verify")
    assert told.returncode == 1
    assert "Message 1 of audit.log was altered" in told.stderr
    assert "110113" in overread("audit", "show").stdout
