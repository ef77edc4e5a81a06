"""Requests to a DICOMweb server: one pool, bounded waits, few retries, secrets in headers only.

TLS is always verified. Redirects are not followed: a password must not travel to where a server points.
"""

from __future__ import annotations

import copy
import logging
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from app.domain.errors import RemoteError
from app.domain.volume import CancelToken
from app.settings.connections import Connection
from app.studies.remote.secrets import get_secret
from app.studies.remote.tls import client_context
from app.studies.remote.web_cancel import LOOK_S, cut_on_cancel, send

if TYPE_CHECKING:
    import httpx

DICOM_JSON = "application/dicom+json"
DICOM_PARTS = 'multipart/related; type="application/dicom"; transfer-syntax=*'
BUSY = frozenset({429, 503})  # the server says that it did nothing
LOST = frozenset({502, 504})  # a gateway does not know what the server did
ATTEMPTS = 3
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.3, 5.0
LARGEST_ANSWER = 256 * 1024 * 1024  # of a search or a store; instances are streamed
AT_ONCE = 12  # connections: those in flight, and readers who look at what has not come yet
IN_FLIGHT = 4  # against Orthanc 4 at once took 0.7 s for 300 slices, 8 took 0.9 s
Params = Mapping[str, str | int]


class WebClient:
    """Thread-safe. `close` ends every connection."""

    def __init__(self, connection: Connection) -> None:
        """Raises SettingRefusedError where a certificate file cannot be used."""
        self.connection = connection
        self._cancel: CancelToken | None = None
        verify = _verify(connection)
        self._http = _pool(connection, verify, kept=AT_ONCE)
        # A connection that was kept may have been closed meanwhile; what cannot be asked twice does not go by one.
        self._fresh = _pool(connection, verify, kept=0)

    def under(self, cancel: CancelToken | None) -> WebClient:
        """The same pool for work that may be cancelled: what waits for the server then ends at once.

        A store that is under way is waited for: left, nobody would know what the server keeps.
        """
        twin = copy.copy(self)
        twin._cancel = cancel
        return twin

    def json(self, path: str, params: Params | None = None) -> list[dict[str, Any]]:
        """A list of DICOM JSON objects; an empty answer is an empty list. Raises RemoteError."""
        with self.stream(path, DICOM_JSON, params) as answer:
            raw = _whole(answer, self.connection)
        if not raw.strip():
            return []
        import json

        try:
            document = json.loads(raw)
        except (ValueError, RecursionError) as error:
            raise RemoteError("error.dicomweb.no_json", connection=self.connection.name) from error
        if not isinstance(document, list) or not all(isinstance(one, dict) for one in document):
            raise RemoteError("error.dicomweb.no_json", connection=self.connection.name)
        return document

    @contextmanager
    def stream(self, path: str, accept: str, params: Params | None = None) -> Iterator[httpx.Response]:
        """An answer whose body is still to be read. Raises RemoteError, also while it is read."""
        with self._translated():
            answer = self._with_retries("GET", path, {"Accept": accept}, params, None)
            try:
                with self._left_on_cancel(answer):
                    yield answer
            finally:
                answer.close()

    def post(self, path: str, content_type: str, body: Callable[[], Iterator[bytes]]) -> tuple[int, bytes]:
        """Status and whole answer of a store; 409 (nothing stored) is an answer too. Raises RemoteError.

        Never sent twice unless the server did nothing with it: where the end is unknown, that is the error.
        """
        headers = {"Accept": DICOM_JSON, "Content-Type": content_type}
        with self._translated(is_store=True):
            answer = self._with_retries("POST", path, headers, None, body)
            try:
                return answer.status_code, _whole(answer, self.connection)
            finally:
                answer.close()

    def close(self) -> None:
        """Let go of the pool."""
        self._http.close()
        self._fresh.close()

    def _with_retries(
        self,
        method: str,
        path: str,
        headers: dict[str, str],
        params: Params | None,
        body: Callable[[], Iterator[bytes]] | None,
    ) -> httpx.Response:
        """Busy servers and refused connections are asked again; a request that was answered otherwise is not."""
        import httpx

        headers = headers | _authorization(self.connection)
        http = self._fresh if method == "POST" else self._http
        for attempt in range(ATTEMPTS):
            if http.is_closed:  # whoever asks came late: its source is closed
                raise RemoteError("error.dicomweb.broken", connection=self.connection.name)
            is_last = attempt == ATTEMPTS - 1
            request = http.build_request(
                method, _with_query(path, params), headers=headers, content=body() if body else None
            )
            try:
                answer = send(http, request, None if method == "POST" else self._cancel)
            except (httpx.NetworkError, httpx.RemoteProtocolError) as error:
                is_sent = method == "POST" and not isinstance(error, httpx.ConnectError)
                if is_last or is_sent or isinstance(_cause(error), ssl.SSLError):
                    raise
                self._pause(FIRST_PAUSE_S * 2**attempt)
                continue
            if not is_last and answer.status_code in (BUSY if method == "POST" else BUSY | LOST):
                answer.close()
                self._pause(_asked_pause(answer) or FIRST_PAUSE_S * 2**attempt)
                continue
            if method == "POST" and answer.status_code in LOST:
                answer.close()
                raise RemoteError("error.dicomweb.unsure", connection=self.connection.name)
            if answer.status_code >= 300 and not (method == "POST" and answer.status_code == 409):
                answer.close()
                raise self._refusal(answer.status_code)
            return answer
        raise AssertionError("unreachable")

    def _pause(self, seconds: float) -> None:
        """Raises Cancelled."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if self._cancel is not None:
                self._cancel.check()
            time.sleep(min(left, LOOK_S))

    def _refusal(self, status: int) -> RemoteError:
        name = self.connection.name
        if status in {401, 403, 407}:
            return RemoteError("error.dicomweb.not_allowed", connection=name, status=status)
        if status in {404, 410}:
            return RemoteError("error.dicomweb.not_there", connection=name)
        if 300 <= status < 400:
            return RemoteError("error.dicomweb.moved", connection=name)
        return RemoteError("error.dicomweb.refused", connection=name, status=status)

    @contextmanager
    def _translated(self, *, is_store: bool = False) -> Iterator[None]:
        """The library's errors as ours; none of their words is passed on, they may hold addresses."""
        import httpx

        name = self.connection.name
        try:
            yield
        except (
            httpx.ReadTimeout,
            httpx.WriteTimeout,
            httpx.RemoteProtocolError,
            httpx.NetworkError,
        ) as error:
            if is_store and not isinstance(error, httpx.ConnectError):
                raise RemoteError("error.dicomweb.unsure", connection=name) from error
            raise self._transport(error) from error
        except httpx.TransportError as error:
            raise self._transport(error) from error
        except (httpx.InvalidURL, httpx.StreamError, httpx.DecodingError) as error:
            raise RemoteError("error.dicomweb.broken", connection=name) from error

    @contextmanager
    def _left_on_cancel(self, answer: httpx.Response) -> Iterator[None]:
        """A body that was cut may look like one that ended, or like one that is wrong: it is neither."""
        import httpx

        try:
            with cut_on_cancel(answer, self._cancel):
                yield
        except (RemoteError, httpx.HTTPError):
            self._check()
            raise
        self._check()

    def _check(self) -> None:
        if self._cancel is not None:
            self._cancel.check()

    def _transport(self, error: httpx.TransportError) -> RemoteError:
        import httpx

        name = self.connection.name
        if isinstance(error, httpx.TimeoutException):
            seconds = f"{self.connection.answer_s:g}"
            return RemoteError("error.dicomweb.silent", connection=name, seconds=seconds)
        cause = _cause(error)
        if isinstance(cause, ssl.SSLError):
            reason = getattr(cause, "verify_message", "") or cause.reason or "TLS"
            return RemoteError("error.dicomweb.tls", connection=name, reason=reason)
        if isinstance(error, httpx.ConnectError):
            return RemoteError("error.dicomweb.unreachable", connection=name)
        return RemoteError("error.dicomweb.broken", connection=name)


def _with_query(path: str, params: Params | None) -> str:
    """Wildcards and commas as they are: Orthanc takes an encoded * for a letter."""
    return f"{path}?{urlencode(params, safe='*?,', quote_via=quote)}" if params else path


def _keep_quiet() -> None:
    """The library logs every address, and those name studies and, in searches, patients."""
    for name in ("httpx", "httpcore"):  # those below take their level from these
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)


def _pool(connection: Connection, verify: ssl.SSLContext | bool, kept: int) -> httpx.Client:
    import httpx

    _keep_quiet()
    return httpx.Client(
        base_url=connection.url.rstrip("/") + "/",
        verify=verify,
        timeout=httpx.Timeout(connection.answer_s, connect=connection.connect_s),
        limits=httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=kept),
        follow_redirects=False,
        trust_env=False,
        headers={"Accept-Encoding": "identity", "User-Agent": "Overread"},
    )


def _verify(connection: Connection) -> ssl.SSLContext | bool:
    if not connection.url.lower().startswith("https:"):
        return True
    return client_context(connection.name, connection.ca_file, connection.client_cert, connection.client_key)


def _authorization(connection: Connection) -> dict[str, str]:
    """Asked anew for each request: a token may have been renewed. Raises RemoteError where there is no secret."""
    if connection.auth == "none":
        return {}
    secret = get_secret(connection)
    if not secret:
        raise RemoteError("error.dicomweb.no_secret", connection=connection.name)
    if connection.auth == "bearer":
        return {"Authorization": f"Bearer {secret}"}
    import base64

    pair = base64.b64encode(f"{connection.user}:{secret}".encode()).decode("ascii")
    return {"Authorization": f"Basic {pair}"}


def _asked_pause(answer: httpx.Response) -> float:
    """Retry-After in seconds, within reason; 0 where it is not told so."""
    told = answer.headers.get("retry-after", "")
    return min(float(told), LONGEST_PAUSE_S) if told.isascii() and told.isdigit() else 0.0


def _whole(answer: httpx.Response, connection: Connection) -> bytes:
    held = bytearray()
    for chunk in answer.iter_raw():
        held += chunk
        if len(held) > LARGEST_ANSWER:
            raise RemoteError("error.dicomweb.too_large", connection=connection.name)
    return bytes(held)


def _cause(error: BaseException) -> BaseException:
    """What lies at the bottom of an error."""
    seen = error
    while (below := seen.__cause__ or seen.__context__) is not None:
        seen = below
        if isinstance(seen, ssl.SSLError):
            break
    return seen
