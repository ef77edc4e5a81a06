"""Any place to its studies: each source is asked in turn whether it takes the place."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import app.studies.sources
from app.domain.errors import OverreadError, StudyUnreadableError
from app.domain.volume import CancelToken, Progress
from app.studies.headers import ScannedInstance
from app.studies.scan import OTHER_COPY, Refusal, ScanReport, report_of
from app.studies.source_types import Heard, Source, SourceKind, Surroundings
from app.support.plugins import load_plugins


@cache
def source_kinds() -> tuple[SourceKind, ...]:
    """All plug-ins, in the order in which they are asked."""
    kinds: list[SourceKind] = list(load_plugins(app.studies.sources, "SOURCE").values())
    return tuple(sorted(kinds, key=lambda kind: (kind.rank, kind.scheme)))


def connect(place: str | Path, around: Surroundings) -> Source:
    """The first source that takes the place, opened. Raises StudyUnreadableError where none does."""
    return _kind_of(str(place)).connect(str(place), around)


def _kind_of(words: str) -> SourceKind:
    for kind in source_kinds():
        if kind.accepts(words):
            return kind
    if _is_address(words):
        raise StudyUnreadableError("error.source.unknown_place", place=plain_place(words))
    raise StudyUnreadableError("error.study.missing_path", folder=Path(words).name or words)


def open_places(
    places: Sequence[str | Path],
    around: Surroundings,
    heard: Heard | None = None,
    progress: Progress | None = None,
    cancel: CancelToken | None = None,
) -> ScanReport:
    """Everything in some places as one report; one that fails beside others becomes a refusal.

    Raises what the first failure was if no place gave anything, and at once where a place is unknown; Cancelled.
    """
    token = cancel or CancelToken()
    sources = _connected(list(dict.fromkeys(map(str, places))), around)
    try:
        if len(sources) == 1:
            return sources[0][1].open("", heard, progress, token)
        return _all_of(sources, heard, progress, token)
    finally:
        for _, source in sources:
            source.close()


def _connected(places: Sequence[str], around: Surroundings) -> list[tuple[str, Source]]:
    """Files and folders together as one source, in the place of the first of them."""
    kinds = [(place, _kind_of(place)) for place in places]
    together: dict[SourceKind, list[str]] = {}
    for place, kind in kinds:
        if kind.connect_all is not None:
            together.setdefault(kind, []).append(place)
    found = []
    for place, kind in kinds:
        if kind.connect_all is None:
            found.append((place, kind.connect(place, around)))
        elif place == together[kind][0]:
            found.append((place, kind.connect_all(together[kind], around)))
    return found


def plain_place(place: str) -> str:
    """An address without user, password, query and fragment, so that it may be shown and logged."""
    if "://" not in place:
        return place
    try:
        parts = urlsplit(place)
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return place.partition("://")[0] + "://"
    return f"{parts.scheme}://{host}{port}{parts.path}"


def _all_of(
    sources: Sequence[tuple[str, Source]], heard: Heard | None, progress: Progress | None, cancel: CancelToken
) -> ScanReport:
    started = time.perf_counter()
    found: dict[Path, ScannedInstance] = {}  # two places may hold the same file
    whole = ScanReport((), 0, 0, 0.0, ())
    failures: list[OverreadError] = []

    def hear(batch: list[ScannedInstance]) -> None:
        fresh = [one for one in batch if one.instance.path not in found]
        found.update((one.instance.path, one) for one in fresh)
        if fresh and heard is not None:
            heard(fresh)

    for number, (place, source) in enumerate(sources):
        cancel.check()
        try:
            part = source.open("", hear, _share(progress, number, len(sources)), cancel)
        except OverreadError as error:
            failures.append(error)
            refused = Refusal(Path(place), error.key, tuple(error.facts.items()))
            whole = replace(whole, refused=(*whole.refused, refused))
            continue
        refusals = (one for one in part.refused if one.reason_key != OTHER_COPY and one not in whole.refused)
        whole = replace(
            whole,
            files=whole.files + part.files,
            skipped=whole.skipped + part.skipped,
            refused=(*whole.refused, *refusals),
            remarks=(*whole.remarks, *part.remarks),
        )
    if len(failures) == len(sources):
        raise failures[0]
    return report_of(list(found.values()), replace(whole, seconds=time.perf_counter() - started))


def _share(progress: Progress | None, number: int, count: int) -> Progress | None:
    if progress is None:
        return None
    return lambda share, note: progress((number + share) / count, note)


def _is_address(place: str) -> bool:
    """`scheme:rest`, but not the drive letter of a Windows path."""
    scheme, colon, _ = place.partition(":")
    return bool(colon) and len(scheme) > 1 and scheme.replace("+", "").isalnum()
