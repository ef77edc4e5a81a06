"""5,000 files made to harm, read as the window would: no crash, no hang, bounded memory, words for all (RQ-64).

A file is made anew from its number: `python -m tests.support.hostile_child 117 118 FOLDER SEEDS...` shows one alone.

RQ-64.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pydicom
import pytest

from tests.support.shared import shared_dir

pytestmark = pytest.mark.shared

FILES, AT_ONCE = 5000, 2
LIMIT_S = 900
MOST_BYTES = 2 * 1024**3
ROOT = Path(__file__).resolve().parents[3]


def begun(first: int, last: int, folder: Path) -> subprocess.Popen[str]:
    """A reader of the files of these numbers."""
    folder.mkdir()
    seeds = (shared_dir("data", "dicom_breadth"), Path(pydicom.__file__).parent / "data" / "test_files")
    numbers = (str(first), str(last))
    command = [sys.executable, "-m", "tests.support.hostile_child", *numbers, str(folder), *map(str, seeds)]
    around = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "OVERREAD_HOME": str(folder / "home")}
    with (folder / "said.txt").open("w", encoding="utf-8") as said:
        return subprocess.Popen(
            command, cwd=ROOT, env=around, stdout=said, stderr=subprocess.STDOUT, text=True
        )


@pytest.mark.timeout(LIMIT_S + 60)  # its own limit; a busy computer takes several minutes
def test_no_made_file_crashes_hangs_or_takes_the_memory(tmp_path: Path) -> None:
    share = FILES // AT_ONCE
    parts = [(number * share, (number + 1) * share) for number in range(AT_ONCE)]
    readers = [begun(first, last, tmp_path / str(first)) for first, last in parts]
    try:
        ends = [reader.wait(LIMIT_S) for reader in readers]
    finally:
        for reader in readers:
            reader.kill()
            reader.wait()
    for (first, last), end in zip(parts, ends, strict=True):
        said = (tmp_path / str(first) / "said.txt").read_text("utf-8", "replace").splitlines()
        assert end == 0, "\n".join(said[-40:])
        assert not [line for line in said if line.startswith("wrong")]
        assert sum(line.startswith("file ") for line in said) == last - first
        assert int(said[-1].removeprefix("peak ")) < MOST_BYTES
