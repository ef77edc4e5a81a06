"""Questions of long work to whoever sits at the window: asked there, waited for on the thread that needs the answer."""

from __future__ import annotations

import queue
import threading
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.context import Post
from app.studies.source_types import SecretKind
from app.ui.overlays.secret import SecretSheet

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget


@dataclass(slots=True, eq=False)
class _Question:
    kind: SecretKind
    target: str
    answer: queue.SimpleQueue[str | None] = field(default_factory=queue.SimpleQueue)


class Asking:
    """One question at a time, in the order asked; `close` and `give_up` answer every one with nothing."""

    def __init__(self, window: QWidget, post: Post) -> None:
        self._window = window
        self._post = post
        self._sheet: SecretSheet | None = None
        self._lock = threading.Lock()
        self._waiting: deque[_Question] = deque()
        self._is_closed = False

    def ask(self, kind: SecretKind, target: str) -> str | None:
        """From any thread but the window's own: waits for the answer."""
        question = _Question(kind, target)
        with self._lock:
            if self._is_closed:
                return None
            self._waiting.append(question)
            is_first = len(self._waiting) == 1
        if is_first:
            self._post(self._show)
        return question.answer.get()

    def give_up(self) -> None:
        """What asked was stopped."""
        with self._lock:
            waiting, self._waiting = list(self._waiting), deque()
        for question in waiting:
            question.answer.put(None)
        if self._sheet is not None and self._sheet.isVisible():
            self._sheet.dismiss()

    def close(self) -> None:
        """The window goes."""
        self._is_closed = True
        self.give_up()

    def _show(self) -> None:
        """On the window's thread: the first question."""
        with self._lock:
            if not self._waiting:
                return
            question = self._waiting[0]
        if self._sheet is None:
            self._sheet = SecretSheet(self._window)
        self._sheet.ask(question.kind, question.target, lambda given: self._answered(question, given))

    def _answered(self, question: _Question, given: str | None) -> None:
        with self._lock:
            if question in self._waiting:
                self._waiting.remove(question)
            has_more = bool(self._waiting)
        question.answer.put(given)
        if has_more:
            self._post(self._show)
