"""A picture that is looked at to its lower end: as large as the room allows, scrolled where letters would shrink."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QPixmap, QResizeEvent
from PySide6.QtWidgets import QLabel, QScrollArea

_LARGEST, _LEAST = (
    3.0,
    0.5,
)  # screen px per px of the image; where it would be smaller, the picture is scrolled
_SCREENFUL = 0.8  # of the height, so that the eye finds its line again


class LookPicture(QScrollArea):
    """Tells when its lower end was shown."""

    end_shown = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self._picture: QPixmap | None = None
        self.view = QLabel()
        self.view.setAccessibleName(name)
        self.view.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setWidget(self.view)
        self.setWidgetResizable(True)
        self.verticalScrollBar().valueChanged.connect(lambda _value: self._tell())

    @property
    def is_there(self) -> bool:
        """What was asked for is on the screen."""
        return self._picture is not None

    def put(self, picture: NDArray[np.uint8]) -> None:
        """(rows, columns, 3), from its top."""
        rows, columns = picture.shape[:2]
        held = np.ascontiguousarray(picture)
        image = QImage(held.data, columns, rows, 3 * columns, QImage.Format.Format_RGB888).copy()
        self._picture = QPixmap.fromImage(image)
        self.verticalScrollBar().setValue(0)
        self._fit()

    def take_away(self, *, clear: bool = False) -> None:
        """What is seen is not what is asked for any more; it may stay until the next is there."""
        self._picture = None
        if clear:
            self.view.clear()

    def scroll_on(self) -> None:
        """The next screenful."""
        bar = self.verticalScrollBar()
        bar.setValue(bar.value() + max(1, int(_SCREENFUL * self.viewport().height())))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """The picture keeps to the room there is."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        if self._picture is None:
            return
        room, size = self.viewport().size(), self._picture.size()
        across = room.width() / size.width()
        scale = min(across, room.height() / size.height(), _LARGEST)
        if scale < _LEAST:  # a film: letters must not shrink to nothing
            scale = min(across, _LEAST)
        self.view.setPixmap(
            self._picture.scaled(
                max(1, int(size.width() * scale)),
                max(1, int(size.height() * scale)),
                Qt.AspectRatioMode.KeepAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
        )
        self._tell()

    def _tell(self) -> None:
        """Screen px of the picture that lie below what is shown: none, or one by rounding."""
        below = self.view.pixmap().height() - self.viewport().height() - self.verticalScrollBar().value()
        if self._picture is not None and below <= 1:
            self.end_shown.emit()
