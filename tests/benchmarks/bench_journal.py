"""The journal: 10,000 events verified and replayed, a verdict to the disk; peers: the bytes hashed, SQLite bare."""

from __future__ import annotations

import hashlib
import sqlite3
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from app.domain.finding import RejectReason, Verdict
from app.findings.events import Event, ResultArrived, VerdictGiven
from app.findings.journal import Journal, verify_file
from app.findings.replay import replay
from tests.benchmarks._table import row
from tests.support.findings import nodule, result_of

EVENTS, PER_STUDY, APPENDS = 10_000, 50, 100


def seconds(work: Callable[[], object]) -> float:
    """The best of three."""
    taken = []
    for _ in range(3):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return min(taken)


def a_month() -> list[Event]:
    """Studies with a result and many verdicts each, in all kinds."""
    events: list[Event] = []
    for number in range(EVENTS // PER_STUDY):
        uid = f"1.2.{number}"
        events.append(
            ResultArrived(result_of(nodule(1), nodule(2), nodule(3), study=uid, result=f"r{number}"))
        )
        for step in range(PER_STUDY - 1):
            finding, verdict = f"2.25.1000{step % 3 + 1}", (Verdict.ACCEPTED, Verdict.REJECTED)[step % 2]
            reason = RejectReason.KNOWN if step % 2 else None
            events.append(VerdictGiven(uid, finding, verdict, reason, reader="ada"))
    return events


def replay_all(journal: Journal) -> int:
    """Every study as it stands."""
    return sum(len(replay(entries, uid).judgements) for uid, entries in journal.by_study().items())


def bare_append(file: Path) -> float:
    """A commit of SQLite alone with the same care for the disk, ms."""
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA journal_mode=DELETE")
    connection.execute("PRAGMA synchronous=EXTRA")
    connection.execute("CREATE TABLE t (x)")
    begun = time.perf_counter()
    for number in range(APPENDS):
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO t VALUES (?)", (number,))
        connection.execute("COMMIT")
    taken = time.perf_counter() - begun
    connection.close()
    return 1000 * taken / APPENDS


def main() -> None:
    """Three figures."""
    with tempfile.TemporaryDirectory() as folder, Journal(Path(folder) / "journal.sqlite") as journal:
        journal.append_many(a_month())
        raw = journal.file.read_bytes()
        hashed = seconds(lambda: hashlib.sha256(raw).hexdigest())
        row(
            "verify 10,000 events",
            1000 * seconds(lambda: verify_file(journal.file)),
            1000 * hashed,
            "ms",
            "<= 2000",
        )
        listed = journal.entries()
        plain = seconds(lambda: [entry.payload for entry in listed])
        row(
            "replay 10,000 events", 1000 * seconds(lambda: replay_all(journal)), 1000 * plain, "ms", "<= 1000"
        )
        one = VerdictGiven("1.2.0", "2.25.10001", Verdict.ACCEPTED, reader="ada")
        begun = time.perf_counter()
        for _ in range(APPENDS):
            journal.append(one)
        ours = 1000 * (time.perf_counter() - begun) / APPENDS
        row("one verdict to the disk", ours, bare_append(Path(folder) / "bare.sqlite"), "ms", "<= 50")


if __name__ == "__main__":
    main()
