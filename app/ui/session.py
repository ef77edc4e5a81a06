"""Keeps what is on the screen on the disk, a second behind, and brings it back after a crash."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QObject, QTimer

from app.context import AppContext
from app.domain.study import Series
from app.state.events import ArrangementHung, ToolChosen
from app.state.screen_events import PanelsToggled
from app.support.i18n import text
from app.ui import words
from app.ui.looking import begin_at, look_of, put_look
from app.workflows import session as sessions
from app.workflows.session import Look, Session

if TYPE_CHECKING:
    from app.ui.main_window import MainWindow

EVERY_MS = 1000
BACK_EVERY_MS = 120
BACK_WITHIN_MS = 60_000
STEADY_MS = 60_000  # a window that lives so long after it was brought back is no crash in a row
LAST = "window.json"  # where windows stood when the last one was closed


class SessionKeeper(QObject):
    """One window's session."""

    def __init__(self, ctx: AppContext, window: MainWindow) -> None:
        super().__init__(window)
        self._ctx = ctx
        self._window = window
        self._file: Path | None = None
        self._written: Session | None = None
        self._tries = 0
        self._pending: dict[str, Look] = {}
        self._waited_ms = 0
        self._found: Session | None = None
        self._disk = ThreadPoolExecutor(1, thread_name_prefix="session")
        self._writing: Future[None] | None = None
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.keep)
        self._back = QTimer(self)
        self._back.timeout.connect(self._bring_back)

    def place(self) -> None:
        """Windows where they were when the last one was closed, or crashed."""
        left = sessions.left_behind(self._ctx.paths.data)
        told = sessions.load(left[0]) if left else sessions.load(self._ctx.paths.settings / LAST)
        if told is not None:
            self._window.restoreGeometry(QByteArray.fromBase64(told.geometry.encode("ascii", "replace")))
            self._window.desk.zones.put(told.torn)

    def begin(self, *, restore: bool) -> None:
        """From now on the session is kept. restore: what a crash left is looked for, for when the list is known."""
        left = sessions.left_behind(self._ctx.paths.data) if restore else ()
        if left:
            self._found = sessions.load(left[0])
            if self._found is None:
                self._window.messages.warn(text("session.unreadable"))
        self._tries = self._found.tries + 1 if self._found is not None else 0
        self._file = sessions.own_file(self._ctx.paths.data)
        if self._found is not None:  # a crash before all is back loses nothing of it either
            _write(self._file, replace(self._found, tries=self._tries))
        for file in left:
            with suppress(OSError):
                file.unlink()
        QTimer.singleShot(STEADY_MS, self, self._is_steady)
        self._timer.start(EVERY_MS)

    def listed(self) -> None:
        """The worklist is known: what a crash left comes back, and that is said."""
        found, self._found = self._found, None
        if found is None or not found.study_uid:
            return
        if found.tries >= sessions.TRIES:
            self._window.messages.warn(text("session.again", study=found.study_words))
            return
        workspace = self._ctx.store.state.workspace
        known = {study.study_instance_uid for study in workspace.studies if _is_there(study.series)}
        if found.study_uid not in known:
            self._window.messages.warn(text("session.gone", study=found.study_words))
            return
        self._restore(sessions.without_missing(found, known))

    def _restore(self, found: Session) -> None:
        store = self._ctx.store
        self._window.desk.open_study(found.study_uid)
        store.apply(ArrangementHung(found.arrangement, ""))
        store.apply(ToolChosen(found.tool))
        if store.state.workspace.panels_shown is not found.panels_shown:
            store.apply(PanelsToggled())
        self._pending = dict(found.looks)
        for key, content in self._window.host.contents.items():
            if key in self._pending:
                begin_at(content, self._pending[key])
        self._waited_ms = 0
        self._back.start(BACK_EVERY_MS)
        self._window.messages.note(text("session.restored", study=found.study_words))

    def _bring_back(self) -> None:
        """Each viewport as soon as it has its picture."""
        contents = self._window.host.contents
        for key in list(self._pending):
            if key not in contents or put_look(contents[key], self._pending[key]):
                del self._pending[key]
        self._waited_ms += BACK_EVERY_MS
        if not self._pending or self._waited_ms > BACK_WITHIN_MS:
            self._pending = {}
            self._back.stop()

    @property
    def is_restoring(self) -> bool:
        """Some viewport is not yet as it was."""
        return self._back.isActive() or self._found is not None

    def keep(self) -> None:
        """Write what is on the screen if it is another; the disk is waited for by a thread of its own."""
        if (
            self._file is None
            or self.is_restoring
            or (self._writing is not None and not self._writing.done())
        ):
            return
        now = self._now()
        if now != self._written:
            self._written = now
            self._writing = self._disk.submit(_write, self._file, now)

    def _now(self) -> Session:
        state = self._ctx.store.state
        looks: Mapping[str, Look] = {
            key: look
            for key, content in self._window.host.contents.items()
            if (look := look_of(content)) is not None
        }
        study = state.workspace.open_study
        said = f"{words.study_title(study)}, {words.day(study.date)}" if study is not None else ""
        made = sessions.session_of(state, looks, said)
        geometry = bytes(self._window.saveGeometry().toBase64().data()).decode("ascii")
        return replace(made, geometry=geometry, torn=self._window.desk.zones.told(), tries=self._tries)

    def _is_steady(self) -> None:
        self._tries = 0

    def close(self) -> None:
        """The window is closed on purpose: its session goes, where it stood stays."""
        self._timer.stop()
        self._back.stop()
        last = self._now() if self._file is not None else None
        self._disk.shutdown(wait=True)
        if self._file is not None and last is not None:
            with suppress(OSError):
                self._file.unlink(missing_ok=True)
            _write(self._ctx.paths.settings / LAST, Session(geometry=last.geometry, torn=last.torn))


def _is_there(series: Sequence[Series]) -> bool:
    """Whether the study's files are where they were: the first one speaks for all."""
    first = next((one.path for each in series for one in each.instances), None)
    return first is None or first.exists()


def _write(file: Path, session: Session) -> None:
    """A full disk takes nothing but the session."""
    with suppress(OSError):
        sessions.save(file, session)
