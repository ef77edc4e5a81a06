"""The port at which other computers may send studies: off until it is switched on, `listener.json`."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from app.domain.errors import SettingRefusedError
from app.settings.connection_rules import LONGEST_WAIT_S, Fault, is_ae_title, is_host, is_loopback
from app.support.whole_files import write_whole

FILE_NAME = "listener.json"
LARGEST_FILE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class ListenerSettings:
    """is_on: start with the window. callers: AE titles that may send; () is anybody, on this computer only.

    file_mib and total_mib: largest object, and all that is kept of what was received. folder: '' is `received` among
    the user's data. With ca_file, only callers whose certificate it signed get in. wait_s: how long a caller may be
    silent.
    """

    is_on: bool = False
    ae_title: str = "OVERREAD"
    host: str = "127.0.0.1"
    port: int = 11112
    callers: tuple[str, ...] = ()
    associations: int = 8
    file_mib: int = 4096
    total_mib: int = 51200
    folder: str = ""
    tls: bool = False
    cert: str = ""
    key: str = ""
    ca_file: str = ""
    wait_s: float = 60.0


def listener_faults(one: ListenerSettings) -> tuple[Fault, ...]:
    """Every rule that is broken, as text keys with facts."""
    rules: tuple[tuple[bool, str, tuple[tuple[str, object], ...]], ...] = (
        (is_ae_title(one.ae_title), "error.listener.ae_title", ()),
        (is_host(one.host), "error.listener.host", ()),
        (0 <= one.port < 65536, "error.listener.port", (("port", one.port),)),
        (all(map(is_ae_title, one.callers)), "error.listener.caller", ()),
        # Open to a network and to anybody at once is never meant.
        (bool(one.callers) or is_loopback(one.host), "error.listener.anybody", (("host", one.host),)),
        (1 <= one.associations <= 100, "error.listener.associations", ()),
        (0 < one.file_mib <= one.total_mib, "error.listener.sizes", ()),
        (0 < one.wait_s <= LONGEST_WAIT_S, "error.listener.wait", ()),
        (bool(one.cert) or not one.tls, "error.listener.no_certificate", ()),
        (one.tls or not (one.cert or one.ca_file), "error.listener.tls_off", ()),
    )
    return tuple((key, facts) for is_kept, key, facts in rules if not is_kept)


def check_listener(one: ListenerSettings) -> None:
    """Raise SettingRefusedError with the first broken rule."""
    broken = listener_faults(one)
    if broken:
        key, facts = broken[0]
        raise SettingRefusedError(key, **dict(facts))


def load_listener(folder: Path) -> tuple[ListenerSettings, tuple[str, ...]]:
    """Settings and the names of entries that could not be used; any of those switches the listener off."""
    try:
        with (folder / FILE_NAME).open("rb") as stream:
            table = json.loads(stream.read(LARGEST_FILE).decode("utf-8"))
    except FileNotFoundError:
        return ListenerSettings(), ()
    except (OSError, ValueError, RecursionError):
        return ListenerSettings(), (FILE_NAME,)
    if not isinstance(table, dict):
        return ListenerSettings(), (FILE_NAME,)
    usable: dict[str, Any] = {}  # checked one by one here, then by the rules
    refused = []
    known = {field.name: getattr(ListenerSettings(), field.name) for field in fields(ListenerSettings)}
    for name, value in table.items():
        if name in known and _fits(value, known[name]):
            usable[name] = tuple(value) if isinstance(value, list) else value
        else:
            refused.append(str(name)[:64])
    if refused or listener_faults(ListenerSettings(**usable)):
        usable["is_on"] = False
    return ListenerSettings(**usable), tuple(refused)


def save_listener(folder: Path, one: ListenerSettings) -> None:
    """Whole or not at all. Raises SettingRefusedError where a rule is broken, OSError."""
    check_listener(one)
    write_whole(folder / FILE_NAME, json.dumps(asdict(one), ensure_ascii=False, indent=1))


def _fits(value: object, example: object) -> bool:
    if isinstance(example, tuple):
        return isinstance(value, list) and all(isinstance(part, str) for part in value)
    if isinstance(example, float):
        return isinstance(value, int | float) and not isinstance(value, bool)
    return type(value) is type(example)
