"""DICOM label map segmentation of accepted regions: small and new, few viewers read it yet."""

from __future__ import annotations

from functools import partial

from app.export.seg_document import LABELMAP, check_segments, write_segments
from app.export.types import Exporter

EXPORTER = Exporter(
    "seg_labelmap",
    "export.format.seg_labelmap",
    ".dcm",
    assessment=False,
    write=partial(write_segments, kind=LABELMAP),
    check=check_segments,
)
