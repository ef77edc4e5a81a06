"""STOW-RS (PS3.18 10.5): files as they lie, a few a request, one outcome each."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from app.domain.errors import OverreadError, RemoteError
from app.domain.volume import CancelToken, Progress
from app.studies.headers import read_header
from app.studies.remote.dimse_status import outcome_of
from app.studies.remote.web_client import WebClient
from app.studies.source_types import Stored, StoreOutcome
from app.support.held.doors import open_file, size_of
from app.support.i18n import explain, text

FILES_AT_ONCE = 10  # 300 slices to Orthanc: 2.2 s by tens, 3.4 s all in one request
BYTES_AT_ONCE = 64 * 1024 * 1024
CHUNK = 1024 * 1024
_REFERENCED, _FAILED = "00081199", "00081198"
_SOP_UID, _FAILURE, _WARNING = "00081155", "00081197", "00081196"


def store(
    client: WebClient, files: Sequence[Path], progress: Progress | None, cancel: CancelToken | None
) -> tuple[Stored, ...]:
    """In the order given. Raises RemoteError where the server cannot be reached before anything was sent, Cancelled."""
    outcomes: dict[Path, Stored] = {}
    ready: list[tuple[Path, str]] = []
    for path in dict.fromkeys(files):
        uid, refusal = _identity(path)
        if refusal:
            outcomes[path] = Stored(path, uid, StoreOutcome.FAILED, refusal)
        else:
            ready.append((path, uid))
    for group in _groups(ready):
        if cancel is not None:
            cancel.check()
        try:
            told = _send(client, [path for path, _ in group])
        except RemoteError as error:
            if not any(one.outcome is not StoreOutcome.FAILED for one in outcomes.values()):
                raise
            told, sentence = {}, explain(error)
        else:
            sentence = text("error.dicomweb.no_word")
        for path, uid in group:
            outcome, reason = told.get(uid, (StoreOutcome.FAILED, sentence))
            outcomes[path] = Stored(path, uid, outcome, reason)
        if progress is not None:
            progress(len(outcomes) / len(files), f"{len(outcomes)}")
    return tuple(outcomes[path] for path in dict.fromkeys(files))


def _identity(path: Path) -> tuple[str, str]:
    """SOP Instance UID, and why the file cannot be sent ('' where it can)."""
    try:
        scanned = read_header(path)
    except OverreadError as error:
        return "", explain(error)
    except OSError as error:
        return "", text("store.unreadable", file=path.name, reason=error.strerror or type(error).__name__)
    if scanned is None:
        return "", text("store.not_dicom", file=path.name)
    return scanned.instance.sop_instance_uid, ""


def _groups(ready: Sequence[tuple[Path, str]]) -> Iterator[list[tuple[Path, str]]]:
    group: list[tuple[Path, str]] = []
    size = 0
    for path, uid in ready:
        own = size_of(path)
        if group and (len(group) >= FILES_AT_ONCE or size + own > BYTES_AT_ONCE):
            yield group
            group, size = [], 0
        group.append((path, uid))
        size += own
    if group:
        yield group


def _send(client: WebClient, paths: Sequence[Path]) -> dict[str, tuple[StoreOutcome, str]]:
    """What the server says of each SOP Instance UID."""
    boundary = f"overread-{secrets.token_hex(16)}"

    def body() -> Iterator[bytes]:
        for path in paths:
            head = (
                f"--{boundary}\r\nContent-Type: application/dicom\r\nContent-Length: {size_of(path)}\r\n\r\n"
            )
            yield head.encode("ascii")
            with open_file(path) as file:
                while chunk := file.read(CHUNK):
                    yield chunk
            yield b"\r\n"
        yield f"--{boundary}--\r\n".encode("ascii")

    kind = f'multipart/related; type="application/dicom"; boundary={boundary}'
    _status, raw = client.post("studies", kind, body)
    try:
        document: Any = json.loads(raw) if raw.strip() else {}
    except (ValueError, RecursionError) as error:
        raise RemoteError("error.dicomweb.no_json", connection=client.connection.name) from error
    if isinstance(document, list):  # some servers answer with a list of one
        document = document[0] if document else {}
    return _outcomes(document if isinstance(document, dict) else {})


def _outcomes(document: dict[str, Any]) -> dict[str, tuple[StoreOutcome, str]]:
    told: dict[str, tuple[StoreOutcome, str]] = {}
    for item in _items(document, _REFERENCED):
        warning = _first(item, _WARNING)
        told[str(_first(item, _SOP_UID))] = (
            _said(warning) if isinstance(warning, int) else (StoreOutcome.STORED, "")
        )
    for item in _items(document, _FAILED):
        reason = _first(item, _FAILURE)
        outcome = (
            _said(reason)
            if isinstance(reason, int)
            else (StoreOutcome.FAILED, text("error.dicomweb.no_word"))
        )
        told[str(_first(item, _SOP_UID))] = (StoreOutcome.FAILED, outcome[1])
    return told


def _said(status: int) -> tuple[StoreOutcome, str]:
    """A status in words: the codes are those of C-STORE (PS3.18 I.2.2)."""
    return outcome_of(status)


def _items(document: dict[str, Any], tag: str) -> list[dict[str, Any]]:
    element = document.get(tag)
    values = element.get("Value") if isinstance(element, dict) else None
    return [one for one in values if isinstance(one, dict)] if isinstance(values, list) else []


def _first(item: dict[str, Any], tag: str) -> Any:  # Any: what a server writes
    element = item.get(tag)
    values = element.get("Value") if isinstance(element, dict) else None
    return values[0] if isinstance(values, list) and values else ""
