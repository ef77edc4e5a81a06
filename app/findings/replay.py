"""Journal entries to the reading as it stands: the only way a verdict becomes visible."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from app.domain.errors import JournalError
from app.domain.finding import AnalysisResult, Finding, Judgement, Reading
from app.domain.key_image import KeyImage
from app.domain.measurement import Measurement
from app.domain.volume import FrameRef
from app.findings.chain import Entry
from app.findings.events import (
    Deed,
    Event,
    KeyImageSet,
    MeasurementRemoved,
    MeasurementSet,
    ResultArrived,
    VerdictGiven,
    VerdictRedone,
    VerdictUndone,
    event_of,
)
from app.support.codec import CodecError


@dataclass(slots=True)
class _Given:
    entry: Entry
    event: Deed
    counts: bool = True


@dataclass(slots=True)
class History:
    """What the entries of one study add up to, in order; `undone` is the stack that redo takes from."""

    results: dict[str, AnalysisResult] = field(default_factory=dict)
    findings: dict[str, Finding] = field(default_factory=dict)
    deeds: dict[str, _Given] = field(default_factory=dict)  # entry hash -> verdict or measurement
    undone: list[str] = field(default_factory=list)

    def last_deed(self) -> str | None:
        """Hash of the latest verdict or measurement that counts."""
        return next((key for key in reversed(self.deeds) if self.deeds[key].counts), None)

    def next_redo(self) -> str | None:
        """Hash of the deed that was undone last and may come back; a new deed ends that."""
        return self.undone[-1] if self.undone else None


def replay(entries: Iterable[Entry], study_instance_uid: str = "") -> Reading:
    """The reading of one study. Without a uid the entries must all be of one study.

    A result that is there twice counts once; the first word on a finding id holds, so no verdict can slide onto
    another finding. Raises JournalError for an entry that cannot be understood.
    """
    listed = list(entries)
    uids = {entry.study_instance_uid for entry in listed}
    if study_instance_uid:
        listed = [entry for entry in listed if entry.study_instance_uid == study_instance_uid]
    elif len(uids) > 1:
        raise ValueError("entries of several studies need the uid of the one that is wanted")
    history = history_of(listed)
    latest = {
        given.event.finding_id: given
        for given in history.deeds.values()
        if given.counts and isinstance(given.event, VerdictGiven)
    }  # insertion order: a later verdict on the same finding replaces an earlier one
    return Reading(
        study_instance_uid or next(iter(uids), ""),
        tuple(history.results.values()),
        tuple(_judge(finding, latest.get(key)) for key, finding in history.findings.items()),
        _measurements(history),
        _key_images(history),
    )


def history_of(entries: Iterable[Entry]) -> History:
    """Walk through the entries of one study, in order."""
    history = History()
    for entry in entries:
        try:
            event = event_of(entry.event_type, entry.payload)
        except CodecError as error:
            raise JournalError("error.journal.unreadable_entry", sequence=entry.sequence) from error
        if event is not None:
            _take(history, entry, event)
    return history


def _take(history: History, entry: Entry, event: Event) -> None:
    if isinstance(event, ResultArrived):
        if event.result.result_id not in history.results:
            history.results[event.result.result_id] = event.result
            for finding in event.result.findings:
                history.findings.setdefault(finding.finding_id, finding)
    elif isinstance(event, Deed):
        history.deeds[entry.sha256] = _Given(entry, event)
        history.undone.clear()
    elif isinstance(event, VerdictUndone):
        _switch(history, event.entry_hash, counts=False)
    elif isinstance(event, VerdictRedone):
        _switch(history, event.entry_hash, counts=True)


def _switch(history: History, entry_hash: str, *, counts: bool) -> None:
    """Take a deed out or back in; doing so twice changes nothing."""
    given = history.deeds.get(entry_hash)
    if given is None or given.counts is counts:
        return
    given.counts = counts
    if counts:
        history.undone = [key for key in history.undone if key != entry_hash]
    else:
        history.undone.append(entry_hash)


def _measurements(history: History) -> tuple[Measurement, ...]:
    """What stands, in the order in which each was first made."""
    standing: dict[str, Measurement] = {}
    for given in history.deeds.values():
        event = given.event
        if given.counts and isinstance(event, MeasurementSet):
            made = replace(event.measurement, reader=event.reader, at=given.entry.at)
            standing[made.measurement_id] = made
        elif given.counts and isinstance(event, MeasurementRemoved):
            standing.pop(event.measurement_id, None)
    return tuple(standing.values())


def _key_images(history: History) -> tuple[KeyImage, ...]:
    """What is marked, in the order of marking."""
    standing: dict[FrameRef, KeyImage] = {}
    for given in history.deeds.values():
        event = given.event
        if given.counts and isinstance(event, KeyImageSet):
            standing.pop(event.image.frame, None)
            if event.is_key:
                standing[event.image.frame] = replace(event.image, reader=event.reader, at=given.entry.at)
    return tuple(standing.values())


def _judge(finding: Finding, given: _Given | None) -> Judgement:
    if given is None or not isinstance(given.event, VerdictGiven):
        return Judgement(finding)
    event = given.event
    return Judgement(
        finding, event.verdict, event.reason, event.reader, given.entry.at, event.label, event.place
    )
