"""The report sheet by real keys: only what was accepted is in it; copied and saved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from app.domain.finding import Verdict
from app.ui.overlays.report import ReportSheet
from app.ui.studio import Studio
from app.workflows.review import give_verdict
from tests.support.hands import keep, press
from tests.support.ui import ball_finding, context_in, ct_result, paths_in, with_result, write_ct

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier


@pytest.fixture
def studio(tmp_path: Path, qapp: QApplication) -> Iterator[Studio]:
    study = write_ct(tmp_path / "ct", slices=12)
    findings = [
        replace(ball_finding(n), label=name) for n, name in ((1, "Accepted nodule"), (2, "Open nodule"))
    ]
    ctx = context_in(tmp_path / "home")
    arrived = ct_result(study, *findings)
    with_result(ctx, arrived)
    give_verdict(
        ctx.journal,
        arrived.study_instance_uid,
        arrived.findings[0].finding_id,
        Verdict.ACCEPTED,
        reader="anna",
    )
    ctx.close()
    made = Studio.of(paths_in(tmp_path / "home"), size=(1300, 860))
    made.open_folder(tmp_path / "ct")
    made.wait_idle()
    yield made
    made.close()


def test_the_report_has_what_was_accepted_and_leaves_by_clipboard_and_pdf(
    studio: Studio, tmp_path: Path
) -> None:
    press(studio, Qt.Key.Key_W, CTRL | ALT)
    sheet = next(iter(studio.window.findChildren(ReportSheet)))
    assert sheet.isVisible()
    shown = sheet.view.toPlainText()
    assert "Accepted nodule" in shown
    assert "Open nodule" not in shown
    assert "not for primary diagnosis" in shown
    keep(studio, "report")
    sheet.copy_words()
    assert "Accepted nodule" in QGuiApplication.clipboard().text()
    assert "Open nodule" not in QGuiApplication.clipboard().text()
    sheet.language.setCurrentIndex(1)
    assert "Находки" in sheet.view.toPlainText()
    sheet.named.setChecked(False)
    assert "DOE" not in sheet.view.toPlainText()
    sheet.save_to(tmp_path / "out" / "report.pdf")
    document = pypdfium2.PdfDocument(tmp_path / "out" / "report.pdf")
    words = document[0].get_textpage().get_text_range()
    document.close()
    assert "Accepted nodule" in words
    assert "Open nodule" not in words
    assert "Находки" in words
    assert b"DOE" not in (tmp_path / "out" / "report.pdf").read_bytes()
    press(studio, Qt.Key.Key_Escape)
    assert not sheet.isVisible()
