"""One association with a server (PS3.8 section 7), and each way in which it can fail as one sentence."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.domain.errors import OverreadError, RemoteError
from app.domain.volume import CancelToken
from app.settings.connections import Connection
from app.studies.remote.dimse_wire import OUR_PDU, guard_on_open, set_up_library
from app.studies.remote.tls import client_context, tls_failure

if TYPE_CHECKING:
    from pydicom.dataset import Dataset
    from pynetdicom.association import Association
    from pynetdicom.presentation import PresentationContext

LOOK_S = 0.1
ASSOCIATION_S = 30.0  # an association is a matter of seconds, whatever an answer may take
Handlers = Sequence[tuple[Any, ...]]  # (event, function) pairs as the library takes them


@dataclass(frozen=True, slots=True)
class Wish:
    """What is proposed: contexts, roles (as SCP for C-GET), handlers of the library's events."""

    contexts: Sequence[PresentationContext]
    roles: Sequence[Any] = ()
    handlers: Handlers = ()


@dataclass(slots=True)
class Life:
    """When something last went over the wire, and whether anybody waits for it.

    The library's own limit counts until a message is whole: a large image on a slow line would run into it.
    """

    last: float = 0.0
    is_awaited: bool = False
    fell_silent: bool = False

    def sign(self, _event: object = None) -> None:
        """Something moved."""
        self.last = time.monotonic()

    def await_sign(self) -> None:
        """From now on silence counts."""
        self.last, self.is_awaited = time.monotonic(), True


@dataclass(frozen=True, slots=True)
class Talk:
    """An association with what belongs to it."""

    connection: Connection
    association: Association
    life: Life
    cancel: CancelToken

    def status(self, ask: Callable[[], Dataset]) -> int:
        """Status of one question. Raises RemoteError if no answer comes, Cancelled."""
        self.cancel.check()
        self.life.await_sign()
        try:
            response = ask()
        except RuntimeError as error:  # the library's word for an association that is no more
            raise self.broken() from error
        finally:
            self.life.is_awaited = False
        self.cancel.check()
        if "Status" not in response:  # the library's empty data set: no answer came
            raise self.broken()
        return int(response.Status)

    def answers(
        self, replies: Iterator[tuple[Dataset, Dataset | None]]
    ) -> Iterator[tuple[Dataset, int, Dataset | None]]:
        """(response, status, identifier) of a question with many answers.

        Raises RemoteError if they stop short, Cancelled.
        """
        while True:
            self.life.await_sign()
            try:
                response, identifier = next(replies)
            except StopIteration:
                return
            finally:
                self.life.is_awaited = False
            self.cancel.check()
            if "Status" not in response:
                raise self.broken()
            yield response, int(response.Status), identifier

    def broken(self) -> RemoteError:
        """The server hangs, or the connection is gone."""
        if self.life.fell_silent:
            return _silent(self.connection)
        return RemoteError("error.dimse.broken", connection=self.connection.name)


@contextlib.contextmanager
def associated(connection: Connection, wish: Wish, cancel: CancelToken | None = None) -> Iterator[Talk]:
    """An association that is released at the end, or aborted if the block raises or `cancel` is set.

    Raises RemoteError where the server cannot be reached, refuses or breaks off; SettingRefusedError where a
    certificate file cannot be used; Cancelled.
    """
    token = cancel or CancelToken()
    token.check()
    life = Life()
    association = _request(connection, wish, life)
    done = threading.Event()
    talk = Talk(connection, association, life, token)
    watch = threading.Thread(target=_watch, args=(talk, done), daemon=True)
    watch.start()
    try:
        yield talk
        if association.is_established:
            association.release()
    except BaseException:
        if association.is_established:
            association.abort()
        raise
    finally:
        done.set()
        watch.join()
        association.join(connection.connect_s)


def no_context(connection: Connection, service: str) -> RemoteError:
    """The server took the association but not what was wanted of it."""
    return RemoteError("error.dimse.no_service", connection=connection.name, service=service)


def _request(connection: Connection, wish: Wish, life: Life) -> Association:
    from pynetdicom import AE, evt

    set_up_library()
    entity = AE(ae_title=connection.calling_aet)
    entity.connection_timeout = connection.connect_s
    entity.acse_timeout = min(connection.answer_s, ASSOCIATION_S)
    entity.dimse_timeout = None  # see Life
    entity.network_timeout = None
    tls = None
    if connection.tls:
        tls = client_context(
            connection.name, connection.ca_file, connection.client_cert, connection.client_key
        )
    started = time.monotonic()
    try:
        association = entity.associate(
            connection.host,
            connection.port,
            contexts=list(wish.contexts),
            ae_title=connection.called_aet,
            max_pdu=OUR_PDU,
            ext_neg=list(wish.roles) or None,
            tls_args=(tls, connection.host) if tls else None,
            evt_handlers=[
                (evt.EVT_CONN_OPEN, guard_on_open(connection.answer_s)),
                (evt.EVT_DATA_RECV, life.sign),
                (evt.EVT_DATA_SENT, life.sign),
                *wish.handlers,
            ],
        )
    except (OSError, UnicodeError) as error:  # the library resolves the name before it connects
        raise RemoteError(
            "error.dimse.unknown_host", connection=connection.name, host=connection.host
        ) from error
    if association.is_established:
        return association
    raise _failure(connection, association, tls, time.monotonic() - started)


def _failure(
    connection: Connection, association: Association, tls: ssl.SSLContext | None, waited_s: float
) -> OverreadError:
    name = connection.name
    if association.is_rejected:
        return _rejection(connection, association)
    ours = association.requestor.address_info
    if ours is None or not ours.port:  # told by the socket once it is connected
        return _why_unreachable(connection, tls)
    if association.acceptor.primitive is not None and association.rejected_contexts:
        return RemoteError("error.dimse.no_context", connection=name)
    if waited_s >= min(connection.answer_s, ASSOCIATION_S) * 0.95:
        return _silent(connection)
    return RemoteError("error.dimse.aborted", connection=name, called=connection.called_aet)


def _rejection(connection: Connection, association: Association) -> RemoteError:
    """PS3.8 table 9-21."""
    told = association.acceptor.primitive
    source = getattr(told, "result_source", None)
    reason = getattr(told, "diagnostic", None)
    facts = {"connection": connection.name}
    if (source, reason) == (1, 3):
        return RemoteError("error.dimse.unknown_calling", calling=connection.calling_aet, **facts)
    if (source, reason) == (1, 7):
        return RemoteError("error.dimse.unknown_called", called=connection.called_aet, **facts)
    if source == 3:
        return RemoteError("error.dimse.busy", **facts)
    return RemoteError("error.dimse.rejected", source=source, reason=reason, **facts)


def _why_unreachable(connection: Connection, tls: ssl.SSLContext | None) -> RemoteError:
    """Knock once more by hand: the library tells the cause only to its log."""
    facts = {"connection": connection.name, "host": connection.host, "port": connection.port}
    try:
        with socket.create_connection((connection.host, connection.port), connection.connect_s) as plain:
            if tls is not None:
                with tls.wrap_socket(plain, server_hostname=connection.host):
                    pass
    except ssl.SSLError as error:
        return RemoteError("error.dimse.tls", reason=tls_failure(error), **facts)
    except TimeoutError:
        return RemoteError("error.dimse.unreachable", reason="no answer in time", **facts)
    except OSError as error:
        if tls is not None and isinstance(error, ConnectionResetError):
            return RemoteError("error.dimse.tls", reason="the server broke off", **facts)
        return RemoteError("error.dimse.unreachable", reason=error.strerror or type(error).__name__, **facts)
    return RemoteError("error.dimse.unreachable", reason="the first attempt failed", **facts)


def _silent(connection: Connection) -> RemoteError:
    return RemoteError("error.dimse.silent", connection=connection.name, seconds=round(connection.answer_s))


def _watch(talk: Talk, done: threading.Event) -> None:
    """Break off on cancel, and where the server says nothing for too long."""
    while not done.wait(LOOK_S):
        life = talk.life
        if life.is_awaited and time.monotonic() - life.last > talk.connection.answer_s:
            life.fell_silent = True
        if life.fell_silent or talk.cancel.cancelled:
            talk.association.abort()
            talk.association.dimse.msg_queue.put((None, None))  # wakes whoever waits for an answer
            return
