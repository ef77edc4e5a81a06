"""TLS as a connection or the listener asks for it: always verified, by the system's trust or a named CA file."""

from __future__ import annotations

import ssl
from pathlib import Path

from app.domain.errors import SettingRefusedError


def client_context(
    name: str, ca_file: str = "", client_cert: str = "", client_key: str = ""
) -> ssl.SSLContext:
    """Context that verifies certificate and host name, TLS 1.2 or newer.

    Raises SettingRefusedError where one of the files cannot be used; `name` is that of the connection.
    """
    context = ssl.create_default_context()
    if ca_file:
        # A named CA stands instead of the system's: whoever names it means this authority and no other.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        _load_ca(context, name, ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if client_cert:
        _load_pair(context, name, client_cert, client_key)
    return context


def server_context(name: str, cert: str, key: str = "", ca_file: str = "") -> ssl.SSLContext:
    """Context of a listener; with a CA file only callers whose certificate it signed get in (PS3.15 B.12)."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    _load_pair(context, name, cert, key)
    if ca_file:
        _load_ca(context, name, ca_file)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def _load_ca(context: ssl.SSLContext, name: str, file: str) -> None:
    try:
        context.load_verify_locations(cafile=file)
    except OSError as error:  # an SSLError is one
        raise SettingRefusedError(
            "error.tls.ca_file", connection=name, file=Path(file).name, reason=_reason(error)
        ) from error


def _load_pair(context: ssl.SSLContext, name: str, cert: str, key: str) -> None:
    def no_password() -> bytes:
        # Without this the library would ask on the terminal, behind the window.
        raise SettingRefusedError("error.tls.locked_key", connection=name, file=Path(key or cert).name)

    try:
        context.load_cert_chain(cert, key or None, password=no_password)
    except OSError as error:
        raise SettingRefusedError(
            "error.tls.pair", connection=name, file=Path(cert).name, reason=_reason(error)
        ) from error


def _reason(error: OSError) -> str:
    if isinstance(error, ssl.SSLError):
        return "no usable PEM file"
    return error.strerror or type(error).__name__


def tls_failure(error: ssl.SSLError) -> str:
    """What was wrong, in the library's own short words, without addresses of memory or source lines."""
    if isinstance(error, ssl.SSLCertVerificationError) and error.verify_message:
        return str(error.verify_message)
    return (error.reason or type(error).__name__).replace("_", " ").lower()
