"""DICOM structured report of what readers said of AI findings, rejected ones with their reason."""

from __future__ import annotations

from functools import partial

from app.export.collect import ASSESSED
from app.export.sr_files import check_reports, write_reports
from app.export.types import Exporter

EXPORTER = Exporter(
    exporter_id="assessment",
    title_key="export.format.assessment",
    suffix=".dcm",
    assessment=True,
    write=partial(write_reports, title="AI assessment", stem="assessment", verdicts=ASSESSED),
    check=partial(check_reports, verdicts=ASSESSED),
)
