"""Places that are looked at again and again: a study is taken when its files have stopped changing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence

from app.domain.errors import StudyUnreadableError
from app.domain.study import Study
from app.domain.volume import CancelToken
from app.studies.display_sets import display_sets
from app.workflows.once import files_of

Look = Callable[[], Sequence[Study]]
PAUSE_S = 0.1


def looks(
    look: Look, every_s: float, stop_after_s: float, cancel: CancelToken
) -> Iterator[tuple[Study, ...]]:
    """Studies that are new or changed and whole, look after look; ends after so many seconds without any (0: never).

    A study that is still being copied waits for the look at which its files are as they were at the one before.
    Raises Cancelled.
    """
    seen: dict[str, str] = {}
    taken: set[str] = set()
    quiet_since = time.monotonic()
    while True:
        settled: list[Study] = []
        for study in _studies(look):
            key, stamp = study.study_instance_uid, _stamp(study)
            if seen.get(key) == stamp and stamp not in taken:
                taken.add(stamp)
                settled.append(study)
            seen[key] = stamp
        if settled:
            yield tuple(settled)
            quiet_since = time.monotonic()
        elif stop_after_s and time.monotonic() - quiet_since > stop_after_s:
            return
        _wait(every_s, cancel)


def _studies(look: Look) -> Sequence[Study]:
    """An empty folder is no error while it is watched."""
    try:
        return look()
    except StudyUnreadableError:
        return ()


def _stamp(study: Study) -> str:
    sets = display_sets(study)
    return f"{study.study_instance_uid}:{len(sets)}:{':'.join(files_of(one) for one in sets)}"


def _wait(seconds: float, cancel: CancelToken) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        cancel.check()
        time.sleep(min(PAUSE_S, max(until - time.monotonic(), 0)))
