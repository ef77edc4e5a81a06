"""What Qt paints over a volume: letters, a small cube, crosshair, markers, corner texts and warnings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from viewers.overlays import words
from viewers.overlays.markers import LOOKS, words_of
from viewers.types import CornerText, Marker, Point
from viewers.volume_camera import CameraPose, letters_of, to_screen

CUBE_PX = 22.0
MARKER_PX = 9.0
HANDLE_PX = 5.0
_BOX = QColor(120, 230, 255)
_CROSSHAIR = QColor(255, 210, 60)


@dataclass(frozen=True, slots=True, eq=False)
class VolumeScene:
    """One picture's overlay. title names the colouring; notes are warnings; foot is always there.

    edges, handles: of the box that crops, while it is shown.
    """

    pose: CameraPose
    size_px: tuple[float, float]
    markers: tuple[Marker, ...]
    crosshair: Point | None
    corners: CornerText
    title: str
    notes: tuple[str, ...]
    foot: str
    edges: tuple[tuple[Point, Point], ...] = ()
    handles: tuple[Point, ...] = ()


def paint(painter: QPainter, scene: VolumeScene) -> None:
    """Everything, warnings last."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    _paint_box(painter, scene)
    _paint_crosshair(painter, scene)
    for marker in scene.markers:
        if marker.in_patient:
            _paint_marker(painter, scene, marker)
    _paint_letters(painter, scene)
    _paint_cube(painter, scene)
    _paint_corners(painter, scene)
    _paint_foot(painter, scene)


def marker_px(scene: VolumeScene, marker: Marker) -> tuple[float, float]:
    """Where a marker's centre lies on the screen."""
    x, y, _ = to_screen(scene.pose, marker.center, scene.size_px)
    return float(x), float(y)


def _paint_marker(painter: QPainter, scene: VolumeScene, marker: Marker) -> None:
    x, y = marker_px(scene, marker)
    look = LOOKS[marker.state]
    radius = MARKER_PX + (3 if marker.selected else 0)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for color, width, line in ((words.SHADE, 4.5, Qt.PenStyle.SolidLine), (look.color, 2.0, look.line)):
        painter.setPen(QPen(color, width, line))
        painter.drawEllipse(QPointF(x, y), radius, radius)
    painter.setFont(words.font())
    shown = words_of(marker, scene.size_px[0])
    wide = words.text_width(shown) + 4
    left = x + radius + 4
    if left + wide > scene.size_px[0]:
        left = max(x - radius - 4 - wide, 0.0)
    rect = QRectF(left, y - words.line_height() / 2, wide, words.line_height())
    words.draw(painter, rect, Qt.AlignmentFlag.AlignLeft, shown, look.color)


def _paint_box(painter: QPainter, scene: VolumeScene) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(_BOX, 1.0, Qt.PenStyle.DashLine))
    for ends in scene.edges:
        (x, y, _), (u, v, _) = (to_screen(scene.pose, end, scene.size_px) for end in ends)
        painter.drawLine(QPointF(x, y), QPointF(u, v))
    for point in scene.handles:
        x, y, _ = to_screen(scene.pose, point, scene.size_px)
        painter.setPen(QPen(words.SHADE, 1.5))
        painter.setBrush(_BOX)
        painter.drawRect(QRectF(x - HANDLE_PX, y - HANDLE_PX, 2 * HANDLE_PX, 2 * HANDLE_PX))
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _paint_crosshair(painter: QPainter, scene: VolumeScene) -> None:
    if scene.crosshair is None:
        return
    x, y, _ = to_screen(scene.pose, scene.crosshair, scene.size_px)
    for color, width in ((words.SHADE, 4.0), (_CROSSHAIR, 1.6)):
        painter.setPen(QPen(color, width))
        for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            painter.drawLine(QPointF(x + 5 * dx, y + 5 * dy), QPointF(x + 15 * dx, y + 15 * dy))


def _paint_letters(painter: QPainter, scene: VolumeScene) -> None:
    width, height = scene.size_px
    step = words.line_height(words.LETTER_POINT_SIZE)
    wide, margin = 48.0, words.MARGIN_PX
    pose = scene.pose
    # Above the lines at the foot: in a narrow view they reach the middle.
    below = (len(scene.corners.bottom_left) + len(scene.notes) + 2) * words.line_height()
    places = (
        (-pose.right, QRectF(margin, height / 2 - step / 2, wide, step), Qt.AlignmentFlag.AlignLeft),
        (
            pose.right,
            QRectF(width - margin - wide, height / 2 - step / 2, wide, step),
            Qt.AlignmentFlag.AlignRight,
        ),
        (pose.up, QRectF(width / 2 - wide / 2, margin, wide, step), Qt.AlignmentFlag.AlignHCenter),
        (
            -pose.up,
            QRectF(width / 2 - wide / 2, height - margin - step - below, wide, step),
            Qt.AlignmentFlag.AlignHCenter,
        ),
    )
    painter.setFont(words.font(words.LETTER_POINT_SIZE, bold=True))
    for direction, rect, align in places:
        words.draw(painter, rect, align, letters_of(np.asarray(direction)))


def _paint_cube(painter: QPainter, scene: VolumeScene) -> None:
    pose = scene.pose
    middle = np.array([scene.size_px[0] - 48.0, scene.size_px[1] - 58.0])
    flat = np.stack([pose.right, -pose.up])  # LPS -> screen, y downwards
    painter.setFont(words.font(bold=True))
    for axis, names in enumerate(("RL", "AP", "FH")):
        for end, name in zip((-1.0, 1.0), names, strict=True):
            normal = np.zeros(3)
            normal[axis] = end
            facing = float(normal @ pose.toward_eye)
            if facing <= 0.02:
                continue
            others = [np.eye(3)[i] for i in range(3) if i != axis]
            corners = [
                normal + a * others[0] + b * others[1] for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1))
            ]
            shape = QPolygonF([QPointF(*(middle + flat @ corner * CUBE_PX)) for corner in corners])
            grey = round(40 + 60 * facing)
            painter.setPen(QPen(QColor(190, 190, 185), 1.0))
            painter.setBrush(QColor(grey, grey + 6, grey + 14, 225))
            painter.drawPolygon(shape)
            if facing > 0.3:
                center = middle + flat @ normal * CUBE_PX
                rect = QRectF(center[0] - 14, center[1] - words.line_height() / 2, 28, words.line_height())
                words.draw(painter, rect, Qt.AlignmentFlag.AlignCenter, name)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _paint_corners(painter: QPainter, scene: VolumeScene) -> None:
    painter.setFont(words.font())
    width, step, margin = scene.size_px[0] * 0.42, words.line_height(), words.MARGIN_PX
    for lines, left, align in (
        (scene.corners.top_left, margin, Qt.AlignmentFlag.AlignLeft),
        (scene.corners.top_right, scene.size_px[0] - margin - width, Qt.AlignmentFlag.AlignRight),
    ):
        for number, line in enumerate(lines):
            words.draw(painter, QRectF(left, margin + number * step, width, step), align, line)
    foot = len(scene.notes) + 2
    bottom = scene.size_px[1] - margin - step * (len(scene.corners.bottom_left) + foot)
    for number, line in enumerate(scene.corners.bottom_left):
        words.draw(
            painter, QRectF(margin, bottom + number * step, width, step), Qt.AlignmentFlag.AlignLeft, line
        )


def _paint_foot(painter: QPainter, scene: VolumeScene) -> None:
    painter.setFont(words.font())
    step, margin = words.line_height(), words.MARGIN_PX
    lines = (scene.title, *scene.notes, scene.foot)
    top = scene.size_px[1] - margin - step * len(lines)
    for number, line in enumerate(lines):
        rect = QRectF(margin, top + number * step, scene.size_px[0] - 2 * margin - 80, step)
        color = words.WARNING if line in scene.notes else words.LIGHT
        words.draw(painter, rect, Qt.AlignmentFlag.AlignLeft, line, color)
