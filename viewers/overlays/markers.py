"""Findings on the picture: shape and line tell the state as well as colour does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from viewers.geometry import px_of
from viewers.overlays import marker_labels, words
from viewers.overlays.layout import NARROW_PX
from viewers.scene import Scene
from viewers.types import Marker, MarkerState

RING_PX = 14.0
HIT_PX = 10.0
DIMMED = 0.45


@dataclass(frozen=True, slots=True)
class Look:
    """One state's colour (Okabe and Ito's set, told apart with any colour vision), line and sign."""

    color: QColor
    line: Qt.PenStyle
    sign: str


LOOKS = {
    MarkerState.UNREVIEWED: Look(QColor(240, 228, 66), Qt.PenStyle.DashLine, ""),
    MarkerState.ACCEPTED: Look(QColor(90, 220, 170), Qt.PenStyle.SolidLine, "✓ "),
    MarkerState.EDITED: Look(QColor(86, 180, 233), Qt.PenStyle.SolidLine, "✎ "),
    MarkerState.REJECTED: Look(QColor(190, 190, 190), Qt.PenStyle.DotLine, "✗ "),
    MarkerState.DEFERRED: Look(QColor(230, 160, 200), Qt.PenStyle.DashDotLine, "? "),
}


def look_of(marker: Marker) -> Look:
    """By its state, or by the tone of the set that it is of."""
    if marker.tone is None:
        return LOOKS[marker.state]
    line = Qt.PenStyle.DashLine if marker.dashed else Qt.PenStyle.SolidLine
    return Look(QColor(*marker.tone), line, "")


@dataclass(frozen=True, slots=True, eq=False)
class PlacedMarker:
    """A marker that this plane shows: its rectangle in screen pixels, and whether it is only near."""

    marker: Marker
    rect: QRectF
    dimmed: bool


def place(scene: Scene) -> tuple[PlacedMarker, ...]:
    """The markers that lie on this plane, or whose box it cuts."""
    placed = (_place_one(scene, marker) for marker in scene.markers)
    return tuple(found for found in placed if found is not None)


def marker_at(scene: Scene, x_px: float, y_px: float) -> Marker | None:
    """The smallest marker under a screen position."""
    point = QPointF(x_px, y_px)
    hits = [found for found in place(scene) if found.rect.adjusted(-4, -4, 4, 4).contains(point)]
    smallest = min(hits, key=lambda found: found.rect.width() * found.rect.height(), default=None)
    return smallest.marker if smallest else None


def paint(painter: QPainter, scene: Scene) -> None:
    """Draw box or ring, and the text beside it."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setFont(words.font())
    placed = place(scene)
    for found in placed:
        painter.setOpacity(DIMMED if found.dimmed else 1.0)
        _paint_shape(painter, found)
    for found, rect in label_places(scene, placed):
        painter.setOpacity(DIMMED if found.dimmed else 1.0)
        words.draw(
            painter,
            rect,
            Qt.AlignmentFlag.AlignLeft,
            words_of(found.marker, scene.size_px[0]),
            look_of(found.marker).color,
        )
    painter.setOpacity(1.0)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def label_places(scene: Scene, placed: Sequence[PlacedMarker]) -> list[tuple[PlacedMarker, QRectF]]:
    """Where each marker's words are drawn; the selected one chooses first."""
    others, found = marker_labels.taken(scene) if placed else [], []
    for one in sorted(placed, key=lambda one: (not one.marker.selected, one.dimmed)):
        size = QSizeF(words.text_width(words_of(one.marker, scene.size_px[0])) + 4, words.line_height())
        rect = marker_labels.place(scene, one.rect, size, others)
        others.append(rect)
        found.append((one, rect))
    return found


def words_of(marker: Marker, view_wide_px: float) -> str:
    """In a narrow view the name alone: score and threshold stand together in the panel, and the picture stays free."""
    return look_of(marker).sign + ((marker.short if view_wide_px < NARROW_PX else "") or marker.text)


def _place_one(scene: Scene, marker: Marker) -> PlacedMarker | None:
    if scene.plane is None:
        return None
    x_px, y_px, depth = px_of(scene.plane, marker.center)
    on_plane = abs(depth) <= scene.half_slab_mm + 1e-6
    if marker.box_min is None or marker.box_max is None:
        ring = QRectF(x_px - RING_PX, y_px - RING_PX, 2 * RING_PX, 2 * RING_PX)
        return PlacedMarker(marker, ring, dimmed=False) if on_plane else None
    (x0, y0, z0), (x1, y1, z1) = marker.box_min, marker.box_max
    corners = [px_of(scene.plane, corner) for corner in product((x0, x1), (y0, y1), (z0, z1))]
    nearest, farthest = min(c[2] for c in corners), max(c[2] for c in corners)
    if not on_plane and not nearest - scene.half_slab_mm <= 0 <= farthest + scene.half_slab_mm:
        return None
    left, top = min(c[0] for c in corners), min(c[1] for c in corners)
    box = QRectF(left, top, max(c[0] for c in corners) - left, max(c[1] for c in corners) - top)
    return PlacedMarker(marker, _at_least(box, HIT_PX), dimmed=not on_plane)


def _at_least(rect: QRectF, side: float) -> QRectF:
    wider, higher = max(0.0, side - rect.width()) / 2, max(0.0, side - rect.height()) / 2
    return rect.adjusted(-wider, -higher, wider, higher)


def _paint_shape(painter: QPainter, found: PlacedMarker) -> None:
    look = look_of(found.marker)
    width = 3.0 if found.marker.selected else 1.8
    boxed = found.marker.box_min is not None
    for color, line, thick in (
        (words.SHADE, Qt.PenStyle.SolidLine, width + 2),
        (look.color, look.line, width),
    ):
        pen = QPen(color, thick, line)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if boxed:
            painter.drawRect(found.rect)
        else:
            painter.drawEllipse(found.rect)
    if found.marker.state is MarkerState.REJECTED:
        painter.drawLine(found.rect.bottomLeft(), found.rect.topRight())
    if found.marker.selected:
        for corner in (
            found.rect.topLeft(),
            found.rect.topRight(),
            found.rect.bottomLeft(),
            found.rect.bottomRight(),
        ):
            painter.fillRect(QRectF(corner.x() - 3, corner.y() - 3, 6, 6), look.color)
