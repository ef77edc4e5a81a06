"""The one gesture engine: Qt events of a view become gestures, by a mouse profile."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from viewers.gestures import (
    CLICK_PX,
    GESTURES,
    WHEEL_ZOOM,
    Gesture,
    Pointer,
    PointerEvent,
    Steered,
    drag_grip,
)
from viewers.mouse_profiles import STANDARD, Button, Modifier

NOTCH = 120  # Qt's wheel units, eighths of a degree, for one click of a wheel

_BUTTONS = {
    Qt.MouseButton.LeftButton: Button.LEFT,
    Qt.MouseButton.MiddleButton: Button.MIDDLE,
    Qt.MouseButton.RightButton: Button.RIGHT,
}
_SIDE_BUTTONS = {Qt.MouseButton.BackButton: -1, Qt.MouseButton.ForwardButton: 1}
_MODIFIERS = {
    Qt.KeyboardModifier.ShiftModifier: Modifier.SHIFT,
    Qt.KeyboardModifier.ControlModifier: Modifier.CTRL,
    Qt.KeyboardModifier.AltModifier: Modifier.ALT,
}


class PointerEngine(QObject):
    """Listens to one view's events. Esc, or a second button, cancels a gesture and restores the view."""

    clicked = Signal(object, float, float)  # Button, x_px, y_px: press and release in one place
    double_clicked = Signal()
    hovered = Signal(float, float)
    side_pressed = Signal(int)  # -1 back, +1 forward
    zoomed = Signal(float, float, float)  # factor, x_px, y_px
    slab_turned = Signal(int)  # notches: thicker, or thinner where negative
    ended = Signal()  # a gesture was finished or cancelled

    def __init__(self, widget: QWidget, target: Steered) -> None:
        super().__init__(widget)
        self.profile = STANDARD
        self.tool = STANDARD.start_tool
        self._target = target
        self._gesture: Gesture | None = None
        self._button = Button.NONE
        self._press: QPointF | None = None
        self._wheel = 0
        self._handlers: Mapping[QEvent.Type, Callable[[QEvent], bool]] = {
            QEvent.Type.MouseButtonPress: self._on_press,
            QEvent.Type.MouseMove: self._on_move,
            QEvent.Type.MouseButtonRelease: self._on_release,
            QEvent.Type.MouseButtonDblClick: self._on_double_click,
            QEvent.Type.Wheel: self._on_wheel,
            QEvent.Type.KeyPress: self._on_key,
            QEvent.Type.ShortcutOverride: self._on_key,
            QEvent.Type.Hide: self._on_hide,
        }
        widget.installEventFilter(self)

    @property
    def busy(self) -> bool:
        """True while a gesture is under way."""
        return self._gesture is not None

    def cancel(self) -> None:
        """End the gesture; the view is as before."""
        if self._gesture is not None:
            self._gesture.close()
            self._end()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Take the events that are ours."""
        handler = self._handlers.get(event.type())
        return handler(event) if handler else False

    def _on_press(self, event: QEvent) -> bool:
        if not isinstance(event, QMouseEvent):
            return False
        if event.button() in _SIDE_BUTTONS:
            self.side_pressed.emit(_SIDE_BUTTONS[event.button()])
            return True
        button = _BUTTONS.get(event.button(), Button.NONE)
        held = event.buttons() & (Qt.MouseButton.LeftButton | Qt.MouseButton.RightButton)
        if held == Qt.MouseButton.LeftButton | Qt.MouseButton.RightButton:
            button = Button.BOTH
        self.cancel()
        self._button, self._press = button, event.position()
        self._start(button, event)
        return True

    def _start(self, button: Button, event: QMouseEvent) -> None:
        modifier, step = _modifier(event.modifiers()), _step(Pointer.PRESS, event)
        tool = self.profile.tool_for(button, modifier, self.tool)
        painting = self._target.start_painting(tool, step) if tool is not None else None
        if painting is not None:  # before all that could be grabbed under the brush
            self._gesture = painting
            self._send(None)
            return
        start = GESTURES.get(tool) if tool is not None else None
        drawing = self._target.start_drawing(tool, step) if tool is not None and start is None else None
        plain = button is Button.LEFT and modifier is Modifier.PLAIN
        if plain and tool != "crosshair" and self._target.grip(step.x_px, step.y_px) is not None:
            start = drag_grip
        if start is not None:
            drawing = start(self._target, step)
        moving = self._target.start_moving(step) if plain else None
        self._gesture = moving or drawing
        self._send(None)

    def _on_move(self, event: QEvent) -> bool:
        if not isinstance(event, QMouseEvent):
            return False
        if self._gesture is not None:
            self._send(_step(Pointer.MOVE, event))
        elif event.buttons() == Qt.MouseButton.NoButton:
            self._on_hover(event)
        return True

    def _on_hover(self, event: QMouseEvent) -> None:
        x_px, y_px = event.position().x(), event.position().y()
        self.hovered.emit(x_px, y_px)
        modifier = _modifier(event.modifiers())
        if self.profile.tool_for(Button.NONE, modifier, self.tool) == "crosshair":
            point = self._target.mm_at(x_px, y_px)
            if point is not None:
                self._target.place_cross(point)

    def _on_release(self, event: QEvent) -> bool:
        if not isinstance(event, QMouseEvent):
            return False
        if self._press is not None and event.buttons() == Qt.MouseButton.NoButton:
            press, button = self._press, self._button
            self._press = None
            if self._gesture is not None:
                self._send(_step(Pointer.RELEASE, event))
            away = event.position() - press
            if button is not Button.BOTH and abs(away.x()) + abs(away.y()) < CLICK_PX:
                self.clicked.emit(button, press.x(), press.y())
        return True

    def _on_double_click(self, event: QEvent) -> bool:
        if isinstance(event, QMouseEvent) and event.button() == Qt.MouseButton.LeftButton:
            self.cancel()
            self._press = None
            self.double_clicked.emit()
        return True

    def _on_wheel(self, event: QEvent) -> bool:
        if not isinstance(event, QWheelEvent):
            return False
        # Alt turns a wheel sideways on some systems.
        turned = event.angleDelta().y() or event.angleDelta().x()
        action = self.profile.wheel_for(_modifier(event.modifiers()))
        if action == "zoom":
            factor = WHEEL_ZOOM ** (turned / NOTCH)
            self.zoomed.emit(factor, event.position().x(), event.position().y())
        elif action in {"scroll", "slab"}:
            self._wheel += turned
            notches = int(self._wheel / NOTCH)  # towards zero: a touchpad sends many small turns
            self._wheel -= notches * NOTCH
            if action == "scroll":
                self._target.scroll_by(-notches)
            elif notches:
                self.slab_turned.emit(notches)
        return True

    def _on_key(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape and self.busy:
            if event.type() == QEvent.Type.KeyPress:
                self.cancel()
                self._press = None
            event.accept()
            return True
        return False

    def _on_hide(self, _event: QEvent) -> bool:
        """Whoever cannot see the view cannot end what was begun on it."""
        self.cancel()
        return False

    def _send(self, step: PointerEvent | None) -> None:
        if self._gesture is None:
            return
        if step is None:
            next(self._gesture)
            return
        with suppress(StopIteration):
            self._gesture.send(step)
            return
        self._end()

    def _end(self) -> None:
        self._gesture = None
        self.ended.emit()


def _modifier(held: Qt.KeyboardModifier) -> Modifier:
    return next((ours for qt, ours in _MODIFIERS.items() if held & qt), Modifier.PLAIN)


def _step(kind: Pointer, event: QMouseEvent) -> PointerEvent:
    modifier = _modifier(event.modifiers())
    place = event.position()
    return PointerEvent(kind, place.x(), place.y(), modifier is Modifier.SHIFT, modifier is Modifier.CTRL)
