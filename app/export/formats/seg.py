"""DICOM segmentation of accepted regions: binary, read by every viewer."""

from __future__ import annotations

from functools import partial

from app.export.seg_document import BINARY, check_segments, write_segments
from app.export.types import Exporter

EXPORTER = Exporter(
    "seg",
    "export.format.seg",
    ".dcm",
    assessment=False,
    write=partial(write_segments, kind=BINARY),
    check=check_segments,
)
