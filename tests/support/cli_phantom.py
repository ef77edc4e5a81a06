"""For tests of the command line: one small made-up study per session, calls in this process and in one of their own."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from app.cli.main import run
from app.phantom.spec import covering_spec
from app.phantom.study import write_phantom_study

ROOT = Path(__file__).resolve().parents[2]
_LINES = ("Traceback", 'File "', "Error:")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command left: exit code and both streams."""

    code: int
    out: str
    err: str

    def sentence(self) -> str:
        """The one line on stderr of a command that could not; fails if there is anything else."""
        lines = self.err.strip().splitlines()
        assert len(lines) == 1, self.err
        assert not any(words in self.err for words in _LINES), self.err
        assert "{" not in lines[0], "a fact is missing from the sentence"
        return lines[0].removeprefix("overread: ")


@cache
def small_chest() -> Path:
    """A CT of 12 slices of 48 x 48; do not change it, copy it."""
    folder = Path(tempfile.mkdtemp(prefix="overread-chest-"))
    write_phantom_study(folder, covering_spec(12, 48, 48), radiograph=False)
    return folder


def in_process(capsys: pytest.CaptureFixture[str], *arguments: object) -> Answer:
    """Run a command here."""
    capsys.readouterr()
    code = run([str(one) for one in arguments])
    told = capsys.readouterr()
    return Answer(code, told.out, told.err)


def in_child(home: Path, *arguments: object, timeout_s: float = 120.0) -> Answer:
    """`python -m app ...` as a user without any display starts it."""
    left_out = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "VTK_DEFAULT_OPENGL_WINDOW")
    env = {name: value for name, value in os.environ.items() if name not in left_out}
    done = subprocess.run(
        [sys.executable, "-m", "app", *(str(one) for one in arguments)],
        cwd=ROOT,
        env={**env, "OVERREAD_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout_s,
    )
    return Answer(done.returncode, done.stdout, done.stderr)


def hashes(folder: Path) -> dict[str, str]:
    """sha256 of every file under a folder."""
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in files
        if os.access(file, os.R_OK)
    }
