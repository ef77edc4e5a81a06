"""How many viewports, and whole screens at once."""

from __future__ import annotations

from app.actions.conditions import has_picture, has_study
from app.actions.desk import Desk
from app.actions.registry import Action, action
from app.context import AppContext
from app.state.events import LayoutChosen, MaximisedToggled
from app.state.model import AppState, Layout, Plane
from app.support.i18n import text


def _layout(name: str, layout: Layout) -> Action:
    def run(ctx: AppContext, _desk: Desk) -> None:
        ctx.store.apply(LayoutChosen(layout, text("deed.layout", layout=layout.value)))

    def checked(state: AppState) -> bool:
        return state.workspace.arrangement.layout is layout

    return Action(f"layout.{name}", "layout", run, group="grid", checked=checked)


GRIDS = (
    _layout("one", Layout.ONE),
    _layout("side_by_side", Layout.SIDE_BY_SIDE),
    _layout("stacked", Layout.STACKED),
    _layout("four", Layout.FOUR),
)


def _in_planes(state: AppState) -> bool:
    return any(v.hung and v.hung.plane is Plane.AXIAL for v in state.workspace.arrangement.viewports)


def _in_volume(state: AppState) -> bool:
    arrangement = state.workspace.arrangement
    return arrangement.layout is Layout.ONE and bool(
        arrangement.active.hung and arrangement.active.hung.plane is Plane.VOLUME
    )


@action("layout.planes", menu="layout", when=has_picture, group="hanging", checked=_in_planes)
def planes(_ctx: AppContext, desk: Desk) -> None:
    """Three linked planes with 3D, or back."""
    desk.toggle_planes()


@action("layout.tiles", menu="layout", when=has_picture, group="hanging")
def tiles(_ctx: AppContext, desk: Desk) -> None:
    """Four, six, eight neighbouring images of the active stack, and back."""
    desk.looks.tiles.next_grid()


@action("layout.volume", menu="layout", when=has_picture, group="hanging", checked=_in_volume)
def volume(_ctx: AppContext, desk: Desk) -> None:
    """3D, or back."""
    desk.toggle_volume()


@action("layout.volume_preset", menu="layout", when=has_picture, group="hanging")
def volume_preset(_ctx: AppContext, desk: Desk) -> None:
    """Another way of colouring 3D."""
    desk.solids.next_preset()


@action("layout.mammography", menu="layout", when=has_study, group="hanging")
def mammography(_ctx: AppContext, desk: Desk) -> None:
    """Four mammograms back to back."""
    desk.hanging.mammograms()


@action("hanging.next", menu="layout", when=has_study, group="protocol")
def next_stage(_ctx: AppContext, desk: Desk) -> None:
    """The next screen of the hanging protocol."""
    desk.hanging.step(1)


@action("hanging.previous", menu="layout", when=has_study, group="protocol")
def previous_stage(_ctx: AppContext, desk: Desk) -> None:
    """The screen before."""
    desk.hanging.step(-1)


@action("hanging.other", menu="layout", when=has_study, group="protocol")
def other_protocol(_ctx: AppContext, desk: Desk) -> None:
    """Another protocol that fits."""
    desk.hanging.next_protocol()


@action("hanging.remember", menu="layout", when=has_picture, group="protocol")
def remember(_ctx: AppContext, desk: Desk) -> None:
    """The present screen for studies like this one."""
    desk.hanging.remember()


@action("layout.maximise", menu="layout", group="hanging")
def maximise(ctx: AppContext, _desk: Desk) -> None:
    """The active viewport alone, or all."""
    ctx.store.apply(MaximisedToggled(ctx.store.state.workspace.arrangement.active.viewport_id))
