"""What of AI has come before the reader's eyes, entered in the journal once per opening of a study (RQ-18).

Available and presented are two things: a result that waits behind the reader's own look is available only. Who later
asks whether a verdict was given with a score in sight finds the answer here.
"""

from __future__ import annotations

from collections.abc import Callable

from app.context import AppContext
from app.domain.errors import OverreadError
from app.domain.finding import AnalysisResult, Gate
from app.state.model import AppState
from app.workflows.showing import policies_of

AVAILABLE, PRESENCE, PRIORITY = "available", "presence", "priority"
CATEGORICAL, QUANTITATIVE, LOCALISATION = "categorical", "quantitative", "localisation"
Exposure = tuple[str, str, str]  # study, kind, result id ("" for what belongs to no single result)


def exposures(state: AppState) -> frozenset[Exposure]:
    """What the open study shows of AI in this state."""
    uid, reading = state.workspace.open_study_uid, state.reading.reading
    if not uid or reading is None or reading.study_instance_uid != uid:
        return frozenset()
    note = state.workspace.note(uid)
    found: set[Exposure] = set()
    if note.waits and reading.gate is not Gate.OPEN:
        found.add((uid, AVAILABLE, ""))
    if note.states or note.waits:
        found.add((uid, PRESENCE, ""))
    for result in reading.results:
        found |= {(uid, kind, result.result_id) for kind in _kinds(result, marks=state.workspace.ink.shown)}
    return frozenset(found)


def priorities(state: AppState) -> frozenset[Exposure]:
    """The studies whose place in the worklist says something of AI (RQ-19)."""
    if not state.workspace.by_priority:
        return frozenset()
    notes = state.workspace.ai_notes
    return frozenset((n.study_instance_uid, PRIORITY, "") for n in notes if n.priority is not None)


def _kinds(result: AnalysisResult, *, marks: bool) -> set[str]:
    kinds = {CATEGORICAL}
    scored = result.study_score is not None or any(f.score is not None for f in result.findings)
    if scored or result.measures or any(finding.quantities for finding in result.findings):
        kinds.add(QUANTITATIVE)
    if marks and (result.maps or any(finding.place.center is not None for finding in result.findings)):
        kinds.add(LOCALISATION)
    return kinds


class ExposureLog:
    """Watches the state; writes after the event that showed something: the picture does not wait for the disk."""

    def __init__(self, ctx: AppContext, failed: Callable[[OverreadError], None]) -> None:
        self._ctx = ctx
        self._failed = failed
        self._study = ""
        self._told: set[Exposure] = set()
        self._told_order: set[Exposure] = set()  # once per sorting, not per opening
        self._sorted = False
        self._waiting: set[Exposure] = set()
        self._stop = ctx.store.watch(lambda state: state, self._look)

    def _look(self, state: AppState) -> None:
        if state.workspace.open_study_uid != self._study:
            self._study = state.workspace.open_study_uid
            self._told.clear()
        if state.workspace.by_priority is not self._sorted:
            self._sorted = state.workspace.by_priority
            self._told_order.clear()
        order = priorities(state) - self._told_order
        self._told_order |= order
        fresh = (exposures(state) - self._told) | order
        if fresh:
            self._told |= fresh
            was_empty = not self._waiting
            self._waiting |= fresh
            if was_empty:
                self._ctx.post(self.write)

    def write(self) -> None:
        """What has been noticed since, in one transaction."""
        from app.findings.events import Exposed

        waiting, self._waiting = self._waiting, set()
        if not waiting:
            return
        policy = policies_of(self._ctx.settings).site.value
        grouped: dict[tuple[str, str], list[str]] = {}
        for study, kind, result_id in sorted(waiting):
            grouped.setdefault((study, kind), []).extend([result_id] if result_id else [])
        events = [
            Exposed(study, kind, tuple(ids), policy, self._ctx.reader)
            for (study, kind), ids in grouped.items()
        ]
        try:
            self._ctx.journal.append_many(events)
        except OverreadError as error:
            self._failed(error)

    def close(self) -> None:
        """Write what is left, then watch no more."""
        self._stop()
        self.write()
