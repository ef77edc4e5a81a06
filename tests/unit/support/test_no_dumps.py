"""A crash leaves no dump of memory, of the program and of what it starts (RQ-63)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
WORDS = """
import os, resource, signal, subprocess, sys
from app.support.no_dumps import leave_no_dumps
leave_no_dumps()
leave_no_dumps()
os.chdir(sys.argv[1])
told = "import resource; print(resource.getrlimit(resource.RLIMIT_CORE))"
child = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True)
print(resource.getrlimit(resource.RLIMIT_CORE), child.stdout, flush=True)
os.kill(os.getpid(), signal.SIGSEGV)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="dumps are the system's own there")
def test_no_dump_is_left(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WORDS, str(tmp_path)]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert told.returncode < 0
    limits = told.stdout.replace("(", "").replace(")", "").replace(",", " ").split()
    assert limits
    assert all(int(one) in (0, 1) for one in limits)
    assert not list(tmp_path.iterdir())


def test_the_program_begins_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    import app.__main__
    import app.cli.main
    import app.support.no_dumps

    called: list[str] = []
    monkeypatch.setattr(app.support.no_dumps, "leave_no_dumps", lambda: called.append("dumps"))

    def run(_arguments: list[str]) -> int:
        called.append("run")
        return 0

    monkeypatch.setattr(app.cli.main, "run", run)
    assert app.__main__.main() == 0
    assert called == ["dumps", "run"]
