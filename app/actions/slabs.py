"""Thick slabs of the plane, or of the tomosynthesis, in the active viewport."""

from __future__ import annotations

from app.actions.conditions import has_slab
from app.actions.desk import Desk
from app.actions.registry import action
from app.context import AppContext


@action("view.slab", menu="view", when=has_slab, group="slab")
def slab(_ctx: AppContext, desk: Desk) -> None:
    """The plane alone, largest, smallest, mean value through the slab."""
    if desk.view is not None:
        desk.view.next_slab()


@action("view.slab_thicker", menu="view", when=has_slab, group="slab")
def thicker(_ctx: AppContext, desk: Desk) -> None:
    """More of the volume in one picture."""
    if desk.view is not None:
        desk.view.slab_by(1)


@action("view.slab_thinner", menu="view", when=has_slab, group="slab")
def thinner(_ctx: AppContext, desk: Desk) -> None:
    """Less of the volume in one picture."""
    if desk.view is not None:
        desk.view.slab_by(-1)
