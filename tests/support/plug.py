"""A cable between a client and a server on loopback: TLS at the near end if wanted, and it can be pulled."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from types import TracebackType

CHUNK = 64 * 1024


class Plug:
    """Passes bytes on to a port. `pull` cuts every connection and refuses new ones until `mend`.

    cut_after: pull it by itself once so many bytes came from the server. rate: bytes a second that each connection
    brings from the server.
    """

    def __init__(self, port: int, tls: ssl.SSLContext | None = None, rate: float | None = None) -> None:
        self._rate = rate
        self._target = port
        self._tls = tls
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._is_out = False
        self._closed = False
        self.cut_after: int | None = None
        self.passed = 0
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = int(self._listener.getsockname()[1])
        self._threads: list[threading.Thread] = []
        self._spawn(self._accept)

    def __enter__(self) -> Plug:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def pull(self) -> None:
        with self._lock:
            self._is_out = True
            for end in self._open:
                _cut(end)

    def mend(self) -> None:
        with self._lock:
            self._is_out, self.cut_after = False, None

    def close(self) -> None:
        self._closed = True
        self.pull()
        _cut(self._listener)
        self._listener.close()
        for thread in self._threads:
            thread.join(5)

    def _spawn(self, run: object, *args: object) -> None:
        thread = threading.Thread(target=run, args=args, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._closed:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            if self._is_out:
                near.close()
                continue
            self._spawn(self._serve, near)

    def _serve(self, near: socket.socket) -> None:
        far: socket.socket | None = None
        try:
            near.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._tls is not None:
                near.settimeout(10)
                near = self._tls.wrap_socket(near, server_side=True)
                near.settimeout(None)
            far = socket.create_connection(("127.0.0.1", self._target), 10)
            far.settimeout(None)
            far.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._open |= {near, far}
            up = threading.Thread(target=self._pump, args=(near, far, False), daemon=True)
            up.start()
            self._pump(far, near, True)
            up.join(10)
        except OSError:
            pass  # a refused handshake or a dead server: the client hears of it by the closed socket
        finally:
            with self._lock:
                self._open -= {near} | ({far} if far else set())
            for end in (near, far):
                if end is not None:
                    _cut(end)
                    end.close()

    def _pump(self, source: socket.socket, target: socket.socket, is_down: bool) -> None:
        try:
            while data := source.recv(CHUNK):
                if is_down:
                    time.sleep(len(data) / self._rate if self._rate else 0.0)
                    self.passed += len(data)
                    if self.cut_after is not None and self.passed >= self.cut_after:
                        self.pull()
                        return
                target.sendall(data)
        except OSError:
            pass
        _cut(source)
        _cut(target)


def _cut(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
