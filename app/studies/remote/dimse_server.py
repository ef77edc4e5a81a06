"""A port that takes associations: TLS, time limits and bounds on what a stranger can make it do."""

from __future__ import annotations

import contextlib
import ssl
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.domain.errors import RemoteError
from app.studies.remote.dimse_contexts import for_receiving
from app.studies.remote.dimse_wire import OUR_PDU, guard_socket, set_up_library

if TYPE_CHECKING:
    from pynetdicom.transport import RequestHandler, ThreadedAssociationServer

HANDSHAKE_S = 10.0
SPARE_CONNECTIONS = 8  # beyond the associations allowed: to be told that we are busy, instead of silence


@dataclass(frozen=True, slots=True)
class Desk:
    """Where and for whom a port is open. callers: AE titles that may associate, () is anybody.

    wait_s: how long a peer may be silent. The TLS context is made beforehand, so that bad files are told of in time.
    """

    title: str
    host: str = "127.0.0.1"
    port: int = 0
    callers: Sequence[str] = ()
    associations: int = 10
    wait_s: float = 60.0
    tls: ssl.SSLContext | None = None


@contextlib.contextmanager
def serving(desk: Desk, handlers: Sequence[tuple[Any, ...]]) -> Iterator[int]:
    """The port in use while the block runs. Raises RemoteError where it cannot be opened."""
    entity, server, thread = start(desk, handlers)
    try:
        yield int(server.server_address[1])
    finally:
        stop(entity, server, thread)


def start(
    desk: Desk, handlers: Sequence[tuple[Any, ...]]
) -> tuple[Any, ThreadedAssociationServer, threading.Thread]:
    """The library's application entity, the server and its thread, for `stop`. Raises RemoteError."""
    from pynetdicom import AE

    set_up_library()
    entity = AE(ae_title=desk.title)
    entity.maximum_associations = desk.associations
    entity.maximum_pdu_size = OUR_PDU
    entity.acse_timeout = min(desk.wait_s, 30.0)
    entity.dimse_timeout = desk.wait_s
    entity.network_timeout = desk.wait_s
    entity.require_called_aet = True
    entity.require_calling_aet = list(desk.callers)
    server_class = _server_class(desk)
    try:
        server = entity.make_server(
            (desk.host, desk.port),
            ae_title=desk.title,
            contexts=for_receiving(),
            evt_handlers=list(handlers),
            server_class=server_class,
        )
    except OSError as error:
        raise RemoteError(
            "error.dimse.port", host=desk.host, port=desk.port, reason=error.strerror or type(error).__name__
        ) from error
    entity._servers.append(server)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.2}, daemon=True)
    thread.start()
    return entity, server, thread


def stop(entity: Any, _server: ThreadedAssociationServer, thread: threading.Thread) -> None:
    """End every association and close the port."""
    left = list(entity.active_associations)
    entity.shutdown()
    thread.join(5)
    for association in left:
        association.join(5)


def _handler_class(desk: Desk) -> type[RequestHandler]:
    """One connection on a thread of its own."""
    from pynetdicom.transport import RequestHandler

    class Handler(RequestHandler):
        """With time limits on what a stranger sends."""

        def handle(self) -> None:
            """Handshake first: in the library it holds up everybody else, and for ever."""
            self.request.settimeout(HANDSHAKE_S)
            if desk.tls is not None:
                try:
                    self.request = desk.tls.wrap_socket(self.request, server_side=True)
                except OSError:  # no TLS, or no certificate of ours
                    with contextlib.suppress(OSError):
                        self.request.close()
                    return
            super().handle()

        def _create_association(self) -> Any:
            association = super()._create_association()
            guard_socket(association, desk.wait_s)
            return association

    return Handler


def _server_class(desk: Desk) -> type[ThreadedAssociationServer]:
    """Made here because the library is imported only where it is used."""
    from pynetdicom.transport import ThreadedAssociationServer

    handler = _handler_class(desk)

    class Server(ThreadedAssociationServer):
        """Bounded in connections, and silent about what strangers send."""

        daemon_threads = True
        block_on_close = False

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            kwargs["request_handler"] = handler
            super().__init__(*args, **kwargs)

        def verify_request(self, _request: Any, _address: Any) -> bool:
            """False closes the connection at once."""
            return len(self.active_associations) < desk.associations + SPARE_CONNECTIONS

        def handle_error(self, request: Any, client_address: Any) -> None:
            """The library's base prints a traceback."""

    return Server
