"""Images that a server sends: streamed to a file, checked, then put in their place, whole or not at all."""

from __future__ import annotations

import errno
import itertools
import os
import struct
import threading
from contextlib import suppress
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from app.domain.errors import OverreadError
from app.studies.headers import ScannedInstance, read_header
from app.studies.uids import is_sane_uid
from app.support.held.doors import Writer, create_file, settle

if TYPE_CHECKING:
    from pynetdicom.events import Event

SUCCESS, OUT_OF_RESOURCES, OTHER_OBJECT, NOT_UNDERSTOOD = 0x0000, 0xA700, 0xA900, 0xC000  # PS3.4 B.2.3
DUPLICATE, PROCESSING_FAILURE, NOT_AUTHORISED = 0x0111, 0x0110, 0x0124  # PS3.7 annex C
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
LARGEST_COMMAND = 1024 * 1024  # bytes of a command, or of data that come with anything but an image
_count = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Refused:
    """One image that was not taken: status as answered, text key with facts."""

    status: int
    key: str
    facts: tuple[tuple[str, object], ...] = ()


class Keeper(Protocol):
    """Who decides over images that arrive. Called on the threads of associations."""

    def room(self) -> int:
        """Bytes that one file may have now; 0 or less takes none."""
        ...

    def place(self, scanned: ScannedInstance, calling: str) -> Path | Refused:
        """Where a checked file goes."""
        ...

    def kept(self, scanned: ScannedInstance) -> None:
        """It lies in its place."""
        ...

    def refused(self, refusal: Refused) -> None:
        """It was not taken."""
        ...


class Incoming(BytesIO):
    """Stands in for the library's buffer of a data set: what is written goes to a file, up to a size."""

    def __init__(self, path: Path, head: bytes, room: int) -> None:
        super().__init__()
        self.path = path
        self.size = 0
        self.failure: OSError | None = None
        self._room = room
        self._file: Writer | None = None
        try:
            self._file = create_file(path)
        except OSError as error:
            self.failure = error
        self.write(head)

    @property
    def is_too_large(self) -> bool:
        """More came than may be taken; the rest is counted and thrown away."""
        return self.size > self._room

    def write(self, data: Any) -> int:  # any buffer, as BytesIO takes it
        """Never raises: the library would break the association off without an answer."""
        count = len(data)
        self.size += count
        if self._file is not None and self.failure is None and not self.is_too_large:
            try:
                self._file.write(data)
            except OSError as error:
                self.failure = error
        return count

    def finish(self, *, durable: bool) -> None:
        """Everything is on the disk; a failure is kept in `failure`."""
        if self._file is None:
            return
        file, self._file = self._file, None
        try:
            file.finish(durable=durable)
        except OSError as error:
            self.failure = self.failure or error
            file.discard()

    def discard(self) -> None:
        """Nothing stays behind."""
        if self._file is not None:
            self._file.discard()
            self._file = None
        with suppress(OSError):
            self.path.unlink(missing_ok=True)


class Intake:
    """Handlers for one listener or one retrieval; `folder` holds files that are not whole yet."""

    def __init__(self, folder: Path, keeper: Keeper, *, durable: bool) -> None:
        self._folder = folder
        self._keeper = keeper
        self._durable = durable
        self._lock = threading.Lock()
        self._open: dict[int, Incoming] = {}  # by identity of the association
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def handlers(self) -> list[tuple[Any, ...]]:
        """As the library takes them."""
        from pynetdicom import evt

        return [
            (evt.EVT_PDU_RECV, self._on_pdu),
            (evt.EVT_C_STORE, self._on_store),
            (evt.EVT_CONN_CLOSE, self._on_close),
        ]

    def close(self) -> None:
        """Throw away what never became whole."""
        with self._lock:
            left, self._open = list(self._open.values()), {}
        for incoming in left:
            incoming.discard()

    def _on_pdu(self, event: Event) -> None:
        """Put our file in the place of the library's buffer before the first piece of a data set is taken up."""
        message = event.assoc.dimse.message
        if message is None:
            return
        buffer = message.data_set
        if type(message).__name__ != "C_STORE_RQ":
            held = message.encoded_command_set.tell() + (buffer.tell() if isinstance(buffer, BytesIO) else 0)
            if held > LARGEST_COMMAND:
                event.assoc.abort()
            return
        if isinstance(buffer, Incoming) or not isinstance(buffer, BytesIO):
            return
        told = message.command_set
        syntax = self._syntax(event, message.context_id)
        incoming = self._begin(event, str(told.AffectedSOPClassUID), str(told.AffectedSOPInstanceUID), syntax)
        incoming.write(buffer.getvalue())
        message.data_set = incoming

    @staticmethod
    def _syntax(event: Event, context_id: int | None) -> str:
        context = event.assoc._accepted_cx.get(context_id or 0)
        return str(context.transfer_syntax[0]) if context is not None else ""

    def _begin(self, event: Event, sop_class: str, sop_instance: str, syntax: str) -> Incoming:
        head = _head(sop_class, sop_instance, syntax)
        path = self._folder / f".{os.getpid()}-{next(_count)}.part"
        incoming = Incoming(path, head, self._keeper.room())
        with self._lock:
            before = self._open.pop(id(event.assoc), None)
            self._open[id(event.assoc)] = incoming
        if before is not None:
            before.discard()
        return incoming

    def _on_store(self, event: Event) -> int:
        request: Any = event.request
        incoming = request.DataSet
        if not isinstance(incoming, Incoming):  # a small one: command and data came in one PDU
            whole = incoming.getvalue() if incoming is not None else b""
            context = event.context
            incoming = self._begin(
                event,
                str(request.AffectedSOPClassUID),
                str(request.AffectedSOPInstanceUID),
                str(context.transfer_syntax),
            )
            incoming.write(whole)
        try:
            outcome = self._take(incoming, str(request.AffectedSOPInstanceUID), _calling(event))
        finally:
            with self._lock:
                self._open.pop(id(event.assoc), None)
            incoming.discard()
        if isinstance(outcome, Refused):
            self._keeper.refused(outcome)
            return outcome.status
        self._keeper.kept(outcome)
        return SUCCESS

    def _take(self, incoming: Incoming, announced: str, calling: str) -> ScannedInstance | Refused:
        incoming.finish(durable=self._durable)
        if incoming.failure is not None:
            return _by_disk(incoming.failure)
        if incoming.is_too_large:
            return Refused(OUT_OF_RESOURCES, "dimse.refused.too_large")
        try:
            scanned = read_header(incoming.path)
        except OverreadError:
            return Refused(NOT_UNDERSTOOD, "dimse.refused.unreadable")
        except OSError as error:
            return _by_disk(error)
        if scanned is None:
            return Refused(NOT_UNDERSTOOD, "dimse.refused.unreadable")
        if not _is_sane(scanned) or scanned.instance.sop_instance_uid != announced:
            return Refused(OTHER_OBJECT, "dimse.refused.identifiers")
        target = self._keeper.place(scanned, calling)
        if isinstance(target, Refused):
            return target
        try:
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            settle(incoming.path, target, durable=self._durable)
        except OSError as error:
            return _by_disk(error)
        return replace(scanned, instance=replace(scanned.instance, path=target))

    def _on_close(self, event: Event) -> None:
        with self._lock:
            left = self._open.pop(id(event.assoc), None)
        if left is not None:
            left.discard()


def _is_sane(scanned: ScannedInstance) -> bool:
    one = scanned.instance
    return all(
        map(is_sane_uid, (one.sop_instance_uid, scanned.study_instance_uid, scanned.series_instance_uid))
    )


def _by_disk(error: OSError) -> Refused:
    facts = (("reason", error.strerror or type(error).__name__),)
    return Refused(
        OUT_OF_RESOURCES if error.errno in FULL else PROCESSING_FAILURE,
        "dimse.refused.disk_full" if error.errno in FULL else "dimse.refused.disk",
        facts,
    )


def _calling(event: Event) -> str:
    return str(event.assoc.requestor.ae_title).strip()


def _head(sop_class: str, sop_instance: str, syntax: str) -> bytes:
    """Preamble and file meta information (PS3.10 section 7.1) for a data set as it came over the wire.

    Packed by hand: the identifiers are the sender's and may be anything; what is wrong with them is found later.
    """
    from pynetdicom import PYNETDICOM_IMPLEMENTATION_UID, PYNETDICOM_IMPLEMENTATION_VERSION

    told = (
        (0x02, b"UI", _padded(sop_class, b"\0")),
        (0x03, b"UI", _padded(sop_instance, b"\0")),
        (0x10, b"UI", _padded(syntax, b"\0")),
        (0x12, b"UI", _padded(str(PYNETDICOM_IMPLEMENTATION_UID), b"\0")),
        (0x13, b"SH", _padded(PYNETDICOM_IMPLEMENTATION_VERSION, b" ")),
    )
    group = struct.pack("<HH2sHI", 2, 1, b"OB", 0, 2) + b"\0\1"
    group += b"".join(struct.pack("<HH2sH", 2, tag, kind, len(value)) + value for tag, kind, value in told)
    return b"\0" * 128 + b"DICM" + struct.pack("<HH2sHI", 2, 0, b"UL", 4, len(group)) + group


def _padded(value: str, pad: bytes) -> bytes:
    raw = value.encode("ascii", "replace")[:64]
    return raw + pad * (len(raw) % 2)
