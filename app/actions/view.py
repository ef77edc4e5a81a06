"""Looking: images, series, viewports, window, orientation, text."""

from __future__ import annotations

from collections.abc import Callable

from app.actions.conditions import has_picture, has_studies
from app.actions.desk import Desk, PictureView
from app.actions.registry import Action, action, hold_action
from app.context import AppContext
from app.state.events import TextAmountChosen, ViewportActivated
from app.state.model import AppState, ScrollLink, TextAmount
from app.state.screen_events import PanelsToggled, ScrollLinkChosen, ZoomLinkToggled
from app.support.i18n import text

FAR = 10
ZOOM_STEP = 1.25


def _on_view(action_id: str, change: Callable[[PictureView], None], group: str) -> Action:
    def run(_ctx: AppContext, desk: Desk) -> None:
        if desk.view is not None:
            change(desk.view)

    return Action(action_id, "view", run, when=has_picture, group=group)


IMAGES = (
    _on_view("view.image_previous", lambda view: view.scroll_by(-1), "image"),
    _on_view("view.image_next", lambda view: view.scroll_by(1), "image"),
    _on_view("view.image_back_10", lambda view: view.scroll_by(-FAR), "image"),
    _on_view("view.image_on_10", lambda view: view.scroll_by(FAR), "image"),
    _on_view("view.image_first", lambda view: view.scroll_to_end(last=False), "image"),
    _on_view("view.image_last", lambda view: view.scroll_to_end(last=True), "image"),
)


@action("view.series_previous", menu="view", when=has_picture, group="series")
def series_previous(_ctx: AppContext, desk: Desk) -> None:
    """The series before, in the active viewport."""
    desk.step_series(-1)


@action("view.series_next", menu="view", when=has_picture, group="series")
def series_next(_ctx: AppContext, desk: Desk) -> None:
    """The next series, in the active viewport."""
    desk.step_series(1)


@action("view.study_previous", menu="view", when=has_studies, group="series")
def study_previous(ctx: AppContext, desk: Desk) -> None:
    """The study before in the worklist."""
    _step_study(ctx, desk, -1)


@action("view.study_next", menu="view", when=has_studies, group="series")
def study_next(ctx: AppContext, desk: Desk) -> None:
    """The next study in the worklist."""
    _step_study(ctx, desk, 1)


def _step_study(ctx: AppContext, desk: Desk, step: int) -> None:
    workspace = ctx.store.state.workspace
    uids = list(dict.fromkeys(study.study_instance_uid for study in workspace.listed))
    if not uids:
        return
    here = uids.index(workspace.open_study_uid) if workspace.open_study_uid in uids else -step
    there = here + step
    if 0 <= there < len(uids):
        desk.open_study(uids[there])


@action("view.viewport_next", menu="view", group="viewport")
def viewport_next(ctx: AppContext, _desk: Desk) -> None:
    """Make the next viewport the active one."""
    _step_viewport(ctx, 1)


@action("view.viewport_previous", menu="view", group="viewport")
def viewport_previous(ctx: AppContext, _desk: Desk) -> None:
    """Make the viewport before the active one."""
    _step_viewport(ctx, -1)


def _step_viewport(ctx: AppContext, step: int) -> None:
    arrangement = ctx.store.state.workspace.arrangement
    ids = [viewport.viewport_id for viewport in arrangement.viewports]
    here = ids.index(arrangement.active.viewport_id)
    ctx.store.apply(ViewportActivated(ids[(here + step) % len(ids)]))


def _preset(number: int) -> Action:
    name = "view.preset_default" if number == 0 else f"view.preset_{number}"
    return _on_view(name, lambda view: view.use_preset(number), "preset")


PRESETS = tuple(_preset(number) for number in range(10))


def _own(number: int) -> Action:
    name = "view.own_next" if number == 0 else f"view.own_{number}"
    return _on_view(name, lambda view: view.use_own(number), "own")


OWN = (
    *(_own(number) for number in range(10)),
    _on_view("view.overlays", lambda view: view.toggle_overlays(), "own_ink"),
    _on_view("view.shutter", lambda view: view.toggle_shutter(), "own_ink"),
)

ORIENTATION = (
    _on_view("view.rotate", lambda view: view.turn(1), "orientation"),
    _on_view("view.rotate_back", lambda view: view.turn(-1), "orientation"),
    _on_view("view.flip_horizontal", lambda view: view.flip(horizontal=True), "orientation"),
    _on_view("view.flip_vertical", lambda view: view.flip(horizontal=False), "orientation"),
    _on_view("view.invert", lambda view: view.invert(), "orientation"),
)

ZOOM = (
    _on_view("view.zoom_in", lambda view: view.zoom(ZOOM_STEP), "zoom"),
    _on_view("view.zoom_out", lambda view: view.zoom(1 / ZOOM_STEP), "zoom"),
    _on_view("view.fit", lambda view: view.fit(), "zoom"),
    _on_view("view.reset", lambda view: view.reset(), "zoom"),
)


@hold_action("view.peek", menu="view")
def peek(_ctx: AppContext, desk: Desk, down: bool) -> None:
    """The bare picture while the key is held."""
    desk.peek(down=down)


@action("view.text_amount", menu="view", group="text")
def text_amount(ctx: AppContext, _desk: Desk) -> None:
    """All text, the minimum, none."""
    order = list(TextAmount)
    here = order.index(ctx.store.state.workspace.text_amount)
    ctx.store.apply(TextAmountChosen(order[(here + 1) % len(order)]))


def _panels_shown(state: AppState) -> bool:
    return state.workspace.panels_shown


@action("view.panels", menu="view", group="text", checked=_panels_shown)
def panels(ctx: AppContext, _desk: Desk) -> None:
    """Side panels shown or hidden."""
    ctx.store.apply(PanelsToggled())


def _links_scrolling(state: AppState) -> bool:
    return state.workspace.scroll_link is not ScrollLink.NONE


@action("view.scroll_link", menu="view", group="text", checked=_links_scrolling)
def scroll_link(ctx: AppContext, desk: Desk) -> None:
    """Stacks scroll together as the hanging protocol says, all of them, or none."""
    order = list(ScrollLink)
    link = order[(order.index(ctx.store.state.workspace.scroll_link) + 1) % len(order)]
    ctx.store.apply(ScrollLinkChosen(link))
    desk.say(text(f"ui.scroll_link.{link.value}"))


def _links_zoom(state: AppState) -> bool:
    return state.workspace.zoom_link


@action("view.zoom_link", menu="view", group="text", checked=_links_zoom)
def zoom_link(ctx: AppContext, desk: Desk) -> None:
    """Stacks that scroll together are enlarged and moved together, or each alone."""
    ctx.store.apply(ZoomLinkToggled())
    desk.say(text(f"ui.zoom_link.{'on' if _links_zoom(ctx.store.state) else 'off'}"))


@action("view.cine", menu="view", when=has_picture, group="cine")
def cine(_ctx: AppContext, desk: Desk) -> None:
    """Play the active stack, or stop."""
    desk.cine.toggle()


@action("view.cine_mode", menu="view", when=has_picture, group="cine")
def cine_mode(_ctx: AppContext, desk: Desk) -> None:
    """In a loop, back and forth, backwards."""
    desk.cine.next_mode()


@action("view.cine_faster", menu="view", when=has_picture, group="cine")
def cine_faster(_ctx: AppContext, desk: Desk) -> None:
    """A quarter faster."""
    desk.cine.faster(1)


@action("view.cine_slower", menu="view", when=has_picture, group="cine")
def cine_slower(_ctx: AppContext, desk: Desk) -> None:
    """As much slower."""
    desk.cine.faster(-1)


@action("view.cine_all", menu="view", when=has_picture, group="cine")
def cine_all(_ctx: AppContext, desk: Desk) -> None:
    """Play every stack on the screen at once, or stop all."""
    desk.cine.toggle_all()


@action("view.cine_first", menu="view", when=has_picture, group="cine")
def cine_first(_ctx: AppContext, desk: Desk) -> None:
    """Play from the shown image on."""
    desk.cine.mark_first()


@action("view.cine_last", menu="view", when=has_picture, group="cine")
def cine_last(_ctx: AppContext, desk: Desk) -> None:
    """Play up to the shown image."""
    desk.cine.mark_last()


@action("view.full_screen", menu="view", group="text")
def full_screen(_ctx: AppContext, desk: Desk) -> None:
    """Fill the screen, or not."""
    desk.zones.toggle_full_screen()
