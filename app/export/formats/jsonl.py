"""One JSON object a line, for programs, with a data dictionary beside it."""

from __future__ import annotations

import json
import math
from pathlib import Path

from app.domain.errors import ExportRefusedError
from app.export.columns import COLUMNS
from app.export.rows import SCHEMA_VERSION, Cell, Row, cells, rows_of
from app.export.types import NOTICE, Exporter, ExportSet, Written

FILE = "findings.jsonl"
DICTIONARY = "data_dictionary.json"


def write(export_set: ExportSet, folder: Path) -> Written:
    """One line per finding, and one per run that has none."""
    findings = 0
    with (folder / FILE).open("w", encoding="utf-8", errors="replace", newline="\n") as stream:
        for row in rows_of(export_set):
            stream.write(_line(row) + "\n")
            findings += row.finding is not None
    (folder / DICTIONARY).write_text(_dictionary(), encoding="utf-8")
    return Written((FILE, DICTIONARY), findings)


def check(export_set: ExportSet, folder: Path, written: Written) -> None:
    """Read every line again and compare it."""
    lines = (folder / FILE).read_text(encoding="utf-8").split("\n")
    found = [json.loads(line) for line in lines if line]
    wanted = [json.loads(_line(row).encode("utf-8", "replace")) for row in rows_of(export_set)]
    if found != wanted:
        raise ExportRefusedError("error.export.differs", file=FILE)


def _line(row: Row) -> str:
    record = {name: _plain(value) for name, value in cells(row).items()}
    return json.dumps({"schema_version": SCHEMA_VERSION, **record}, ensure_ascii=False, allow_nan=False)


def _plain(value: Cell) -> Cell:
    """JSON has no number for what is not finite."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _dictionary() -> str:
    columns = [{"name": c.name, "type": c.kind, "meaning": c.meaning} for c in COLUMNS]
    whole = {"schema_version": SCHEMA_VERSION, "notice": NOTICE, "columns": columns}
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


EXPORTER = Exporter("jsonl", "export.format.jsonl", ".jsonl", assessment=True, write=write, check=check)
