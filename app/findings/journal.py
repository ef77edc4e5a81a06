"""The append-only record of results and verdicts: written first, shown afterwards.

`append` returns after the commit has reached the disk. Any number of windows and commands may append at once: the
number and the hash of an entry are taken inside one immediate transaction, so nothing is lost and nothing is forked.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, func, insert, select
from sqlalchemy.exc import DBAPIError

from app.domain.errors import JournalError
from app.findings import store
from app.findings.chain import (
    Entry,
    contradiction,
    entry_hash,
    find_break,
    first_previous,
    testify,
    witness_file,
)
from app.findings.events import Event, payload_of
from app.findings.seal import hash_of, put_seal, read_seal, seal_file
from app.findings.store import EntryRow
from app.findings.study_events import PEOPLE
from app.support.clock import Clock, utc_now

_COLUMNS = (
    EntryRow.sequence,
    EntryRow.study_instance_uid,
    EntryRow.event_type,
    EntryRow.payload,
    EntryRow.reader,
    EntryRow.at,
    EntryRow.previous,
    EntryRow.sha256,
)


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What the verifier found. broken_at is the first entry that does not fit; problem_key says how.

    is_sealed: the seal is of this very file, so that not a byte of it was altered since it was closed.
    """

    entries: int
    head: str
    problem_key: str = ""
    broken_at: int = 0
    is_witnessed: bool = True
    is_sealed: bool = False

    @property
    def is_whole(self) -> bool:
        """True if nothing speaks against the record."""
        return not self.problem_key


class Journal:
    """One journal file, open. Safe to use from several threads and processes."""

    def __init__(
        self, file: Path, *, clock: Clock = utc_now, told: Callable[[Sequence[Entry]], None] | None = None
    ) -> None:
        """Open or create the file; `told` hears of entries once they are on the disk, and must not raise.

        Raises JournalError if the file cannot be opened or made.
        """
        self.file = file
        self._told = told
        self._clock = clock
        self._unsealed = False
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(file, os.O_RDONLY | os.O_CREAT, 0o600))  # names readers: nobody else's to read
        except OSError as error:
            raise JournalError(
                "error.journal.cannot_open", file=file.name, folder=str(file.parent)
            ) from error
        self._engine = store.open_engine(file)
        with self._plainly():
            self._refuse_emptied()
            store.prepare(self._engine, lambda: seal_file(file).unlink(missing_ok=True))

    def _refuse_emptied(self) -> None:
        """An empty file where entries were written is no new journal: all verdicts would seem never made."""
        try:
            is_witnessed = witness_file(self.file).stat().st_size > 0
        except OSError:
            return
        if is_witnessed:
            with self._engine.connect() as connection:
                if store.schema_version(connection) == 0 and store.is_blank(connection):
                    facts = {"file": self.file.name, "witness": witness_file(self.file).name}
                    raise JournalError("error.journal.emptied", folder=str(self.file.parent), **facts)

    @classmethod
    def open(cls, file: Path) -> Self:
        """Open or create the journal of a file."""
        return cls(file)

    def append(self, event: Event) -> Entry:
        """Write an event; returns once it is on the disk. Raises JournalError, and then nothing was written."""
        return self._write(lambda _: (event,))[0]

    def append_many(self, events: Sequence[Event]) -> tuple[Entry, ...]:
        """Write events in one transaction: all of them or none."""
        return self._write(lambda _: events)

    def append_if(
        self, decide: Callable[[list[Entry]], Event | None], study_instance_uid: str
    ) -> Entry | None:
        """Append what `decide` makes of the study's entries, with no other writer in between.

        For an event that depends on what was written before, such as an undo; None from `decide` writes nothing.
        """

        def decided(connection: Connection) -> tuple[Event, ...]:
            event = decide(_entries(connection, study_instance_uid))
            return () if event is None else (event,)

        return next(iter(self._write(decided)), None)

    def entries(self, study_instance_uid: str = "") -> tuple[Entry, ...]:
        """All entries of a study, or of the whole journal, in order."""
        with self._plainly(), self._engine.connect() as connection:
            return tuple(_entries(connection, study_instance_uid))

    def entries_of(self, *event_types: str) -> tuple[Entry, ...]:
        """All entries of some kinds, whatever study they are about, in order."""
        wanted = select(*_COLUMNS).where(EntryRow.event_type.in_(event_types)).order_by(EntryRow.sequence)
        with self._plainly(), self._engine.connect() as connection:
            return tuple(Entry(*row) for row in connection.execute(wanted))

    def by_study(self) -> dict[str, list[Entry]]:
        """All entries, study by study in order of first mention, read at once."""
        found: dict[str, list[Entry]] = {}
        for entry in self.entries():
            if entry.study_instance_uid != PEOPLE:
                found.setdefault(entry.study_instance_uid, []).append(entry)
        return found

    def study_uids(self) -> tuple[str, ...]:
        """The studies that the journal speaks of, in order of first mention."""
        uid, first = EntryRow.study_instance_uid, func.min(EntryRow.sequence)
        wanted = select(uid).where(uid != PEOPLE).group_by(uid).order_by(first)
        with self._plainly(), self._engine.connect() as connection:
            return tuple(connection.execute(wanted).scalars())

    def head(self) -> str:
        """Hash of the last entry; empty for an empty journal."""
        with self._plainly(), self._engine.connect() as connection:
            last = connection.execute(
                select(EntryRow.sha256).order_by(EntryRow.sequence.desc()).limit(1)
            ).scalar_one_or_none()
            return last or ""

    def verify(self, head: str = "") -> VerifyReport:
        """Check the file on disk, see `verify_file`."""
        return verify_file(self.file, head)

    def close(self) -> None:
        """Let go of the file; one that was written to is sealed. A seal that fails loses nothing but itself."""
        if self._unsealed:
            self._seal()
        self._engine.dispose()

    def _seal(self) -> None:
        """Others cannot commit while this connection reads, so the hash is of one state of the file."""
        count = select(func.count()).select_from(EntryRow)
        try:
            with self._plainly(), self._engine.connect() as connection:
                self._unsealed = not put_seal(self.file, connection.execute(count).scalar_one())
        except JournalError:
            return

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _write(self, decide: Callable[[Connection], Sequence[Event]]) -> tuple[Entry, ...]:
        with self._plainly(), self._engine.connect() as plain:
            connection = plain.execution_options(**store.WRITE)
            with connection.begin():
                written = tuple(self._chained(connection, decide(connection)))
                if written:
                    connection.execute(insert(EntryRow), [asdict(entry) for entry in written])
        if written:
            self._unsealed = True
            testify(self.file, written)
            if self._told is not None:
                self._told(written)
        return written

    def _chained(self, connection: Connection, events: Sequence[Event]) -> Iterator[Entry]:
        last = connection.execute(
            select(EntryRow.sequence, EntryRow.sha256).order_by(EntryRow.sequence.desc()).limit(1)
        ).one_or_none()
        sequence, previous = last or (0, first_previous(store.journal_id(connection)))
        for number, event in enumerate(events, start=sequence + 1):
            uid, kind = event.study_instance_uid, type(event).__name__
            if not uid:
                raise ValueError("an event belongs to a study")
            draft = Entry(number, uid, kind, payload_of(event), event.reader, self._clock(), previous, "")
            entry = replace(draft, sha256=entry_hash(draft))
            previous = entry.sha256
            yield entry

    @contextmanager
    def _plainly(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise store.refusal(error, self.file) from error


def verify_file(file: Path, head: str = "") -> VerifyReport:
    """Read every entry of a journal file and prove the chain; `head` is a hash noted earlier, which must be in it.

    Nothing is written. Raises JournalError if there is no such file.
    """
    if not file.is_file():
        raise JournalError("error.journal.missing", file=file.name, folder=str(file.parent))
    engine = store.open_engine(file, read_only=not store.writable(file))
    hashes: list[str] = []
    try:
        with engine.connect() as connection:
            problem_key, broken_at = _check(connection, hashes)
            sealed = None if problem_key else _fits_seal(file, len(hashes))  # nobody commits meanwhile
    except (DBAPIError, TypeError, UnicodeError):
        problem_key, broken_at, sealed = "journal.verify.damaged", len(hashes) + 1, None
    finally:
        engine.dispose()
    head_now = hashes[-1] if hashes else ""
    report = VerifyReport(len(hashes), head_now, problem_key, broken_at, is_sealed=bool(sealed))
    if not problem_key:
        report = _compare(file, hashes, head, report)
    if report.is_whole and sealed is False:  # said last: the other checks say where
        return replace(report, problem_key="journal.verify.seal_differs")
    return report


def _check(connection: Connection, hashes: list[str]) -> tuple[str, int]:
    version = store.schema_version(connection)
    if version == 0 and store.is_blank(connection):  # its maker was killed before the first entry
        return "", 0
    if not 1 <= version <= store.CURRENT_VERSION:
        return "journal.verify.not_a_journal", 0
    rows = connection.execute(select(*_COLUMNS).order_by(EntryRow.sequence).execution_options(yield_per=500))
    broken_at = find_break((Entry(*row) for row in rows), store.journal_id(connection), hashes)
    if broken_at is not None:
        return "journal.verify.broken", broken_at
    if connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar() != "ok":
        return "journal.verify.damaged", 0
    return "", 0


def _compare(file: Path, hashes: list[str], head: str, report: VerifyReport) -> VerifyReport:
    """Hold the whole chain against what was noted outside of it."""
    if head and head not in hashes:
        return replace(report, problem_key="journal.verify.head_missing")
    try:
        missing = contradiction(file, hashes)
    except OSError:
        return replace(report, is_witnessed=not hashes)
    if missing is None:
        return report
    return replace(report, problem_key="journal.verify.witness_differs", broken_at=missing)


def _fits_seal(file: Path, entries: int) -> bool | None:
    """Whether the seal is of this very file; None where there is none, or one of fewer entries, which says nothing."""
    try:
        seal = read_seal(file)
    except ValueError:
        return False
    if seal is None or seal.entries < entries:
        return None
    return seal.entries == entries and seal.sha256 == hash_of(file)


def _entries(connection: Connection, study_instance_uid: str) -> list[Entry]:
    wanted = select(*_COLUMNS).order_by(EntryRow.sequence)
    if study_instance_uid:
        wanted = wanted.where(EntryRow.study_instance_uid == study_instance_uid)
    return [Entry(*row) for row in connection.execute(wanted)]
