"""WADO-RS of less than an object (PS3.18 10.4.1.1): frames and bulk data singly, the one looked at before the rest."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.domain.errors import RemoteError
from app.studies.frames_apart import NATIVE, PIXELS, frame_file, write_frame, write_head
from app.studies.headers import ScannedInstance
from app.studies.remote.multipart import MultipartError, boundary_of, parts_of
from app.studies.remote.web_client import WebClient
from app.studies.slow_headers import damage

BULK = 'multipart/related; type="application/octet-stream"; transfer-syntax=*'
LARGEST_FRAME = 512 * 1024 * 1024
LARGEST_BULK = 64 * 1024 * 1024  # of one element of a header: tables and overlays, never pixels


def keep_head(client: WebClient, item: Mapping[str, Any], path: Path) -> bool:
    """Keep the header of an object that will lie at a path; false where it cannot be had whole.

    Elements that the server left out of its metadata are fetched one by one. Raises RemoteError, Cancelled.
    """
    from pydicom.dataset import Dataset

    def fetch(tag: str, _vr: str, address: str) -> bytes | None:
        return None if int(tag, 16) >= PIXELS else bulk_data(client, address)

    told = {tag: value for tag, value in item.items() if tag[:4] not in {"0002", "7FE0"}}
    try:
        write_head(path, Dataset.from_json(told, bulk_data_uri_handler=fetch))
    except RemoteError:
        return False
    except damage():
        return False
    return True


def bulk_data(client: WebClient, address: str) -> bytes:
    """The value behind a bulk data URI, as little endian. Raises RemoteError, also where it points elsewhere.

    A password goes to the server it belongs to, never to where that server points.
    """
    base = client.connection.url.rstrip("/") + "/"
    inner = address[len(base) :] if address.startswith(base) else address
    if "://" in inner or inner.startswith(("/", "..")) or "/../" in inner:
        raise RemoteError("error.dicomweb.moved", connection=client.connection.name)
    _kind, value = _only_part(client, inner, LARGEST_BULK)
    return value


def bring_frame(client: WebClient, announced: ScannedInstance, number: int) -> Path | None:
    """One frame, from 1, of an object whose head is kept, as an object of its own; None where it has to wait.

    A frame in a form that is not named is never guessed at. Raises RemoteError, Cancelled.
    """
    path, uid = announced.instance.path, announced.instance.sop_instance_uid
    made = frame_file(path, number)
    if made.exists():
        return made
    series = f"studies/{announced.study_instance_uid}/series/{announced.series_instance_uid}"
    at = f"{series}/instances/{uid}/frames/{number}"
    kind, stored = _only_part(client, at, LARGEST_FRAME)
    syntax = _syntax(kind)
    if not syntax:
        return None
    try:
        return write_frame(path, number, syntax, stored)
    except damage():
        return None


def _syntax(kind: str) -> str:
    """The transfer syntax that a part names; plain bytes without one are native."""
    media, *parameters = (word.strip() for word in kind.split(";"))
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "transfer-syntax":
            named = value.strip().strip('"')
            return named if named.replace(".", "").isdigit() else ""
    return NATIVE if media.lower() in {"application/octet-stream", ""} else ""


def _only_part(client: WebClient, path: str, limit: int) -> tuple[str, bytes]:
    """Content type and bytes of an answer with one part."""
    name = client.connection.name
    with client.stream(path, BULK) as answer:
        try:
            boundary = boundary_of(answer.headers.get("content-type", ""))
            for part in parts_of(answer.iter_raw(), boundary):
                held = bytearray()
                for chunk in part.chunks:
                    held += chunk
                    if len(held) > limit:
                        raise RemoteError("error.dicomweb.too_large", connection=name)
                return part.headers.get("content-type", ""), bytes(held)
        except MultipartError as error:
            raise RemoteError("error.dicomweb.bad_parts", connection=name, what=str(error)) from error
    raise RemoteError("error.dicomweb.bad_parts", connection=name, what="no part")
