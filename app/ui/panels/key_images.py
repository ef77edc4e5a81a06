"""The marked images of the open study in the review panel; absent while there are none."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from app.domain.key_image import KeyImage
from app.domain.volume import FrameRef
from app.support.i18n import text
from app.ui.widgets.small import label
from app.ui.widgets.tips import tip

_FRAME = Qt.ItemDataRole.UserRole + 1
ROWS_SHOWN = 4


class KeyImagesPanel(QWidget):
    """One row an image; a click or Enter goes there."""

    chosen = Signal(str, int)  # SOP Instance UID, frame from 1

    def __init__(self) -> None:
        super().__init__()
        self._listed: tuple[tuple[KeyImage, str], ...] = ()
        self.title = label(role="title")
        self.list = QListWidget()
        self.list.setAccessibleName(text("ui.key_image.list_name"))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.itemClicked.connect(self._on_item)
        self.list.itemActivated.connect(self._on_item)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(4)
        rows.addWidget(self.title)
        rows.addWidget(self.list)
        self.hide()

    def show_images(self, listed: Sequence[tuple[KeyImage, str]], shown: FrameRef | None) -> None:
        """Every key image with its words; the one on the screen is the current row."""
        if tuple(listed) != self._listed:
            self._listed = tuple(listed)
            self._fill()
        here = next((n for n, (one, _) in enumerate(self._listed) if one.frame == shown), -1)
        self.list.setCurrentRow(here)
        self.setVisible(bool(self._listed))

    def _fill(self) -> None:
        self.title.setText(text("ui.key_image.title", count=len(self._listed)))
        self.list.clear()
        for image, words in self._listed:
            item = QListWidgetItem(words)
            item.setData(_FRAME, (image.frame.sop_instance_uid, image.frame.frame))
            item.setToolTip(tip(words))
            self.list.addItem(item)
        row = max(self.list.sizeHintForRow(0), 20)
        self.list.setFixedHeight(row * min(len(self._listed), ROWS_SHOWN) + 2 * self.list.frameWidth() + 2)

    def _on_item(self, item: QListWidgetItem) -> None:
        sop_instance_uid, frame = item.data(_FRAME)
        self.chosen.emit(str(sop_instance_uid), int(frame))
