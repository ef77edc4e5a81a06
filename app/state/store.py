"""Where the state is kept: events go in, watchers of a part hear when it became another object."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from app.state.model import AppState

Part = TypeVar("Part")
Unsubscribe = Callable[[], None]


class Event(Protocol):
    """What happened, named in the past tense."""

    def apply_to(self, state: AppState) -> AppState:
        """The state after it; the same object if nothing changed."""
        ...


@dataclass(slots=True, eq=False)
class _Watcher:
    selector: Callable[[AppState], Any]
    callback: Callable[[Any], None]
    last: Any
    alive: bool = True


class Store:
    """Main thread only. An event that is applied from a watcher waits its turn, so that all hear in one order."""

    def __init__(self, state: AppState | None = None) -> None:
        self._state = state or AppState()
        self._watchers: list[_Watcher] = []
        self._waiting: list[Event] = []
        self._telling = False

    @property
    def state(self) -> AppState:
        """The state now."""
        return self._state

    def apply(self, event: Event) -> None:
        """Change the state and tell who watches the parts that changed.

        A watcher that fails leaves nobody else in the past: all are told, then its error is raised.
        """
        self._waiting.append(event)
        if self._telling:
            return
        self._telling = True
        failed: list[Exception] = []
        try:
            while self._waiting:
                self._state = self._waiting.pop(0).apply_to(self._state)
                self._tell(failed)
        finally:
            self._telling = False
            self._waiting.clear()
        if failed:
            raise failed[0]

    def watch(
        self, selector: Callable[[AppState], Part], callback: Callable[[Part], None], *, now: bool = True
    ) -> Unsubscribe:
        """Call back with the selected part whenever it is another object (and once at once, unless told not to)."""
        watcher = _Watcher(selector, callback, selector(self._state))
        self._watchers.append(watcher)
        if now:
            callback(watcher.last)

        def stop() -> None:
            watcher.alive = False
            if watcher in self._watchers:
                self._watchers.remove(watcher)

        return stop

    def _tell(self, failed: list[Exception]) -> None:
        for watcher in tuple(self._watchers):
            part = watcher.selector(self._state)
            if watcher.alive and part is not watcher.last:
                watcher.last = part
                try:
                    watcher.callback(part)
                except Exception as error:  # noqa: BLE001 - a broad catch: it is raised once all know
                    failed.append(error)
