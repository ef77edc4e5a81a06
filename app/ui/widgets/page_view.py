"""A page of figures in the window: the same HTML that is written to a file, its SVG plots drawn beforehand.

Qt's rich text knows tables and headings but no SVG, so each plot becomes a picture at the device's own pixels.
"""

from __future__ import annotations

import re

from PySide6.QtCore import QByteArray, Qt, QUrl
from PySide6.QtGui import QImage, QPainter, QTextDocument
from PySide6.QtWidgets import QTextBrowser, QWidget

from app.support.i18n import text

_SVG = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
_PAPER = "background: #ffffff; color: #1a1a1a;"  # plots are drawn for paper, in both themes


class PageView(QTextBrowser):
    """Shows a page; nothing in it is fetched from anywhere, no link is followed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(text("page.name"))
        self.setOpenLinks(False)
        self.setStyleSheet(_PAPER)

    def show_page(self, html: str) -> None:
        """A whole page, from its beginning."""
        plots: list[str] = []

        def stand_in(found: re.Match[str]) -> str:
            plots.append(found.group())
            return f'<img src="plot:{len(plots) - 1}">'

        words = _SVG.sub(stand_in, html)
        self.clear()
        for number, drawn in enumerate(plots):
            picture = _drawn(drawn, self.devicePixelRatioF())
            self.document().addResource(
                QTextDocument.ResourceType.ImageResource, QUrl(f"plot:{number}"), picture
            )
        self.setHtml(words)


def _drawn(svg: str, ratio: float) -> QImage:
    """A plot at its own size, white behind it."""
    from PySide6.QtSvg import QSvgRenderer

    renderer = QSvgRenderer(QByteArray(svg.encode("utf-8")))
    size = renderer.defaultSize() * 4 / 3  # points of paper to pixels of a screen
    picture = QImage(size * ratio, QImage.Format.Format_RGB32)
    picture.fill(Qt.GlobalColor.white)
    painter = QPainter(picture)
    renderer.render(painter)
    painter.end()
    picture.setDevicePixelRatio(ratio)
    return picture
