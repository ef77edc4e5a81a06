"""What can happen to the workspace and the list of jobs."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.domain.study import Patient, Study
from app.state.mask_state import MaskMode
from app.state.model import (
    AiNote,
    AppState,
    Arrangement,
    Deed,
    DeedKind,
    HeatMode,
    Hung,
    Ink,
    JobRow,
    Layout,
    ReadingState,
    TextAmount,
    Viewport,
    Workspace,
)

DEEDS_KEPT = 100


def with_deed(state: AppState, deed: Deed) -> AppState:
    """The state with one more deed that can be undone."""
    return replace(state, deeds=(*state.deeds, deed)[-DEEDS_KEPT:])


def _rearranged(state: AppState, workspace: Workspace, words: str) -> AppState:
    """The rearranged state; without words it is no deed of the reader's and cannot be undone."""
    after = replace(state, workspace=workspace)
    return with_deed(after, Deed(DeedKind.WORKSPACE, words, before=state.workspace)) if words else after


@dataclass(frozen=True, slots=True)
class StudiesListed:
    """The index knows these studies now; they replace the list, new ones at the end."""

    studies: tuple[Study, ...]

    def apply_to(self, state: AppState) -> AppState:
        """Keep the reader's order and put newcomers behind."""
        # Two patients under one study UID stay two studies: the patient is part of what tells studies apart.
        fresh = {(study.study_instance_uid, study.patient): study for study in self.studies}
        before = state.workspace.studies
        kept = [
            old if old == new else new  # the same object where nothing changed, so that no view is made anew
            for old in before
            if (new := fresh.pop((old.study_instance_uid, old.patient), None)) is not None
        ]
        listed = (*kept, *fresh.values())
        if len(listed) == len(before) and all(old is new for old, new in zip(before, listed, strict=True)):
            return state
        return replace(state, workspace=replace(state.workspace, studies=listed))


@dataclass(frozen=True, slots=True)
class StudyOpened:
    """The reader turned to a study: empty viewports, its reading is to be replayed."""

    study_instance_uid: str
    patient: Patient | None = None

    def apply_to(self, state: AppState) -> AppState:
        """Clear what hung of another study; two patients never share the screen by accident."""
        arrangement = state.workspace.arrangement
        emptied = replace(
            arrangement,
            viewports=tuple(Viewport(v.viewport_id) for v in arrangement.viewports),
            maximised_id="",
        )
        workspace = replace(
            state.workspace,
            open_study_uid=self.study_instance_uid,
            open_patient=self.patient,
            arrangement=emptied,
            before_planes=None,
            masks=MaskMode(),
            tool=state.workspace.tool_of_pictures,
        )
        return replace(
            state, workspace=workspace, reading=ReadingState(silenced=state.reading.silenced), deeds=()
        )


@dataclass(frozen=True, slots=True)
class Hanged:
    """A display set was hung in a viewport, which becomes the active one."""

    viewport_id: str
    hung: Hung
    words: str = ""

    def apply_to(self, state: AppState) -> AppState:
        """Change that one viewport; nothing where it is gone, as after a late drop."""
        arrangement = state.workspace.arrangement
        if arrangement.viewport(self.viewport_id) is None:
            return state
        viewports = tuple(
            replace(v, hung=self.hung) if v.viewport_id == self.viewport_id else v
            for v in arrangement.viewports
        )
        after = replace(arrangement, viewports=viewports, active_id=self.viewport_id)
        workspace = replace(state.workspace, arrangement=after)
        return (
            _rearranged(state, workspace, self.words) if self.words else replace(state, workspace=workspace)
        )


@dataclass(frozen=True, slots=True)
class LayoutChosen:
    """Another number of viewports; what hangs stays where it fits."""

    layout: Layout
    words: str

    def apply_to(self, state: AppState) -> AppState:
        """Keep the first viewports, the active one among them."""
        before = state.workspace.arrangement
        ordered = list(before.viewports)
        if before.active in ordered[self.layout.count :]:
            ordered.remove(before.active)
            ordered.insert(0, before.active)
        kept = ordered[: self.layout.count]
        taken = {v.viewport_id for v in kept}
        spare = (f"v{n}" for n in range(1, 100) if f"v{n}" not in taken)
        kept += [Viewport(next(spare)) for _ in range(self.layout.count - len(kept))]
        after = Arrangement(self.layout, tuple(kept), before.active.viewport_id)
        workspace = replace(state.workspace, arrangement=after, before_planes=None)
        return _rearranged(state, workspace, self.words)


@dataclass(frozen=True, slots=True)
class ArrangementHung:
    """A whole screen at once: planes of a volume, four mammograms."""

    arrangement: Arrangement
    words: str
    remember: bool = False  # the screen before comes back when the planes are left

    def apply_to(self, state: AppState) -> AppState:
        """Replace the screen."""
        before = state.workspace.before_planes or state.workspace.arrangement
        workspace = replace(
            state.workspace, arrangement=self.arrangement, before_planes=before if self.remember else None
        )
        return _rearranged(state, workspace, self.words)


@dataclass(frozen=True, slots=True)
class PlanesLeft:
    """Back from planes or 3D to the screen before."""

    words: str

    def apply_to(self, state: AppState) -> AppState:
        """Bring the remembered screen back."""
        before = state.workspace.before_planes
        if before is None:
            return state
        workspace = replace(state.workspace, arrangement=before, before_planes=None)
        return _rearranged(state, workspace, self.words)


@dataclass(frozen=True, slots=True)
class ViewportActivated:
    """Keys and tools act on this viewport now."""

    viewport_id: str

    def apply_to(self, state: AppState) -> AppState:
        """Nothing changes if it is active already or gone."""
        arrangement = state.workspace.arrangement
        if arrangement.active_id == self.viewport_id or arrangement.viewport(self.viewport_id) is None:
            return state
        maximised = self.viewport_id if arrangement.maximised_id else ""
        after = replace(arrangement, active_id=self.viewport_id, maximised_id=maximised)
        return replace(state, workspace=replace(state.workspace, arrangement=after))


@dataclass(frozen=True, slots=True)
class MaximisedToggled:
    """One viewport fills the image area, or gives it back."""

    viewport_id: str

    def apply_to(self, state: AppState) -> AppState:
        """The maximised viewport is the active one; nothing where it is gone."""
        arrangement = state.workspace.arrangement
        if arrangement.viewport(self.viewport_id) is None:
            return state
        maximised = "" if arrangement.maximised_id else self.viewport_id
        after = replace(arrangement, maximised_id=maximised, active_id=self.viewport_id)
        return replace(state, workspace=replace(state.workspace, arrangement=after))


@dataclass(frozen=True, slots=True)
class InkChanged:
    """AI ink shown or hidden, another way of drawing, threshold or opacity; None leaves a value as it is."""

    shown: bool | None = None
    mode: HeatMode | None = None
    threshold: float | None = None
    opacity: float | None = None

    def apply_to(self, state: AppState) -> AppState:
        """Change what was named."""
        old = state.workspace.ink
        ink = Ink(
            shown=old.shown if self.shown is None else self.shown,
            mode=old.mode if self.mode is None else self.mode,
            threshold=old.threshold if self.threshold is None else self.threshold,
            opacity=old.opacity if self.opacity is None else self.opacity,
        )
        return state if ink == old else replace(state, workspace=replace(state.workspace, ink=ink))


@dataclass(frozen=True, slots=True)
class ToolChosen:
    """What the left button does."""

    tool: str

    def apply_to(self, state: AppState) -> AppState:
        """Every viewport takes the tool."""
        return replace(state, workspace=replace(state.workspace, tool=self.tool))


@dataclass(frozen=True, slots=True)
class TextAmountChosen:
    """How much is written over the pictures."""

    amount: TextAmount

    def apply_to(self, state: AppState) -> AppState:
        """Every viewport writes that much."""
        return replace(state, workspace=replace(state.workspace, text_amount=self.amount))


@dataclass(frozen=True, slots=True)
class AiNoted:
    """What the worklist may say of AI on one study."""

    note: AiNote

    def apply_to(self, state: AppState) -> AppState:
        """Replace the study's note."""
        uid = self.note.study_instance_uid
        others = tuple(n for n in state.workspace.ai_notes if n.study_instance_uid != uid)
        return replace(state, workspace=replace(state.workspace, ai_notes=(*others, self.note)))


@dataclass(frozen=True, slots=True)
class JobReported:
    """Long work started or went on."""

    row: JobRow

    def apply_to(self, state: AppState) -> AppState:
        """Replace the row, or add it."""
        others = tuple(job for job in state.jobs if job.job_id != self.row.job_id)
        return replace(state, jobs=(*others, self.row))


@dataclass(frozen=True, slots=True)
class JobEnded:
    """Long work is over, whatever its outcome."""

    job_id: str

    def apply_to(self, state: AppState) -> AppState:
        """Take the row away."""
        return replace(state, jobs=tuple(job for job in state.jobs if job.job_id != self.job_id))


@dataclass(frozen=True, slots=True)
class WorkspaceUndone:
    """The last rearrangement was taken back; open studies and results stay."""

    def apply_to(self, state: AppState) -> AppState:
        """Only layout and hangings return, since nothing else was done by that deed."""
        if not state.deeds or state.deeds[-1].before is None:
            return state
        before = state.deeds[-1].before
        workspace = replace(
            state.workspace, arrangement=before.arrangement, before_planes=before.before_planes
        )
        return replace(state, workspace=workspace, deeds=state.deeds[:-1])
