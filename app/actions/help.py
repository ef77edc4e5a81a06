"""Finding one's way by keyboard."""

from __future__ import annotations

from app.actions.desk import Desk
from app.actions.registry import action
from app.context import AppContext


@action("help.palette", menu="help", group="find")
def palette(_ctx: AppContext, desk: Desk) -> None:
    """Find a command or a study by typing."""
    desk.show("palette")


@action("help.pages", menu="help", group="find")
def pages(_ctx: AppContext, desk: Desk) -> None:
    """The help pages: what there is, how it is used, what is known of it."""
    desk.show("help")


@action("help.keys", menu="help", group="find")
def keys(_ctx: AppContext, desk: Desk) -> None:
    """All keys that are in force now."""
    desk.show("keys")


@action("help.bindings", menu="help", group="find")
def bindings(_ctx: AppContext, desk: Desk) -> None:
    """Every key and mouse button, to change."""
    desk.show("bindings")


@action("help.panel_next", menu="help", group="find")
def panel_next(_ctx: AppContext, desk: Desk) -> None:
    """Move the keyboard from panel to panel."""
    desk.next_panel()


@action("help.dismiss", menu="help", group="find")
def dismiss(_ctx: AppContext, desk: Desk) -> None:
    """Cancel the gesture, close the list, deselect; a picture is never reset by it."""
    desk.dismiss()


@action("help.about", menu="help", group="about")
def about(_ctx: AppContext, desk: Desk) -> None:
    """What this product is for, and what not."""
    desk.show("about")
