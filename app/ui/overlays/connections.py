"""Servers that the reader may search: added, changed, tested, taken out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QListWidget, QVBoxLayout

from app.context import AppContext
from app.domain.errors import OverreadError
from app.settings.connections import Connection, ConnectionBook, check, load_connections, save_connections
from app.studies.remote.secrets import forget_secret, get_secret, put_secret
from app.studies.source_types import StudyQuery
from app.support.i18n import explain, text
from app.support.languages import fact_words
from app.ui import words
from app.ui.overlays.connection_form import ConnectionForm
from app.ui.overlays.sheet import Sheet
from app.ui.widgets.small import button, label, tell
from app.workflows.remote_jobs import start_search

if TYPE_CHECKING:
    from app.jobs.job import Job
    from app.studies.source_types import StudyPage
    from app.ui.main_window import MainWindow


class ConnectionsSheet(Sheet):
    """Nothing is kept before Save; Test saves first, since it tries exactly what is kept."""

    def __init__(self, ctx: AppContext, window: MainWindow) -> None:
        super().__init__(window, text("ui.connection.title"), (900, 640))
        self._ctx = ctx
        self._book = ConnectionBook()
        self._testing: Job | None = None
        self.list = QListWidget()
        self.list.setAccessibleName(text("ui.remote.connections"))
        self.list.setFixedWidth(220)
        self.list.currentRowChanged.connect(self._choose)
        self.form = ConnectionForm()
        self.said = label(wraps=True)
        self.said.setMinimumHeight(42)
        self.add = button(text("ui.connection.add"), text("ui.connection.add"), self._add)
        self.remove = button(text("ui.connection.remove"), text("ui.connection.remove"), self._remove)
        self.test = button(text("ui.connection.test"), text("ui.connection.test_name"), self._test)
        self.save = button(text("ui.connection.save"), text("ui.connection.save"), self._save)
        left = QVBoxLayout()
        left.addWidget(self.list, 1)
        left.addWidget(self.add)
        foot = QHBoxLayout()
        foot.addWidget(self.remove)
        foot.addStretch(1)
        foot.addWidget(self.test)
        foot.addWidget(self.save)
        right = QVBoxLayout()
        right.addWidget(self.form)
        right.addStretch(1)
        right.addWidget(self.said)
        right.addLayout(foot)
        both = QHBoxLayout()
        both.setSpacing(14)
        both.addLayout(left)
        both.addLayout(right, 1)
        self.body.addLayout(both, 1)

    def open(self) -> None:
        """As they are kept."""
        self._reload(self.list.currentItem().text() if self.list.currentItem() else "")
        super().open()
        (self.list if self.list.count() else self.form.texts["name"]).setFocus()

    def _reload(self, name: str) -> None:
        self._book = load_connections(self._ctx.paths.settings)
        self.list.clear()
        for one in self._book.connections:
            self.list.addItem(one.name)
        names = [one.name for one in self._book.connections]
        self.list.setCurrentRow(names.index(name) if name in names else 0)
        if not names:
            self._choose(-1)
        unusable = next((one.faults[0] for one in self._book.unusable if one.faults), None)
        tell(
            self.said,
            text("ui.remote.damaged") if self._book.damaged else fact_words(*unusable) if unusable else "",
        )

    def _choose(self, row: int) -> None:
        self._drop_test()
        known = 0 <= row < len(self._book.connections)
        shown = self._book.connections[row] if known else Connection("")
        self.form.put(shown, has_secret=known and shown.auth != "none" and get_secret(shown) is not None)
        self.remove.setEnabled(known)
        tell(self.said, "")

    def _add(self) -> None:
        self.list.setCurrentRow(-1)
        self._choose(-1)
        self.form.texts["name"].setFocus()

    def _save(self) -> None:
        self._keep()

    def _keep(self) -> Connection | None:
        """Check, write, keep the secret; the reason in words where that fails."""
        wanted, row = self.form.connection, self.list.currentRow()
        former = self._book.connections[row] if 0 <= row < len(self._book.connections) else None
        try:
            check(wanted)
            book = self._book.without(former.name) if former and former.name != wanted.name else self._book
            self._book = book.with_one(wanted)
            save_connections(self._ctx.paths.settings, self._book)
        except OverreadError as error:
            tell(self.said, explain(error), is_warning=True)
            return None
        except OSError as error:
            tell(self.said, words.settings_unsaved(self._ctx.paths.settings, error), is_warning=True)
            return None
        said = self._keep_secret(former, wanted)
        self._reload(wanted.name)
        tell(self.said, said)
        return wanted

    def _keep_secret(self, former: Connection | None, wanted: Connection) -> str:
        """A new one if one was typed; an old one goes along when address and user stayed with it."""
        typed, kept = self.form.secret.text(), None
        if wanted.auth != "none" and typed:
            kept = put_secret(wanted, typed)
        if former is not None and (wanted.auth == "none" or (former != wanted and typed)):
            forget_secret(former)
            if wanted.auth != "none" and typed:
                kept = put_secret(wanted, typed)
        said = text("ui.connection.saved", connection=wanted.name)
        return said if kept is None else f"{said} {text(f'secret.{kept.value}', connection=wanted.name)}"

    def _remove(self) -> None:
        row = self.list.currentRow()
        if not 0 <= row < len(self._book.connections):
            return
        gone = self._book.connections[row]
        try:
            save_connections(self._ctx.paths.settings, self._book.without(gone.name))
        except OSError as error:
            tell(self.said, words.settings_unsaved(self._ctx.paths.settings, error), is_warning=True)
            return
        forget_secret(gone)
        self._reload("")
        tell(self.said, text("ui.connection.removed", connection=gone.name))

    def _test(self) -> None:
        kept = self._keep()
        if kept is None:
            return
        tell(self.said, text("ui.connection.testing", connection=kept.name))

        def answered(_page: StudyPage) -> None:
            tell(self.said, text("ui.connection.answered", connection=kept.name))

        def refused(error: OverreadError) -> None:
            tell(self.said, explain(error), is_warning=True)

        self._testing = start_search(self._ctx, kept.place, StudyQuery(limit=1), answered, refused)

    def _drop_test(self) -> None:
        if self._testing is not None:
            self._testing.drop()
            self._testing = None
