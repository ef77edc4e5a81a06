"""Judge findings: each verdict is in the journal before anybody sees it, and an undo is a new entry."""

from __future__ import annotations

import getpass
from collections.abc import Callable

from app.domain.errors import JournalError
from app.domain.finding import Place, Quantity, Reading, RejectReason, Verdict
from app.findings.chain import Entry
from app.findings.events import Event, VerdictGiven, VerdictRedone, VerdictUndone
from app.findings.journal import Journal
from app.findings.policy import check_verdict, kept_edit
from app.findings.replay import history_of, replay


def give_verdict(  # noqa: PLR0913 - the parts of one verdict, all by name
    journal: Journal,
    study_instance_uid: str,
    finding_id: str,
    verdict: Verdict,
    *,
    reason: RejectReason | None = None,
    label: str = "",
    place: Place | None = None,
    reader: str,
    comment: str = "",
    quantities: tuple[Quantity, ...] = (),
) -> Reading:
    """Write a verdict and return the reading that follows from it.

    Accepting or deferring an edited finding keeps the edit. Raises JournalError if the verdict is incomplete, the
    finding unknown, or the journal cannot be written; then nothing has changed.
    """
    check_verdict(verdict, reason, label, place, quantities)

    def decide(entries: list[Entry]) -> Event:
        before = replay(entries, study_instance_uid, reader).judgement(finding_id)
        if before is None:
            raise JournalError("error.review.unknown_finding", finding=finding_id)
        kept = kept_edit(before, verdict, label, place, quantities)
        return VerdictGiven(
            study_instance_uid,
            finding_id,
            verdict,
            reason,
            kept.label,
            kept.place,
            reader,
            comment,
            kept.quantities,
        )

    journal.append_if(decide, study_instance_uid)
    return reading_of(journal, study_instance_uid, reader)


def undo(journal: Journal, study_instance_uid: str, *, reader: str = "") -> Reading | None:
    """Take back the reader's latest deed on the study; None if there is none. Nobody undoes what others did."""

    def decide(entries: list[Entry]) -> Event | None:
        last = history_of(entries, reader).last_deed(reader)
        return VerdictUndone(study_instance_uid, last, reader) if last else None

    return _reading_if_written(journal, study_instance_uid, decide, reader)


def redo(journal: Journal, study_instance_uid: str, *, reader: str = "") -> Reading | None:
    """Bring back the deed that was undone last; None if there is none or a new one came since."""

    def decide(entries: list[Entry]) -> Event | None:
        last = history_of(entries, reader).next_redo(reader)
        return VerdictRedone(study_instance_uid, last, reader) if last else None

    return _reading_if_written(journal, study_instance_uid, decide, reader)


def reading_of(journal: Journal, study_instance_uid: str, reader: str = "") -> Reading:
    """Results and judgements of a study as they stand now; empty for a study that the journal does not know.

    reader: a trainee's own practice instead of the record, see `app.findings.replay`.
    """
    return replay(journal.entries(study_instance_uid), study_instance_uid, reader)


def readings_of(journal: Journal) -> tuple[Reading, ...]:
    """The readings of every study in the journal."""
    return tuple(reading_of(journal, uid) for uid in journal.study_uids())


def find_finding(journal: Journal, start: str) -> tuple[str, str]:
    """(study uid, finding id) of the one finding whose id begins so, with or without the leading 2.25.

    Raises JournalError if there is none or more than one.
    """
    wanted = start.strip()
    known = [
        (reading.study_instance_uid, judgement.finding.finding_id)
        for reading in readings_of(journal)
        for judgement in reading.judgements
    ]
    found = [pair for pair in known if pair[1] == wanted] or [
        pair
        for pair in known
        if wanted and (pair[1].startswith(wanted) or pair[1].startswith(f"2.25.{wanted}"))
    ]
    if not found:
        raise JournalError("error.review.unknown_finding", finding=start)
    if len(found) > 1:
        raise JournalError("error.review.ambiguous_finding", finding=start, count=len(found))
    return found[0]


def default_reader() -> str:
    """The name of who is logged in on this machine, or empty."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""


def _reading_if_written(
    journal: Journal,
    study_instance_uid: str,
    decide: Callable[[list[Entry]], Event | None],
    reader: str,
) -> Reading | None:
    if journal.append_if(decide, study_instance_uid) is None:
        return None
    return reading_of(journal, study_instance_uid, reader)
