from __future__ import annotations

import os
import sqlite3
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import event as sqlalchemy_event

from app.domain.errors import JournalError
from app.domain.finding import RejectReason, Verdict
from app.findings.chain import witness_file
from app.findings.events import ResultArrived, VerdictGiven, event_of
from app.findings.journal import Journal, verify_file
from tests.support.findings import STUDY, nodule, result_of


def verdict(number: int, study: str = STUDY) -> VerdictGiven:
    return VerdictGiven(study, f"2.25.1000{number}", Verdict.ACCEPTED, reader="анна")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    with Journal(tmp_path / "journal.sqlite") as journal:
        journal.append(ResultArrived(result_of(nodule(1), nodule(2))))
        journal.append(verdict(1))
        journal.append(VerdictGiven(STUDY, "2.25.10002", Verdict.REJECTED, RejectReason.ANATOMY, reader="b"))
    return tmp_path / "journal.sqlite"


def change(file: Path, statement: str, *values: object) -> None:
    """Alter the file as somebody with a database tool would."""
    with sqlite3.connect(file) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type='trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(statement, values)
    connection.close()


def test_an_entry_reads_back_as_it_was_written(file: Path) -> None:
    with Journal(file) as journal:
        first, second, _ = journal.entries(STUDY)
    assert event_of(first.event_type, first.payload) == ResultArrived(result_of(nodule(1), nodule(2)))
    assert event_of(second.event_type, second.payload) == verdict(1)
    assert second.reader == "анна"
    assert second.at.endswith("+00:00")
    assert second.previous == first.sha256


def test_entries_of_other_studies_stay_apart(file: Path) -> None:
    with Journal(file) as journal:
        journal.append(verdict(1, study="9.9"))
        assert [entry.sequence for entry in journal.entries("9.9")] == [4]
        assert len(journal.entries()) == 4
        assert journal.study_uids() == (STUDY, "9.9")


def test_a_whole_chain_verifies_and_names_its_head(file: Path) -> None:
    report = verify_file(file)
    assert report.is_whole
    assert report.entries == 3
    assert report.is_witnessed
    with Journal(file) as journal:
        assert journal.head() == report.head
    assert verify_file(file, report.head).is_whole


@pytest.mark.parametrize(
    "column", ["study_instance_uid", "event_type", "payload", "reader", "at", "previous", "sha256"]
)
def test_one_altered_column_is_found(file: Path, column: str) -> None:
    change(file, f"UPDATE entries SET {column} = {column} || ' ' WHERE sequence = 2")
    report = verify_file(file)
    assert not report.is_whole
    assert report.broken_at == 2


def test_swapped_entries_are_found(file: Path) -> None:
    change(
        file, "UPDATE entries SET sequence = CASE sequence WHEN 2 THEN -3 WHEN 3 THEN -2 ELSE sequence END"
    )
    change(file, "UPDATE entries SET sequence = -sequence WHERE sequence < 0")
    assert verify_file(file).broken_at == 2


def test_a_removed_entry_is_found(file: Path) -> None:
    change(file, "DELETE FROM entries WHERE sequence = 2")
    assert verify_file(file).broken_at == 2


def test_a_cut_off_tail_is_found_by_the_witness(file: Path) -> None:
    change(file, "DELETE FROM entries WHERE sequence = 3")
    report = verify_file(file)
    assert report.problem_key == "journal.verify.witness_differs"
    assert report.broken_at == 3


def test_a_cut_off_tail_without_witness_is_found_by_a_noted_head(file: Path) -> None:
    head = verify_file(file).head
    change(file, "DELETE FROM entries WHERE sequence = 3")
    witness_file(file).unlink()
    assert not verify_file(file).is_witnessed
    assert verify_file(file, head).problem_key == "journal.verify.head_missing"


def test_an_altered_witness_is_found(file: Path) -> None:
    lines = witness_file(file).read_text().splitlines()
    lines[1] = lines[1][:-1] + ("0" if lines[1][-1] != "0" else "1")
    witness_file(file).write_text("\n".join(lines) + "\n")
    assert verify_file(file).broken_at == 2


def test_a_witness_line_cut_by_a_power_failure_is_no_alarm(file: Path) -> None:
    text = witness_file(file).read_text()
    witness_file(file).write_text(text[:-30])
    with Journal(file) as journal:
        journal.append(verdict(1))
    assert verify_file(file).is_whole


def test_another_journal_under_the_same_name_is_found(file: Path) -> None:
    change(file, "UPDATE journal_facts SET value = '0' || substr(value, 2) || 'x' WHERE name = 'journal_id'")
    assert verify_file(file).broken_at == 1


def test_the_database_refuses_to_change_or_remove_entries(file: Path) -> None:
    connection = sqlite3.connect(file)
    for statement in ("UPDATE entries SET reader = 'x'", "DELETE FROM entries", "DELETE FROM journal_facts"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            connection.execute(statement)
    connection.close()


def test_a_full_disk_records_nothing_and_says_so(file: Path) -> None:
    with Journal(file) as journal:

        @sqlalchemy_event.listens_for(journal._engine, "checkout")
        def _no_more_pages(connection: sqlite3.Connection, *_: object) -> None:
            connection.execute("PRAGMA max_page_count = 1")

        many = [ResultArrived(result_of(*(nodule(n) for n in range(30))))] * 50
        with pytest.raises(JournalError) as refused:
            journal.append_many(many)
        assert refused.value.key == "error.journal.disk_full"
    assert verify_file(file).is_whole
    with Journal(file) as journal:
        assert len(journal.entries()) == 3


def test_a_read_only_journal_records_nothing_and_says_so(file: Path) -> None:
    with Journal(file) as journal:

        @sqlalchemy_event.listens_for(journal._engine, "checkout")
        def _read_only(connection: sqlite3.Connection, *_: object) -> None:
            connection.execute("PRAGMA query_only = ON")

        with pytest.raises(JournalError) as refused:
            journal.append(verdict(1))
        assert refused.value.key == "error.journal.read_only"
        assert len(journal.entries()) == 3


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("no folder")
    with pytest.raises(JournalError) as refused:
        Journal(tmp_path / "data" / "journal.sqlite")
    assert refused.value.key == "error.journal.cannot_open"


@pytest.mark.parametrize("content", [b"not a database, but long enough to be looked at" * 40])
def test_a_file_that_is_no_journal_is_refused_and_kept(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "journal.sqlite"
    file.write_bytes(content)
    with pytest.raises(JournalError) as refused:
        Journal(file)
    assert refused.value.key == "error.journal.damaged"
    assert not verify_file(file).is_whole
    assert file.read_bytes() == content


def test_a_journal_of_a_newer_program_is_refused(file: Path) -> None:
    change(file, "UPDATE journal_facts SET value = '7' WHERE name = 'schema_version'")
    with pytest.raises(JournalError) as refused:
        Journal(file)
    assert refused.value.key == "error.journal.newer"
    assert not verify_file(file).is_whole


def test_verifying_a_missing_journal_makes_none(tmp_path: Path) -> None:
    with pytest.raises(JournalError):
        verify_file(tmp_path / "journal.sqlite")
    assert not list(tmp_path.iterdir())


def test_two_windows_and_their_threads_lose_nothing(tmp_path: Path) -> None:
    file = tmp_path / "journal.sqlite"
    windows = [Journal(file), Journal(file)]

    def write(journal: Journal, name: str) -> None:
        for number in range(15):
            journal.append(VerdictGiven(STUDY, f"{name}.{number}", Verdict.ACCEPTED))

    threads = [
        threading.Thread(target=write, args=(windows[index % 2], f"2.25.{index}")) for index in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    written = [event_of(entry.event_type, entry.payload) for entry in windows[0].entries(STUDY)]
    for window in windows:
        window.close()
    assert len({event.finding_id for event in written if isinstance(event, VerdictGiven)}) == 60
    assert verify_file(file).entries == 60
    assert verify_file(file).is_whole


def test_ten_thousand_entries_verify_in_two_seconds(tmp_path: Path) -> None:
    file = tmp_path / "journal.sqlite"
    with Journal(file) as journal:
        journal.append_many([verdict(1)] * 10_000)
        started = time.perf_counter()
        report = journal.verify()
        seconds = time.perf_counter() - started
    assert report.is_whole
    assert report.entries == 10_000
    assert seconds < 2.0, f"{seconds:.2f} s"


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
def test_a_new_journal_is_private(file: Path) -> None:
    assert file.stat().st_mode & 0o077 == 0
    assert witness_file(file).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("harm", ["emptied", "removed"])
def test_a_journal_that_was_emptied_is_never_begun_anew_in_silence(tmp_path: Path, harm: str) -> None:
    file = tmp_path / "journal.sqlite"
    with Journal.open(file) as journal:
        journal.append(ResultArrived(result_of(nodule(1)), "tester"))
    whole = file.read_bytes()
    if harm == "emptied":
        file.write_bytes(b"")
    else:
        file.unlink()
    for _ in range(2):  # and the first try changes nothing
        with pytest.raises(JournalError) as refused:
            Journal.open(file)
        assert refused.value.key == "error.journal.emptied"
    file.write_bytes(whole)
    with Journal.open(file) as journal:
        assert len(journal.entries()) == 1
    file.unlink()
    witness_file(file).rename(tmp_path / "kept.witness")
    with Journal.open(file) as journal:
        assert journal.entries() == ()
