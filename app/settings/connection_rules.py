"""What a connection must keep to, one sentence per fault."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from typing import Protocol
from urllib.parse import urlsplit

Fault = tuple[str, tuple[tuple[str, object], ...]]
"""Text key and the facts of its sentence."""

NAME_CHARACTERS = 64
AE_TITLE_BYTES = 16  # PS3.5 section 6.2, VR AE
LONGEST_WAIT_S = 3600.0
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,252}[A-Za-z0-9])?\.?")


class _Timed(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def connect_s(self) -> float: ...
    @property
    def answer_s(self) -> float: ...
    @property
    def client_cert(self) -> str: ...
    @property
    def client_key(self) -> str: ...


class _Web(_Timed, Protocol):
    @property
    def url(self) -> str: ...
    @property
    def auth(self) -> str: ...
    @property
    def user(self) -> str: ...
    @property
    def allow_unencrypted(self) -> bool: ...


class _Dimse(_Timed, Protocol):
    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...
    @property
    def called_aet(self) -> str: ...
    @property
    def calling_aet(self) -> str: ...
    @property
    def retrieve(self) -> str: ...
    @property
    def move_destination(self) -> str: ...
    @property
    def move_host(self) -> str: ...
    @property
    def move_port(self) -> int: ...


def is_ae_title(title: str) -> bool:
    """1 to 16 printable ASCII characters without backslash, not blanks only (PS3.5 section 6.2)."""
    printable = all(" " <= letter <= "~" and letter != "\\" for letter in title)
    return printable and len(title.strip()) > 0 and len(title) <= AE_TITLE_BYTES


def is_host(host: str) -> bool:
    """A host name or an IPv4 or IPv6 address."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return bool(_HOST.fullmatch(host)) and ".." not in host
    return True


def is_loopback(host: str) -> bool:
    """This computer itself."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower().rstrip(".") == "localhost"


def name_faults(name: str) -> tuple[Fault, ...]:
    """Names are shown, typed behind `dicomweb:` and used as account of the keyring: letters, digits, ' -_.'."""
    plain = all(letter in " -_." or unicodedata.category(letter)[0] in "LMN" for letter in name)
    if plain and 0 < len(name) <= NAME_CHARACTERS and name == name.strip() and name.strip("."):
        return ()
    shown = "".join(letter if letter.isprintable() else "?" for letter in name[:NAME_CHARACTERS])
    return (("error.connection.name", (("connection", shown), ("limit", NAME_CHARACTERS))),)


def _shared(connection: _Timed) -> list[Fault]:
    label = ("connection", connection.name)
    found: list[Fault] = []
    for field in ("connect_s", "answer_s"):
        if not 0 < getattr(connection, field) <= LONGEST_WAIT_S:
            facts = (label, ("field", field), ("limit", int(LONGEST_WAIT_S)))
            found.append(("error.connection.wait", facts))
    if connection.client_key and not connection.client_cert:
        found.append(("error.connection.key_alone", (label,)))
    return found


class DicomwebRules:
    """Rules of a DICOMweb connection."""

    def __init__(self, connection: _Web) -> None:
        self._one = connection
        self._label = ("connection", connection.name)

    def faults(self) -> tuple[Fault, ...]:
        """Every rule that it breaks."""
        return (*self._address(), *self._auth(), *_shared(self._one))

    def _address(self) -> list[Fault]:
        try:
            parts = urlsplit(self._one.url)
            host, _ = parts.hostname or "", parts.port
        except ValueError:
            return [("error.connection.url", (self._label,))]
        if "@" in parts.netloc:
            return [("error.connection.secret_in_url", (self._label,))]
        if parts.query or parts.fragment or "?" in self._one.url:
            return [("error.connection.url_query", (self._label,))]
        blank = any(letter.isspace() or not letter.isprintable() for letter in self._one.url)
        if parts.scheme not in ("http", "https") or not is_host(host) or blank:
            return [("error.connection.url", (self._label,))]
        if parts.scheme == "http" and self._one.auth != "none" and not is_loopback(host):
            return [] if self._one.allow_unencrypted else [("error.connection.unencrypted", (self._label,))]
        return []

    def _auth(self) -> list[Fault]:
        one = self._one
        if one.auth not in ("none", "basic", "bearer"):
            return [("error.connection.auth", (self._label, ("found", one.auth[:20])))]
        # RFC 7617: a colon would end the user name early.
        bad_user = not one.user or ":" in one.user or not one.user.isprintable()
        return [("error.connection.user", (self._label,))] if one.auth == "basic" and bad_user else []


class DimseRules:
    """Rules of a DIMSE connection."""

    def __init__(self, connection: _Dimse) -> None:
        self._one = connection
        self._label = ("connection", connection.name)

    def faults(self) -> tuple[Fault, ...]:
        """Every rule that it breaks."""
        one = self._one
        found = [*self._end(one.host, one.port), *self._title("called_aet", one.called_aet)]
        found += self._title("calling_aet", one.calling_aet)
        if one.retrieve not in ("get", "move"):
            found.append(("error.connection.retrieve", (self._label, ("found", one.retrieve[:20]))))
        if one.retrieve == "move":
            found += self._title("move_destination", one.move_destination)
            found += self._end(one.move_host, one.move_port)
        return (*found, *_shared(one))

    def _end(self, host: str, port: int) -> list[Fault]:
        found: list[Fault] = []
        if not is_host(host):
            found.append(("error.connection.host", (self._label,)))
        if not 0 < port < 65536:
            found.append(("error.connection.port", (self._label, ("port", port))))
        return found

    def _title(self, field: str, title: str) -> list[Fault]:
        facts = (self._label, ("field", field), ("limit", AE_TITLE_BYTES))
        return [] if is_ae_title(title) else [("error.connection.ae_title", facts)]
