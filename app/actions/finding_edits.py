"""Editing a finding beyond its label: extent and number, and what is folded or told around it."""

from __future__ import annotations

from app.actions.conditions import (
    has_findings,
    has_models_finding,
    has_selected_finding,
    has_study,
    is_changing_extent,
)
from app.actions.desk import Desk
from app.actions.registry import Action, action
from app.context import AppContext
from app.state.panel_events import LowFindingsToggled
from app.support.i18n import text
from app.workflows.confidence import next_confidence
from app.workflows.extent import drop_extent
from app.workflows.silence import toggle_silence


@action("finding.extent", menu="report", when=has_selected_finding, group="verdict")
def extent(_ctx: AppContext, desk: Desk) -> None:
    """Change where the finding lies: arrows move the box, or draw it anew."""
    desk.findings.begin_extent()


@action("finding.number", menu="report", when=has_models_finding, group="verdict")
def number(_ctx: AppContext, desk: Desk) -> None:
    """Type another number for what the model measured."""
    desk.findings.edit_number()


@action("finding.sure", menu="report", when=has_selected_finding, group="verdict")
def sure(ctx: AppContext, desk: Desk) -> None:
    """How sure I am of my own mark: the next of five steps."""
    desk.say(text("ui.own_finding.sure_now", share=f"{100 * next_confidence(ctx):.0f}"))


@action("finding.back", menu="report", when=has_study, group="walk")
def back(_ctx: AppContext, desk: Desk) -> None:
    """Where the views were before the jump to a finding."""
    desk.findings.back()


@action("finding.provenance", menu="report", when=has_selected_finding, group="walk")
def provenance(_ctx: AppContext, desk: Desk) -> None:
    """On what series, with what package, on which device, and what the model does not look for."""
    desk.findings.toggle_provenance()


@action("finding.low", menu="report", when=has_findings, group="walk")
def low(ctx: AppContext, _desk: Desk) -> None:
    """List findings below their threshold and silenced kinds, or fold them away."""
    ctx.store.apply(LowFindingsToggled())


@action("finding.silence", menu="report", when=has_models_finding, group="verdict")
def silence(ctx: AppContext, desk: Desk) -> None:
    """Fold away findings of this kind for me from now on, or no longer; the journal keeps it."""
    desk.say(toggle_silence(ctx))


def _in_extent(name: str, right: int, down: int, side: bool | None = None) -> Action:
    """side: None moves the box, true its right or lower side, false its left or upper one."""

    def run(_ctx: AppContext, desk: Desk) -> None:
        if side is None:
            desk.findings.nudge(right, down)
        else:
            desk.findings.move_side(right, down, leading=side)

    return Action(f"extent.{name}", "report", run, when=is_changing_extent, mode="extent", group="extent")


_WAYS = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}
MOVES = tuple(_in_extent(name, *way) for name, way in _WAYS.items())
FAR_SIDES = tuple(_in_extent(f"far_{name}", *way, side=True) for name, way in _WAYS.items())
NEAR_SIDES = tuple(_in_extent(f"near_{name}", *way, side=False) for name, way in _WAYS.items())


@action("extent.deeper", menu="report", when=is_changing_extent, mode="extent", group="extent")
def deeper(_ctx: AppContext, desk: Desk) -> None:
    """The box reaches further through the images."""
    desk.findings.deepen(1)


@action("extent.shallower", menu="report", when=is_changing_extent, mode="extent", group="extent")
def shallower(_ctx: AppContext, desk: Desk) -> None:
    """The box reaches less far through the images."""
    desk.findings.deepen(-1)


@action("extent.keep", menu="report", when=is_changing_extent, mode="extent", group="extent")
def keep(_ctx: AppContext, desk: Desk) -> None:
    """The extent is the reader's from now on."""
    desk.findings.keep_extent()


@action("extent.cancel", menu="report", when=is_changing_extent, mode="extent", group="extent")
def cancel(ctx: AppContext, _desk: Desk) -> None:
    """The finding keeps the extent it had."""
    drop_extent(ctx)
