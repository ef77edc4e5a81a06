"""Reading mammograms: a walk at 1:1, air as it is stored, tomosynthesis beside 2D."""

from __future__ import annotations

from app.actions.conditions import has_mammogram
from app.actions.desk import Desk
from app.actions.registry import action
from app.context import AppContext


@action("mammo.walk_next", menu="view", when=has_mammogram, group="mammo")
def walk_next(_ctx: AppContext, desk: Desk) -> None:
    """The next part of the breast, pixel for pixel."""
    desk.hanging.mammography.walk(1)


@action("mammo.walk_previous", menu="view", when=has_mammogram, group="mammo")
def walk_previous(_ctx: AppContext, desk: Desk) -> None:
    """The part before."""
    desk.hanging.mammography.walk(-1)


@action("mammo.kind", menu="view", when=has_mammogram, group="mammo")
def kind(_ctx: AppContext, desk: Desk) -> None:
    """Tomosynthesis in place of 2D on the whole screen, or back."""
    desk.hanging.mammography.toggle_kind()


@action("mammo.ground", menu="view", when=has_mammogram, group="mammo")
def ground(_ctx: AppContext, desk: Desk) -> None:
    """The air beside the breast black, or as it is stored."""
    desk.hanging.mammography.toggle_ground()
