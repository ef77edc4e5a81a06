"""Where images of a DIMSE server lie on this disk, and who takes them in during a retrieval."""

from __future__ import annotations

import hashlib
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

from app.domain.errors import OverreadError, RemoteError
from app.settings.connections import Connection
from app.studies.headers import ScannedInstance, read_header
from app.studies.remote.dimse_intake import (
    OTHER_OBJECT,
    OUT_OF_RESOURCES,
    PROCESSING_FAILURE,
    Refused,
)
from app.studies.remote.dimse_retrieve import held_files
from app.studies.uids import is_sane_uid
from app.support.held.doors import name_for

LARGEST_FILE = 16 * 1024**3
DISK_RESERVE = 200 * 1024**2  # left free: index and journal need room more than one more image does
PARTS = ".parts"  # beside the studies, on the same disk, so that a rename is enough


def study_folder(cache: Path, connection: Connection, study_instance_uid: str) -> Path:
    """Folder of one study of one server. Raises RemoteError where the UID is none (it becomes a name)."""
    if not is_sane_uid(study_instance_uid):
        raise RemoteError("error.dimse.no_uid", connection=connection.name)
    server = server_folder(cache, connection)
    return server / name_for(server, study_instance_uid)


def server_folder(cache: Path, connection: Connection) -> Path:
    """One folder per server: two archives may hold one study in different states."""
    end = f"{connection.scheme}:{connection.host}:{connection.port}:{connection.called_aet}"
    return cache / "remote" / f"dimse-{hashlib.sha256(end.encode()).hexdigest()[:16]}"


def read_held(folder: Path) -> tuple[ScannedInstance, ...]:
    """Headers of what was fetched earlier; a file that cannot be used is taken away, so that it is asked for anew."""
    found = []
    for path in held_files(folder):
        try:
            scanned = read_header(path)
        except (OverreadError, OSError):
            scanned = None
        if scanned is None:
            path.unlink(missing_ok=True)
        else:
            found.append(scanned)
    return tuple(found)


def free_room(folder: Path) -> int:
    """Bytes that one file may take on the disk of a folder."""
    try:
        return min(LARGEST_FILE, shutil.disk_usage(folder).free - DISK_RESERVE)
    except OSError:
        return 0


class StudyKeeper:
    """Takes images of one study and nothing else. Called on threads of associations."""

    def __init__(
        self, folder: Path, study_instance_uid: str, heard: Callable[[ScannedInstance], None]
    ) -> None:
        self._folder = folder
        self._study = study_instance_uid
        self._heard = heard
        self._lock = threading.Lock()
        self.arrived: dict[str, ScannedInstance] = {}
        self.refusals: list[Refused] = []

    def room(self) -> int:
        """What the disk has."""
        return free_room(self._folder.parent)

    def place(self, scanned: ScannedInstance, _calling: str) -> Path | Refused:
        """By SOP Instance UID."""
        if scanned.study_instance_uid != self._study:
            return Refused(OTHER_OBJECT, "dimse.refused.other_study")
        return self._folder / f"{name_for(self._folder, scanned.instance.sop_instance_uid)}.dcm"

    def kept(self, scanned: ScannedInstance) -> None:
        """Tell at once: it may be the image that is waited for."""
        with self._lock:
            self.arrived[scanned.instance.sop_instance_uid] = scanned
            self._heard(scanned)

    def refused(self, refusal: Refused) -> None:
        """Remembered for the report."""
        with self._lock:
            self.refusals.append(refusal)

    def disk_failure(self) -> Refused | None:
        """The first refusal that has its cause here and not at the server."""
        causes = (OUT_OF_RESOURCES, PROCESSING_FAILURE)
        return next((one for one in self.refusals if one.status in causes), None)
