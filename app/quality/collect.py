"""Journal entries to the records that are counted: nothing is asked of readers that they have not done anyway."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from app.domain.finding import AnalysisResult, Finding, Marked, RunState, Verdict
from app.findings.chain import Entry
from app.findings.events import Exposed, VerdictGiven, event_of
from app.findings.replay import History, history_of, replay
from app.quality.records import Call, Decision, Origin, Records
from app.support.codec import CodecError

AWAY_S = 600.0  # a reader who takes longer than ten minutes was called away; ours
_DECIDED = (Verdict.ACCEPTED, Verdict.EDITED, Verdict.REJECTED)
_AVAILABLE = "available"  # there, but withheld: nobody has seen it
_OWN_LOOK = {"ReadingCommitted", "VerdictGiven", "FindingMarked", "MeasurementSet", "KeyImageSet"}


@dataclass(frozen=True, slots=True)
class _Said:
    entry: Entry
    event: VerdictGiven
    seconds: float | None
    was_away: bool


def records_of(entries: Iterable[Entry], origins: Mapping[str, Origin] | None = None) -> Records:
    """Records of all studies in these entries; origins by Study Instance UID. Raises JournalError."""
    studies: dict[str, list[Entry]] = {}
    for entry in entries:
        studies.setdefault(entry.study_instance_uid, []).append(entry)
    decisions: list[Decision] = []
    calls: list[Call] = []
    for study, listed in studies.items():
        origin = (origins or {}).get(study, Origin())
        history = history_of(listed)
        said = _said(listed, history)
        decisions += _decisions(history, said, origin)
        calls += _calls(listed, history, said, origin)
    return Records(tuple(decisions), tuple(calls))


def _said(entries: list[Entry], history: History) -> list[_Said]:
    """Verdicts that count, each with the time since the same reader's step before."""
    before: dict[str, str] = {}
    found: list[_Said] = []
    for entry in entries:
        if entry.event_type == "VerdictGiven":
            given = history.deeds[entry.sha256]
            seconds = _between(before.get(entry.reader, ""), entry.at)
            before[entry.reader] = entry.at
            if given.counts and isinstance(given.event, VerdictGiven):
                away = seconds is not None and seconds > AWAY_S
                found.append(_Said(entry, given.event, None if away else seconds, away))
        elif entry.event_type == "Exposed" and _was_shown(entry):
            before[entry.reader] = entry.at
    return found


def _was_shown(entry: Entry) -> bool:
    try:
        event = event_of(entry.event_type, entry.payload)
    except CodecError:
        return False
    return isinstance(event, Exposed) and event.exposure != _AVAILABLE


def _decisions(history: History, said: list[_Said], origin: Origin) -> list[Decision]:
    last = {(one.event.finding_id, one.entry.reader): one for one in said}
    standing = {one.event.finding_id: one.entry.reader for one in said}
    found = []
    for (finding_id, reader), one in last.items():
        finding = history.findings.get(finding_id)
        result = history.results.get(finding.result_id) if finding else None
        if finding and result and one.event.verdict in _DECIDED:
            stands = standing[finding_id] == reader
            found.append(_decision(finding, result, one, origin, stands=stands))
    return found


def _decision(
    finding: Finding, result: AnalysisResult, one: _Said, origin: Origin, *, stands: bool
) -> Decision:
    event = one.event
    return Decision(
        study=result.study_instance_uid,
        finding_id=finding.finding_id,
        key=finding.key,
        model=result.package.name,
        version=result.package.version,
        reader=one.entry.reader,
        verdict=event.verdict,
        is_modified=event.verdict is not Verdict.REJECTED and bool(event.label or event.place),
        reason=event.reason,
        score=finding.score,
        model_label=finding.label,
        reader_label=event.label or finding.label,
        at=one.entry.at,
        seconds=one.seconds,
        was_away=one.was_away,
        stands=stands,
        origin=origin,
    )


def _calls(entries: list[Entry], history: History, said: list[_Said], origin: Origin) -> list[Call]:
    """One record per run; `said` decides what became of a positive one, an own look of a negative one."""
    verdicts = {one.event.finding_id: one for one in said}
    marked = replay(entries).marked
    looked = {e.reader for e in entries if e.event_type in _OWN_LOOK}
    looked |= {e.reader for e in entries if e.event_type == "Exposed" and _was_shown(e)}
    arrived = {e.sha256: e.at for e in entries if e.event_type == "ResultArrived"}
    times = iter(arrived.values())
    found = []
    for result in history.results.values():
        judged = [verdicts[f.finding_id] for f in result.findings if f.finding_id in verdicts]
        says, place = _reader_says(result, judged, marked, is_read=bool(looked))
        readers = tuple(sorted({one.entry.reader for one in judged} or looked))
        found.append(
            Call(
                study=result.study_instance_uid,
                result_id=result.result_id,
                model=result.package.name,
                version=result.package.version,
                state=result.state,
                score=result.study_score,
                at=next(times, ""),
                reader_says=says,
                is_right_place=place,
                readers=readers,
                defects=result.defects,
                origin=origin,
            )
        )
    return found


def _reader_says(
    result: AnalysisResult, judged: list[_Said], marked: tuple[Marked, ...], *, is_read: bool
) -> tuple[bool | None, bool]:
    """(whether the reader sees what the model looks for, whether where the model saw it)."""
    verdicts = [one.event.verdict for one in judged]
    is_right_place = Verdict.ACCEPTED in verdicts or Verdict.EDITED in verdicts
    missed = any(one.series_instance_uid in result.series_instance_uids for one in marked)
    if is_right_place or missed:
        return True, is_right_place
    if result.state is RunState.NEGATIVE:
        return (False if is_read else None), False
    is_done = bool(result.findings) and verdicts.count(Verdict.REJECTED) == len(result.findings)
    return (False if is_done else None), False


def _between(start: str, end: str) -> float | None:
    try:
        seconds = (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds()
    except (ValueError, TypeError):
        return None
    return seconds if seconds >= 0 else None
