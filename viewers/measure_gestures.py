"""Drags that make a measurement or move one of its points."""

from __future__ import annotations

from typing import Protocol

from viewers.gestures import CLICK_PX, Gesture, Pointer, PointerEvent
from viewers.shapes import Shape, measure_tools
from viewers.types import Point


class Measuring(Protocol):
    """What these drags need of a view."""

    draft: Shape | None
    doubled: bool

    def mm_at(self, x_px: float, y_px: float) -> Point | None:
        """The point under a screen position."""
        ...

    def begin_shape(self, tool_id: str, at: Point) -> None:
        """First or next point."""
        ...

    def move_point(self, shape: Shape, number: int, at: Point) -> Shape:
        """Another place for one point."""
        ...

    def trace_to(self, at: Point) -> None:
        """One more point of a traced outline."""
        ...

    def end_point(self, *, clicked: bool = False) -> None:
        """The pointer was let go; clicked: where it was pressed."""
        ...

    def drop_shape(self) -> bool:
        """Forget the one being made."""
        ...

    def tell(self, shape: Shape) -> None:
        """Measure and let others know."""
        ...


def draw(view: Measuring, press: PointerEvent, tool_id: str) -> Gesture:
    """Press sets a point, the drag moves it (or traces), release leaves it there; clicks set point by point."""
    tool = measure_tools()[tool_id]
    at = view.mm_at(press.x_px, press.y_px)
    clicked = True
    try:
        if at is not None:
            view.begin_shape(tool_id, at)
        while (event := (yield)).kind is Pointer.MOVE:
            here = view.mm_at(event.x_px, event.y_px)
            clicked = clicked and abs(event.x_px - press.x_px) + abs(event.y_px - press.y_px) < CLICK_PX
            if here is None or view.draft is None or (clicked and view.doubled):  # a hand that clicks shakes
                continue
            if tool.traced:
                view.trace_to(here)
            else:
                placed = (
                    len(view.draft.points) if tool.most is None else min(len(view.draft.points), tool.most)
                )
                view.move_point(view.draft, placed - 1, here)
        view.end_point(clicked=clicked)
    except GeneratorExit:
        view.drop_shape()
        raise


def move(view: Measuring, _press: PointerEvent, shape: Shape, number: int) -> Gesture:
    """The grabbed point follows the pointer; Esc brings it back."""
    moved = shape
    try:
        while (event := (yield)).kind is Pointer.MOVE:
            here = view.mm_at(event.x_px, event.y_px)
            if here is not None:
                moved = view.move_point(moved, number, here)
        if moved is not shape and moved.points != shape.points:
            view.tell(moved)
    except GeneratorExit:
        view.move_point(shape, number, shape.points[number])
        raise
