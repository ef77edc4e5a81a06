"""The port for other computers in this window: opened as a job, told in the status line, closed with the window."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.context import AppContext
from app.domain.errors import OverreadError, SettingRefusedError
from app.domain.volume import CancelToken, Progress
from app.jobs.job import Priority
from app.settings.listener import ListenerSettings, load_listener
from app.support.i18n import explain, text, text_with
from app.workflows.listener import Counts, start_listener, stop_listener

if TYPE_CHECKING:
    from app.ui.main_window import MainWindow
    from app.workflows.listener import Listening


class ListeningDesk:
    """`changed` is called on the main thread whenever `words` may have changed."""

    def __init__(self, ctx: AppContext, window: MainWindow) -> None:
        self._ctx = ctx
        self._window = window
        self._settings = ListenerSettings()
        self._running: Listening | None = None
        self._is_opening = self._is_closed = False
        self._fault = ""
        self.changed: Callable[[], None] = _nobody

    @property
    def is_on(self) -> bool:
        """Open, or about to be."""
        return self._running is not None or self._is_opening

    @property
    def words(self) -> str:
        """How it stands, and why not, in a sentence or two."""
        if self._fault:
            return self._fault
        if self._running is None:
            return text("ui.listener.opening" if self._is_opening else "ui.listener.off")
        counts = self._running.counts
        one = self._settings
        said = [
            text("ui.listener.on", title=one.ae_title, host=one.host, port=self._running.port),
            text("ui.listener.received", count=counts.received, folder=self._running.folder),
        ]
        for (key, facts), number in list(counts.refused.items()):
            said.append(text("ui.listener.refused", count=number, reason=text_with(key, dict(facts))))
        return " ".join(said)

    def start_if_chosen(self) -> None:
        """With the window, where the settings say so; damaged ones never open a port, and that is said."""
        settings, unusable = load_listener(self._ctx.paths.settings)
        if unusable:
            self._window.messages.warn(text("ui.listener.damaged", entries=", ".join(unusable)))
        elif settings.is_on:
            self.start(settings)

    def start(self, settings: ListenerSettings) -> None:
        """Open the port."""
        if self.is_on:
            return
        self._settings, self._is_opening, self._fault = settings, True, ""

        def open_port(_request: None, _progress: Progress, _cancel: CancelToken) -> Listening:
            try:
                return start_listener(self._ctx, settings, self._heard)
            except OSError as error:
                folder, reason = settings.folder or "-", error.strerror or type(error).__name__
                raise SettingRefusedError("error.listener.folder", folder=folder, reason=reason) from error

        self._ctx.jobs.submit(
            open_port, None, Priority.INTERACTION, self._opened, self._refused, kind="listen"
        )
        self._tell()

    def stop(self) -> None:
        """Close the port; what came stays."""
        running, self._running = self._running, None
        if running is not None:
            stop_listener(self._ctx, running)
        self._tell()

    def close(self) -> None:
        """The window goes, and the port with it."""
        self._is_closed, self.changed = True, _nobody
        running, self._running = self._running, None
        if running is not None:
            stop_listener(self._ctx, running)

    def _opened(self, running: Listening) -> None:
        self._is_opening = False
        if self._is_closed:
            stop_listener(self._ctx, running)
            return
        self._running = running
        self._tell()

    def _refused(self, error: OverreadError) -> None:
        self._is_opening, self._fault = False, explain(error)
        self._window.messages.warn(self._fault)
        self._tell()

    def _heard(self, _counts: Counts) -> None:
        self._tell()

    def _tell(self) -> None:
        if self._is_closed:
            return
        one, running = self._settings, self._running
        shown = (
            text("ui.status.listening", title=one.ae_title, port=running.port, count=running.counts.received)
            if running is not None
            else ""
        )
        self._window.status.show_listening(shown)
        self.changed()


def _nobody() -> None:
    """Nobody looks."""
