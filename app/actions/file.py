"""Opening, settings, leaving."""

from __future__ import annotations

from app.actions.conditions import has_jobs
from app.actions.desk import Desk
from app.actions.registry import action
from app.context import AppContext


@action("file.open_folder", menu="file", group="open")
def open_folder(_ctx: AppContext, desk: Desk) -> None:
    """Scan a folder and everything in it."""
    folder = desk.ask_folder()
    if folder is not None:
        desk.open_paths([folder])


@action("file.open_files", menu="file", group="open")
def open_files(_ctx: AppContext, desk: Desk) -> None:
    """Open single files."""
    files = desk.ask_files()
    if files:
        desk.open_paths(files)


@action("file.cancel", menu="file", group="open", when=has_jobs)
def cancel(_ctx: AppContext, desk: Desk) -> None:
    """Stop the scan and every model run."""
    desk.cancel_jobs()


@action("file.settings", menu="file", group="settings")
def settings(_ctx: AppContext, desk: Desk) -> None:
    """Reader's name and key profile."""
    desk.show("settings")


@action("file.quit", menu="file", group="quit")
def leave(_ctx: AppContext, desk: Desk) -> None:
    """Close the window; everything judged is already written."""
    desk.quit()
