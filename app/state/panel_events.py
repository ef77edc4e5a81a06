"""What can happen to the panel of findings that is not said of a finding: nothing of it is in the journal."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.domain.comparison import Comparison
from app.domain.finding import Place
from app.state.model import AppState, Extent, Pointing


@dataclass(frozen=True, slots=True)
class LowFindingsToggled:
    """Findings below their threshold and silenced kinds are listed, or folded into one row."""

    def apply_to(self, state: AppState) -> AppState:
        """The other way."""
        return replace(state, reading=replace(state.reading, low_shown=not state.reading.low_shown))


@dataclass(frozen=True, slots=True)
class KindsSilenced:
    """The kinds of findings, as (package, key), that this reader folds away."""

    silenced: frozenset[tuple[str, str]]

    def apply_to(self, state: AppState) -> AppState:
        """Replace the list."""
        return replace(state, reading=replace(state.reading, silenced=self.silenced))


@dataclass(frozen=True, slots=True)
class ComparisonShown:
    """Two result sets are drawn in two tones; without them the findings are drawn again."""

    comparison: Comparison | None = None

    def apply_to(self, state: AppState) -> AppState:
        """Only of the open study."""
        uid = state.workspace.open_study_uid
        if self.comparison is not None and self.comparison.left.study_instance_uid != uid:
            return state
        return replace(state, reading=replace(state.reading, compared=self.comparison))


@dataclass(frozen=True, slots=True)
class ExtentDrafted:
    """The extent of a finding is being changed and would be this; without a place the question is dropped."""

    finding_id: str = ""
    place: Place | None = None

    def apply_to(self, state: AppState) -> AppState:
        """One finding at a time."""
        draft = Extent(self.finding_id, self.place) if self.place is not None else None
        return replace(state, reading=replace(state.reading, extent=draft, rejecting_id=""))


@dataclass(frozen=True, slots=True)
class PointingChanged:
    """A place is being chosen by keys from now on, or no longer."""

    pointing: Pointing | None = None

    def apply_to(self, state: AppState) -> AppState:
        """Nothing on the screen moves."""
        return replace(state, reading=replace(state.reading, pointing=self.pointing))
