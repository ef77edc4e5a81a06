"""What can happen to the worklist beside new studies: what is known of them, and how they are sorted."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.state.model import AiNote, AppState


@dataclass(frozen=True, slots=True)
class NotesListed:
    """What the journal says of many studies at once; it replaces what was noted of the same studies."""

    notes: tuple[AiNote, ...]

    def apply_to(self, state: AppState) -> AppState:
        """Keep notes of other studies."""
        fresh = {note.study_instance_uid for note in self.notes}
        others = tuple(n for n in state.workspace.ai_notes if n.study_instance_uid not in fresh)
        return replace(state, workspace=replace(state.workspace, ai_notes=(*others, *self.notes)))


@dataclass(frozen=True, slots=True)
class PrioritySortChosen:
    """The reader wants the worklist sorted by AI, or no longer."""

    by_priority: bool

    def apply_to(self, state: AppState) -> AppState:
        """The same object if it is so already."""
        if state.workspace.by_priority is self.by_priority:
            return state
        return replace(state, workspace=replace(state.workspace, by_priority=self.by_priority))
