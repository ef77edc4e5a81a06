"""What can happen to the screen as a whole: side panels, and which stacks scroll together."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.state.model import AppState, ScrollLink


@dataclass(frozen=True, slots=True)
class PanelsToggled:
    """Side panels shown or hidden."""

    def apply_to(self, state: AppState) -> AppState:
        """The other of the two."""
        workspace = replace(state.workspace, panels_shown=not state.workspace.panels_shown)
        return replace(state, workspace=workspace)


@dataclass(frozen=True, slots=True)
class ScrollLinkChosen:
    """Which stacks scroll together from now on."""

    link: ScrollLink

    def apply_to(self, state: AppState) -> AppState:
        """Nothing on the screen moves."""
        return replace(state, workspace=replace(state.workspace, scroll_link=self.link))


@dataclass(frozen=True, slots=True)
class ZoomLinkToggled:
    """Stacks that scroll together are enlarged and moved together, or each alone."""

    def apply_to(self, state: AppState) -> AppState:
        """The other of the two; nothing on the screen moves."""
        workspace = replace(state.workspace, zoom_link=not state.workspace.zoom_link)
        return replace(state, workspace=workspace)


@dataclass(frozen=True, slots=True)
class ReferenceLinesToggled:
    """Reference lines drawn or not."""

    def apply_to(self, state: AppState) -> AppState:
        """The other of the two."""
        workspace = replace(state.workspace, reference_lines=not state.workspace.reference_lines)
        return replace(state, workspace=workspace)
