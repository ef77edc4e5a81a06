"""Correcting masks. In that mode letters choose brushes and segments; outside of it none of them does anything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from app.actions.conditions import corrects_mask, has_picture
from app.actions.desk import Desk
from app.actions.registry import Action, action
from app.context import AppContext
from app.state.mask_events import MaskModeLeft, MaskModeSet
from app.state.mask_state import BrushKind, MaskMode
from app.workflows.masks import chosen

MODE = "mask"


@action("mask.edit", menu="tools", when=has_picture, group="mask", checked=corrects_mask)
def edit(_ctx: AppContext, desk: Desk) -> None:
    """Begin or leave."""
    desk.masks.toggle()


@action("mask.add", menu="tools", when=corrects_mask, mode=MODE)
def add(_ctx: AppContext, desk: Desk) -> None:
    """One more segment."""
    desk.masks.add()


def _changed(action_id: str, change: Callable[[MaskMode], MaskMode]) -> Action:
    def run(ctx: AppContext, _desk: Desk) -> None:
        ctx.store.apply(MaskModeSet(change(ctx.store.state.workspace.masks)))

    return Action(action_id, "tools", run, when=corrects_mask, mode=MODE)


def _takes(kind: BrushKind) -> Action:
    return _changed(f"mask.{kind.value}", lambda masks: replace(masks, kind=kind))


def _stepped(action_id: str, step: int) -> Action:
    def run(ctx: AppContext, _desk: Desk) -> None:
        segmentation, masks = chosen(ctx), ctx.store.state.workspace.masks
        numbers = [one.number for one in segmentation.segments] if segmentation else []
        if numbers:
            here = numbers.index(masks.number) if masks.number in numbers else -step
            number = numbers[(here + step) % len(numbers)]
            ctx.store.apply(MaskModeSet(replace(masks, number=number)))

    return Action(action_id, "tools", run, when=corrects_mask, mode=MODE)


def _reshaped(action_id: str, what: str) -> Action:
    def run(_ctx: AppContext, desk: Desk) -> None:
        desk.masks.reshape(what)

    return Action(action_id, "tools", run, when=corrects_mask, mode=MODE)


def _leaves(action_id: str) -> Action:
    def run(ctx: AppContext, _desk: Desk) -> None:
        ctx.store.apply(MaskModeLeft())

    return Action(action_id, "tools", run, when=corrects_mask, mode=MODE)


TOOLS = (
    *(_takes(kind) for kind in BrushKind),
    _changed("mask.threshold", lambda masks: replace(masks, has_band=not masks.has_band)),
    _changed("mask.solid", lambda masks: replace(masks, solid=not masks.solid)),
    _changed("mask.smaller", lambda masks: replace(masks, radius_mm=masks.radius_by(-1))),
    _changed("mask.larger", lambda masks: replace(masks, radius_mm=masks.radius_by(1))),
    _stepped("mask.previous_segment", -1),
    _stepped("mask.next_segment", 1),
    _reshaped("mask.fill", "between"),
    _reshaped("mask.largest", "largest"),
    _reshaped("mask.drop_small", "small"),
    _changed("mask.hide", lambda masks: replace(masks, hidden=masks.hidden ^ {masks.number})),
    _changed("mask.lock", lambda masks: replace(masks, locked=masks.locked ^ {masks.number})),
    _changed("mask.show", lambda masks: replace(masks, fills=not masks.fills)),
    _leaves("mask.done"),
    _leaves("mask.cancel"),
)
