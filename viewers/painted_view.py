"""The layer of a view on which masks are corrected: segments over the picture, brushes, and the brush's own outline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QWidget

from viewers.gestures import Gesture, Pointer, PointerEvent
from viewers.masks.book import MaskBook
from viewers.masks.canvas import Canvas
from viewers.masks.mask_painter import MaskLook, MaskPainter
from viewers.masks.mask_picture import Color
from viewers.mouse_profiles import Button
from viewers.overlays import mode_words
from viewers.steered_view import SteeredView
from viewers.types import Point

BRUSH = "brush"  # the one tool of the left button while masks are corrected; the canvas says what it does
_HANDS = (QColor(0, 0, 0, 200), QColor(255, 255, 255))


@dataclass(frozen=True, slots=True, eq=False)
class Masks:
    """Segments over the picture. canvas: what the brush works on, or None where they are only shown.

    words: what the brush does now, said on the picture. by_hand: drawn by a reader from the start, so it is no ink of
    a model's and stays when that is switched off.
    """

    book: MaskBook
    colors: Mapping[int, Color]
    chosen: int = 0
    fills: bool = True
    canvas: Canvas | None = None
    words: str = ""
    by_hand: bool = False


class PaintedView(SteeredView):
    """Strokes are drawn in the plane that is seen; whatever else the left button could grab waits."""

    clicked_at = Signal(object)  # Point: a click while masks are corrected, without a stroke

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.masks: Masks | None = None
        self._mask_painter = MaskPainter()
        self._canvas: Canvas | None = None
        self.mask_reach_mm = 0.0  # thickness of the slab that masks are drawn of; 0: of the plane alone

    @property
    def is_painted(self) -> bool:
        """A brush is at work here."""
        return self._canvas is not None

    def set_masks(self, masks: Masks | None) -> None:
        """Segments over the picture from now on; replaces what was there."""
        if masks is self.masks:
            return
        canvas = masks.canvas if masks is not None else None
        if canvas is not self._canvas:
            self.engine.cancel()
            if self._canvas is not None:
                self._canvas.repainted.disconnect(self.update)
            if canvas is not None:
                canvas.repainted.connect(self.update)
            self._canvas = canvas
        self.masks = masks
        self.update()

    def start_painting(self, tool_id: str, press: PointerEvent) -> Gesture | None:
        """A stroke with the brush; None for other tools and where nothing can be painted."""
        canvas = self._canvas
        if tool_id != BRUSH or canvas is None or self.plane is None or self.failure:
            return None
        return _stroke(self, canvas, press)

    def draw_to(self, canvas: Canvas, event: PointerEvent) -> None:
        """The brush goes on to where the pointer is, in the plane of the view."""
        plane, point = self.plane, self.mm_at(event.x_px, event.y_px)
        if plane is not None and point is not None:
            canvas.draw_to(point, np.asarray(plane.normal))

    def paint_ink(self, painter: QPainter) -> None:
        """Masks lie under all other ink; the brush's outline is what the hand sees."""
        plane, masks = self.plane, self.masks
        # Nobody paints blind: where a brush is at work its mask is seen, whatever is switched off.
        wanted = masks is not None and (self.overlays_visible or masks.by_hand or masks.canvas is not None)
        if (
            masks is not None
            and wanted
            and not self.peeking
            and plane is not None
            and self.picture is not None
        ):
            look = MaskLook(masks.colors, masks.chosen, masks.fills, self.mask_reach_mm)
            image = self._mask_painter.image(masks.book, look, self.screen_of(plane))
            painter.drawImage(QPointF(0, 0), image)
        super().paint_ink(painter)
        if self._canvas is None or masks is None or self.peeking:
            return
        brush = self._canvas.brush
        if self.engine.tool == BRUSH and self._pointer_px is not None and not brush.rests:
            _paint_brush(painter, self._pointer_px, brush.radius_mm * self.state.scale)
        if masks.words:
            mode_words.paint(painter, masks.words, self.width())

    def follow_pointer(self, event: PointerEvent) -> None:
        """The outline of the brush goes with the pointer, during a stroke too."""
        self._pointer_px = (event.x_px, event.y_px)
        self.update()

    def _on_hover(self, x_px: float, y_px: float) -> None:
        super()._on_hover(x_px, y_px)
        if self._canvas is not None:
            self.update()

    def _on_click(self, button: Button, x_px: float, y_px: float) -> None:
        super()._on_click(button, x_px, y_px)
        point: Point | None = self.mm_at(x_px, y_px)
        if self._canvas is not None and point is not None:
            self.clicked_at.emit(point)


def _stroke(view: PaintedView, canvas: Canvas, press: PointerEvent) -> Gesture:
    """Press, drag, release: one stroke. Esc takes it back."""
    canvas.begin()  # if nothing may be painted it says so, and the drag does nothing
    try:
        view.draw_to(canvas, press)
        view.follow_pointer(press)
        while (event := (yield)).kind is Pointer.MOVE:
            view.draw_to(canvas, event)
            view.follow_pointer(event)
        canvas.end()
    except GeneratorExit:
        canvas.cancel()
        raise


def _paint_brush(painter: QPainter, at: tuple[float, float], radius_px: float) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for color, width in zip(_HANDS, (3.0, 1.2), strict=True):
        painter.setPen(QPen(color, width))
        painter.drawEllipse(QPointF(*at), radius_px, radius_px)
