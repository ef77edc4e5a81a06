"""A whole display set at once, for models, exports and the command line."""

from __future__ import annotations

import queue
from collections.abc import Callable
from pathlib import Path

from app.domain.errors import GeometryRefusedError, PixelsUnreadableError
from app.domain.study import Study
from app.domain.volume import CancelToken, Progress, Volume
from app.studies.display_sets import DisplaySet
from app.studies.on_the_way import Coming
from app.studies.scan import scan
from app.studies.stack_frame import StackFrame, stack_frame
from app.studies.stack_source import StackSource
from app.support.i18n import text_with

WAIT_S = 0.2
Fetch = Callable[[Path], None]  # comes back when the file is on this disk; else raises an OverreadError


def open_path(path: Path) -> tuple[Study, ...]:
    """The studies of one file or folder."""
    return scan([path]).studies


def load_volume(
    display_set: DisplaySet,
    progress: Progress | None = None,
    cancel: CancelToken | None = None,
    fetch: Fetch | None = None,
    *,
    even_grid: bool = False,
) -> Volume:
    """Every frame of a display set, in order. fetch: asked for each file before it is read.

    even_grid: slices that lie unevenly may be brought to an even grid, as for views; without it they are no volume.

    Raises PixelsUnreadableError if one cannot be read, GeometryRefusedError if they make no volume, Cancelled.
    """
    home: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
    source = StackSource(display_set, home.put, coming=Coming(fetch) if fetch else None)
    try:
        while not source.is_settled:
            if cancel is not None:
                cancel.check()
            _run_one(home)
            if progress is not None:
                progress(source.done / source.count, display_set.title)
        while not home.empty():
            _run_one(home)
        return _whole(source, even_grid=even_grid)
    finally:
        source.close()


def load_frame(display_set: DisplaySet, index: int, fetch: Fetch | None = None) -> StackFrame:
    """One frame. fetch: asked for its file before it is read. Raises PixelsUnreadableError."""
    from app.studies.decode import decode_frame
    from app.studies.pixel_header import header_of, of_frame

    address = display_set.frames[index]
    if fetch is not None:
        fetch(address.instance.path)
    header = of_frame(header_of(address.instance), address.frame - 1)
    return stack_frame(display_set, index, header, decode_frame(header, address.frame - 1))


def _run_one(home: queue.SimpleQueue[Callable[[], None]]) -> None:
    try:
        home.get(timeout=WAIT_S)()
    except queue.Empty:
        return


def _whole(source: StackSource, *, even_grid: bool) -> Volume:
    if source.volume is not None and (even_grid or not source.volume.is_resampled):
        return source.volume
    failure = next((source.failure(index) for index in range(source.count) if source.failure(index)), None)
    if failure is not None:
        raise PixelsUnreadableError("error.pixels.some_frames", sentence=failure)
    if source.no_room:
        raise PixelsUnreadableError("error.pixels.some_frames", sentence=source.no_room)
    shown = source.display_set
    why = text_with(shown.why_no_volume or "geometry.no_position", dict(shown.why_facts))
    raise GeometryRefusedError("error.geometry.not_a_volume", title=shown.title, why=why)
