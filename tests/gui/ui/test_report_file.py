"""A report as PDF is on the disk whole, or not at all and said to be missing."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from app.ui.report_pdf import write_pdf


def full_disk(_descriptor: int) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.usefixtures("qapp")
def test_a_full_disk_leaves_the_old_report_and_raises(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "there" / "report.pdf"
    write_pdf("<p>first</p>", file, "Report")
    before = file.read_bytes()
    assert before.startswith(b"%PDF-")
    assert before.rstrip().endswith(b"%%EOF")
    monkeypatch.setattr("app.support.whole_files.os.fsync", full_disk)
    with pytest.raises(OSError, match="No space left"):
        write_pdf("<p>second</p>", file, "Report")
    assert file.read_bytes() == before
    assert [one.name for one in file.parent.iterdir()] == ["report.pdf"]
