"""One table of all findings and runs, for spreadsheets and statistics: UTF-8, comma, a header row."""

from __future__ import annotations

import csv
from pathlib import Path

from app.domain.errors import ExportRefusedError
from app.export.cells import harmless
from app.export.columns import COLUMNS
from app.export.rows import Cell, cells, rows_of
from app.export.types import Exporter, ExportSet, Written

FILE = "findings.csv"


def write(export_set: ExportSet, folder: Path) -> Written:
    """One row per finding, and one per run that has none."""
    findings = 0
    with (folder / FILE).open("w", encoding="utf-8", errors="replace", newline="") as stream:
        table = csv.writer(stream)
        table.writerow([column.name for column in COLUMNS])
        for row in rows_of(export_set):
            table.writerow([harmless(value) for value in cells(row).values()])
            findings += row.finding is not None
    return Written((FILE,), findings)


def check(export_set: ExportSet, folder: Path, written: Written) -> None:
    """Read the table again and compare every cell."""
    with (folder / FILE).open(encoding="utf-8", newline="") as stream:
        found = list(csv.reader(stream))
    wanted = [[column.name for column in COLUMNS]]
    wanted += [[_as_read(harmless(value)) for value in cells(row).values()] for row in rows_of(export_set)]
    if found != wanted:
        raise ExportRefusedError("error.export.differs", file=FILE)


def _as_read(value: Cell) -> str:
    if value is None:
        return ""
    return str(value).encode("utf-8", "replace").decode("utf-8")


EXPORTER = Exporter("csv", "export.format.csv", ".csv", assessment=True, write=write, check=check)
