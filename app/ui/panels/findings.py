"""Findings of the open study, unreviewed first, and everything that judges them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QListView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.domain.finding import Gate, Verdict
from app.state.model import ReadingState
from app.support.i18n import text
from app.ui import icons
from app.ui.panels.finding_rows import (
    FOLDED,
    LABEL,
    NUMBER,
    Around,
    FindingDelegate,
    FindingRows,
    ImageWords,
)
from app.ui.panels.reasons import ReasonChip
from app.ui.widgets.rows import KEY
from app.ui.widgets.small import follow, label
from app.workflows.judge import listing_of

ICON_GAP_PX = 4  # between a picture and its word
BUTTONS = (
    ("finding.accept", "verdict_accepted"),
    ("finding.reject", "verdict_rejected"),
    ("finding.edit", "verdict_edited"),
    ("finding.defer", "verdict_deferred"),
)


class VerdictButton(QToolButton):
    """Its word is whole in the narrowest window; all of them have pictures where there is room for both in each."""

    widest_px = 0  # of all of them, with pictures

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Room for the word."""
        return QSize(self.wide_px() - self.iconSize().width() - ICON_GAP_PX, super().sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """With its picture, or without."""
        super().resizeEvent(event)
        both, word = Qt.ToolButtonStyle.ToolButtonTextBesideIcon, Qt.ToolButtonStyle.ToolButtonTextOnly
        self.setToolButtonStyle(both if self.width() >= max(self.wide_px(), self.widest_px) else word)

    def wide_px(self) -> int:
        """With word and picture."""
        bare = self.toolButtonStyle() is Qt.ToolButtonStyle.ToolButtonTextOnly
        return super().sizeHint().width() + (self.iconSize().width() + ICON_GAP_PX if bare else 0)


class FindingsPanel(QWidget):
    """Selecting, labels and numbers leave as signals; the other verdicts are the window's actions."""

    selected = Signal(str)
    labelled = Signal(str, str)
    numbered = Signal(str, str)
    unfold_asked = Signal()

    def __init__(self, actions: Mapping[str, QAction]) -> None:
        super().__init__()
        self.title = label(role="title")
        self.left = label(role="quiet")
        self.rows = FindingRows()
        self.labels = FindingDelegate(self.labelled.emit, self.numbered.emit)
        self.list = self._list()
        self.labels.closeEditor.connect(self._catch_up, Qt.ConnectionType.QueuedConnection)
        self._late: Callable[[], None] | None = None  # the newest list, while a label is being typed
        self.empty = label(text("ui.finding.none"), "quiet", wraps=True)
        self.reasons = ReasonChip(actions)
        self.mode = label(role="warning", wraps=True)
        self.drawer = _drawer()
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
        for part in (self.mode, self.drawer, self.reasons):
            rows.addWidget(part)
        self.mode.hide()
        rows.addLayout(_verdict_buttons(actions))
        self._quiet = False

    def _list(self) -> QListView:
        made = QListView()
        made.setModel(self.rows)
        made.setAccessibleName(text("ui.finding.list_name"))
        made.setItemDelegate(self.labels)
        made.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        made.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        made.setMinimumHeight(120)
        made.selectionModel().currentChanged.connect(lambda _now, _before: self._on_current())
        made.clicked.connect(self._on_clicked)
        return made

    def show_reading(
        self, state: ReadingState, image_words: ImageWords, around: Around | None = None
    ) -> None:
        """List the findings with what is known around them."""
        if self.labels.is_editing:  # what is being typed is never taken out of the reader's hands
            self._late = lambda: self.show_reading(state, image_words, around)
            return
        said = around or Around(image_words)
        listed = listing_of(state)
        self._quiet = True
        self.rows.show(listed, said)
        self._select(state.selected_id)
        self._quiet = False
        everything = state.reading.judgements if state.reading else ()
        waiting = sum(judgement.verdict is Verdict.UNREVIEWED for judgement in everything)
        self.title.setText(text("ui.finding.title", count=len(everything)))
        self.left.setText(text("ui.finding.waiting", count=waiting) if everything else "")
        withheld = state.reading is not None and state.reading.gate is not Gate.OPEN
        self.empty.setText(text("ui.gate.no_own" if withheld else "ui.finding.none"))
        self.empty.setVisible(not everything)
        self.list.setVisible(bool(everything))
        self.reasons.show_for(state)
        self.mode.setText(text("ui.extent.how") if state.extent else "")
        self.mode.setVisible(state.extent is not None)

    def _catch_up(self) -> None:
        """The label has been typed: show what came meanwhile."""
        late, self._late = self._late, None
        if late is not None and not self.labels.is_editing:
            late()

    def edit(self, *, number: bool = False) -> None:
        """Type over the label, or the first number, of the selected finding."""
        index = self.list.currentIndex()
        if index.isValid() and index.data(KEY) != FOLDED:
            self.labels.field = NUMBER if number else LABEL
            self.list.edit(index)

    def _select(self, finding_id: str) -> None:
        row = self.rows.row_of(finding_id) if finding_id else -1
        if row < 0:
            self.list.selectionModel().clear()
        elif self.list.currentIndex().row() != row:
            self.list.setCurrentIndex(self.rows.index(row, 0))

    def _on_current(self) -> None:
        index = self.list.currentIndex()
        if not self._quiet and index.isValid() and index.data(KEY) != FOLDED:
            self.selected.emit(str(index.data(KEY)))

    def _on_clicked(self) -> None:
        if self.list.currentIndex().data(KEY) == FOLDED:
            self.unfold_asked.emit()


def _drawer() -> QLabel:
    made = label(role="quiet", wraps=True)
    made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    made.setObjectName("drawer")
    made.setAccessibleName(text("ui.provenance.name"))
    made.hide()
    return made


def _verdict_buttons(actions: Mapping[str, QAction]) -> QGridLayout:
    grid = QGridLayout()
    grid.setSpacing(6)
    all_of_them = []
    for place, (action_id, icon_name) in enumerate(BUTTONS):
        action = actions[action_id]
        made = VerdictButton()
        made.setText(text(f"ui.verdict_button.{action_id.removeprefix('finding.')}"))
        made.setIcon(icons.icon(icon_name))
        made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        made.setProperty("verdict", "true")
        made.setAccessibleName(action.text())
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        made.setSizePolicy(made.sizePolicy().Policy.Expanding, made.sizePolicy().Policy.Fixed)
        follow(made, action)
        grid.addWidget(made, place // 2, place % 2)
        all_of_them.append(made)
    widest = max(one.wide_px() for one in all_of_them)
    for one in all_of_them:
        one.widest_px = widest
    return grid
