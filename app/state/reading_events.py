"""What can happen to the reading: always after the journal has written it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.domain.finding import Gate, Reading
from app.state.events import with_deed
from app.state.model import AppState, Deed, DeedKind


@dataclass(frozen=True, slots=True)
class ReadingReplayed:
    """The journal's account of the open study, at opening or after a result arrived."""

    reading: Reading
    written_at: str = ""

    def apply_to(self, state: AppState) -> AppState:
        """Ignore the reading of a study that is no longer open."""
        if self.reading.study_instance_uid != state.workspace.open_study_uid:
            return state
        now = replace(
            state.reading, reading=self.reading, written_at=self.written_at or state.reading.written_at
        )
        if self.reading.judgement(now.selected_id) is None:
            now = replace(now, selected_id="", rejecting_id="", extent=None)
        if self.reading.gate is not Gate.OPEN:
            now = replace(now, compared=None)  # what was shown before is withheld now
        return replace(state, reading=now)


@dataclass(frozen=True, slots=True)
class VerdictTaken:
    """A verdict is in the journal; `words` names it for undo."""

    reading: Reading
    words: str
    written_at: str

    def apply_to(self, state: AppState) -> AppState:
        """Show the new judgements."""
        now = replace(
            state.reading, reading=self.reading, rejecting_id="", written_at=self.written_at, extent=None
        )
        return with_deed(replace(state, reading=now), Deed(DeedKind.READING, self.words))


@dataclass(frozen=True, slots=True)
class VerdictTakenBack:
    """The journal has an event that undoes the last verdict."""

    reading: Reading
    written_at: str

    def apply_to(self, state: AppState) -> AppState:
        """Show the judgements as they were before."""
        now = replace(state.reading, reading=self.reading, rejecting_id="", written_at=self.written_at)
        deeds = state.deeds[:-1] if state.deeds and state.deeds[-1].kind is DeedKind.READING else state.deeds
        return replace(state, reading=now, deeds=deeds)


@dataclass(frozen=True, slots=True)
class FindingSelected:
    """The reader turned to a finding, or away from all."""

    finding_id: str

    def apply_to(self, state: AppState) -> AppState:
        """A pending question about another finding is dropped."""
        if state.reading.selected_id == self.finding_id and not state.reading.rejecting_id:
            return state
        chosen = replace(
            state.reading, selected_id=self.finding_id, measurement_id="", rejecting_id="", extent=None
        )
        return replace(state, reading=chosen)


@dataclass(frozen=True, slots=True)
class MeasurementChosen:
    """The reader turned to a measurement, or away from all."""

    measurement_id: str

    def apply_to(self, state: AppState) -> AppState:
        """A finding that was selected is so no more, unless no measurement is chosen."""
        if state.reading.measurement_id == self.measurement_id:
            return state
        selected = "" if self.measurement_id else state.reading.selected_id
        now = replace(
            state.reading, measurement_id=self.measurement_id, selected_id=selected, rejecting_id=""
        )
        return replace(state, reading=now)


@dataclass(frozen=True, slots=True)
class RejectionAsked:
    """The reader wants to reject the finding and is asked for the reason; empty: the question was dropped."""

    finding_id: str

    def apply_to(self, state: AppState) -> AppState:
        """Remember whose reason is asked."""
        return replace(state, reading=replace(state.reading, rejecting_id=self.finding_id))
