"""A request that can be left at once: also while the server says nothing, when no code of ours runs in between."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from app.domain.volume import Cancelled, CancelToken

if TYPE_CHECKING:
    import httpx

LOOK_S = 0.1  # who waits looks for the cancel token this often


def send(http: httpx.Client, request: httpx.Request, cancel: CancelToken | None) -> httpx.Response:
    """`http.send` with its body still to be read. Raises what that raises, and Cancelled within `LOOK_S`.

    What was left comes to its end on its own thread, at the latest by the time limit, and is closed there.
    """
    if cancel is None:
        return http.send(request, stream=True)
    waiting = _Waiting(http, request)
    threading.Thread(target=waiting.run, name="asked", daemon=True).start()
    while not waiting.over.wait(LOOK_S):
        if cancel.cancelled:
            waiting.leave()
            raise Cancelled
    return waiting.take()


@contextmanager
def cut_on_cancel(answer: httpx.Response, cancel: CancelToken | None) -> Iterator[None]:
    """While the body is read: a cancel ends the connection under it, and so the read that waits for bytes."""
    stream = answer.extensions.get("network_stream") if cancel is not None else None
    end = stream.get_extra_info("socket") if stream is not None else None
    if cancel is None or not isinstance(end, socket.socket):
        yield
        return
    over = threading.Event()

    def watch() -> None:
        while not over.wait(LOOK_S):
            if cancel.cancelled:
                with suppress(OSError):
                    # Past any TLS layer, which is not made for two threads: the reader there sees the line go dead.
                    socket.socket.shutdown(end, socket.SHUT_RDWR)
                return

    threading.Thread(target=watch, name="cut", daemon=True).start()
    try:
        yield
    finally:
        over.set()


class _Waiting:
    """One request on a thread of its own."""

    def __init__(self, http: httpx.Client, request: httpx.Request) -> None:
        self._http = http
        self._request = request
        self._lock = threading.Lock()
        self._is_left = False
        self._answer: httpx.Response | None = None
        self._error: BaseException | None = None
        self.over = threading.Event()

    def run(self) -> None:
        import httpx

        answer: httpx.Response | None = None
        try:
            answer = self._http.send(self._request, stream=True)
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, RuntimeError, OSError) as error:
            self._error = error
        with self._lock:
            is_left, self._answer = self._is_left, answer
        if is_left and answer is not None:
            answer.close()
        self.over.set()

    def leave(self) -> None:
        """Nobody waits any more."""
        with self._lock:
            self._is_left = True
            answer = self._answer
        if answer is not None:
            answer.close()

    def take(self) -> httpx.Response:
        """After `over`."""
        if self._answer is None:
            raise self._error or AssertionError("neither answer nor error")
        return self._answer
