"""One object of a study: its text as a tree with links to images, its layers with switches, its pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QPixmap
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QScrollArea,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.domain.errors import OverreadError
from app.domain.presentation import PresentationState
from app.domain.reports import StructuredReport
from app.support.i18n import explain, text
from app.ui import theme
from app.ui.keys import OPENS_BY_ENTER, SWITCHES_BY_SPACE
from app.ui.overlays.sheet import Sheet
from app.ui.widgets.small import button, label
from app.ui.widgets.tips import tip

if TYPE_CHECKING:
    from app.domain.objects import Row
    from app.ui.objects import ObjectDesk, Read

REFERENCE = Qt.ItemDataRole.UserRole
SWATCH = 14


class ObjectSheet(Sheet):
    """Enter or a double click on a line with an image goes there."""

    def __init__(self, window: QWidget, desk: ObjectDesk, read: Read) -> None:
        super().__init__(window, text("ui.object.title"), (780, 640))
        self._desk = desk
        self._read = read
        self.problem = label(read.problem, "warning", wraps=True)
        self.problem.setVisible(bool(read.problem))
        self.body.addWidget(self.problem)
        self.layers = self._layers()
        if read.layers:
            self.body.addWidget(label(text("ui.object.layers"), "quiet"))
            self.body.addWidget(self.layers, 1)
        self.tree = QTreeWidget()
        self.tree.setAccessibleName(text("ui.object.part"))
        self.tree.setHeaderLabels([text("ui.object.part"), text("ui.object.value")])
        self.tree.setProperty(OPENS_BY_ENTER, True)
        self.tree.setWordWrap(True)
        self.tree.itemActivated.connect(self._go)
        self.tree.itemDoubleClicked.connect(self._go)
        fill(self.tree, read.opened.rows)
        self.tree.setColumnWidth(0, 340)
        self.body.addWidget(self.tree, 2)
        if read.pages is not None:
            self.body.addWidget(self._pages(), 5)
        self.body.addLayout(self._foot())

    def open(self) -> None:
        """The keyboard goes to the tree, or to the switches where there are some."""
        super().open()
        (self.layers if self._read.layers else self.tree).setFocus()

    def _foot(self) -> QHBoxLayout:
        foot = QHBoxLayout()
        foot.addStretch(1)
        found = self._read.opened.found
        if isinstance(found, PresentationState) and self._read.belongs:
            words = text("ui.presented.apply")
            self.apply = button(words, words, lambda: self._desk.present(found))
            foot.addWidget(self.apply)
        if isinstance(found, StructuredReport) and found.groups and self._read.belongs:
            words = text("ui.object.take_measurements")
            foot.addWidget(button(words, words, self._take_measurements))
        if self._read.opened.is_ai_result:
            words = text("ui.object.import")
            foot.addWidget(button(words, words, self._take_over))
        return foot

    def _take_measurements(self) -> None:
        self._try(self._desk.take_measurements)

    def _take_over(self) -> None:
        self._try(self._desk.take_over)

    def _try(self, take: Callable[[Read], None]) -> None:
        try:
            take(self._read)
        except OverreadError as error:
            self.problem.setText(explain(error))
            self.problem.show()

    def _layers(self) -> QListWidget:
        made = QListWidget()
        made.setAccessibleName(text("ui.object.layers"))
        made.setProperty(SWITCHES_BY_SPACE, True)
        for layer in self._read.layers:
            swatch = QPixmap(SWATCH, SWATCH)
            swatch.fill(QColor(*layer.color))
            item = QListWidgetItem(swatch, layer.title)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked)
            item.setData(REFERENCE, layer.key)
            made.addItem(item)
        made.itemChanged.connect(self._switch)
        return made

    def _switch(self, item: QListWidgetItem) -> None:
        shown = item.checkState() == Qt.CheckState.Checked
        self._desk.switch(str(item.data(REFERENCE)), shown=shown)

    def _pages(self) -> QScrollArea:
        pages = self._read.pages
        holder, area = QWidget(), QScrollArea()
        rows = QVBoxLayout(holder)
        if pages is not None:
            last = pages.first + len(pages.pages)
            rows.addWidget(
                label(text("ui.object.pages", first=pages.first + 1, last=last, count=pages.count), "quiet")
            )
            for page in pages.pages:
                flat = np.ascontiguousarray(page)
                height, width = flat.shape[:2]
                image = QImage(flat.data, width, height, flat.strides[0], QImage.Format.Format_RGB888).copy()
                shown = QLabel()
                shown.setPixmap(
                    QPixmap.fromImage(image.scaledToWidth(700, Qt.TransformationMode.SmoothTransformation))
                )
                rows.addWidget(shown)
        area.setWidget(holder)
        return area

    def _go(self, item: QTreeWidgetItem, _column: int = 0) -> None:
        reference = item.data(0, REFERENCE)
        if reference is not None:
            self._desk.go_to(reference)


def fill(tree: QTreeWidget, rows: tuple[Row, ...]) -> None:
    """Rows by their depth; warnings stand out, links are coloured."""
    above: list[QTreeWidgetItem] = []
    for row in rows:
        value = f"{row.value}  → {text('ui.object.image')}" if row.reference is not None else row.value
        item = QTreeWidgetItem([row.text, value])
        item.setData(0, REFERENCE, row.reference)
        item.setToolTip(0, tip(row.text))
        item.setToolTip(1, tip(row.value))
        if row.is_warning:
            item.setForeground(0, QColor(theme.colors().warning))
        if row.reference is not None:
            item.setForeground(1, QColor(theme.colors().accent))
        del above[row.depth :]
        if above:
            above[-1].addChild(item)
        else:
            tree.addTopLevelItem(item)
        above.append(item)
        if row.is_warning:
            item.setFirstColumnSpanned(True)
    tree.expandAll()
