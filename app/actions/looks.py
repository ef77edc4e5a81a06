"""How the active picture is drawn."""

from __future__ import annotations

from collections.abc import Callable

from app.actions.conditions import has_picture
from app.actions.desk import Desk
from app.actions.looks_desk import LooksDesk
from app.actions.registry import Action, action
from app.context import AppContext
from app.state.model import AppState
from app.state.screen_events import ReferenceLinesToggled


def _look(action_id: str, change: Callable[[LooksDesk], None], group: str) -> Action:
    def run(_ctx: AppContext, desk: Desk) -> None:
        change(desk.looks)

    return Action(action_id, "view", run, when=has_picture, group=group)


SCALES = (
    _look("view.one_to_one", lambda looks: looks.one_to_one(), "zoom"),
    _look("view.true_size", lambda looks: looks.true_size(), "zoom"),
)


@action("view.monitor", menu="view", group="zoom")
def monitor(_ctx: AppContext, desk: Desk) -> None:
    """Measure the screen that the window is on."""
    desk.show("monitor")


DRAWN = (
    _look("view.colors", lambda looks: looks.next_colors(), "looks"),
    _look("view.edges", lambda looks: looks.toggle_edges(), "looks"),
    _look("view.between", lambda looks: looks.next_between(), "looks"),
)


def _has_lines(state: AppState) -> bool:
    return state.workspace.reference_lines


@action("view.reference_lines", menu="view", group="looks", checked=_has_lines)
def reference_lines(ctx: AppContext, _desk: Desk) -> None:
    """Where the active image cuts the other stacks, or not."""
    ctx.store.apply(ReferenceLinesToggled())
