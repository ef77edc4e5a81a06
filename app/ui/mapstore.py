"""Arrays of results, read from their folders in the background and kept while their study is open."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from app.analysis.map_files import MapArray, read_map
from app.context import AppContext
from app.domain.errors import OverreadError
from app.domain.finding import AnalysisResult, MapRef
from app.domain.volume import CancelToken, Progress
from app.jobs.job import Priority

Key = tuple[str, str]


class MapStore:
    """`get` gives an array if it is there, else asks for it; `arrived` is called when one came."""

    def __init__(
        self, ctx: AppContext, arrived: Callable[[], None], failed: Callable[[OverreadError], None]
    ) -> None:
        self._ctx = ctx
        self._arrived = arrived
        self._failed = failed
        self._kept: dict[Key, MapArray] = {}
        self._asked: set[Key] = set()
        self._waiting: set[Key] = set()

    @property
    def is_waiting(self) -> bool:
        """Whether arrays are on their way."""
        return bool(self._waiting)

    def get(self, result: AnalysisResult, ref: MapRef) -> MapArray | None:
        """The array, or None until it has been read."""
        key = (result.result_id, ref.key)
        if key in self._kept or key in self._asked:
            return self._kept.get(key)
        self._asked.add(key)
        request = (self._ctx.results / result.result_id, ref.file)

        def done(array: MapArray) -> None:
            self._kept[key] = array
            self._waiting.discard(key)
            self._arrived()

        def failed(error: OverreadError) -> None:
            self._waiting.discard(key)
            self._failed(error)

        self._waiting.add(key)
        self._ctx.jobs.submit(_read, request, Priority.THUMBNAIL, done, failed, kind="map")
        return None

    def forget(self) -> None:
        """Another study was opened."""
        self._kept.clear()
        self._asked.clear()
        self._waiting.clear()


def _read(request: tuple[Path, str], _progress: Progress, cancel: CancelToken) -> MapArray:
    cancel.check()
    folder, file = request
    return read_map(folder, file)
