"""Findings of the open study, unreviewed first, and everything that judges them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractItemView,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QStyleOptionViewItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.domain.finding import Finding, Judgement, RejectReason, Verdict
from app.state.model import ReadingState
from app.support.i18n import text
from app.ui import icons, words
from app.ui.widgets.rows import KEY, Row, RowDelegate, item_of
from app.ui.widgets.small import label
from app.workflows.judge import in_panel_order

Index = QModelIndex | QPersistentModelIndex
SliceNumber = Callable[[Finding], int | None]
BUTTONS = (
    ("finding.accept", "verdict_accepted"),
    ("finding.reject", "verdict_rejected"),
    ("finding.edit", "verdict_edited"),
    ("finding.defer", "verdict_deferred"),
)


class _LabelDelegate(RowDelegate):
    """A row whose label is typed over in place."""

    def __init__(self, given: Callable[[str, str], None]) -> None:
        super().__init__(3, 20)
        self._given = given

    def createEditor(self, parent: QWidget, _option: QStyleOptionViewItem, _index: Index) -> QWidget:  # noqa: N802
        """One line of text."""
        editor = QLineEdit(parent)
        editor.setAccessibleName(text("ui.finding.label_name"))
        editor.setMaxLength(200)
        return editor

    def setEditorData(self, editor: QWidget, index: Index) -> None:  # noqa: N802 - Qt's name
        """Start from the label as it stands."""
        row = index.data(_ROW_LABEL)
        if isinstance(editor, QLineEdit):
            editor.setText(str(row or ""))
            editor.selectAll()

    def setModelData(self, editor: QWidget, _model: QAbstractItemModel, index: Index) -> None:  # noqa: N802
        """The typed label is a verdict, not a change of the list."""
        if isinstance(editor, QLineEdit) and editor.text().strip():
            self._given(str(index.data(KEY)), editor.text().strip())

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, _index: Index) -> None:  # noqa: N802
        """Over the first line."""
        rect = option.rect
        editor.setGeometry(rect.left() + 34, rect.top() + 2, rect.width() - 38, editor.sizeHint().height())


_ROW_LABEL = Qt.ItemDataRole.UserRole + 3


class FindingsPanel(QWidget):
    """Selecting and labelling leave as signals; the other verdicts are the window's actions."""

    selected = Signal(str)
    labelled = Signal(str, str)

    def __init__(self, actions: Mapping[str, QAction]) -> None:
        super().__init__()
        self._shown: tuple[tuple[str, object], ...] = ()
        self.title = label(role="title")
        self.left = label(role="quiet")
        self.list = QListWidget()
        self.list.setAccessibleName(text("ui.finding.list_name"))
        self.list.setItemDelegate(_LabelDelegate(self.labelled.emit))
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setMinimumHeight(120)
        self.list.currentItemChanged.connect(self._on_current)
        self.empty = label(text("ui.finding.none"), "quiet", wraps=True)
        self.reasons = ReasonChip(actions)
        head = QHBoxLayout()
        head.addWidget(self.title)
        head.addStretch(1)
        head.addWidget(self.left)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(6)
        rows.addLayout(head)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        rows.addWidget(self.empty, 1)
        rows.addWidget(self.list, 1)
        rows.addWidget(self.reasons)
        rows.addLayout(_verdict_buttons(actions))
        self._quiet = False

    def show_reading(self, state: ReadingState, slice_number: SliceNumber) -> None:
        """List the findings and what was said of them."""
        ordered = in_panel_order(state.reading)
        shown = tuple((j.finding.finding_id, j) for j in ordered)
        self._quiet = True
        if shown != self._shown:
            self._shown = shown
            self._fill(ordered, slice_number)
        self._select(state.selected_id)
        self._quiet = False
        waiting = sum(judgement.verdict is Verdict.UNREVIEWED for judgement in ordered)
        self.title.setText(text("ui.finding.title", count=len(ordered)))
        self.left.setText(text("ui.finding.waiting", count=waiting) if ordered else "")
        self.empty.setVisible(not ordered)
        self.list.setVisible(bool(ordered))
        self.reasons.show_for(state)

    def edit(self) -> None:
        """Type over the label of the selected finding."""
        item = self.list.currentItem()
        if item is not None:
            self.list.editItem(item)

    def _fill(self, ordered: tuple[Judgement, ...], slice_number: SliceNumber) -> None:
        self.list.clear()
        for judgement in ordered:
            item = item_of(_row(judgement, slice_number(judgement.finding)))
            item.setData(_ROW_LABEL, judgement.shown_label)
            self.list.addItem(item)

    def _select(self, finding_id: str) -> None:
        for place in range(self.list.count()):
            if self.list.item(place).data(KEY) == finding_id:
                self.list.setCurrentRow(place)
                return
        self.list.setCurrentRow(-1)
        self.list.clearSelection()

    def _on_current(self) -> None:
        item = self.list.currentItem()
        if not self._quiet and item is not None:
            self.selected.emit(str(item.data(KEY)))


def _row(judgement: Judgement, slice_number: int | None) -> Row:
    finding = judgement.finding
    place = words.place_words(finding, slice_number)
    third = words.quantities_words(finding)
    if judgement.verdict is not Verdict.UNREVIEWED:
        third = "   ".join(part for part in (words.verdict_words(judgement), third) if part)
    icon = f"verdict_{judgement.verdict.value}"
    lines = (judgement.shown_label, place, third)
    return Row(finding.finding_id, lines, tag=words.score_words(finding), icon=icon, editable=True)


def _verdict_buttons(actions: Mapping[str, QAction]) -> QGridLayout:
    grid = QGridLayout()
    grid.setSpacing(6)
    for place, (action_id, icon_name) in enumerate(BUTTONS):
        action = actions[action_id]
        made = QToolButton()
        made.setText(text(f"ui.verdict_button.{action_id.removeprefix('finding.')}"))
        made.setIcon(icons.icon(icon_name))
        made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        made.setAccessibleName(action.text())
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        made.setSizePolicy(made.sizePolicy().Policy.Expanding, made.sizePolicy().Policy.Fixed)
        _follow(made, action)
        grid.addWidget(made, place // 2, place % 2)
    return grid


def _follow(button: QToolButton, action: QAction) -> None:
    """A button with words of its own that does what an action does."""

    def adapt() -> None:
        button.setEnabled(action.isEnabled())
        button.setToolTip(action.toolTip())

    button.clicked.connect(lambda _checked=False: action.trigger())
    action.changed.connect(adapt)
    adapt()


class ReasonChip(QWidget):
    """Nine reasons with their digits, beside the finding; nothing waits for it and Esc drops the question."""

    def __init__(self, actions: Mapping[str, QAction]) -> None:
        super().__init__()
        self.setObjectName("chip")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(8, 6, 8, 8)
        rows.setSpacing(3)
        self.question = label(role="title", wraps=True)
        rows.addWidget(self.question)
        for number, reason in enumerate(RejectReason, start=1):
            action = actions[f"reject.{reason.value}"]
            made = QToolButton()
            made.setText(f"{number}   {text(f'reject.{reason.value}')}")
            made.setProperty("flat", "true")
            made.setAccessibleName(action.text())
            made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            made.clicked.connect(lambda _checked=False, action=action: action.trigger())
            rows.addWidget(made)
        self.hide()

    def show_for(self, state: ReadingState) -> None:
        """Ask about the finding that is being rejected, or go away."""
        asked = state.reading.judgement(state.rejecting_id) if state.reading else None
        self.setVisible(asked is not None)
        if asked is not None:
            self.question.setText(text("ui.reject.question", finding=asked.shown_label))
