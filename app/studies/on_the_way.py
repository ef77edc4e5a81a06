"""Files that are announced but not on this disk yet: who brings them, and who waits for one.

A study of a server is shown as soon as its headers are known. Its images come as one stream; the one that is looked at
is brought by itself, before the stream reaches it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from app.domain.errors import OverreadError, StudyUnreadableError
from app.domain.volume import Cancelled

Bring = Callable[[], None]  # comes back when the file is on this disk; else raises an OverreadError
BringFrame = Callable[[int], Path | None]  # a file with that frame, from 1, alone; None where it has to wait


def _no_frame(_path: Path, _number: int) -> Path | None:
    return None


def _never(_what: Path | str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Coming:
    """What a reader of files may ask. need: comes back when the file is here, else raises an OverreadError.

    is_growing: whether more may still become known of a study. frame: one frame, from 1, of a file that is not here, in
    a file of its own; None where only the whole file can be waited for.
    """

    need: Callable[[Path], None]
    is_coming: Callable[[Path], bool] = _never
    is_growing: Callable[[str], bool] = _never
    frame: Callable[[Path, int], Path | None] = _no_frame


class OnTheWay:
    """Thread-safe. `changed` is called on any thread when a file came, or will not come any more."""

    def __init__(self, changed: Callable[[], None] = lambda: None) -> None:
        self.changed = changed
        self._lock = threading.Condition()
        self._coming: dict[Path, Bring] = {}
        self._frames: dict[Path, BringFrame] = {}
        self._brought: set[Path] = set()
        self._missed: set[Path] = set()
        self._growing: set[str] = set()

    def announce(self, files: Mapping[Path, Bring], frames: Mapping[Path, BringFrame] | None = None) -> None:
        """These will come; each can be brought by itself, and of some each frame."""
        with self._lock:
            self._coming.update(files)
            self._frames.update(frames or {})
            self._missed -= files.keys()

    def grow(self, study_instance_uid: str, *, on: bool) -> None:
        """More may become known of a study; or all of it is."""
        with self._lock:
            (self._growing.add if on else self._growing.discard)(study_instance_uid)

    def is_growing(self, study_instance_uid: str) -> bool:
        """Whether what is shown of a study may be a part of it only."""
        with self._lock:
            return study_instance_uid in self._growing

    def is_coming(self, path: Path) -> bool:
        """Announced, and not here yet."""
        with self._lock:
            return path in self._coming

    def arrived(self, path: Path) -> None:
        """It lies on this disk."""
        with self._lock:
            known = self._coming.pop(path, None)
            self._lock.notify_all()
        if known is not None:
            self.changed()

    def end(self, paths: Iterable[Path]) -> None:
        """Whatever of these is not here will not come any more."""
        with self._lock:
            for path in paths:
                self._frames.pop(path, None)
                if self._coming.pop(path, None) is not None and not path.exists():
                    self._missed.add(path)
            self._lock.notify_all()
        self.changed()

    def frame(self, path: Path, number: int) -> Path | None:
        """A file with one frame, from 1, of a file that is on its way; None where that is not to be had singly."""
        with self._lock:
            bring = self._frames.get(path) if path in self._coming else None
        try:
            return bring(number) if bring is not None else None
        except (OverreadError, Cancelled):  # the whole file says what is wrong, if it is wrong for that too
            return None

    def need(self, path: Path) -> None:
        """Come back when the file is here: bring it, or wait for whoever does. At once for one never announced.

        Raises what the bringer raises, and StudyUnreadableError where it will not come.
        """
        with self._lock:
            bring = self._coming.get(path)
            while bring is not None and path in self._brought:
                self._lock.wait()
                bring = self._coming.get(path)
            if bring is not None:
                self._brought.add(path)
        if bring is not None:
            try:
                bring()
                self.arrived(path)
            finally:
                with self._lock:
                    self._brought.discard(path)
                    self._lock.notify_all()
        if path in self._missed and not path.exists():
            raise StudyUnreadableError("error.remote.not_here", file=path.name)
