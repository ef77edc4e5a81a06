"""The layer of a view that is steered by the mouse, through the gesture engine."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QWidget

from viewers.command_view import CommandView
from viewers.geometry import Vector
from viewers.interaction import PointerEngine
from viewers.mouse_profiles import Button, MouseProfile
from viewers.overlays import markers, truth_badge
from viewers.types import Point


class SteeredView(CommandView):
    """Gestures that are the same for stacks and planes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.engine = PointerEngine(self, self)
        self.engine.clicked.connect(self._on_click)
        self.engine.double_clicked.connect(self.activated)
        self.engine.hovered.connect(self._on_hover)
        self.engine.side_pressed.connect(self.finding_step)
        self.engine.zoomed.connect(self.zoom_at)

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
        """The tool of the active button: window, pan, zoom, scroll or crosshair."""
        self.engine.cancel()
        self.engine.tool = tool_id

    def event(self, event: QEvent) -> bool:
        """Tell the badge's details to whoever points at it, and when the pointer is gone."""
        if event.type() is QEvent.Type.Leave:
            self.point_hovered.emit(None)
        if isinstance(event, QHelpEvent) and self._on_badge(event.pos()):
            self.show_badge_details(event.globalPos())
            return True
        return super().event(event)

    def grip(self, _x_px: float, _y_px: float) -> Vector | None:
        """Views with a crosshair say where it can be grabbed."""
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
            if hit is not None:
                self.marker_clicked.emit(hit.marker_id)

    def _on_hover(self, x_px: float, y_px: float) -> None:
        self.point_hovered.emit(self.mm_at(x_px, y_px))
