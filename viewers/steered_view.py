"""The layer of a view that is steered by the mouse, through the gesture engine."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QHelpEvent, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from viewers import measure_gestures
from viewers.geometry import Vector
from viewers.gestures import Gesture, PointerEvent
from viewers.interaction import PointerEngine
from viewers.loupe import FACTOR, HAND, Glass, clip_of, enlarged, paint_rim
from viewers.mouse_profiles import Button, MouseProfile
from viewers.overlays import markers, measurements, truth_badge
from viewers.pointed_view import PointedView
from viewers.region_window import window_of
from viewers.shapes import measure_tools
from viewers.types import Point, WindowLevel


class SteeredView(PointedView):
    """Gestures that are the same for stacks and planes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.engine = PointerEngine(self, self)
        self.engine.clicked.connect(self._on_click)
        self.engine.double_clicked.connect(self._on_double_click)
        self._pointer_px: tuple[float, float] | None = None
        self.engine.hovered.connect(self._on_hover)
        self.engine.side_pressed.connect(self.finding_step)
        self.engine.zoomed.connect(self.zoom_at)
        self._region: QRectF | None = None
        self._glass: Glass | None = None

    @property
    def layer_count(self) -> int:
        """Images to scroll through."""
        return 0

    def scroll_by(self, steps: int) -> None:
        """Go to another image, where there are several."""

    def set_mouse_profile(self, profile: MouseProfile) -> None:
        """Which button does what; the profile's first tool becomes the active one."""
        self.engine.cancel()
        self.engine.profile, self.engine.tool = profile, profile.start_tool

    def set_tool(self, tool_id: str) -> None:
        """The tool of the active button: window, pan, zoom, scroll, crosshair, or one that measures."""
        self.engine.cancel()
        self.drop_shape()
        self.engine.tool = tool_id

    def event(self, event: QEvent) -> bool:
        """Tell the badge's details to whoever points at it, and when the pointer is gone."""
        drawn_by_hand = self.draft is not None and self.key_cursor is None
        if drawn_by_hand and isinstance(event, QKeyEvent) and self._ends_shape(event):
            return True
        if event.type() is QEvent.Type.Leave:
            self._pointer_px = None
            self.point_hovered.emit(None)
        if isinstance(event, QHelpEvent) and self._on_badge(event.pos()):
            self.show_badge_details(event.globalPos())
            return True
        return super().event(event)

    def grip(self, _x_px: float, _y_px: float) -> Vector | None:
        """Views with a crosshair say where it can be grabbed."""
        return None

    def show_region(self, start: PointerEvent, end: PointerEvent | None) -> None:
        """Draw the rectangle of a region window as long as it is dragged."""
        self._region = None if end is None else _rectangle(start, end)
        self.update()

    def show_glass(self, at: PointerEvent | None) -> None:
        """A magnifying glass over this place."""
        self._glass = None if at is None else Glass(at.x_px, at.y_px)
        self.update()

    def window_in(self, start: PointerEvent, end: PointerEvent) -> WindowLevel | None:
        """The window of the values in a rectangle as they are drawn now; padding and what lies outside do not count."""
        values = self.values_in(_rectangle(start, end))
        return None if values is None else window_of(values, self.window_pace.smallest_width)

    def paint_ink(self, painter: QPainter) -> None:
        """The rectangle under the hand lies over all."""
        super().paint_ink(painter)
        if self._region is not None:
            for colour, style in ((QColor(0, 0, 0), Qt.PenStyle.SolidLine), (HAND, Qt.PenStyle.DashLine)):
                painter.setPen(QPen(colour, 1.0, style))
                painter.drawRect(self._region)
        plane, glass = self.plane, self._glass
        if glass is not None and plane is not None and self.picture is not None:
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setClipPath(clip_of(glass))
            painter.translate(glass.around.topLeft())
            self.paint_enlarged(painter, self.picture, enlarged(plane, glass, self.devicePixelRatioF()))
            painter.restore()
            paint_rim(painter, glass, self.texts.glass.format(factor=self.texts.number(f"{FACTOR:g}")))

    def start_drawing(self, tool_id: str, press: PointerEvent) -> Gesture | None:
        """The drag of a tool that measures; None for other tools, and where there is no frame to measure."""
        if tool_id not in measure_tools() or self.ground is None:
            return None
        return measure_gestures.draw(self, press, tool_id)

    def start_moving(self, press: PointerEvent) -> Gesture | None:
        """The drag of a measurement's point under the pointer, or None."""
        found = self.handle_at(press.x_px, press.y_px) if self.draft is None else None
        return measure_gestures.move(self, press, *found) if found else None

    def start_painting(self, _tool_id: str, _press: PointerEvent) -> Gesture | None:
        """Views on which masks are corrected have a brush."""
        return None

    def place_cross(self, point: Point) -> None:
        """Tell others of a point; views with a crosshair move it."""
        self.point_picked.emit(point)

    def _on_badge(self, at: QPoint) -> bool:
        place = truth_badge.place(self.scene())
        return place is not None and place.contains(at)

    def _on_click(self, button: Button, x_px: float, y_px: float) -> None:
        at = QPoint(round(x_px), round(y_px))
        if button is Button.RIGHT:
            self.menu_requested.emit(at)
        elif button is Button.LEFT and self._on_badge(at):
            self.show_badge_details(self.mapToGlobal(at))
        elif button is Button.LEFT:
            hit = markers.marker_at(self.scene(), x_px, y_px)
            chosen = measurements.hit(self.inked(), x_px, y_px)
            if hit is not None:
                self.marker_clicked.emit(hit.marker_id)
            elif chosen and self.draft is None:
                self.shape_chosen.emit(chosen)

    def _on_double_click(self) -> None:
        """Ends a line of several points; else the picture wants the whole room."""
        if self.draft is None or (self.floating and len(set(self.draft.points)) == 1):
            self.drop_shape()
            self.activated.emit()
        else:
            self.finish_shape()

    def _ends_shape(self, event: QKeyEvent) -> bool:
        """Enter keeps what is being drawn if it is whole, Esc drops it; asked twice, once as a possible shortcut."""
        keeps = event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}
        if not keeps and event.key() != Qt.Key.Key_Escape:
            return False
        if event.type() is QEvent.Type.KeyPress:
            self.engine.cancel()
            if not (keeps and self.finish_shape()):
                self.drop_shape()
        event.accept()
        return True

    @property
    def pointed(self) -> Point | None:
        """Where the pointer is in the picture as it is drawn now; another image may have come under it meanwhile."""
        return self.mm_at(*self._pointer_px) if self._pointer_px is not None else None

    def _on_hover(self, x_px: float, y_px: float) -> None:
        self._pointer_px = (x_px, y_px)
        point = self.mm_at(x_px, y_px)
        self.follow(point)
        self.point_hovered.emit(point)


def _rectangle(start: PointerEvent, end: PointerEvent) -> QRectF:
    return QRectF(QPointF(start.x_px, start.y_px), QPointF(end.x_px, end.y_px)).normalized()
