"""The end of the process: what Qt keeps until after the interpreter must hold nothing that Python made."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
_COPIED = """
from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
if {bare}:
    bare = QApplication([])
from app.ui.application import application
qt = application(off_screen=True)
copied = QMimeData()
copied.setText("a report")
QGuiApplication.clipboard().setMimeData(copied)
"""


@pytest.mark.parametrize("bare", [False, True], ids=["ours", "made by others"])
def test_a_copied_report_does_not_crash_the_end_of_the_process(bare: bool) -> None:
    code = _COPIED.format(bare=bare)
    env = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, check=False, timeout=60)
    assert ended.returncode == 0
