"""A web server on loopback that says exactly what a test tells it to, wrong answers above all."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any

LIMIT_S = 20.0  # of a request that does not come to its end


@dataclass(frozen=True)
class Asked:
    """One request; header names in lower case, `path` with its query."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


Answer = bytes | Iterator[bytes] | None
"""All bytes of an answer, its head too; None cuts the connection without a word."""


def answer(
    body: bytes = b"", kind: str = "application/dicom+json", status: int = 200, more: Sequence[str] = ()
) -> bytes:
    """A whole answer that states its length."""
    lines = [f"HTTP/1.1 {status} Said", f"Content-Type: {kind}", f"Content-Length: {len(body)}", *more]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def chunked(pieces: Sequence[bytes], kind: str, *, is_whole: bool = True) -> bytes:
    """A chunked answer; not is_whole: its last chunk never comes."""
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nTransfer-Encoding: chunked\r\n\r\n".encode("latin-1")
    body = b"".join(f"{len(one):x}\r\n".encode() + one + b"\r\n" for one in pieces if one)
    return head + body + (b"0\r\n\r\n" if is_whole else b"")


def dicom_json(*items: dict[str, Any]) -> bytes:
    """An answer of elements given as tag -> (VR, value)."""
    told = [{tag: {"vr": vr, "Value": [value]} for tag, (vr, value) in item.items()} for item in items]
    return answer(json.dumps(told).encode())


def multipart(bodies: Sequence[bytes], boundary: str = "b0und", *, lengths: bool = True) -> bytes:
    """The body of several DICOM parts."""
    whole = b""
    for one in bodies:
        length = f"Content-Length: {len(one)}\r\n" if lengths else ""
        head = f"\r\n--{boundary}\r\nContent-Type: application/dicom\r\n{length}\r\n"
        whole += head.encode("ascii") + one
    return whole + f"\r\n--{boundary}--\r\n".encode("ascii")


class OddServer:
    """Each connection carries one request, then it is closed; `asked` keeps them all."""

    def __init__(self, say: Callable[[Asked], Answer]) -> None:
        self._say = say
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=32)
        self.port = int(self._listener.getsockname()[1])
        self.asked: list[Asked] = []
        self._threads: list[threading.Thread] = []
        self._spawn(self._accept)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/dicom-web"

    def __enter__(self) -> OddServer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(LIMIT_S)

    def _spawn(self, run: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=run, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            self._spawn(self._serve, near)

    def _serve(self, near: socket.socket) -> None:
        near.settimeout(LIMIT_S)
        with near, near.makefile("rb") as reader, contextlib.suppress(OSError, ValueError):
            asked = _read(reader)
            self.asked.append(asked)
            told = self._say(asked)
            for piece in [told] if isinstance(told, bytes) else told or ():
                near.sendall(piece)


def _read(reader: Any) -> Asked:
    method, path, _ = reader.readline().decode("latin-1").split(" ", 2)
    headers: dict[str, str] = {}
    while (line := reader.readline().decode("latin-1").strip()) != "":
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    if "content-length" in headers:
        return Asked(method, path, headers, reader.read(int(headers["content-length"])))
    body = b""
    if headers.get("transfer-encoding") == "chunked":
        while size := int(reader.readline(), 16):
            body += reader.read(size)
            reader.readline()
        reader.readline()
    return Asked(method, path, headers, body)
