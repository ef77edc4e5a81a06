"""Icons of `resources/icons`, drawn at the size and pixel ratio that is asked for."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from app.support.paths import resource_dir

RATIOS = (1.0, 1.5, 2.0)


@cache
def _renderer(name: str) -> QSvgRenderer:
    return QSvgRenderer(str(resource_dir() / "icons" / f"{name}.svg"))


def pixmap(name: str, size: int = 20, ratio: float = 1.0) -> QPixmap:
    """One icon as a picture of size x size logical pixels."""
    picture = QPixmap(round(size * ratio), round(size * ratio))
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _renderer(name).render(painter, QRectF(0, 0, picture.width(), picture.height()))
    painter.end()
    picture.setDevicePixelRatio(ratio)
    return picture


def icon(name: str, size: int = 20) -> QIcon:
    """One icon for buttons and menus; faded where the button is disabled."""
    made = QIcon()
    for ratio in RATIOS:
        picture = pixmap(name, size, ratio)
        made.addPixmap(picture)
        made.addPixmap(_faded(picture), QIcon.Mode.Disabled)
    return made


def paint(painter: QPainter, name: str, rect: QRectF) -> None:
    """Draw an icon into a rectangle."""
    _renderer(name).render(painter, rect)


def icon_size(size: int = 20) -> QSize:
    """A square."""
    return QSize(size, size)


def _faded(picture: QPixmap) -> QPixmap:
    faint = QPixmap(picture.size())
    faint.setDevicePixelRatio(picture.devicePixelRatio())
    faint.fill(QColor(0, 0, 0, 0))
    painter = QPainter(faint)
    painter.setOpacity(0.35)
    painter.drawPixmap(0, 0, picture)
    painter.end()
    return faint
