"""The layer of a view that holds what lies over the picture: texts, badge, heat, outlines, markers."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPalette
from PySide6.QtWidgets import QToolTip, QWidget

from viewers.layers import LayerCache
from viewers.overlays import (
    color_bar,
    corner_text,
    crosshair,
    heat_legend,
    markers,
    notice,
    orientation,
    outline_legend,
    scale_bar,
    stamps,
    truth_badge,
)
from viewers.scene import Scene
from viewers.types import (
    CornerText,
    HeatLayer,
    Marker,
    OutlineLayer,
    Stamp,
    TextLevel,
    TruthBadge,
)
from viewers.viewer_text import ViewerText

_TEXTS = (crosshair, color_bar, corner_text, orientation, scale_bar, truth_badge)


class OverlayView(QWidget):
    """Holds overlays and paints them over a `Scene`; subclasses give picture and scene."""

    marker_clicked = Signal(str)
    activated = Signal()  # double click: maximise or restore
    point_hovered = Signal(object)  # Point under the pointer, or None
    point_picked = Signal(object)  # Point that the crosshair tool was put on
    menu_requested = Signal(QPoint)  # right click without a drag
    finding_step = Signal(int)  # side buttons: -1 or +1
    state_changed = Signal(object)  # ViewState
    first_picture = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.texts = ViewerText()
        self.corners = CornerText()
        self.stamps: tuple[Stamp, ...] = ()
        self.badge: TruthBadge | None = None
        self.heat: tuple[HeatLayer, ...] = ()
        self.outlines: tuple[OutlineLayer, ...] = ()
        self.markers: tuple[Marker, ...] = ()
        self.overlays_visible = True
        self.level = TextLevel.ALL
        self.peeking = False
        self.layers = LayerCache()
        self.setAutoFillBackground(True)
        palette = QPalette()
        palette.setColor(QPalette.ColorRole.Window, QColor(0, 0, 0))
        self.setPalette(palette)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.setMinimumSize(64, 64)

    def set_viewer_text(self, texts: ViewerText) -> None:
        """Words that the view draws by itself."""
        self.texts = texts
        self.update()

    def set_corner_text(self, corners: CornerText) -> None:
        """The four corner texts."""
        self.corners = corners
        self.update()

    def set_stamps(self, stamps: tuple[Stamp, ...]) -> None:
        """Words on the picture itself; replaces what was there."""
        if stamps != self.stamps:
            self.stamps = stamps
            self.update()

    def set_badge(self, badge: TruthBadge | None) -> None:
        """What this picture is not, or None."""
        self.badge = badge
        self.update()

    def set_heat(self, layers: tuple[HeatLayer, ...]) -> None:
        """Heat over the picture; replaces what was there."""
        self.heat = tuple(layers)
        self.layers.keep_only(self.heat, self.outlines)
        self.update()

    def set_outlines(self, layers: tuple[OutlineLayer, ...]) -> None:
        """Outlines over the picture; replaces what was there."""
        self.outlines = tuple(layers)
        self.layers.keep_only(self.heat, self.outlines)
        self.update()

    def set_markers(self, markers: tuple[Marker, ...]) -> None:
        """Findings over the picture; replaces what was there."""
        self.markers = tuple(markers)
        self.update()

    def set_overlays_visible(self, visible: bool) -> None:
        """Show or hide all that a model or a reader put over the picture, legend included."""
        self.overlays_visible = visible
        self.update()

    def set_text_level(self, level: TextLevel) -> None:
        """All texts, the least, or none."""
        self.level = level
        self.update()

    def peek(self, bare: bool) -> None:
        """Hide all overlays and text while a key is held; warnings stay."""
        self.peeking = bare
        self.update()

    def grab_picture(self) -> QImage:
        """The view as it is on the screen, in device pixels."""
        return self.grab().toImage()

    def show_badge_details(self, at: QPoint) -> None:
        """The badge's plain sentences as a tooltip."""
        if self.badge is not None:
            QToolTip.showText(at, "\n".join((self.badge.text, *self.badge.details)), self)


def paint_overlays(painter: QPainter, scene: Scene, *, ink: bool, bare: bool) -> None:
    """Paint all overlays in order; bare leaves only warnings."""
    if not bare:
        if ink:
            markers.paint(painter, scene)
        for overlay in _TEXTS:
            overlay.paint(painter, scene)
        if ink:
            heat_legend.paint(painter, scene)
            outline_legend.paint(painter, scene)
    stamps.paint(painter, scene, bare=bare)
    notice.paint(painter, scene)
