"""What the protocol library leaves open at the socket: time limits, sizes, silence.

Its sockets wait for ever in the middle of a PDU and take a PDU of any length (PS3.8 9.3.1 allows 4 GiB); its logs
and warnings may hold names of patients.
"""

from __future__ import annotations

import logging
import queue
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pynetdicom.association import Association
    from pynetdicom.events import Event

OUR_PDU = 256 * 1024  # largest PDU that we ask for; 16 KiB, the usual default, halves the speed
LARGEST_PDU = (
    1024 * 1024
)  # association requests are longer than what was agreed for data, by far not this long
RECEIVED_AT_ONCE = 256 * 1024
PDUS_AHEAD = 32
IDLE_S = 0.001  # the library looks at its queues this often; its own 10 ms are added to each image twice


def set_up_library() -> None:
    """Settings of the library; no message leaves it, as they quote data sets. Called before each association."""
    from pynetdicom import _config

    _config.LOG_REQUEST_IDENTIFIERS = False
    _config.LOG_RESPONSE_IDENTIFIERS = False
    _config.STORE_SEND_CHUNKED_DATASET = True  # files go as they lie, piece by piece
    _config.LOG_HANDLER_LEVEL = "none"
    logger = logging.getLogger("pynetdicom")
    logger.propagate = False
    logger.setLevel(logging.CRITICAL + 1)
    for name in logging.root.manager.loggerDict:
        if name.startswith("pynetdicom."):
            logging.getLogger(name).setLevel(logging.NOTSET)


def guard_on_open(wait_s: float) -> Callable[[Event], None]:
    """Handler of EVT_CONN_OPEN: from then on every read and write of the socket ends after `wait_s` seconds."""

    def guard(event: Event) -> None:
        guard_socket(event.assoc, wait_s)

    return guard


def guard_socket(association: Association, wait_s: float) -> None:
    """Bound the socket of an association in time and in what one PDU may take."""
    wire = association.dul.socket
    if wire is None or wire.socket is None:
        return
    plain = wire.socket
    plain.settimeout(wait_s)
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # each answer is waited for
    setattr(wire, "recv", _bounded(plain))  # noqa: B010 - a method of the library's object, as mypy sees it
    association.dul._run_loop_delay = IDLE_S
    close_after_the_end(association)


def close_after_the_end(association: Association) -> None:
    """Once an association is over and only the line is open (PS3.8 table 9-10, Sta13), whatever we ask closes the line.

    The library has no such transition: closing the port just after a caller was refused ended with a trace.
    """
    from pynetdicom.fsm import InvalidEventError

    machine = association.dul.state_machine
    plain = machine.do_action

    def do_action(event: str) -> None:
        try:
            plain(event)
        except InvalidEventError:
            wire = association.dul.socket
            if machine.current_state != "Sta13" or wire is None:
                raise
            wire.close()  # tells the machine, which then is idle

    setattr(machine, "do_action", do_action)  # noqa: B010 - as above


class _Narrow(queue.Queue[Any]):
    """A queue that makes the sender wait: the library's own takes a whole file into memory."""

    def __init__(self, association: Association) -> None:
        super().__init__(PDUS_AHEAD)
        self._association = association

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
        """Give up where nobody takes anything out any more."""
        while block and timeout is None:
            try:
                super().put(item, timeout=0.2)
            except queue.Full:
                if not self._association.dul.is_alive():
                    return
            else:
                return
        super().put(item, block, timeout)


def bound_sending(association: Association) -> None:
    """For files of any size; called once the association stands and nothing is under way."""
    association.dul.to_provider_queue = _Narrow(association)


def _bounded(plain: socket.socket) -> Callable[[int], bytearray]:
    """As AssociationSocket.recv: exactly so many bytes, fewer where the far side closed; OSError beyond our limit."""

    def receive(count: int) -> bytearray:
        if count > LARGEST_PDU:
            raise OSError("PDU longer than agreed")
        whole = bytearray(count)
        view, got = memoryview(whole), 0
        while got < count:
            fresh = plain.recv_into(view[got:], min(count - got, RECEIVED_AT_ONCE))
            if not fresh:
                break
            got += fresh
        view.release()
        del whole[got:]
        return whole

    return receive
