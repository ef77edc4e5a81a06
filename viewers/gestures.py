"""What a drag does: one generator each. It is given every move by `send`; `close()` before the end undoes it."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Protocol

import numpy as np

from viewers.geometry import Vector, zoomed
from viewers.types import Point, ViewState, WindowLevel

CLICK_PX = 4.0  # a press that moves less than this before it is let go is a click
FINE, COARSE = 0.2, 5.0
WINDOW_STEPS = 1024.0  # pixels of drag that cross the whole range of values
ZOOM_PX = 150.0  # pixels of drag that zoom by e
WHEEL_ZOOM = 1.15
SCROLL_PX = (2.0, 16.0)  # least and most pixels of drag for one image


class Pointer(Enum):
    """What the pointer did."""

    PRESS = "press"
    MOVE = "move"
    RELEASE = "release"


@dataclass(frozen=True, slots=True)
class PointerEvent:
    """One step of the pointer, in logical pixels of the view; y grows downwards."""

    kind: Pointer
    x_px: float
    y_px: float
    fine: bool = False
    coarse: bool = False


Gesture = Generator[None, PointerEvent, None]


@dataclass(frozen=True, slots=True)
class WindowPace:
    """Difference of largest and smallest value, narrowest width that makes sense, and the way values brighten."""

    value_range: float
    smallest_width: float
    brightens_upwards: bool


class Steered(Protocol):
    """What a gesture needs of a view."""

    @property
    def state(self) -> ViewState:
        """How the picture is looked at now."""
        ...

    @property
    def size_px(self) -> tuple[int, int]:
        """Logical width and height."""
        ...

    @property
    def window_pace(self) -> WindowPace:
        """How fast a drag changes the window of these values."""
        ...

    @property
    def layer_count(self) -> int:
        """How many images there are to scroll through."""
        ...

    @property
    def cross_point(self) -> Point | None:
        """The crosshair's point, in views that have one."""
        ...

    def show_state(self, state: ViewState) -> None:
        """Draw with this state."""
        ...

    def scroll_by(self, steps: int) -> None:
        """Go to another image, as far as there are any."""
        ...

    def place_cross(self, point: Point) -> None:
        """Move the crosshair, where there is one, and tell others of the point."""
        ...

    def grip(self, x_px: float, y_px: float) -> Vector | None:
        """How a crosshair grabbed here may move: 3x3 on mm. None where there is nothing to grab."""
        ...

    def mm_at(self, x_px: float, y_px: float) -> Point | None:
        """The point under a screen position."""
        ...

    def show_region(self, start: PointerEvent, end: PointerEvent | None) -> None:
        """Draw the rectangle between two places; None takes it away."""
        ...

    def window_in(self, start: PointerEvent, end: PointerEvent) -> WindowLevel | None:
        """The window that the values in a rectangle ask for; None where there are too few."""
        ...

    def show_glass(self, at: PointerEvent | None) -> None:
        """Enlarge what lies here; None takes the glass away."""
        ...

    def start_drawing(self, tool_id: str, press: PointerEvent) -> Gesture | None:
        """The drag of a tool that measures, or None."""
        ...

    def start_moving(self, press: PointerEvent) -> Gesture | None:
        """The drag of a measurement's point under the pointer, or None."""
        ...

    def start_painting(self, tool_id: str, press: PointerEvent, /) -> Gesture | None:
        """The stroke of a brush, or None for every other tool."""
        ...


StartGesture = Callable[[Steered, PointerEvent], Gesture]


def drag_window(view: Steered, press: PointerEvent) -> Gesture:
    """Right is wider, up is brighter; Shift is fine, Ctrl coarse."""
    start, before = view.state, press
    gain = view.window_pace.value_range / WINDOW_STEPS
    try:
        while (event := (yield)).kind is Pointer.MOVE:
            step = gain * pace(event)
            brighter = (before.y_px - event.y_px) * step
            window = _moved(view, (event.x_px - before.x_px) * step, brighter)
            view.show_state(view.state.windowed(window))
            before = event
    except GeneratorExit:
        back = view.state.windowed(start.window)
        view.show_state(replace(back, table=start.table, stored_table=start.stored_table))
        raise


def drag_region(view: Steered, press: PointerEvent) -> Gesture:
    """The window of what the rectangle encloses, once it is let go."""
    try:
        while (event := (yield)).kind is Pointer.MOVE:
            view.show_region(press, event)
        window = view.window_in(press, event)
        if window is not None:
            view.show_state(view.state.windowed(window))
    finally:
        view.show_region(press, None)


def drag_glass(view: Steered, press: PointerEvent) -> Gesture:
    """A magnifying glass for as long as the button is down."""
    event = press
    try:
        view.show_glass(event)
        while (event := (yield)).kind is Pointer.MOVE:
            view.show_glass(event)
    finally:
        view.show_glass(None)


def drag_pan(view: Steered, press: PointerEvent) -> Gesture:
    """The picture follows the pointer."""
    start = view.state
    try:
        while (event := (yield)).kind is Pointer.MOVE:
            pan = (start.pan_px[0] + event.x_px - press.x_px, start.pan_px[1] + event.y_px - press.y_px)
            view.show_state(replace(view.state, pan_px=pan, fitted=False))
    except GeneratorExit:
        view.show_state(_placed_as(view.state, start))
        raise


def drag_zoom(view: Steered, press: PointerEvent) -> Gesture:
    """Up is nearer; the point under the press stays where it is."""
    start = view.state
    try:
        while (event := (yield)).kind is Pointer.MOVE:
            factor = math.exp((press.y_px - event.y_px) * pace(event) / ZOOM_PX)
            at_px = (press.x_px, press.y_px)
            view.show_state(_placed_as(view.state, zoomed(start, factor, at_px, view.size_px)))
    except GeneratorExit:
        view.show_state(_placed_as(view.state, start))
        raise


def drag_scroll(view: Steered, press: PointerEvent) -> Gesture:
    """Down is towards the last image; the whole height is the whole stack, within reason."""
    shortest, longest = SCROLL_PX
    per_image = min(max(view.size_px[1] / max(view.layer_count, 1), shortest), longest)
    done = 0
    try:
        while (event := (yield)).kind is Pointer.MOVE:
            wanted = round((event.y_px - press.y_px) / per_image)
            view.scroll_by(wanted - done)
            done = wanted
    except GeneratorExit:
        view.scroll_by(-done)
        raise


def drag_crosshair(view: Steered, press: PointerEvent) -> Gesture:
    """The crosshair is under the pointer."""
    start = view.cross_point
    try:
        _follow(view, press)
        while (event := (yield)).kind is Pointer.MOVE:
            _follow(view, event)
    except GeneratorExit:
        if start is not None:
            view.place_cross(start)
        raise


def drag_grip(view: Steered, press: PointerEvent) -> Gesture:
    """What was grabbed of the crosshair slides: one line across itself, or the point with both."""
    start, grabbed = view.cross_point, view.mm_at(press.x_px, press.y_px)
    freedom = view.grip(press.x_px, press.y_px)
    try:
        while (event := (yield)).kind is Pointer.MOVE:
            here = view.mm_at(event.x_px, event.y_px)
            if start is not None and grabbed is not None and here is not None and freedom is not None:
                x, y, z = np.asarray(start) + freedom @ (np.asarray(here) - np.asarray(grabbed))
                view.place_cross((float(x), float(y), float(z)))
    except GeneratorExit:
        if start is not None:
            view.place_cross(start)
        raise


GESTURES: Mapping[str, StartGesture] = {
    "window": drag_window,
    "region": drag_region,
    "glass": drag_glass,
    "pan": drag_pan,
    "zoom": drag_zoom,
    "scroll": drag_scroll,
    "crosshair": drag_crosshair,
}


def pace(event: PointerEvent) -> float:
    """Fine, coarse, or one."""
    return FINE if event.fine else COARSE if event.coarse else 1.0


def _moved(view: Steered, wider: float, brighter: float) -> WindowLevel:
    window = view.state.window
    limits = view.window_pace
    width = max(window.width + wider, limits.smallest_width)
    return WindowLevel(window.center + (-brighter if limits.brightens_upwards else brighter), width)


def _placed_as(state: ViewState, like: ViewState) -> ViewState:
    return replace(state, scale=like.scale, pan_px=like.pan_px, fitted=like.fitted)


def _follow(view: Steered, event: PointerEvent) -> None:
    point = view.mm_at(event.x_px, event.y_px)
    if point is not None:
        view.place_cross(point)
