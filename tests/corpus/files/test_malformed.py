"""454 broken DICOM files: each is shown, or refused in one sentence, soon, and within bounded memory. (RQ-64)"""

from __future__ import annotations

import time
from pathlib import Path

import psutil
import pytest

from app.domain.errors import OverreadError
from app.studies.decode import decode_frame
from app.studies.display_sets import display_sets
from app.studies.pixel_header import read_pixel_header
from app.studies.scan import scan
from app.support.i18n import catalogue
from tests.support.shared import shared_dir

pytestmark = pytest.mark.shared

LONGEST_S = 10.0
MOST_BYTES = 2 * 1024**3


def read_through(path: Path) -> None:
    """Scan, hang and decode one file as the window would."""
    try:
        report = scan([path])
        for study in report.studies:
            for display_set in display_sets(study):
                for address in display_set.frames[:3]:
                    header = read_pixel_header(address.instance.path)
                    decode_frame(header, address.frame - 1)
        for refusal in report.refused:
            assert refusal.reason_key in catalogue("en")
    except OverreadError as error:
        if error.key not in catalogue("en"):
            raise


def test_no_broken_file_crashes_hangs_or_takes_the_memory() -> None:
    files = [path for path in sorted(shared_dir("data", "malformed_fuzz").rglob("*")) if path.is_file()]
    assert len(files) >= 450
    slow: list[str] = []
    for path in files:
        began = time.perf_counter()
        read_through(path)
        if time.perf_counter() - began > LONGEST_S:
            slow.append(path.name)
    assert not slow
    assert psutil.Process().memory_info().rss < MOST_BYTES


def test_a_whole_folder_of_them_is_scanned_to_its_end() -> None:
    report = scan([shared_dir("data", "malformed_fuzz")])
    assert report.files >= 454
    assert len(report.studies) > 10
