"""Storage provider (PS3.4 annex B): takes what allowed callers send, checked and whole, within bounds."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.settings.listener import ListenerSettings, check_listener
from app.studies.headers import ScannedInstance
from app.studies.remote.dimse_intake import DUPLICATE, OUT_OF_RESOURCES, Intake, Refused
from app.studies.remote.dimse_keeping import DISK_RESERVE, PARTS
from app.studies.remote.dimse_server import Desk, start, stop
from app.studies.remote.tls import server_context
from app.support.held.doors import is_same, name_for

MIB = 1024**2


@dataclass(frozen=True, slots=True)
class Ears:
    """Who hears of what comes in; called on threads of associations."""

    kept: Callable[[ScannedInstance], None]
    refused: Callable[[Refused], None]


class Listener:
    """An open port. `start` opens it, `close` ends every association and closes it."""

    def __init__(self, settings: ListenerSettings, folder: Path, ears: Ears) -> None:
        check_listener(settings)
        self._settings = settings
        self._keeper = _ReceivedKeeper(settings, folder, ears)
        self._folder = folder
        self._running: tuple[Any, Any, Any] | None = None
        self._intake: Intake | None = None
        self.port = 0

    @property
    def is_open(self) -> bool:
        """Whether the port is open."""
        return self._running is not None

    def start(self) -> None:
        """Raises RemoteError where the port cannot be opened, SettingRefusedError for certificates, OSError."""
        one = self._settings
        tls = server_context(one.ae_title, one.cert, one.key, one.ca_file) if one.tls else None
        desk = Desk(one.ae_title, one.host, one.port, one.callers, one.associations, one.wait_s, tls)
        self._folder.mkdir(parents=True, exist_ok=True)
        self._keeper.measure()
        self._intake = Intake(self._folder / PARTS, self._keeper, durable=True)
        self._running = start(desk, [*self._intake.handlers(), *_echo()])
        self.port = int(self._running[1].server_address[1])

    def close(self) -> None:
        """May be called more than once."""
        running, self._running = self._running, None
        if running is not None:
            stop(*running)
        if self._intake is not None:
            self._intake.close()


class _ReceivedKeeper:
    """By study and instance under one folder, up to a total size; nothing is ever written over."""

    def __init__(self, settings: ListenerSettings, folder: Path, ears: Ears) -> None:
        self._file = settings.file_mib * MIB
        self._total = settings.total_mib * MIB
        self._folder = folder
        self._ears = ears
        self._lock = threading.Lock()
        self._held = 0

    def measure(self) -> None:
        """What lies there from earlier counts."""
        self._held = sum(path.stat().st_size for path in self._folder.glob("*/*.dcm"))

    def room(self) -> int:
        """The least of what one file, the total and the disk allow."""
        try:
            free = shutil.disk_usage(self._folder).free - DISK_RESERVE
        except OSError:
            return 0
        with self._lock:
            return min(self._file, self._total - self._held, free)

    def place(self, scanned: ScannedInstance, _calling: str) -> Path | Refused:
        """A second, different object of one identifier is refused; the same one again is fine."""
        uid = scanned.instance.sop_instance_uid
        study = self._folder / name_for(self._folder, scanned.study_instance_uid)
        target = study / f"{name_for(study, uid)}.dcm"
        is_again = target.exists()
        if is_again and not is_same(scanned.instance.path, target):
            return Refused(DUPLICATE, "dimse.refused.duplicate")
        with self._lock:
            # Asked once more: others may have sent meanwhile.
            if not is_again and self._held + scanned.size > self._total:
                return Refused(OUT_OF_RESOURCES, "dimse.refused.too_large")
            self._held += 0 if is_again else scanned.size
        return target

    def kept(self, scanned: ScannedInstance) -> None:
        """Told."""
        self._ears.kept(scanned)

    def refused(self, refusal: Refused) -> None:
        """Told."""
        self._ears.refused(refusal)


def _echo() -> list[tuple[Any, ...]]:
    from pynetdicom import evt

    return [(evt.EVT_C_ECHO, lambda _event: 0x0000)]
