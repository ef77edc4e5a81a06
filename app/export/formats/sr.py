"""DICOM structured report of accepted findings (Comprehensive 3D SR, TID 1500)."""

from __future__ import annotations

from functools import partial

from app.export.collect import CLINICAL
from app.export.sr_files import check_reports, write_reports
from app.export.types import Exporter

EXPORTER = Exporter(
    exporter_id="sr",
    title_key="export.format.sr",
    suffix=".dcm",
    assessment=False,
    write=partial(write_reports, title="AI findings", stem="sr", verdicts=CLINICAL),
    check=partial(check_reports, verdicts=CLINICAL),
)
