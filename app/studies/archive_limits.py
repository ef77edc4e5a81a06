"""What an archive may hold: bounds on files, size and ratio, and where its members may go (requirement RQ-64)."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from app.domain.errors import StudyUnreadableError
from app.domain.volume import CancelToken, Progress
from app.studies.kept_names import kept_name
from app.studies.scan import Refusal

MEMBERS = 100_000
RATIO = 100
RATIO_IGNORED_BYTES = 16 * 1024**2
SHARE_OF_FREE_DISK = 0.5
NAME_BYTES = 120  # of one part of a path; longer ones are shortened with a digest
DEPTH = 24
NESTED = (".zip", ".tar", ".tgz", ".tar.gz", ".tar.bz2", ".tar.xz", ".7z", ".rar")
_FORBIDDEN = frozenset(':*?"<>|') | frozenset(map(chr, range(32)))


class Budget:
    """How much of one archive was unpacked. Raises as soon as a bound is passed, whatever the archive claims."""

    def __init__(
        self, archive: Path, folder: Path, cancel: CancelToken, progress: Progress | None = None
    ) -> None:
        self.archive = archive
        self.folder = folder
        self.refused: list[Refusal] = []
        self.names: dict[str, str] = {}  # where a member lies in the folder -> what the archive calls it
        self._cancel = cancel
        self._progress = progress
        free = int(shutil.disk_usage(folder).free * SHARE_OF_FREE_DISK)
        honest = max(RATIO * archive.stat().st_size, RATIO_IGNORED_BYTES)
        self._limit, self._is_bound_by_disk = min(free, honest), free < honest
        self._written = self._members = self._expected = 0
        self._taken: set[str] = set()

    def expect(self, size: int) -> None:
        """Refuse by what the archive says of itself, before anything is written."""
        self._expected = size
        if size > self._limit:
            raise self._too_far()

    def begin(self) -> None:
        """One more member."""
        self._cancel.check()
        self._members += 1
        if self._members > MEMBERS:
            raise StudyUnreadableError("error.source.too_many_members", file=self.archive.name, limit=MEMBERS)

    def take(self, size: int) -> None:
        """These bytes are about to be written."""
        self._cancel.check()
        self._written += size
        if self._written > self._limit:
            raise self._too_far()
        if self._progress is not None and self._expected:
            self._progress(min(self._written / self._expected, 1.0), self.archive.name)

    def refuse(self, member: str, key: str) -> None:
        """Leave a member out and say so."""
        name = member.replace("\\", "/").rstrip("/").rpartition("/")[2][:NAME_BYTES] or "/"
        facts = (("file", name), ("archive", self.archive.name))
        self.refused.append(Refusal(self.archive, key, facts))

    def place(self, member: str) -> Path | None:
        """Where a member goes, always inside the folder; None, with a refusal, if its name leads elsewhere."""
        parts = [part for part in member.replace("\\", "/").split("/") if part != "."]
        if not parts or len(parts) > DEPTH or not all(map(_is_safe, parts)):
            self.refuse(member, "error.source.unsafe_member")
            return None
        if member.casefold().endswith(NESTED):
            self.refuse(member, "error.source.nested_archive")
            return None
        shown = list(map(_portable, parts))
        names = [kept_name(self.folder, one) for one in shown]
        if any("/".join(names[:depth]).casefold() in self._taken for depth in range(1, len(names))):
            self.refuse(member, "error.source.unsafe_member")  # a file already has its folder's name
            return None
        number = 1
        while (key := "/".join(names).casefold()) in self._taken:  # two names that some disks take for one
            number += 1
            names[-1] = kept_name(self.folder, f"{shown[-1]}~{number}")
        self._taken.add(key)
        self.names["/".join(names)] = "/".join(shown)
        return self.folder.joinpath(*names)

    def _too_far(self) -> StudyUnreadableError:
        if self._is_bound_by_disk:
            needed, free = max(self._expected, self._written) // 1024**2, self._limit // 1024**2
            return StudyUnreadableError(
                "error.source.no_room", file=self.archive.name, needed_mib=needed, free_mib=free
            )
        return StudyUnreadableError(
            "error.source.inflates_too_far", file=self.archive.name, limit_mib=self._limit // 1024**2
        )


def _is_safe(part: str) -> bool:
    is_drive = len(part) == 2 and part[1] == ":"
    return part not in {"", ".."} and "\0" not in part and not is_drive


def _portable(part: str) -> str:
    """A name that every disk takes."""
    raw = part.encode("utf-8", "surrogateescape")
    clean = "".join("_" if sign in _FORBIDDEN else sign for sign in raw.decode("utf-8", "replace")).strip(
        " ."
    )
    if len(raw) <= NAME_BYTES and clean:
        return clean
    return f"{clean[:40]}~{hashlib.sha256(raw).hexdigest()[:12]}"
