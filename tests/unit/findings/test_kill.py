"""A verdict that was acknowledged survives the sudden end of the program."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.findings.events import VerdictGiven, event_of
from app.findings.journal import Journal, verify_file

ROOT = Path(__file__).resolve().parents[3]

# Appends verdicts and says the number of each one only after `append` returned.
CHILD = """
import sys
from pathlib import Path
from app.domain.finding import Verdict
from app.findings.events import VerdictGiven
from app.findings.journal import Journal
journal = Journal(Path(sys.argv[1]))
for number in range(int(sys.argv[2])):
    journal.append(VerdictGiven("1.2.3", f"{sys.argv[3]}.{number}", Verdict.ACCEPTED, reader="r"))
    sys.stdout.write(f"{sys.argv[3]}.{number}\\n")
    sys.stdout.flush()
if sys.argv[4] == "die":
    import os, signal
    os.kill(os.getpid(), signal.SIGKILL)
"""

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")


def start(file: Path, count: int, name: str, end: str = "stay") -> subprocess.Popen[str]:
    arguments = [sys.executable, "-c", CHILD, str(file), str(count), name, end]
    return subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def recorded(file: Path) -> set[str]:
    with Journal(file) as journal:
        events = [event_of(entry.event_type, entry.payload) for entry in journal.entries()]
    return {event.finding_id for event in events if isinstance(event, VerdictGiven)}


def test_a_verdict_survives_a_kill_right_after_it_was_acknowledged(tmp_path: Path) -> None:
    file = tmp_path / "journal.sqlite"
    child = start(file, 1, "a", "die")
    said, _ = child.communicate(timeout=60)
    assert child.returncode == -signal.SIGKILL
    assert said.split() == ["a.0"]
    assert recorded(file) == {"a.0"}
    assert verify_file(file).is_whole


def test_kills_at_random_moments_lose_nothing_acknowledged_and_break_nothing(tmp_path: Path) -> None:
    file = tmp_path / "journal.sqlite"
    moments = random.Random(2026)
    acknowledged: set[str] = set()
    for attempt in range(8):
        children = [start(file, 100_000, f"{attempt}{side}") for side in "ab"]
        first = children[0].stdout
        assert first is not None
        acknowledged.add(first.readline().strip())
        time.sleep(moments.uniform(0.0, 0.15))
        for child in children:
            os.kill(child.pid, signal.SIGKILL)
        for child in children:
            said, _ = child.communicate(timeout=60)
            acknowledged |= {
                line.rstrip("\n") for line in said.splitlines(keepends=True) if line.endswith("\n")
            }
        assert verify_file(file).is_whole
    assert len(acknowledged) > 8
    assert acknowledged <= recorded(file)
