"""Whether every change of a mask that the journal refers to is there and is what was kept."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from app.findings import store
from app.findings.events import event_of
from app.findings.mask_events import MaskEdited
from app.findings.store import EntryRow
from app.support.mask_blocks import SUFFIX

_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class MaskReport:
    """files: how many the journal refers to. missing, damaged: their names."""

    files: int
    missing: tuple[str, ...] = ()
    damaged: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Every voxel that was ever painted can be vouched for."""
        return not self.missing and not self.damaged


def check_masks(journal: Path, folder: Path) -> MaskReport:
    """Read every file that the entries of a whole journal refer to. Nothing is written."""
    engine = store.open_engine(journal, read_only=not store.writable(journal))
    wanted = select(EntryRow.payload).where(EntryRow.event_type == MaskEdited.__name__)
    try:
        with engine.connect() as connection:
            events = [event_of(MaskEdited.__name__, row[0]) for row in connection.execute(wanted)]
    finally:
        engine.dispose()
    names = sorted({event.file for event in events if isinstance(event, MaskEdited)})
    missing = tuple(name for name in names if not (folder / f"{name}{SUFFIX}").is_file())
    damaged = tuple(
        name for name in names if name not in missing and _digest(folder / f"{name}{SUFFIX}") != name
    )
    return MaskReport(len(names), missing, damaged)


def _digest(file: Path) -> str:
    found = hashlib.sha256()
    try:
        with file.open("rb") as stream:
            while piece := stream.read(_PIECE):
                found.update(piece)
    except OSError:
        return ""
    return found.hexdigest()
