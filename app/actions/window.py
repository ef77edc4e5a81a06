"""Zones on several monitors."""

from __future__ import annotations

from app.actions.desk import Desk
from app.actions.registry import Action, action
from app.context import AppContext


def _tear(zone: str) -> Action:
    def run(_ctx: AppContext, desk: Desk) -> None:
        desk.zones.toggle(zone)

    return Action(f"window.{zone}", "view", run, group="windows")


ZONES = (_tear("images"), _tear("lists"), _tear("findings"))


@action("window.together", menu="view", group="windows")
def together(_ctx: AppContext, desk: Desk) -> None:
    """Everything back into one window."""
    desk.zones.together()
