"""DICOM structured reports of what readers measured (Comprehensive 3D SR, TID 1500)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from app.domain.errors import ExportRefusedError
from app.domain.measurement import Measurement
from app.export.dicom_object import encoding, save, valid_uid
from app.export.measure_document import Page, build
from app.export.measure_graphics import graphic_of
from app.export.types import NOTICE, Exporter, ExportSet, Written
from app.support.i18n import text

FARTHEST_PX = 0.01


def write(export_set: ExportSet, folder: Path) -> Written:
    """One report per study, series and reader."""
    files: list[str] = []
    count = 0
    for page in _pages(export_set):
        name = f"measurements_{len(files) + 1:04d}.dcm"
        with encoding(name):
            save(build(replace(page, number=len(files) + 1)), folder / name)
        files.append(name)
        count += len(page.measurements)
    remarks = () if files else (text("export.remark.nothing_measured"),)
    return Written(tuple(files), count, remarks)


def check(export_set: ExportSet, folder: Path, written: Written) -> None:
    """Read every report again and compare numbers and points."""
    from highdicom.sr import srread

    wanted = {
        valid_uid(one.measurement_id): one
        for study in export_set.studies
        for one in study.reading.measurements
    }
    found = set()
    for name in written.files:
        report = srread(folder / name)
        if NOTICE not in str(report) or report.VerificationFlag != "UNVERIFIED":
            raise ExportRefusedError("error.export.differs", file=name)
        content: Any = report.content  # a template whose types highdicom does not tell
        groups = (*content.get_planar_roi_measurement_groups(), *content.get_image_measurement_groups())
        for group in groups:
            uid = str(group.tracking_uid)
            if uid not in wanted or not _agrees(group, wanted[uid]):
                raise ExportRefusedError("error.export.differs", file=name)
            found.add(uid)
    if found != set(wanted):
        raise ExportRefusedError("error.export.differs", file=", ".join(written.files))


def _pages(export_set: ExportSet) -> Iterator[Page]:
    for study in export_set.studies:
        series = {one.series_instance_uid: one for one in study.study.series} if study.study else {}
        pages: dict[tuple[str, str], list[Measurement]] = defaultdict(list)
        for one in study.reading.measurements:
            images = series[one.series_instance_uid].instances if one.series_instance_uid in series else ()
            if one.frame.sop_instance_uid not in {image.sop_instance_uid for image in images}:
                raise ExportRefusedError("error.export.no_measured_image")
            pages[one.series_instance_uid, one.reader].append(one)
        for (uid, _reader), measured in pages.items():
            yield Page(export_set, study, series[uid], tuple(measured), 0)


def _agrees(group: Any, measurement: Measurement) -> bool:  # Any: highdicom's templates
    numbers = {item.name.value: item.value for item in group.get_measurements()}
    for one in measurement.quantities:
        if (
            one.concept
            and abs(numbers.get(one.concept.value, np.nan) - one.value) > 1e-5 * abs(one.value) + 1e-6
        ):
            return False
    region = getattr(group, "roi", None)
    if region is None:
        return True
    _, points = graphic_of(measurement)
    return bool(np.allclose(np.asarray(region.value), points, atol=FARTHEST_PX))


EXPORTER = Exporter(
    "measurements", "export.format.measurements", ".dcm", assessment=False, write=write, check=check
)
