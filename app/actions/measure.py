"""Measuring what is outlined already."""

from __future__ import annotations

from app.actions.conditions import has_picture
from app.actions.desk import Desk
from app.actions.registry import action
from app.context import AppContext


@action("measure.region", menu="tools", when=has_picture, group="measure")
def region(_ctx: AppContext, desk: Desk) -> None:
    """Two diameters and the volume of the outlined region under the pointer."""
    desk.looks.regions.measure()
