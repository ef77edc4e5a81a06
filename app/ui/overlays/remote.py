"""Studies on servers: choose a connection, search, open; what goes wrong is said in place."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QListWidget, QListWidgetItem, QVBoxLayout

from app.context import AppContext
from app.domain.errors import OverreadError
from app.settings.connections import ConnectionBook, load_connections
from app.support.i18n import explain, text
from app.support.languages import fact_words
from app.ui.keys import OPENS_BY_ENTER
from app.ui.overlays.remote_fields import QueryFields
from app.ui.overlays.remote_hits import HitTable
from app.ui.overlays.sheet import Sheet
from app.ui.widgets.small import button, label
from app.workflows.copies import kept_hits
from app.workflows.remote_jobs import RETRIEVE, start_retrieve, start_search
from app.workflows.retrieve import Wanted
from app.workflows.showing import hit_as_shown

if TYPE_CHECKING:
    from app.jobs.job import Job
    from app.state.model import AppState
    from app.studies.scan import ScanReport
    from app.studies.source_types import StudyHit, StudyPage
    from app.ui.main_window import MainWindow

SIZE = (1320, 760)


class RemoteSheet(Sheet):
    """One search at a time; retrieves go on when the sheet is closed."""

    def __init__(self, ctx: AppContext, window: MainWindow) -> None:
        super().__init__(window, text("ui.remote.title"), SIZE)
        self._ctx = ctx
        self._main = window
        self._book = ConnectionBook()
        self._job: Job | None = None
        self._shown = 0
        self.list = QListWidget()
        self.list.setAccessibleName(text("ui.remote.connections"))
        self.list.setFixedWidth(210)
        self.list.currentRowChanged.connect(lambda _row: self._changed())
        self.fields = QueryFields()
        self.fields.asked.connect(self.search)
        self.search_button = button(text("ui.remote.search"), text("ui.remote.search"), self.search)
        self.kept_button = button(text("ui.remote.kept"), text("ui.remote.kept_tip"), self.show_kept)
        self._are_kept = False
        self.hits = HitTable()
        self.hits.setProperty(OPENS_BY_ENTER, True)
        self.hits.opened.connect(self._open)
        self.more = button(text("ui.remote.more"), text("ui.remote.more"), self._next_page)
        self.fetch = button(text("ui.remote.open"), text("ui.remote.open"), self.hits.open_current)
        self.stop = button(text("ui.remote.stop"), text("ui.remote.stop"), self._stop)
        self.count, self.progress = label(role="quiet"), label()
        self.problem = label(role="warning", wraps=True)
        self._lay_out()
        self._changed()
        ctx.store.watch(lambda state: state.jobs, lambda _jobs: self._show_jobs(ctx.store.state), now=False)

    def open(self) -> None:
        """Connections as they are now."""
        self._book = load_connections(self._ctx.paths.settings)
        before = max(self.list.currentRow(), 0)
        self.list.clear()
        for one in self._book.connections:
            item = QListWidgetItem(one.name)
            item.setToolTip(text(f"ui.remote.scheme_{one.scheme}"))
            self.list.addItem(item)
        self.list.setCurrentRow(min(before, self.list.count() - 1))
        self._changed()
        super().open()
        (self.fields.name if self.list.count() else self._edit).setFocus()

    def search(self) -> None:
        """From the first page."""
        if self._chosen() and self.fields.dates_are_usable:
            self.hits.clear_hits()
            self._ask(0)
        else:
            self._fail(text("ui.remote.bad_date" if self._chosen() else "ui.remote.no_connection"))

    def show_kept(self) -> None:
        """Studies whose images lie on this disk: they open without their server."""
        self._drop()
        self._fail("")
        self.more.hide()
        self.hits.clear_hits()
        self._are_kept = True
        self.hits.add_hits(kept_hits(self._ctx.paths.cache, self._ctx.store.state.workspace.studies))
        count = self.hits.rowCount()
        self._say(text("ui.remote.kept_count", count=count), self.count)
        if count:
            self.hits.setFocus()

    def _lay_out(self) -> None:
        self._edit = button(
            text("ui.remote.edit"),
            text("action.file.connections"),
            lambda: self._main.desk.show("connections"),
        )
        left = QVBoxLayout()
        left.addWidget(label(text("ui.remote.connections"), "quiet"))
        left.addWidget(self.list, 1)
        left.addWidget(self.kept_button)
        left.addWidget(self._edit)
        asked = QHBoxLayout()
        asked.addWidget(self.fields, 1)
        asked.addWidget(self.search_button, 0, Qt.AlignmentFlag.AlignBottom)
        foot = QHBoxLayout()
        foot.addWidget(self.count)
        foot.addWidget(self.more)
        foot.addStretch(1)
        foot.addWidget(self.progress)
        foot.addWidget(self.stop)
        foot.addWidget(self.fetch)
        right = QVBoxLayout()
        right.setSpacing(8)
        right.addLayout(asked)
        right.addWidget(self.problem)
        right.addWidget(self.hits, 1)
        right.addLayout(foot)
        both = QHBoxLayout()
        both.setSpacing(12)
        both.addLayout(left)
        both.addLayout(right, 1)
        self.body.addLayout(both, 1)

    def _chosen(self) -> str:
        row = self.list.currentRow()
        return self._book.connections[row].place if 0 <= row < len(self._book.connections) else ""

    def _changed(self) -> None:
        """Another connection: what was found on the other one is gone."""
        self._drop()
        self.hits.clear_hits()
        self._shown = 0
        has_any = bool(self._book.connections)
        self.search_button.setEnabled(has_any)
        self.fields.setEnabled(has_any)
        self._say("" if has_any else text("ui.remote.none_yet"), self.count)
        self._fail(text("ui.remote.damaged") if self._book.damaged else "")
        self.more.hide()
        self._show_jobs(self._ctx.store.state)

    def _ask(self, offset: int) -> None:
        self._drop()
        self._fail("")
        self._are_kept = False
        place = self._chosen()
        query = self.fields.query(offset, datetime.now().astimezone().date())
        self._say(text("ui.remote.searching"), self.count)
        self.more.hide()
        self._job = start_search(self._ctx, place, query, self._found, self._not_found)

    def _found(self, page: StudyPage) -> None:
        self._job = None
        self.hits.add_hits([hit_as_shown(self._ctx, one) for one in page.hits])
        self._shown = self.hits.rowCount()
        self._say(text("ui.remote.found", count=self._shown), self.count)
        self.more.setVisible(page.has_more)
        self._fail(" ".join(fact_words(key, facts) for key, facts in page.remarks))
        if page.hits and not self.fields.name.hasFocus():
            self.hits.setFocus()

    def _not_found(self, error: OverreadError) -> None:
        self._job = None
        self._say("", self.count)
        self._fail(explain(error))

    def _next_page(self) -> None:
        self._ask(self._shown)

    def _open(self, hit: StudyHit) -> None:
        self._fail("")
        if self._are_kept:
            self.dismiss()
            self._main.desk.open_study(hit.study_instance_uid)
            return
        title = text("ui.remote.job", connection=self.list.currentItem().text())
        wanted = Wanted(self._chosen(), hit.study_instance_uid, title)
        start_retrieve(
            self._ctx,
            wanted,
            lambda report: self._opened(hit, report),
            self._not_opened,
            lambda: self._show(hit),
        )

    def _show(self, hit: StudyHit) -> None:
        """Its images may still be coming."""
        if self.isVisible():
            self.dismiss()
        self._main.desk.opening.more_came(hit.study_instance_uid)

    def _opened(self, hit: StudyHit, report: ScanReport) -> None:
        if not report.studies:
            self._fail(text("ui.remote.empty_study"))
        else:
            self._show(hit)
        if report.remarks:
            self._main.messages.warn(fact_words(*report.remarks[0]))

    def _not_opened(self, error: OverreadError) -> None:
        if self.isVisible():
            self._fail(explain(error))
        else:
            self._main.messages.warn_of(error)

    def _stop(self) -> None:
        self._ctx.jobs.cancel_all(RETRIEVE)

    def _drop(self) -> None:
        """An answer to an earlier question is not wanted any more."""
        if self._job is not None:
            self._job.drop()
            self._job = None

    def _show_jobs(self, state: AppState) -> None:
        job = next((one for one in state.jobs if one.kind == RETRIEVE), None)
        self.stop.setVisible(job is not None)
        share = "" if job is None else f"{job.progress:.0%}"
        self._say(f"{job.title}  {job.note or share}" if job is not None else "", self.progress)

    def _fail(self, sentence: str) -> None:
        self._say(sentence, self.problem)

    def _say(self, sentence: str, where: QLabel) -> None:
        where.setText(sentence)
        where.setVisible(bool(sentence))
