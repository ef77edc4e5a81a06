"""A picture is painted whole or not at all: one without its side letters or its warnings could be read wrongly."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QWidget

from viewers.overlays import words


@contextmanager
def whole_painting(view: QWidget, sentence: str) -> Iterator[QPainter]:
    """A painter for one paint event. After an error inside, the view is black and says `sentence`.

    The error goes to `sys.excepthook`: Qt has nobody to hand it to, and a painter that it left open would crash Qt.
    """
    painter = QPainter(view)
    try:
        yield painter
    except Exception:  # noqa: BLE001 - whatever it is, half a picture is not shown
        painter.end()
        _blank(view, sentence)
        sys.excepthook(*sys.exc_info())
    finally:
        if painter.isActive():
            painter.end()


def _blank(view: QWidget, sentence: str) -> None:
    painter = QPainter(view)
    painter.fillRect(view.rect(), QColor(0, 0, 0))
    painter.setFont(words.font())
    painter.setPen(words.WARNING)
    flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
    painter.drawText(view.rect().adjusted(16, 16, -16, -16), int(flags), sentence)
    painter.end()
