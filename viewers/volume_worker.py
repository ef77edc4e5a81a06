"""The full volume, drawn in a thread of its own that owns its VTK window: the reader's hand never waits for it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from viewers.types import VolumeImage
from viewers.volume_camera import CameraPose
from viewers.volume_proxy import half_size, within
from viewers.volume_renderer import Coloring, VolumeRenderer
from viewers.volume_surfaces import Surface

FULL_SAMPLE_MM = 0.8


@dataclass(frozen=True, slots=True, eq=False)
class PictureRequest:
    """All that one full picture needs; answers carry the number, stale ones are dropped."""

    number: int
    pose: CameraPose
    size_px: tuple[int, int]
    coloring: Coloring
    surfaces: tuple[Surface, ...] = ()


class VolumeWorker:
    """Makes the half-size volume first, then full pictures: always the newest wish, older ones are given up.

    on_proxy, on_picture and on_failed (for want of memory) are called in the worker's thread; they must only post.
    """

    def __init__(
        self,
        volume: VolumeImage,
        on_proxy: Callable[[VolumeImage], None],
        on_picture: Callable[[int, NDArray[np.uint8]], None],
        on_failed: Callable[[], None],
    ) -> None:
        self._volume = volume
        self._on_proxy, self._on_picture, self._on_failed = on_proxy, on_picture, on_failed
        self._wish: PictureRequest | None = None
        self._stopped = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="volume pictures", daemon=True)
        self._thread.start()

    def ask(self, request: PictureRequest) -> None:
        """Draw this next; replaces a wish that is not begun yet and gives up one under way."""
        with self._changed:
            self._wish = request
            self._changed.notify()

    def forget(self) -> None:
        """The volume moves again: nothing is wished for."""
        with self._changed:
            self._wish = None

    def stop(self) -> None:
        """End the thread and wait for it."""
        with self._changed:
            self._stopped = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        try:
            self._draw()
        except MemoryError:  # else the view would be preparing for ever
            self._on_failed()

    def _draw(self) -> None:
        drawn = within(self._volume)
        proxy = half_size(drawn)
        if self._stopped:
            return
        self._on_proxy(proxy)
        renderer: VolumeRenderer | None = None
        while (request := self._next()) is not None:
            if renderer is None:
                renderer = VolumeRenderer(lambda: self._stopped or self._wish is not None)
                renderer.set_volume(drawn, hardware=False, sample_mm=FULL_SAMPLE_MM)
            renderer.set_surfaces(request.surfaces)
            renderer.set_coloring(request.coloring)
            picture = renderer.picture(request.pose, request.size_px)
            if not self._stopped and self._wish is None:
                self._on_picture(request.number, picture)
        if renderer is not None:
            renderer.release()

    def _next(self) -> PictureRequest | None:
        with self._changed:
            while self._wish is None and not self._stopped:
                self._changed.wait()
            request, self._wish = self._wish, None
            return None if self._stopped else request
