"""What is cut away in 3D."""

from __future__ import annotations

from app.actions.conditions import has_picture
from app.actions.desk import Desk
from app.actions.registry import action
from app.context import AppContext


@action("solid.crop", menu="layout", when=has_picture, group="solid")
def crop(_ctx: AppContext, desk: Desk) -> None:
    """The box with handles on its sides."""
    desk.solids.toggle_cropping()


@action("solid.cut", menu="layout", when=has_picture, group="solid")
def cut(_ctx: AppContext, desk: Desk) -> None:
    """Away with what lies before the crosshair."""
    desk.solids.toggle_cut()


@action("solid.whole", menu="layout", when=has_picture, group="solid")
def whole(_ctx: AppContext, desk: Desk) -> None:
    """All of it again."""
    desk.solids.whole()
