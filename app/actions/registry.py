"""How an action is declared, and how all of them are found."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import app.actions
from app.actions.desk import Desk
from app.context import AppContext
from app.state.model import AppState

Run = Callable[[AppContext, Desk], None]
Hold = Callable[[AppContext, Desk, bool], None]
Condition = Callable[[AppState], bool]

MENUS = ("file", "view", "layout", "tools", "ai", "report", "help")
MODES = ("", "reject", "mask", "extent", "pointing")


def always(_state: AppState) -> bool:
    """An action that is never greyed out."""
    return True


@dataclass(frozen=True, slots=True)
class Action:
    """One thing a reader can do.

    Its words are `action.<id>` in the locale, its keys stand in the keymaps. A hold action is told when its key
    goes down and when it comes up. Where mode is set, the action exists in that mode only. checked says whether a
    tick stands beside it in the menu.
    """

    action_id: str
    menu: str
    run: Run | None = None
    hold: Hold | None = None
    when: Condition = always
    mode: str = ""
    group: str = ""
    checked: Condition | None = None

    @property
    def text_key(self) -> str:
        """Key of its words."""
        return f"action.{self.action_id}"


def action(
    action_id: str,
    *,
    menu: str,
    when: Condition = always,
    mode: str = "",
    group: str = "",
    checked: Condition | None = None,
) -> Callable[[Run], Action]:
    """Declare a function as an action; it stands in its menu after those declared before it."""

    def declare(run: Run) -> Action:
        return Action(action_id, menu, run, None, when, mode, group, checked)

    return declare


def hold_action(action_id: str, *, menu: str) -> Callable[[Hold], Action]:
    """Declare a function that lasts as long as its key is held."""

    def declare(hold: Hold) -> Action:
        return Action(action_id, menu, None, hold)

    return declare


def all_actions() -> dict[str, Action]:
    """Every action of every module in this folder, by id, in the order of menus and of declaration."""
    found: dict[str, Action] = {}
    for one in _declared():
        if one.action_id in found:
            raise ValueError(f"action {one.action_id} is declared twice")
        found[one.action_id] = one
    return dict(sorted(found.items(), key=lambda item: MENUS.index(item[1].menu)))


def _declared() -> Iterator[Action]:
    for info in sorted(pkgutil.iter_modules(app.actions.__path__), key=lambda module: module.name):
        module = importlib.import_module(f"{app.actions.__name__}.{info.name}")
        for value in vars(module).values():
            if isinstance(value, Action):
                yield value
            elif isinstance(value, tuple):
                yield from (part for part in value if isinstance(part, Action))
