"""C-ECHO (PS3.4 annex A): whether a server is there, and knows us."""

from __future__ import annotations

from app.domain.errors import RemoteError
from app.domain.volume import CancelToken
from app.settings.connections import Connection
from app.studies.remote.dimse_association import Wish, associated, no_context

VERIFICATION = "1.2.840.10008.1.1"


def echo(connection: Connection, cancel: CancelToken | None = None) -> None:
    """Return if the server answered. Raises RemoteError, SettingRefusedError for certificates, Cancelled."""
    from pynetdicom import build_context

    with associated(connection, Wish([build_context(VERIFICATION)]), cancel) as talk:
        try:
            status = talk.status(talk.association.send_c_echo)
        except ValueError as error:
            raise no_context(connection, "C-ECHO") from error
        if status:
            raise RemoteError("error.dimse.echo_failed", connection=connection.name, status=f"{status:04X}")
