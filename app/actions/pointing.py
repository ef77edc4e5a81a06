"""A place chosen by keys: arrows move a cross over the picture, and whatever needs a place takes it from there."""

from __future__ import annotations

from collections.abc import Callable

from app.actions.conditions import has_picture, is_pointing
from app.actions.desk import Desk
from app.actions.pointing_desk import PointingDesk
from app.actions.registry import Action, action
from app.context import AppContext

MODE = "pointing"
STEP_PX, FINE_PX, FAR_PX = 8, 1, 40  # logical pixels of the screen, whatever the picture's scale


@action("tool.by_keys", menu="tools", when=has_picture, group="by_keys")
def by_keys(_ctx: AppContext, desk: Desk) -> None:
    """The chosen tool by keys: a measurement is drawn from the cross; with other tools a finding is marked there."""
    desk.pointing.begin(marks=False)


def _in_mode(name: str, do: Callable[[PointingDesk], None]) -> Action:
    def run(_ctx: AppContext, desk: Desk) -> None:
        do(desk.pointing)

    return Action(f"pointing.{name}", "tools", run, when=is_pointing, mode=MODE, group=MODE)


def _moves(name: str, right: int, down: int) -> Action:
    return _in_mode(name, lambda pointing: pointing.step(right, down))


_WAYS = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}
STEPS = tuple(
    _moves(f"{kind}{name}", px * right, px * down)
    for kind, px in (("", STEP_PX), ("fine_", FINE_PX), ("far_", FAR_PX))
    for name, (right, down) in _WAYS.items()
)
REST = (
    _in_mode("image_previous", lambda pointing: pointing.scroll(-1)),
    _in_mode("image_next", lambda pointing: pointing.scroll(1)),
    _in_mode("larger", lambda pointing: pointing.resize(1)),
    _in_mode("smaller", lambda pointing: pointing.resize(-1)),
    _in_mode("set", lambda pointing: pointing.take()),
    _in_mode("cancel", lambda pointing: pointing.leave()),
)
