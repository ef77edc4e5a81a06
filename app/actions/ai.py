"""Running models, and how their results are drawn."""

from __future__ import annotations

from app.actions.conditions import has_jobs, has_picture
from app.actions.desk import Desk
from app.actions.registry import action
from app.context import AppContext
from app.state.events import InkChanged
from app.state.model import AppState, HeatMode


@action("ai.run", menu="ai", when=has_picture, group="run")
def run(_ctx: AppContext, desk: Desk) -> None:
    """Run the model chosen in the panel on the active series."""
    desk.run_model()


@action("ai.cancel", menu="ai", when=has_jobs, group="run")
def cancel(_ctx: AppContext, desk: Desk) -> None:
    """Stop the model that runs."""
    desk.cancel_jobs("model")


def _ink_shown(state: AppState) -> bool:
    return state.workspace.ink.shown


@action("ai.ink", menu="ai", group="ink", checked=_ink_shown)
def ink(ctx: AppContext, _desk: Desk) -> None:
    """All AI marks shown or hidden at once."""
    ctx.store.apply(InkChanged(shown=not ctx.store.state.workspace.ink.shown))


@action("ai.mode", menu="ai", group="ink")
def mode(ctx: AppContext, _desk: Desk) -> None:
    """Marks only, outlines, heat."""
    order = list(HeatMode)
    here = order.index(ctx.store.state.workspace.ink.mode)
    ctx.store.apply(InkChanged(shown=True, mode=order[(here + 1) % len(order)]))


@action("ai.queue", menu="ai", group="run")
def queue(_ctx: AppContext, desk: Desk) -> None:
    """Model runs: what runs, waits and ended."""
    desk.show("queue")


@action("ai.inventory", menu="ai", group="run")
def inventory(_ctx: AppContext, desk: Desk) -> None:
    """Model packages: ten facts of each, and what happened to it."""
    desk.show("inventory")
