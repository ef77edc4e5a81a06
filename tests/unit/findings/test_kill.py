"""A verdict that was acknowledged survives the sudden end of the program."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from app.domain.finding import Verdict
from app.findings.events import ResultArrived, VerdictGiven, VerdictUndone, event_of
from app.findings.journal import Journal, verify_file
from app.workflows.review import reading_of
from tests.support.findings import STUDY, nodule, result_of

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


# Forks a writer two hundred times (libraries are imported once), lets it write, kills it at a random moment. Says what
# the writers had acknowledged: an id only after `append` returned, which is when a reader sees the verdict.
NURSERY = """
import os, random, signal, sys, time
from pathlib import Path
from app.domain.finding import Verdict
from app.findings.events import VerdictGiven
from app.findings.journal import Journal, verify_file
from app.workflows.review import reading_of
from tests.support.findings import STUDY, nodule, result_of
import app.findings.replay

file, kills, seed = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
moments = random.Random(seed)
whole = 0
for attempt in range(kills):
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        with Journal(file) as journal:
            for number in range(100_000):
                journal.append(VerdictGiven("1.2.3", f"{attempt}.{number}", Verdict.ACCEPTED, reader="r"))
                os.write(writing, f"{attempt}.{number}\\n".encode())
        os._exit(0)
    os.close(writing)
    time.sleep(moments.uniform(0.0, 0.09))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with os.fdopen(reading, "rb") as said:
        sys.stdout.write(said.read().decode())
    if attempt % 10 == 9:
        whole += file.exists() and verify_file(file).is_whole
sys.stdout.write(f"whole {whole}\\n")
"""

KILLS = 200


def test_two_hundred_kills_at_random_moments_lose_nothing_acknowledged(tmp_path: Path) -> None:
    """RQ-22; issue 6: at most 2 s of work may be lost on kill -9; what was shown as done is lost never."""
    file = tmp_path / "journal.sqlite"
    arguments = [sys.executable, "-c", NURSERY, str(file), str(KILLS), "2026"]
    run = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, timeout=300, check=True)
    *acknowledged, verdict = run.stdout.splitlines()
    assert verdict == f"whole {KILLS // 10}"
    assert len(acknowledged) > KILLS / 10
    report = verify_file(file)
    assert report.is_whole
    assert set(acknowledged) <= recorded(file)


TWO = """
import sys
from pathlib import Path
from app.domain.finding import RejectReason, Verdict
from app.findings.journal import Journal
from app.workflows.review import give_verdict, undo
file, reader = Path(sys.argv[1]), sys.argv[2]
with Journal(file) as journal:
    for number in range(20):
        finding = f"2.25.1000{number % 2 + 1}"
        give_verdict(journal, sys.argv[3], finding, Verdict.REJECTED, reason=RejectReason.KNOWN, reader=reader)
        give_verdict(journal, sys.argv[3], finding, Verdict.ACCEPTED, reader=reader)
        undo(journal, sys.argv[3], reader=reader)
"""


def test_two_processes_on_one_journal_lose_nothing_and_undo_only_their_own(tmp_path: Path) -> None:
    file = tmp_path / "journal.sqlite"
    with Journal(file) as journal:
        journal.append(ResultArrived(result_of(nodule(1), nodule(2))))
    children = [
        subprocess.Popen([sys.executable, "-c", TWO, str(file), reader, STUDY], cwd=ROOT)
        for reader in ("ada", "ben")
    ]
    assert [child.wait(timeout=120) for child in children] == [0, 0]
    with Journal(file) as journal:
        entries = journal.entries(STUDY)
        reading = reading_of(journal, STUDY)
    assert [entry.sequence for entry in entries] == list(range(1, 122))
    by_hash = {entry.sha256: entry for entry in entries}
    for reader in ("ada", "ben"):
        own = [entry for entry in entries if entry.reader == reader]
        assert [entry.event_type for entry in own] == ["VerdictGiven", "VerdictGiven", "VerdictUndone"] * 20
        for entry in own[2::3]:
            event = event_of(entry.event_type, entry.payload)
            assert isinstance(event, VerdictUndone)
            assert by_hash[event.entry_hash].reader == reader
    assert {judgement.verdict for judgement in reading.judgements} == {Verdict.REJECTED}
    assert verify_file(file).is_whole
