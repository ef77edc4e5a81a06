"""The frames of a display set, decoded the visible one first, then outward, into one array shared by every view."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil

from app.domain.errors import OverreadError, PixelsUnreadableError
from app.domain.volume import Affine, Pixels, Remark, RemarkKind, Volume, Window
from app.studies.decode import decode_frame
from app.studies.display_sets import DisplaySet
from app.studies.limits import VOLUME_SHARE_OF_MEMORY
from app.studies.pixel_header import PixelHeader, of_frame, read_pixel_header
from app.studies.stack_frame import StackFrame, showing_remarks, stack_frame
from app.studies.volumes import build_volume, default_window
from app.support.i18n import explain, text

__all__ = ["StackFrame", "StackSource", "stack_frame"]
Post = Callable[[Callable[[], None]], None]
Fetch = Callable[[Path], None]  # comes back when the file is on this disk; else raises an OverreadError
WORKERS = 2  # codecs and file reads give up Python's lock; more threads bring nothing (measured)


class StackSource:
    """Decodes in two threads; `post` brings news to the main thread. Close it when no view shows it any more."""

    def __init__(
        self, display_set: DisplaySet, post: Post, *, first: int | None = None, fetch: Fetch | None = None
    ) -> None:
        """fetch: called on the decoding thread before a file is read, for files that may still be on their way."""
        self.display_set = display_set
        self.volume: Volume | None = None
        self._post = post
        self._fetch = fetch
        self._frames: dict[int, StackFrame] = {}
        self._failures: dict[int, str] = {}
        self._headers: dict[int, PixelHeader] = {}
        self._shared_header: PixelHeader | None = None
        self._array: Pixels | None = None
        self._listeners: list[Callable[[int], None]] = []
        self._waiting_for_volume: list[Callable[[Volume], None]] = []
        self._todo = set(range(len(display_set.frames)))
        self._center = len(display_set.frames) // 2 if first is None else first
        self._lock = threading.Lock()
        self._closed = False
        _check_memory(display_set)
        self._threads: list[threading.Thread] = []
        self._start()

    @property
    def count(self) -> int:
        """Number of frames."""
        return len(self.display_set.frames)

    @property
    def is_complete(self) -> bool:
        """Every frame is decoded or has failed."""
        return len(self._frames) + len(self._failures) >= self.count

    @property
    def done(self) -> int:
        """Frames decoded so far."""
        return len(self._frames)

    def frame(self, index: int) -> StackFrame | None:
        """The frame if it is there; else it is decoded next."""
        found = self._frames.get(index)
        with self._lock:
            self._center = index
        return found

    def affine_at(self, index: int) -> Affine:
        """Affine of one frame, from its header."""
        return self.display_set.affines[index]

    def failure(self, index: int) -> str | None:
        """Why a frame cannot be shown, or None."""
        return self._failures.get(index)

    def windows(self, index: int) -> tuple[Window, ...]:
        """The file's own windows, or one made from the frame's values; empty while it is not there."""
        header, frame = self._headers.get(index), self._frames.get(index)
        if header is None or frame is None:
            return ()
        if header.windows:
            return header.windows
        return (default_window(frame.pixels, frame.slope, frame.intercept, frame.padding_range),)

    def listen(self, arrived: Callable[[int], None]) -> Callable[[], None]:
        """Hear of each new frame on the main thread; returns the way to stop."""
        self._listeners.append(arrived)

        def stop() -> None:
            if arrived in self._listeners:
                self._listeners.remove(arrived)

        return stop

    def volume_when_complete(self, callback: Callable[[Volume], None]) -> None:
        """Call with the whole volume once, on the main thread, as soon as there is one."""
        if self.volume is not None:
            callback(self.volume)
        else:
            self._waiting_for_volume.append(callback)

    def remarks(self) -> tuple[Remark, ...]:
        """What the badge has to say now."""
        lossy = next(
            (header.lossy_ratio for header in list(self._headers.values()) if header.lossy_ratio), ""
        )
        now = (
            () if self.is_complete else (Remark(RemarkKind.LOADING),),
            (Remark(RemarkKind.UNREADABLE_FRAMES, (("count", len(self._failures)),)),)
            if self._failures
            else (),
            (Remark(RemarkKind.LOSSY_SOURCE, (("ratio", lossy),)),) if lossy else (),
            showing_remarks(list(self._headers.values())),
        )
        return (*(remark for some in now for remark in some), *self.display_set.remarks)

    def retry(self) -> int:
        """Try the frames that failed once more, as when the network is back; returns how many. Main thread."""
        with self._lock:
            again, self._failures = self._failures, {}
            self._todo.update(again)
        if again and not self._closed:
            self._start()
        return len(again)

    def close(self) -> None:
        """End the threads and forget who listens."""
        self._closed = True
        self._listeners.clear()
        self._waiting_for_volume.clear()
        for thread in self._threads:
            thread.join(timeout=10)

    def _start(self) -> None:
        """Threads end when nothing is left to do."""
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        for number in range(min(WORKERS, self.count)):
            thread = threading.Thread(target=self._work, name=f"decode-{number}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def _work(self) -> None:
        while (index := self._next()) is not None:
            self._decode(index)
            self._post(lambda index=index: self._tell(index))  # type: ignore[misc]  # a bound default is no parameter

    def _next(self) -> int | None:
        """The waiting frame nearest to the one looked at."""
        with self._lock:
            if self._closed or not self._todo:
                return None
            index = min(self._todo, key=lambda one: (abs(one - self._center), one))
            self._todo.remove(index)
            return index

    def _decode(self, index: int) -> None:
        address = self.display_set.frames[index]
        try:
            header = self._header(index)
            pixels = decode_frame(header, address.frame - 1)
        except OverreadError as error:
            self._failures[index] = explain(error)
        except OSError as error:
            file, reason = address.instance.path.name, error.strerror or type(error).__name__
            self._failures[index] = text("error.study.unreadable_file", file=file, reason=reason)
        else:
            self._keep(index, header, pixels)

    def _header(self, index: int) -> PixelHeader:
        """Read once per file."""
        address = self.display_set.frames[index]
        instance = address.instance
        header = self._shared_header if instance.frames > 1 else None
        if header is None or header.path != instance.path:
            if self._fetch is not None:
                self._fetch(instance.path)
            header = read_pixel_header(instance.path)
        self._shared_header = header
        self._headers[index] = of_frame(header, address.frame - 1)
        return self._headers[index]

    def _keep(self, index: int, header: PixelHeader, pixels: Pixels) -> None:
        kept = self._into_array(index, pixels)
        self._frames[index] = stack_frame(self.display_set, index, header, kept)

    def _into_array(self, index: int, pixels: Pixels) -> Pixels:
        """Copy into the shared array, made by the first frame; an odd one out keeps an array of its own."""
        with self._lock:
            if self._array is None:
                self._array = np.empty((self.count, *pixels.shape), dtype=pixels.dtype)
        if pixels.shape != self._array.shape[1:] or pixels.dtype != self._array.dtype:
            return pixels
        kept: Pixels = self._array[index]
        kept[...] = pixels
        return kept

    def _tell(self, index: int) -> None:
        """On the main thread: one more frame is there, and perhaps the volume."""
        if self._closed:
            return
        for listener in tuple(self._listeners):
            listener(index)
        if self.is_complete and self.volume is None and not self._failures:
            self.volume = build_volume(
                self.display_set, self._array, self._frames, self._headers, self.remarks()
            )
        if self.volume is not None:
            waiting, self._waiting_for_volume = self._waiting_for_volume, []
            for callback in waiting:
                callback(self.volume)


def _check_memory(display_set: DisplaySet) -> None:
    """Refuse before allocating what cannot fit."""
    samples = 3 if display_set.is_colour else 2
    needed = len(display_set.frames) * display_set.rows * display_set.columns * samples
    free = int(psutil.virtual_memory().available * VOLUME_SHARE_OF_MEMORY)
    if needed > free:
        raise PixelsUnreadableError("error.pixels.memory", needed_mib=needed >> 20, free_mib=free >> 20)
