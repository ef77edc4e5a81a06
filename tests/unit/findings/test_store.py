"""The journal's tables: brought up from an older file step by step, and nothing of SQLite alone in the models."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from app.domain.errors import JournalError
from app.domain.finding import Verdict
from app.findings import store
from app.findings.events import VerdictGiven
from app.findings.journal import Journal, verify_file
from app.findings.seal import seal_file

# As version 1 of the program made it, with two entries of that time; the chain starts from the file's own name.
OLD = Path(__file__).with_name("journal_version_1.sql")


def old_file(folder: Path) -> Path:
    file = folder / "journal.sqlite"
    with sqlite3.connect(file) as connection:
        connection.executescript(OLD.read_text(encoding="utf-8"))
    connection.close()
    return file


def version_of(file: Path) -> str:
    connection = sqlite3.connect(file)
    (value,) = connection.execute("SELECT value FROM journal_facts WHERE name = 'schema_version'").fetchone()
    connection.close()
    return str(value)


def test_an_old_file_is_whole_before_and_after_it_is_brought_up(tmp_path: Path) -> None:
    file = old_file(tmp_path)
    before = verify_file(file)
    assert (before.entries, before.is_whole, version_of(file)) == (2, True, "1")
    with Journal(file) as journal:
        assert [entry.reader for entry in journal.entries()] == ["ada", "ben"]
        journal.append(VerdictGiven("1.2.3", "f3", Verdict.ACCEPTED, reader="cleo"))
        assert [entry.sequence for entry in journal.entries_of("VerdictGiven")] == [1, 2, 3]
    assert version_of(file) == str(store.CURRENT_VERSION)
    after = verify_file(file, before.head)
    assert (after.entries, after.is_whole, after.is_sealed) == (3, True, True)


def test_a_file_that_is_only_brought_up_keeps_no_seal_of_what_it_was(tmp_path: Path) -> None:
    file = old_file(tmp_path)
    seal_file(file).write_text(f"overread seal 1 2 {'0' * 64}\n", encoding="ascii")
    with Journal(file):
        pass
    assert verify_file(file).is_whole


def test_an_old_file_and_a_new_one_have_the_same_tables(tmp_path: Path) -> None:
    def shape(file: Path) -> set[tuple[str, str]]:
        connection = sqlite3.connect(file)
        found = connection.execute("SELECT type, name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'")
        names = {(str(kind), str(name)) for kind, name in found}
        connection.close()
        return names

    old = old_file(tmp_path)
    with Journal(old), Journal(tmp_path / "new.sqlite"):
        pass
    assert shape(old) == shape(tmp_path / "new.sqlite")


def test_the_steps_end_at_what_the_models_say(tmp_path: Path) -> None:
    file = tmp_path / "journal.sqlite"
    with Journal(file):
        pass
    connection = sqlite3.connect(file)
    for table in store.Table.metadata.tables.values():
        columns = {str(row[1]) for row in connection.execute(f"PRAGMA table_info({table.name})")}
        assert columns == {column.name for column in table.columns}
        indexes = {str(row[1]) for row in connection.execute(f"PRAGMA index_list({table.name})")}
        assert {str(index.name) for index in table.indexes} <= indexes
    connection.close()


def test_a_newer_file_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = old_file(tmp_path)
    connection = sqlite3.connect(file)
    connection.execute("UPDATE journal_facts SET value = '99' WHERE name = 'schema_version'")
    connection.commit()
    connection.close()
    raw = file.read_bytes()
    with pytest.raises(JournalError) as refused:
        Journal(file)
    assert refused.value.key == "error.journal.newer"
    assert file.read_bytes() == raw


def test_the_models_speak_postgresql_as_well() -> None:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]  # the library leaves it untyped
    for table in store.Table.metadata.tables.values():
        assert "CREATE TABLE" in str(CreateTable(table).compile(dialect=dialect))
        for index in table.indexes:
            assert "CREATE INDEX" in str(CreateIndex(index).compile(dialect=dialect))
    row = store.EntryRow
    for statement in (
        select(row.sequence).where(row.event_type.in_(("a", "b"))).order_by(row.sequence.desc()).limit(1),
        select(row.study_instance_uid).group_by(row.study_instance_uid).order_by(func.min(row.sequence)),
        insert(row),
    ):
        assert str(statement.compile(dialect=dialect))
