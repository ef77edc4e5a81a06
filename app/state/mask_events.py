"""What can happen to the way masks are corrected."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.state.mask_state import TOOL, MaskMode
from app.state.model import AppState


@dataclass(frozen=True, slots=True)
class MaskModeSet:
    """Another segment, brush, size, or what is hidden and locked."""

    masks: MaskMode

    def apply_to(self, state: AppState) -> AppState:
        """Nothing of the pictures moves."""
        return replace(state, workspace=replace(state.workspace, masks=self.masks))


@dataclass(frozen=True, slots=True)
class MaskModeEntered:
    """A segmentation is corrected from now on."""

    segmentation_id: str
    number: int

    def apply_to(self, state: AppState) -> AppState:
        """The left button takes the brush; what was hidden or locked of another segmentation is so no more."""
        workspace = state.workspace
        before, tool = workspace.masks, workspace.tool
        same = before.segmentation_id == self.segmentation_id
        masks = replace(
            before,
            is_on=True,
            segmentation_id=self.segmentation_id,
            number=self.number,
            hidden=before.hidden if same else frozenset(),
            locked=before.locked if same else frozenset(),
            tool_before=before.tool_before if tool == TOOL else tool,
        )
        return replace(state, workspace=replace(workspace, masks=masks, tool=TOOL))


@dataclass(frozen=True, slots=True)
class MaskModeLeft:
    """The reader is done; the segmentation stays on the pictures."""

    def apply_to(self, state: AppState) -> AppState:
        """The left button does again what it did before, unless another tool was taken meanwhile."""
        workspace = state.workspace
        tool = workspace.masks.tool_before if workspace.tool == TOOL else workspace.tool
        masks = replace(workspace.masks, is_on=False)
        return replace(state, workspace=replace(workspace, masks=masks, tool=tool))
