"""One table of all measured numbers: a row per number, with its image and its points."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from app.domain.errors import ExportRefusedError
from app.export.cells import harmless
from app.export.types import NOTICE, Exporter, ExportSet, Written
from app.support.i18n import text

FILE = "measurements.csv"
HEADER = (
    "study_instance_uid",
    "series_instance_uid",
    "sop_instance_uid",
    "frame",
    "measurement_id",
    "tool",
    "label",
    "quantity",
    "value",
    "unit",
    "calibration",
    "points_mm",
    "points_row_column",
    "space",
    "frame_of_reference_uid",
    "reader",
    "measured_at",
    "notice",
)


def write(export_set: ExportSet, folder: Path) -> Written:
    """A row per number; a measurement without one, such as an arrow, has a single row."""
    count = sum(len(study.reading.measurements) for study in export_set.studies)
    if not count:
        return Written((), 0, (text("export.remark.nothing_measured"),))
    with (folder / FILE).open("w", encoding="utf-8", errors="replace", newline="") as stream:
        table = csv.writer(stream)
        table.writerow(HEADER)
        table.writerows(_rows(export_set))
    return Written((FILE,), count)


def check(export_set: ExportSet, folder: Path, written: Written) -> None:
    """Read the table again and compare every cell."""
    if not written.files:
        return
    with (folder / FILE).open(encoding="utf-8", newline="") as stream:
        found = list(csv.reader(stream))
    wanted = [[_as_read(cell) for cell in row] for row in _rows(export_set)]
    if found != [list(HEADER), *wanted]:
        raise ExportRefusedError("error.export.differs", file=", ".join(written.files))


def _rows(export_set: ExportSet) -> Iterator[list[str]]:
    for study in export_set.studies:
        for one in study.reading.measurements:
            before = [
                study.reading.study_instance_uid,
                one.series_instance_uid,
                one.frame.sop_instance_uid,
                str(one.frame.frame),
                one.measurement_id,
                one.tool,
                one.label,
            ]
            after = [
                one.calibration,
                _points(one.points),
                _points(one.row_column),
                one.space.value,
                one.frame_of_reference_uid,
                one.reader,
                one.at,
                NOTICE,
            ]
            numbers = [[q.key, f"{q.value:.7g}", q.unit.value] for q in one.quantities] or [["", "", ""]]
            for number in numbers:
                yield [*_safe(before), *number, *_safe(after)]


def _safe(cells: list[str]) -> list[str]:
    return [str(harmless(cell)) for cell in cells]


def _points(points: tuple[tuple[float, ...], ...]) -> str:
    return " ".join("/".join(f"{part:.3f}" for part in point) for point in points)


def _as_read(cell: str) -> str:
    return cell.encode("utf-8", "replace").decode("utf-8")


EXPORTER = Exporter(
    "measurements_csv", "export.format.measurements_csv", ".csv", assessment=False, write=write, check=check
)
