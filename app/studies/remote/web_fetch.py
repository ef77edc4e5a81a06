"""WADO-RS (PS3.18 10.4) into files: a series as one stream, single instances a few at once; whole or not at all."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from app.domain.errors import OverreadError, RemoteError, StudyUnreadableError
from app.domain.volume import CancelToken
from app.settings.connections import Connection
from app.studies.headers import ScannedInstance, read_header
from app.studies.remote.dimse_keeping import PARTS, free_room
from app.studies.remote.multipart import MultipartError, boundary_of, parts_of
from app.studies.remote.web_client import DICOM_PARTS, IN_FLIGHT, WebClient
from app.studies.uids import is_sane_uid
from app.support.held.doors import name_for, settle, writing

MOST_PARTS = 100_000  # of one answer: no series has more images
SPARE_PARTS = 200  # more than a server announced: images may be added while it answers
Arrived = Callable[[ScannedInstance], None]


def server_folder(cache: Path, connection: Connection) -> Path:
    """One folder per server: two archives may hold one study in different states."""
    end = f"{connection.url.rstrip('/')}#{connection.user}"
    return cache / "remote" / f"dicomweb-{hashlib.sha256(end.encode()).hexdigest()[:16]}"


def study_folder(cache: Path, connection: Connection, study_instance_uid: str) -> Path:
    """Where the copies of one study lie."""
    server = server_folder(cache, connection)
    return server / name_for(server, study_instance_uid)


@dataclass(slots=True)
class Fetching:
    """One study on its way to this disk. `arrived` holds what lies there, by SOP Instance UID."""

    client: WebClient
    folder: Path
    study_instance_uid: str
    heard: Arrived
    cancel: CancelToken
    arrived: dict[str, ScannedInstance] = field(default_factory=dict)
    brought: set[str] = field(
        default_factory=set
    )  # one by one for a reader, before their series was asked for
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _count: int = 0

    def series(self, series_uid: str, announced: int | None = None) -> None:
        """All instances of a series in one answer, each kept as it comes. Raises RemoteError, Cancelled.

        announced: how many the server says there are; an answer of far more has no end.
        """
        most = MOST_PARTS if announced is None else min(2 * announced + SPARE_PARTS, MOST_PARTS)
        self._parts(f"studies/{self.study_instance_uid}/series/{series_uid}", "", most)

    def instance(self, series_uid: str, sop_uid: str) -> None:
        """One instance. Raises RemoteError, Cancelled."""
        path = f"studies/{self.study_instance_uid}/series/{series_uid}/instances/{sop_uid}"
        self._parts(path, sop_uid, SPARE_PARTS)

    def instances(self, series_uid: str, sop_uids: Sequence[str]) -> None:
        """Several, from the middle outwards, a few requests at once; the first failure ends it."""
        middle = len(sop_uids) // 2
        order = sorted(range(len(sop_uids)), key=lambda number: abs(number - middle))
        stop = threading.Event()

        def fetch(number: int) -> None:
            if not stop.is_set():
                self.instance(series_uid, sop_uids[number])

        with ThreadPoolExecutor(IN_FLIGHT, thread_name_prefix="wado") as pool:
            futures = [pool.submit(fetch, number) for number in order]
            try:
                for future in futures:
                    future.result()
            finally:
                stop.set()

    def _parts(self, path: str, wanted: str, most: int) -> None:
        name = self.client.connection.name
        with self.client.stream(path, DICOM_PARTS) as answer:
            kind = answer.headers.get("content-type", "")
            if kind.partition(";")[0].strip().lower() == "application/dicom":
                self._keep(_checked(answer.iter_raw(), self.cancel), wanted)
                return
            try:
                for number, part in enumerate(parts_of(answer.iter_raw(), boundary_of(kind))):
                    if number >= most:
                        raise RemoteError("error.dicomweb.endless", connection=name, count=number)
                    self._keep(_checked(part.chunks, self.cancel), wanted)
            except MultipartError as error:
                raise RemoteError("error.dicomweb.bad_parts", connection=name, what=str(error)) from error

    def _keep(self, chunks: Iterable[bytes], wanted: str) -> None:
        """To a file of its own, looked at, then in its place. What is here already is passed over."""
        with self._lock:
            self._count += 1
            half = self.folder.parent / PARTS / f"{os.getpid()}-{threading.get_ident()}-{self._count}"
        try:
            half.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._write(half, chunks)
            scanned = self._read(half, wanted)
            uid = scanned.instance.sop_instance_uid
            if uid in self.arrived:
                return
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            target = self.folder / f"{name_for(self.folder, uid)}.dcm"
            settle(half, target)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise RemoteError(
                "error.dicomweb.disk", connection=self.client.connection.name, reason=reason
            ) from error
        finally:
            with suppress(OSError):
                half.unlink(missing_ok=True)
        placed = _at(scanned, target)
        with self._lock:
            if uid not in self.arrived:  # the stream and a reader who looked at it may bring it at once
                self.arrived[uid] = placed
                self.heard(placed)

    def _write(self, half: Path, chunks: Iterable[bytes]) -> None:
        room = free_room(half.parent)
        with writing(half) as file:
            written = 0
            for chunk in chunks:
                written += len(chunk)
                if written > room:
                    raise RemoteError("error.dicomweb.no_room", connection=self.client.connection.name)
                file.write(chunk)

    def _read(self, half: Path, wanted: str) -> ScannedInstance:
        """The header, if it is the object that was asked for: another one's picture must never stand in its place."""
        name = self.client.connection.name
        try:
            scanned = read_header(half)
        except (StudyUnreadableError, OverreadError) as error:
            raise RemoteError("error.dicomweb.no_dicom", connection=name) from error
        if scanned is None:
            raise RemoteError("error.dicomweb.no_dicom", connection=name)
        uid = scanned.instance.sop_instance_uid
        is_other = scanned.study_instance_uid != self.study_instance_uid or not is_sane_uid(uid)
        if is_other or wanted not in {"", scanned.instance.sop_instance_uid}:
            raise RemoteError("error.dicomweb.other_object", connection=name)
        return scanned


def _checked(chunks: Iterator[bytes], cancel: CancelToken) -> Iterator[bytes]:
    for chunk in chunks:
        cancel.check()
        yield chunk
    cancel.check()  # the end may be that of a line that was cut for it


def _at(scanned: ScannedInstance, path: Path) -> ScannedInstance:
    from dataclasses import replace

    return replace(scanned, instance=replace(scanned.instance, path=path))
