from __future__ import annotations

import sqlite3
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.errors import JournalError
from app.domain.finding import RejectReason, Verdict
from app.findings.events import ResultArrived, VerdictGiven
from app.findings.journal import Journal, verify_file
from app.findings.replay import replay
from app.findings.seal import seal_file
from app.workflows.review import give_verdict, redo, undo
from tests.support.findings import STUDY, nodule, result_of

FINDINGS = ("2.25.10001", "2.25.10002", "2.25.10003")
State = tuple[Verdict, RejectReason | None, str]
FRESH: State = (Verdict.UNREVIEWED, None, "")

steps = st.one_of(
    st.tuples(st.just("accept"), st.sampled_from(FINDINGS), st.just("")),
    st.tuples(st.just("defer"), st.sampled_from(FINDINGS), st.just("")),
    st.tuples(st.just("reject"), st.sampled_from(FINDINGS), st.sampled_from([r.value for r in RejectReason])),
    st.tuples(st.just("edit"), st.sampled_from(FINDINGS), st.text(min_size=1, max_size=8)),
    st.tuples(st.just("undo"), st.just(""), st.just("")),
    st.tuples(st.just("redo"), st.just(""), st.just("")),
    st.tuples(st.just("result again"), st.just(""), st.just("")),
)


class Model:
    """The same rules, as plain as they can be said: a stack of whole states."""

    def __init__(self) -> None:
        self.past: list[dict[str, State]] = []
        self.now: dict[str, State] = dict.fromkeys(FINDINGS, FRESH)
        self.future: list[dict[str, State]] = []

    def judge(self, finding: str, verdict: Verdict, reason: str, label: str) -> None:
        kept = "" if verdict is Verdict.REJECTED else self.now[finding][2]
        self.past.append(self.now)
        state = (verdict, RejectReason(reason) if reason else None, label.strip() or kept)
        self.now, self.future = {**self.now, finding: state}, []

    def undo(self) -> None:
        if self.past:
            self.future.append(self.now)
            self.now = self.past.pop()

    def redo(self) -> None:
        if self.future:
            self.past.append(self.now)
            self.now = self.future.pop()


def take(journal: Journal, model: Model, step: tuple[str, str, str]) -> None:
    what = step[0]
    if what == "undo":
        undo(journal, STUDY)
        model.undo()
    elif what == "redo":
        redo(journal, STUDY)
        model.redo()
    elif what == "result again":
        journal.append(ResultArrived(result_of(*(nodule(n) for n in (1, 2, 3)))))
    else:
        judge(journal, model, step)


def judge(journal: Journal, model: Model, step: tuple[str, str, str]) -> None:
    what, finding, word = step
    verdict = {
        "accept": Verdict.ACCEPTED,
        "defer": Verdict.DEFERRED,
        "reject": Verdict.REJECTED,
        "edit": Verdict.EDITED,
    }[what]
    reason, label = (word, "") if what == "reject" else ("", word)
    try:
        give_verdict(
            journal,
            STUDY,
            finding,
            verdict,
            reason=RejectReason(reason) if reason else None,
            label=label,
            reader="r",
        )
    except JournalError as refused:
        if refused.key != "error.review.edit_is_empty" or label.strip():
            raise
        return
    model.judge(finding, verdict, reason, label)


@settings(max_examples=40, deadline=None)
@given(st.lists(steps, max_size=14))
def test_any_run_of_verdicts_and_undos_replays_to_the_plain_model(walk: list[tuple[str, str, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder, Journal(Path(folder) / "j.sqlite") as journal:
        journal.append(ResultArrived(result_of(*(nodule(n) for n in (1, 2, 3)))))
        model = Model()
        for step in walk:
            take(journal, model, step)
        reading = replay(journal.entries(STUDY))
        stands = {j.finding.finding_id: (j.verdict, j.reason, j.label) for j in reading.judgements}
        assert stands == model.now
        assert journal.verify().is_whole


def small_journal(file: Path) -> Path:
    with Journal(file) as journal:
        journal.append(ResultArrived(result_of(nodule(1))))
        journal.append(VerdictGiven(STUDY, "2.25.10001", Verdict.ACCEPTED, reader="анна"))
        journal.append(VerdictGiven(STUDY, "2.25.10001", Verdict.REJECTED, RejectReason.KNOWN, reader="b"))
    return file


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_one_altered_byte_of_an_entry_is_found(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = small_journal(Path(folder) / "j.sqlite")
        columns = ("study_instance_uid", "event_type", "payload", "reader", "at", "previous", "sha256")
        column = data.draw(st.sampled_from(columns))
        sequence = data.draw(st.integers(1, 3))
        alter(file, column, sequence, data)
        assert not verify_file(file).is_whole


def alter(file: Path, column: str, sequence: int, data: st.DataObject) -> None:
    connection = sqlite3.connect(file)
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type='trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    where = "WHERE sequence = ?"
    found = connection.execute(f"SELECT CAST({column} AS BLOB) FROM entries {where}", (sequence,)).fetchone()[
        0
    ]
    old = bytes(found)
    if old:
        at = data.draw(st.integers(0, len(old) - 1))
        byte = data.draw(st.integers(0, 255).filter(lambda value: value != old[at]))
        new = old[:at] + bytes([byte]) + old[at + 1 :]
    else:
        new = b"x"
    connection.execute(f"UPDATE entries SET {column} = CAST(? AS TEXT) {where}", (new, sequence))
    connection.commit()
    connection.close()


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_one_altered_byte_of_the_closed_file_is_found(data: st.DataObject) -> None:
    """RQ-22: be it in an entry, in free space or in a counter of SQLite."""
    with tempfile.TemporaryDirectory() as folder:
        file = small_journal(Path(folder) / "j.sqlite")
        assert verify_file(file).is_sealed
        raw = bytearray(file.read_bytes())
        raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
        file.write_bytes(raw)
        assert not verify_file(file).is_whole


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_one_altered_byte_of_the_seal_is_found(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = small_journal(Path(folder) / "j.sqlite")
        raw = bytearray(seal_file(file).read_bytes())
        raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
        seal_file(file).write_bytes(raw)
        report = verify_file(file)
        assert not report.is_whole or not report.is_sealed


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_without_a_seal_any_byte_either_is_found_or_changes_no_entry(data: st.DataObject) -> None:
    """After a kill: free space and counters of SQLite may differ; what is recorded may not."""
    with tempfile.TemporaryDirectory() as folder:
        file = small_journal(Path(folder) / "j.sqlite")
        with Journal(file) as journal:
            before = journal.entries()
        seal_file(file).unlink()
        raw = bytearray(file.read_bytes())
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at] ^= 1 << data.draw(st.integers(0, 7))
        file.write_bytes(raw)
        if verify_file(file).is_whole:
            with Journal(file) as journal:
                assert journal.entries() == before
