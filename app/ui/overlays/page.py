"""A sheet with a page of figures: worked out in the background, shown, saved as a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QWidget

from app.context import AppContext
from app.domain.errors import OverreadError
from app.domain.volume import CancelToken, Progress
from app.jobs.job import Job, Priority
from app.support.i18n import explain, text
from app.support.whole_files import write_whole
from app.ui.overlays.sheet import Sheet
from app.ui.widgets.page_view import PageView
from app.ui.widgets.small import button, label, tell

MakePage = Callable[[None, Progress, CancelToken], str]


class PageSheet(Sheet):
    """`make_page` gives the HTML on a thread; what it raises is said in the sheet."""

    def __init__(self, ctx: AppContext, window: QWidget, title: str, file_name: str) -> None:
        super().__init__(window, title, (1000, 720))
        self._ctx = ctx
        self._file_name = file_name
        self._html = ""
        self._job: Job | None = None
        self.view = PageView()
        self.said = label("", "quiet", wraps=True)
        self.save = button(text("page.save"), text("page.save"), self._ask_file)
        self.save.setEnabled(False)
        self.body.addWidget(self.view, 1)
        foot = QHBoxLayout()
        foot.addWidget(self.said, 1)
        foot.addWidget(self.save)
        self.body.addLayout(foot)

    def work_out(self, make_page: MakePage, kind: str) -> None:
        """Show the page when it is there; an earlier one that is still on its way is dropped."""
        self.stop()
        self._html = ""
        self.save.setEnabled(False)
        self.view.clear()
        tell(self.said, text("page.working"))
        self._job = self._ctx.jobs.submit(
            make_page,
            None,
            Priority.BACKGROUND,
            self._show,
            self._fail,
            on_progress=lambda share, note: tell(
                self.said, text("page.progress", percent=f"{100 * share:.0f}", note=note)
            ),
            on_canceled=lambda: tell(self.said, text("page.stopped")),
            kind=kind,
        )

    def stop(self) -> None:
        """Give up what is being worked out."""
        if self._job is not None:
            self._job.cancel()
            self._job = None

    def dismiss(self) -> None:
        """What nobody waits for is not worked out."""
        self.stop()
        super().dismiss()

    def save_to(self, file: Path) -> None:
        """Write the page as it is shown."""
        try:
            write_whole(file, self._html)
        except OSError as error:
            words = text("page.unsaved", file=file.name, reason=error.strerror or str(error))
            tell(self.said, words, is_warning=True)
            return
        tell(self.said, text("page.saved", file=str(file)))

    def _show(self, html: str) -> None:
        self._job, self._html = None, html
        self.view.show_page(html)
        self.save.setEnabled(True)
        tell(self.said, "")

    def _fail(self, error: OverreadError) -> None:
        self._job = None
        tell(self.said, explain(error), is_warning=True)

    def _ask_file(self) -> None:
        chosen, _ = QFileDialog.getSaveFileName(self, text("page.save"), self._file_name, text("page.files"))
        if chosen:
            self.save_to(Path(chosen))
