"""Journal entries to the reading as it stands: the only way a verdict becomes visible."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from app.domain.errors import JournalError
from app.domain.finding import (
    AnalysisResult,
    Commit,
    Finding,
    Judgement,
    Marked,
    Reading,
    Verdict,
)
from app.domain.key_image import KeyImage
from app.domain.measurement import Measurement
from app.domain.readers import ReadMark, is_practice
from app.domain.volume import FrameRef
from app.findings.chain import Entry
from app.findings.events import (
    Deed,
    Event,
    FindingMarked,
    FindingUnmarked,
    KeyImageSet,
    MeasurementRemoved,
    MeasurementSet,
    ReadingCommitted,
    ResultArrived,
    ResultsRequested,
    VerdictGiven,
    VerdictRedone,
    VerdictUndone,
    event_of,
)
from app.findings.mask_events import MaskEvent
from app.findings.replay_masks import standing_masks
from app.findings.study_events import PEOPLE, StudyMarkedRead, StudyReopened
from app.support.codec import CodecError


@dataclass(slots=True)
class _Given:
    entry: Entry
    event: Deed
    counts: bool = True

    def is_by(self, reader: str) -> bool:
        """Whether this reader did it; nobody in particular stands for everybody."""
        return not reader or self.event.reader == reader


@dataclass(slots=True)
class History:
    """What the entries of one study add up to, in order; `undone` is the stack that redo takes from."""

    results: dict[str, AnalysisResult] = field(default_factory=dict)
    findings: dict[str, Finding] = field(default_factory=dict)
    deeds: dict[str, _Given] = field(default_factory=dict)  # entry hash -> verdict or measurement
    undone: list[str] = field(default_factory=list)
    commits: list[Commit] = field(default_factory=list)
    requested: dict[str, None] = field(default_factory=dict)  # readers, in the order of asking
    reads: list[ReadMark] = field(default_factory=list)

    def last_deed(self, reader: str = "") -> str | None:
        """Hash of the latest deed that counts, of this reader alone where one is named."""
        mine = (key for key in reversed(self.deeds) if self.deeds[key].is_by(reader))
        return next((key for key in mine if self.deeds[key].counts), None)

    def next_redo(self, reader: str = "") -> str | None:
        """Hash of the deed that was undone last and may come back; a new deed of the same reader ends that."""
        return next((key for key in reversed(self.undone) if self.deeds[key].is_by(reader)), None)


def replay(entries: Iterable[Entry], study_instance_uid: str = "", reader: str = "") -> Reading:
    """The reading of one study. Without a uid the entries must all be of one study.

    Practice of trainees (see `app.domain.readers`) takes no part, unless `reader` is a trainee: for a trainee the
    results and the own practice are all there is.

    A result that is there twice counts once; the first word on a finding id holds, so no verdict can slide onto
    another finding. Raises JournalError for an entry that cannot be understood.
    """
    listed = list(entries)
    uids = {entry.study_instance_uid for entry in listed}
    if study_instance_uid:
        listed = [entry for entry in listed if entry.study_instance_uid == study_instance_uid]
    elif len(uids) > 1:
        raise ValueError("entries of several studies need the uid of the one that is wanted")
    history = history_of(listed, reader)
    latest = {
        given.event.finding_id: given
        for given in history.deeds.values()
        if given.counts and isinstance(given.event, VerdictGiven)
    }  # insertion order: a later verdict on the same finding replaces an earlier one
    marked = _marked(history)
    of_models = tuple(_judge(finding, latest.get(key)) for key, finding in history.findings.items())
    return Reading(
        study_instance_uid or next(iter(uids), ""),
        tuple(history.results.values()),
        (*of_models, *(_own(one) for one in marked)),
        _measurements(history),
        _key_images(history),
        marked,
        tuple(history.commits),
        tuple(history.requested),
        segmentations=standing_masks(
            (given.entry, given.event, given.counts)
            for given in history.deeds.values()
            if isinstance(given.event, MaskEvent)
        ),
        reads=tuple(history.reads),
    )


def history_of(entries: Iterable[Entry], reader: str = "") -> History:
    """Walk through the entries of one study, in order, as far as they count for this reader."""
    history = History()
    for entry in entries:
        if entry.event_type != ResultArrived.__name__ and not _counts_for(entry.reader, reader):
            continue
        try:
            event = event_of(entry.event_type, entry.payload)
        except CodecError as error:
            raise JournalError("error.journal.unreadable_entry", sequence=entry.sequence) from error
        if event is not None:
            _take(history, entry, event)
    return history


def record_only(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Entries without practice of trainees and without those about readers: what figures of a site are made of."""
    for entry in entries:
        is_record = entry.event_type == ResultArrived.__name__ or not is_practice(entry.reader)
        if is_record and entry.study_instance_uid != PEOPLE:
            yield entry


def _take(history: History, entry: Entry, event: Event) -> None:
    if isinstance(event, ResultArrived):
        if event.result.result_id not in history.results:
            history.results[event.result.result_id] = event.result
            for finding in event.result.findings:
                history.findings.setdefault(finding.finding_id, finding)
    elif isinstance(event, Deed):
        history.deeds[entry.sha256] = _Given(entry, event)
        history.undone = [
            key for key in history.undone if not history.deeds[key].is_by(event.reader or entry.reader)
        ]
    elif isinstance(event, VerdictUndone):
        _switch(history, event.entry_hash, counts=False)
    elif isinstance(event, VerdictRedone):
        _switch(history, event.entry_hash, counts=True)
    else:
        _take_study(history, entry, event)


def _take_study(history: History, entry: Entry, event: Event) -> None:
    """What concerns the study as a whole."""
    if isinstance(event, ReadingCommitted):
        own = tuple(one for one in _marked(history) if one.reader == event.reader)
        history.commits.append(Commit(event.reader, entry.at, own))
    elif isinstance(event, ResultsRequested):
        history.requested[event.reader] = None
    elif isinstance(event, StudyMarkedRead):
        history.reads.append(ReadMark(event.reader, entry.at, event.result_ids, event.overridden))
    elif isinstance(event, StudyReopened):
        history.reads.clear()


def _counts_for(entry_reader: str, reader: str) -> bool:
    return entry_reader == reader if is_practice(reader) else not is_practice(entry_reader)


def _switch(history: History, entry_hash: str, *, counts: bool) -> None:
    """Take a deed out or back in; doing so twice changes nothing."""
    given = history.deeds.get(entry_hash)
    if given is None or given.counts is counts:
        return
    for one in _together(history, given):
        one.counts = counts
    if counts:
        history.undone = [key for key in history.undone if key != entry_hash]
    else:
        history.undone.append(entry_hash)


def _together(history: History, given: _Given) -> list[_Given]:
    """A long stroke, or a copy with its voxels, is several entries and one deed."""
    group = getattr(given.event, "group", "")
    if not group:
        return [given]
    return [one for one in history.deeds.values() if getattr(one.event, "group", "") == group]


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


def _marked(history: History) -> tuple[Marked, ...]:
    """What readers have marked, in the order of first marking; nobody marks under the id of a model's finding."""
    standing: dict[str, Marked] = {}
    for given in history.deeds.values():
        event = given.event
        if given.counts and isinstance(event, FindingMarked):
            key = event.finding.finding_id
            if key not in history.findings:
                standing[key] = Marked(
                    replace(event.finding, result_id=""),
                    event.series_instance_uid,
                    event.frame_of_reference_uid,
                    event.reader,
                    given.entry.at,
                )
        elif given.counts and isinstance(event, FindingUnmarked):
            standing.pop(event.finding_id, None)
    return tuple(standing.values())


def _own(marked: Marked) -> Judgement:
    """A reader stands by what the reader marked: there is nothing to accept."""
    return Judgement(marked.finding, Verdict.ACCEPTED, None, marked.reader, marked.at)


def _judge(finding: Finding, given: _Given | None) -> Judgement:
    if given is None or not isinstance(given.event, VerdictGiven):
        return Judgement(finding)
    event = given.event
    return Judgement(
        finding,
        event.verdict,
        event.reason,
        event.reader,
        given.entry.at,
        event.label,
        event.place,
        event.quantities,
    )
