"""Segments of the mask that is corrected: shown, locked, named, coloured, with their volume; and the brush."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QColor, QIcon, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QMenu,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.domain.masks import Segment, Segmentation
from app.state.mask_state import SIZES_MM, BrushKind, MaskMode
from app.support.i18n import text
from app.support.languages import number_words
from app.ui.keys import SWITCHES_BY_SPACE
from app.ui.widgets.small import button, follow, label, number_locale

SHOWN, LOCKED, NAME, VOLUME = range(4)
NARROW_PX = (66, 66, 84)
LOWEST, HIGHEST = -32768.0, 65535.0
CHIP_PX = 14
_DEEDS = ("mask.largest", "mask.drop_small", "mask.fill")


class MasksPanel(QWidget):
    """Reflects state and reading, asks for changes of them."""

    mode_asked = Signal(object)  # MaskMode
    named = Signal(int, str)
    color_asked = Signal(int)
    remove_asked = Signal(int)
    copy_asked = Signal(str)  # key of a source
    picked = Signal(str)  # id of another mask; '' for a new one

    def __init__(self, actions: Mapping[str, QAction]) -> None:
        super().__init__()
        self._mode = MaskMode()
        self._segments: tuple[Segment, ...] = ()
        self._quiet = False
        self.sources: Callable[[], Sequence[tuple[str, str]]] = tuple
        self.title, self.origin = label(text("ui.mask.title"), "title"), label(role="quiet", wraps=True)
        self.choice = QComboBox()
        self.choice.setAccessibleName(text("ui.mask.choice_name"))
        self.choice.activated.connect(lambda _row: self.picked.emit(str(self.choice.currentData() or "")))
        self.table = self._table()
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(6)
        rows.addWidget(self.title)
        rows.addWidget(self.choice)
        rows.addWidget(self.origin)
        rows.addWidget(self.table, 1)
        rows.addLayout(self._segment_buttons(actions))
        rows.addLayout(self._brush(actions))
        rows.addLayout(self._deeds(actions))
        rows.addLayout(self._ends(actions))
        self.hide()

    def show_mask(self, segmentation: Segmentation, mode: MaskMode, unit: str) -> None:
        """Its segments and the brush as they are now."""
        self._quiet = True
        self._mode = mode
        head = segmentation.head
        self.choice.setCurrentIndex(max(self.choice.findData(head.segmentation_id), 0))
        source = head.source.words if head.source else ""
        own = text("ui.mask.own", reader=segmentation.reader) if segmentation.reader else ""
        self.origin.setText(text("ui.mask.source", source=source) if source else own)
        self.origin.setVisible(bool(self.origin.text()))
        if segmentation.segments != self._segments:
            self._segments = segmentation.segments
            self._fill()
        for row, one in enumerate(self._segments):
            self._cell(row, SHOWN).setCheckState(_check(one.number not in mode.hidden))
            self._cell(row, LOCKED).setCheckState(_check(one.number in mode.locked))
            if one.number == mode.number:
                self.table.setCurrentCell(row, NAME)
        self._show_brush(mode, unit)
        self._quiet = False

    def show_masks(self, masks: Sequence[tuple[str, str]]) -> None:
        """The masks of the series (id, title), to choose from; a new one is the last choice."""
        wanted = [*masks, ("", text("ui.mask.new"))]
        shown = [
            (str(self.choice.itemData(row)), self.choice.itemText(row)) for row in range(self.choice.count())
        ]
        if shown != wanted:
            self.choice.clear()
            for key, title in wanted:
                self.choice.addItem(title, key)

    def show_amounts(self, kind: str, amount: Callable[[int], float]) -> None:
        """How much of each there is now, during a stroke too. kind: volume, area or pixels."""
        self._quiet = True
        header = self.table.horizontalHeaderItem(VOLUME)
        if header is not None:
            header.setText(text(f"ui.mask.column_{kind}"))
        for row, one in enumerate(self._segments):
            much = amount(one.number)
            digits = 0 if kind == "pixels" else 1 if much >= 10 else 2
            self._cell(row, VOLUME).setText(number_words(much, digits))
        self._quiet = False

    def _cell(self, row: int, column: int) -> QTableWidgetItem:
        found = self.table.item(row, column)
        assert found is not None  # every row is filled when it is made
        return found

    def _show_brush(self, mode: MaskMode, unit: str) -> None:
        for kind, made in self.kinds.items():
            made.setChecked(mode.kind is kind)
        self.solid.setChecked(mode.solid)
        self.banded.setChecked(mode.has_band)
        self.radius.setValue(mode.radius_mm)
        for spin, value in zip((self.low, self.high), mode.band, strict=True):
            spin.setEnabled(mode.has_band)
            spin.setSuffix(f" {unit}" if unit else "")
            spin.setValue(value)

    def _fill(self) -> None:
        self.table.setRowCount(len(self._segments))
        for row, one in enumerate(self._segments):
            for column in (SHOWN, LOCKED):
                tick = QTableWidgetItem()
                tick.setFlags(_FIXED | Qt.ItemFlag.ItemIsUserCheckable)
                self.table.setItem(row, column, tick)
            name = QTableWidgetItem(_chip(one.color), one.label)
            name.setFlags(_FIXED | Qt.ItemFlag.ItemIsEditable)
            volume = QTableWidgetItem("")
            volume.setFlags(_FIXED)
            volume.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self.table.setItem(row, NAME, name)
            self.table.setItem(row, VOLUME, volume)

    def _table(self) -> QTableWidget:
        made = QTableWidget(0, 4)
        made.setAccessibleName(text("ui.mask.list_name"))
        keys = ("column_shown", "column_locked", "column_name", "column_volume")
        made.setHorizontalHeaderLabels([text(f"ui.mask.{key}") for key in keys])
        made.verticalHeader().hide()
        header = made.horizontalHeader()
        for column, width in zip((SHOWN, LOCKED, VOLUME), NARROW_PX, strict=True):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            header.resizeSection(column, width)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        made.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        made.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        made.setShowGrid(False)
        made.setProperty(SWITCHES_BY_SPACE, True)
        made.setMinimumHeight(120)
        made.itemChanged.connect(self._on_item)
        made.currentCellChanged.connect(lambda row, *_: self._on_row(row))
        return made

    def _ends(self, actions: Mapping[str, QAction]) -> QHBoxLayout:
        line = QHBoxLayout()
        self.copies = QPushButton(text("ui.mask.copy"))
        self.copies.clicked.connect(lambda _checked=False: self._ask_copy())
        done = QPushButton(text("ui.mask.done"))
        follow(done, actions["mask.done"])
        line.addWidget(self.copies)
        line.addWidget(done)
        return line

    def _segment_buttons(self, actions: Mapping[str, QAction]) -> QHBoxLayout:
        line = QHBoxLayout()
        add = QPushButton(text("ui.mask.add"))
        follow(add, actions["mask.add"])
        line.addWidget(add)
        remove, color = text("ui.mask.remove"), text("ui.mask.color")
        line.addWidget(button(remove, remove, lambda: self.remove_asked.emit(self._mode.number)))
        line.addWidget(button(color, color, lambda: self.color_asked.emit(self._mode.number)))
        return line

    def _brush(self, actions: Mapping[str, QAction]) -> QGridLayout:
        grid = QGridLayout()
        grid.setVerticalSpacing(4)
        self.kinds = {kind: _tool(actions[f"mask.{kind.value}"], kind.value) for kind in BrushKind}
        self.solid = _tool(actions["mask.solid"], "solid")
        line = QHBoxLayout()
        for made in (*self.kinds.values(), self.solid):
            line.addWidget(made)
        line.addStretch(1)
        grid.addLayout(line, 0, 0, 1, 4)
        self.radius = _spin("size", SIZES_MM[0], SIZES_MM[-1], 1)
        self.radius.setSuffix(f" {text('unit.mm')}")
        self.banded = _tool(actions["mask.threshold"], "threshold")
        self.low, self.high = (_spin(key, LOWEST, HIGHEST, 0) for key in ("threshold", "to"))
        for spin in (self.radius, self.low, self.high):
            spin.editingFinished.connect(self._on_spins)
        grid.addWidget(label(text("ui.mask.size"), "quiet"), 1, 0)
        grid.addWidget(self.radius, 1, 1)
        grid.addWidget(self.banded, 2, 0)
        grid.addWidget(self.low, 2, 1)
        grid.addWidget(label(text("ui.mask.to"), "quiet"), 2, 2)
        grid.addWidget(self.high, 2, 3)
        return grid

    def _deeds(self, actions: Mapping[str, QAction]) -> QHBoxLayout:
        line = QHBoxLayout()
        for action_id, key in zip(_DEEDS, ("largest", "small", "between"), strict=True):
            made = QPushButton(text(f"ui.mask.{key}"))
            follow(made, actions[action_id])
            line.addWidget(made)
        return line

    def _ask_copy(self) -> None:
        menu = QMenu(self)
        for key, words in self.sources():
            menu.addAction(words).triggered.connect(partial(self.copy_asked.emit, key))
        if menu.isEmpty():
            menu.addAction(text("ui.mask.sources_none")).setEnabled(False)
        menu.popup(self.copies.mapToGlobal(self.copies.rect().bottomLeft()))

    def _on_row(self, row: int) -> None:
        if not self._quiet and 0 <= row < len(self._segments):
            self.mode_asked.emit(_replaced(self._mode, number=self._segments[row].number))

    def _on_item(self, item: QTableWidgetItem) -> None:
        if self._quiet or item.row() >= len(self._segments):
            return
        number, mode = self._segments[item.row()].number, self._mode
        is_on = item.checkState() is Qt.CheckState.Checked
        if item.column() == SHOWN:
            self.mode_asked.emit(_replaced(mode, hidden=_with(mode.hidden, number, not is_on)))
        elif item.column() == LOCKED:
            self.mode_asked.emit(_replaced(mode, locked=_with(mode.locked, number, is_on)))
        elif item.column() == NAME and item.text().strip():
            self.named.emit(number, item.text().strip())

    def _on_spins(self) -> None:
        low, high = sorted((self.low.value(), self.high.value()))
        wanted = _replaced(self._mode, radius_mm=self.radius.value(), band=(low, high))
        if wanted != self._mode and not self._quiet:
            self.mode_asked.emit(wanted)


_FIXED = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable


def _replaced(mode: MaskMode, **changes: object) -> MaskMode:
    return replace(mode, **changes)  # type: ignore[arg-type]  # the fields that are named


def _with(numbers: frozenset[int], number: int, is_in: bool) -> frozenset[int]:
    return numbers | {number} if is_in else numbers - {number}


def _check(is_on: bool) -> Qt.CheckState:
    return Qt.CheckState.Checked if is_on else Qt.CheckState.Unchecked


def _chip(color: tuple[int, int, int]) -> QIcon:
    square = QPixmap(CHIP_PX, CHIP_PX)
    square.fill(QColor(*color))
    return QIcon(square)


def _tool(action: QAction, key: str) -> QToolButton:
    made = QToolButton()
    made.setText(text(f"ui.mask.{key}"))
    made.setCheckable(True)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    follow(made, action)
    return made


def _spin(key: str, low: float, high: float, decimals: int) -> QDoubleSpinBox:
    made = QDoubleSpinBox()
    made.setLocale(number_locale())
    made.setRange(low, high)
    made.setDecimals(decimals)
    made.setAccessibleName(text(f"ui.mask.{key}"))
    made.setKeyboardTracking(False)
    return made
