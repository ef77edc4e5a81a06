"""RQ-31: a batch of 1,000 studies, killed twice with -9, taken up again: nothing is lost and nothing stands twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from app.findings.journal import Journal
from app.jobs.runtime import Runtime
from app.jobs.steps import StepState
from tests.support.cli_phantom import Answer, in_child
from tests.support.tiny_package import TinyPackage
from tests.support.tiny_studies import write_studies

ROOT = Path(__file__).resolve().parents[3]
COUNT = 1000
UNRECORDED = (
    4  # at each kill: a result that is written and not yet recorded, and one that was counted meanwhile
)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no kill -9")
def test_rq_31_a_batch_of_1000_killed_twice_loses_and_doubles_nothing(tmp_path: Path) -> None:
    studies = write_studies(tmp_path / "studies", COUNT)
    package, out, home = TinyPackage().write(tmp_path / "spot"), tmp_path / "out", tmp_path / "home"
    asked = ("run", package, studies, "--out", out, "--cpu", "--json")
    for share in (0.15, 0.45):
        _kill_at(home, out, int(COUNT * share), asked)
    done = _finish(home, asked)
    assert done.code == 0, done.err
    told = json.loads(done.out)
    assert len(told) == COUNT
    assert len({one["study_uid"] for one in told}) == COUNT
    assert sum(one["from_cache"] for one in told) >= COUNT * 0.45 - UNRECORDED, (
        "what was done before was not done again"
    )
    assert Counter(one["state"] for one in told) == {"positive": 334, "negative": 666}
    _check_records(home, out)


def _check_records(home: Path, out: Path) -> None:
    folders = [one.name for one in out.iterdir() if not one.name.startswith(".")]
    assert len(folders) == COUNT
    with Journal(home / "data" / "journal.sqlite") as journal:
        arrived = [one for one in journal.entries() if one.event_type == "ResultArrived"]
        assert len(arrived) == len({one.study_instance_uid for one in arrived}) == COUNT
        assert journal.verify().is_whole
    runtime = Runtime.open(home / "data" / "runtime.sqlite")
    steps = runtime.queue.steps()
    runtime.close()
    assert len(steps) == COUNT
    assert {one.state for one in steps} == {StepState.COMPLETED}
    assert {one.ending.result_id for one in steps if one.ending} == set(folders)


def _kill_at(home: Path, out: Path, results: int, asked: tuple[object, ...]) -> None:
    """Start the command and kill it, and nothing else, once so many results lie there."""
    process = subprocess.Popen(
        [sys.executable, "-m", "app", *map(str, asked)],
        cwd=ROOT,
        env={**os.environ, "OVERREAD_HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    until = time.monotonic() + 120
    while time.monotonic() < until and (not out.is_dir() or len(os.listdir(out)) < results):
        assert process.poll() is None, "it ended before it could be killed"
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait(10)


def _finish(home: Path, asked: tuple[object, ...]) -> Answer:
    return in_child(home, *asked, timeout_s=240)
