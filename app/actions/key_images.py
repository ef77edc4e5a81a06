"""Marking images for whoever reads the study next."""

from __future__ import annotations

from app.actions.conditions import has_picture, has_study
from app.actions.desk import Desk
from app.actions.registry import action
from app.context import AppContext


@action("mark.toggle", menu="report", when=has_picture, group="key_images")
def toggle(_ctx: AppContext, desk: Desk) -> None:
    """Mark the image that is shown, or take its mark away."""
    desk.key_images.toggle()


@action("mark.next", menu="report", when=has_study, group="key_images")
def next_key_image(_ctx: AppContext, desk: Desk) -> None:
    """Go to the next key image."""
    desk.key_images.step(1)


@action("mark.previous", menu="report", when=has_study, group="key_images")
def previous_key_image(_ctx: AppContext, desk: Desk) -> None:
    """Go to the key image before."""
    desk.key_images.step(-1)
