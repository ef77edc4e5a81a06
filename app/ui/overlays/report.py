"""The report of the open study: what was accepted, in words; copied, or saved as PDF, HTML or text."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QCheckBox, QComboBox, QFileDialog, QHBoxLayout, QWidget

from app.context import AppContext
from app.domain.errors import OverreadError
from app.support.i18n import explain, language_in_use, text
from app.support.whole_files import write_whole
from app.ui.overlays.sheet import Sheet
from app.ui.report_pdf import write_pdf
from app.ui.widgets.page_view import PageView
from app.ui.widgets.small import button, label, tell
from app.workflows.audit import tell_report

LANGUAGES = (("en", "English"), ("ru", "Русский"))  # each named in itself


class ReportSheet(Sheet):
    """Made anew at each opening, and whenever language, template or identity is chosen."""

    def __init__(self, ctx: AppContext, window: QWidget) -> None:
        super().__init__(window, text("report.title"), (900, 720))
        self._ctx = ctx
        self._html = self._plain = ""
        self.language, self.template = QComboBox(), QComboBox()
        for key, words in LANGUAGES:
            self.language.addItem(words, key)
        self.language.setCurrentIndex(max(0, self.language.findData(language_in_use())))
        self.language.setAccessibleName(text("report.language"))
        self.template.setAccessibleName(text("report.template"))
        self.named = QCheckBox(text("report.named"))
        self.named.setChecked(True)
        self.view = PageView()
        self.said = label("", "quiet", wraps=True)
        self.copy = button(text("report.copy"), text("report.copy"), self.copy_words)
        self.save = button(text("report.save"), text("report.save"), self._ask_file)
        self._lay_out()
        self.language.currentIndexChanged.connect(lambda _index: self._make())
        self.template.currentIndexChanged.connect(lambda _index: self._make())
        self.named.toggled.connect(lambda _on: self._make())

    def _lay_out(self) -> None:
        head, foot = QHBoxLayout(), QHBoxLayout()
        for part in (self.language, self.template, self.named):
            head.addWidget(part)
        head.addStretch(1)
        foot.addWidget(self.said, 1)
        foot.addWidget(self.copy)
        foot.addWidget(self.save)
        self.body.addLayout(head)
        self.body.addWidget(self.view, 1)
        self.body.addLayout(foot)

    def open(self) -> None:
        """The reading as it stands now."""
        from app.workflows.report import template_names

        chosen = self.template.currentText()
        self.template.blockSignals(True)  # filled anew: a choice of nobody's
        self.template.clear()
        self.template.addItems(template_names(self._ctx.paths))
        self.template.setCurrentText(chosen or "standard")
        self.template.blockSignals(False)
        super().open()
        self._make()

    def copy_words(self) -> None:
        """Put the report on the clipboard, as text and as formatted text."""
        data = QMimeData()
        data.setText(self._plain)
        data.setHtml(self._html)
        QGuiApplication.clipboard().setMimeData(data)
        self._tell_audit("clipboard")
        tell(self.said, text("report.copied"))

    def save_to(self, file: Path) -> None:
        """Write the report; the ending of the name says what kind."""
        try:
            if file.suffix.lower() == ".pdf":
                write_pdf(self._html, file, text("report.title"))
            else:
                write_whole(file, self._html if file.suffix.lower() == ".html" else self._plain)
        except OSError as error:
            words = text("page.unsaved", file=file.name, reason=error.strerror or str(error))
            tell(self.said, words, is_warning=True)
            return
        self._tell_audit(file.suffix)
        tell(self.said, text("report.done", file=file.name))

    def _tell_audit(self, to: str) -> None:
        uid = self._ctx.store.state.workspace.open_study_uid
        tell_report(self._ctx.audit, self._ctx.reader, uid, to, identified=self.named.isChecked())

    def _make(self) -> None:
        """Only what the reader may see is asked for: the reading of the window, not of the journal."""
        from app.workflows.report import report_words

        state = self._ctx.store.state
        reading, study = state.reading.reading, state.workspace.open_study
        self._html = self._plain = ""
        self.view.clear()
        self.copy.setEnabled(False)
        self.save.setEnabled(False)
        if reading is None:
            tell(self.said, text("report.no_study"))
            return

        def made(*, html: bool) -> str:
            return report_words(
                reading,
                study,
                self._ctx.paths,
                language=str(self.language.currentData()),
                template=self.template.currentText(),
                html=html,
                identified=self.named.isChecked(),
            )

        try:
            self._plain, self._html = made(html=False), made(html=True)
        except OverreadError as error:
            tell(self.said, explain(error), is_warning=True)
            return
        self.view.show_page(self._html)
        self.copy.setEnabled(True)
        self.save.setEnabled(True)
        tell(self.said, "")

    def _ask_file(self) -> None:
        chosen, _ = QFileDialog.getSaveFileName(self, text("report.save"), "report.pdf", text("report.files"))
        if chosen:
            self.save_to(Path(chosen))
