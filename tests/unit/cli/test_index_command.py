"""`overread index`: the JSON that others rely on, and one plain line when it could not."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.support.dicom_files import write_stack


def index(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a user would."""
    command = [sys.executable, "-m", "app", "index", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_the_json_has_the_agreed_shape(tmp_path: Path) -> None:
    write_stack(tmp_path, [(0, 0, z) for z in range(3)])
    (tmp_path / "empty.dcm").write_bytes(b"")
    done = index(str(tmp_path), "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["studies"], found["series"], found["instances"], found["files"]) == (1, 1, 3, 4)
    assert found["seconds"] > 0
    (refused,) = found["refused"]
    assert refused["path"] == str(tmp_path / "empty.dcm")
    assert "empty.dcm" in refused["reason"]
    assert "{" not in refused["reason"]


def test_tables_tell_the_study_and_its_count(tmp_path: Path) -> None:
    write_stack(tmp_path, [(0, 0, z) for z in range(3)])
    done = index(str(tmp_path))
    assert done.returncode == 0
    assert "1.2.3" in done.stdout
    assert "3 instances" in done.stdout


def test_a_path_that_is_not_there_is_one_plain_line(tmp_path: Path) -> None:
    done = index(str(tmp_path / "gone"))
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1
    assert "gone" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wrong_option_is_wrong_usage(tmp_path: Path) -> None:
    assert index(str(tmp_path), "--no-such-option").returncode == 2
