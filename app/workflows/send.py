"""Objects for a server: written as by an export, with identity, into a folder of their own until they are sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from app.context import AppContext
from app.domain.errors import ExportRefusedError

FOLDER = "outbox"


def written_objects(ctx: AppContext, formats: Sequence[str]) -> tuple[Path, ...]:
    """DICOM files of the open study's accepted and edited findings.

    Raises ExportRefusedError where there is nothing to send or it cannot be written.
    """
    from app.workflows.export import export_reading

    state = ctx.store.state
    reading = state.reading.reading
    if reading is None or not formats:
        raise ExportRefusedError("error.send.nothing")
    target = ctx.paths.data / FOLDER / f"{datetime.now().astimezone():%Y%m%d-%H%M%S-%f}"
    report = export_reading(
        reading, state.workspace.open_study, formats, target,
        identified=True, journal=ctx.journal, paths=ctx.paths, reader=ctx.reader,
    )  # fmt: skip
    files = tuple(file if file.is_absolute() else report.folder / file for file in report.files)
    found = tuple(file for file in files if file.suffix == ".dcm")
    if not found:
        raise ExportRefusedError("error.send.nothing")
    return found
