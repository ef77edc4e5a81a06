"""Connections of a test to a DICOMweb server, and small CT series to put there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app.settings.connections import Connection, ConnectionBook, save_connections
from app.studies.source_types import Surroundings
from tests.support.dicom_files import write_stack


def around(folder: Path, *connections: Connection) -> Surroundings:
    """A cache and settings in a folder, with these connections."""
    book = ConnectionBook()
    for one in connections:
        book = book.with_one(one)
    save_connections(folder / "settings", book)
    return Surroundings(folder / "cache", folder / "settings")


def stack(folder: Path, count: int = 12, **changes: Any) -> list[Path]:
    """Axial slices 3 mm apart."""
    positions: Sequence[Sequence[float]] = [(0.0, 0.0, 3.0 * number) for number in range(count)]
    return write_stack(folder, positions, **changes)
