"""What every source of studies gives and takes: one protocol for a folder, an archive, a disc and a server.

A source is opened by a place: a path, or `dicomweb:NAME` and `dimse:NAME` for a connection of the settings. Plug-in
modules in `app/studies/sources/` hold one `SOURCE` each and do not know each other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from app.domain.study import Patient
from app.domain.volume import CancelToken, Progress

if TYPE_CHECKING:
    from app.studies.headers import ScannedInstance
    from app.studies.scan import ScanReport

Heard = Callable[[list["ScannedInstance"]], None]
KnownFile = Callable[[Path, int, int], "ScannedInstance | None"]
"""Path, modification time in ns and size -> the header read earlier of exactly that file, or None."""


@dataclass(frozen=True, slots=True)
class StudyQuery:
    """What is searched for; an empty field asks for nothing. Dates as YYYYMMDD, both ends counted."""

    patient_name: str = ""
    patient_id: str = ""
    accession_number: str = ""
    study_instance_uid: str = ""
    date_from: str = ""
    date_to: str = ""
    modality: str = ""
    is_fuzzy: bool = False  # names as they sound or in part, where the server can (PS3.18 8.3.4.1)
    offset: int = 0
    limit: int = 100


@dataclass(frozen=True, slots=True)
class StudyHit:
    """One study as a search names it; counts are None where the server does not tell."""

    study_instance_uid: str
    patient: Patient
    date: str
    time: str
    description: str
    accession_number: str
    modalities: tuple[str, ...]
    series: int | None = None
    instances: int | None = None


@dataclass(frozen=True, slots=True)
class StudyPage:
    """One page of hits. `has_more`: another page may follow; remarks are text keys with facts (a filter ignored)."""

    hits: tuple[StudyHit, ...]
    has_more: bool = False
    remarks: tuple[tuple[str, tuple[tuple[str, object], ...]], ...] = ()


class StoreOutcome(Enum):
    """How the far side took one instance (PS3.4 B.2.3, PS3.18 10.5)."""

    STORED = "stored"
    WARNED = "warned"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Stored:
    """One instance of a store; `reason` is a sentence, '' where all is well."""

    path: Path
    sop_instance_uid: str
    outcome: StoreOutcome
    reason: str = ""


class SecretKind(Enum):
    """What is asked for."""

    PASSWORD = "password"
    TOKEN = "token"
    ARCHIVE = "archive"


AskSecret = Callable[[SecretKind, str], str | None]
"""Kind and what it is for (a file or connection name) -> the secret, or None if nobody gives one."""


def nobody_answers(_kind: SecretKind, _target: str) -> str | None:
    """For commands and tests that nobody sits at."""
    return None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a source may use: a folder for files that are not on this disk yet, connections, somebody to ask."""

    cache: Path
    settings_file: Path | None = None
    ask_secret: AskSecret = field(default=nobody_answers)
    known: KnownFile | None = None  # what an index remembers, so that unchanged files are not read again


class Source(Protocol):
    """One opened place. Methods block and run on a thread; every failure is an OverreadError."""

    @property
    def title(self) -> str:
        """Name for the reader: a file's or a connection's, never a patient's."""
        ...

    @property
    def can_store(self) -> bool:
        """Whether `store` may be asked."""
        ...

    def search(self, query: StudyQuery, cancel: CancelToken | None = None) -> StudyPage:
        """Studies that fit."""
        ...

    def open(
        self,
        study_instance_uid: str = "",
        heard: Heard | None = None,
        progress: Progress | None = None,
        cancel: CancelToken | None = None,
    ) -> ScanReport:
        """Headers of every instance of one study, or of all where no UID is given (local places only).

        Files of a server may still be on their way: their paths are where they will lie.
        """
        ...

    def read(self, sop_instance_uid: str) -> Path:
        """The instance's file on this disk, waited for if need be."""
        ...

    def store(
        self,
        files: Sequence[Path],
        progress: Progress | None = None,
        cancel: CancelToken | None = None,
    ) -> tuple[Stored, ...]:
        """Send files; one outcome each."""
        ...

    def close(self) -> None:
        """Let go of connections and temporary files; what is in the cache stays."""
        ...


@runtime_checkable
class Announcing(Protocol):
    """A source that knows what a study's images are before they are here."""

    def announce(
        self, study_instance_uid: str, cancel: CancelToken | None = None
    ) -> Mapping[ScannedInstance, Callable[[], None]]:
        """Images that `open` would bring and that can be shown while they come, with what brings one by itself.

        Their paths are those that they will have. Those here already are among them, and bringing them does nothing.
        Empty where the source cannot tell. Raises RemoteError, Cancelled.
        """
        ...

    def frames_of(self, announced: ScannedInstance) -> Callable[[int], Path | None] | None:
        """What brings one frame, from 1, of an announced object by itself; None where only the whole can be had."""
        ...


@dataclass(frozen=True, slots=True)
class SourceKind:
    """A plug-in: which places it takes, and how it opens one."""

    scheme: str
    rank: int  # asked in this order; the folder comes last
    accepts: Callable[[str], bool]
    connect: Callable[[str, Surroundings], Source]
    connect_all: Callable[[Sequence[str], Surroundings], Source] | None = None  # several places as one source
