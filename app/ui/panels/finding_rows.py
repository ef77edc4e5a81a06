"""The findings of the panel as a list model: rows are worded when they are painted, so thousands cost nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QSize,
    Qt,
)
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QLineEdit, QStyleOptionViewItem, QWidget

from app.domain.finding import Finding, Judgement, Verdict
from app.findings.order import EXPANDED, Listing
from app.findings.reveal import Difference
from app.support.i18n import text
from app.support.titles import package_words
from app.ui import words
from app.ui.widgets.rows import KEY, MARGIN, ROW, Row, RowDelegate

Index = QModelIndex | QPersistentModelIndex
ImageWords = Callable[[Finding], str]
Said = Callable[[Finding], str]
LABEL = Qt.ItemDataRole.UserRole + 3
LINES = Qt.ItemDataRole.UserRole + 4
NUMBER = Qt.ItemDataRole.UserRole + 5
FOLDED = "folded"  # key of the row that stands for all that is folded away
FULL_LINES = 3


def nothing_said(_finding: Finding) -> str:
    """Where nothing is to be said beside a score."""
    return ""


def no_slice(_finding: Finding) -> str:
    """Where images are not counted."""
    return ""


@dataclass(frozen=True, slots=True, eq=False)
class Around:
    """What a row says that is not in its finding."""

    image_words: ImageWords = no_slice
    differences: Mapping[str, Difference] | None = None
    beside_score: Said = nothing_said


class FindingRows(QAbstractListModel):
    """Listed findings in order, then one row for those that are folded."""

    def __init__(self) -> None:
        super().__init__()
        self._listing = Listing()
        self._around = Around()
        self._said: dict[int, Row] = {}

    def show(self, listing: Listing, around: Around) -> None:
        """List these; where ids and order stand, only what changed is painted anew."""
        before, was = self._listing, self._around.differences
        same = [j.finding.finding_id for j in before.shown] == [j.finding.finding_id for j in listing.shown]
        if same and bool(before.folded) == bool(listing.folded):
            self._listing, self._around = listing, around
            self._said.clear()
            if before != listing or was != around.differences:
                last = self.index(max(self.rowCount() - 1, 0), 0)
                self.dataChanged.emit(self.index(0, 0), last)
            return
        self.beginResetModel()
        self._listing, self._around = listing, around
        self._said.clear()
        self.endResetModel()

    def row_of(self, finding_id: str) -> int:
        """Row of a listed finding, or -1."""
        ids = (j.finding.finding_id for j in self._listing.shown)
        return next((row for row, key in enumerate(ids) if key == finding_id), -1)

    def judgement_at(self, row: int) -> Judgement | None:
        """The finding of a row; None for the folded ones."""
        return self._listing.shown[row] if 0 <= row < len(self._listing.shown) else None

    def rowCount(self, _parent: Index = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's name and default
        """One more where something is folded."""
        return len(self._listing.shown) + bool(self._listing.folded)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Labels are typed over in place."""
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return flags if self.judgement_at(index.row()) is None else flags | Qt.ItemFlag.ItemIsEditable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Cheap answers first: the view asks for the number of lines of every row."""
        row = index.row()
        judgement = self.judgement_at(row)
        if role == LINES:
            return FULL_LINES if judgement is not None and row < EXPANDED else 1
        if role == KEY:
            return judgement.finding.finding_id if judgement else FOLDED
        if role == LABEL and judgement:
            return judgement.shown_label
        if role == NUMBER and judgement:
            return words.first_number(judgement)
        if role not in (ROW, Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return None
        said = self._said.get(row) or self._said.setdefault(row, self._word(row, judgement))
        return said if role == ROW else _aloud(judgement, said, self._around, role)

    def _word(self, row: int, judgement: Judgement | None) -> Row:
        if judgement is None:
            return Row(FOLDED, (folded_words(self._listing),), icon="state_not_applicable")
        return row_of(judgement, self._around, compact=row >= EXPANDED)


def folded_words(listing: Listing) -> str:
    """How many findings are folded away, and why."""
    parts = []
    if listing.low:
        parts.append(text("ui.finding.folded_low", count=len(listing.low)))
    if listing.silenced:
        parts.append(text("ui.finding.folded_silenced", count=len(listing.silenced)))
    return text("ui.finding.folded", what=", ".join(parts))


def row_of(judgement: Judgement, around: Around, *, compact: bool = False) -> Row:
    """One finding: what, where, score with threshold, numbers, who saw it; in one line where it is compact."""
    finding = judgement.finding
    place = words.place_words(finding, around.image_words(finding))
    icon, tag = f"verdict_{judgement.verdict.value}", words.score_words(finding)
    if compact:
        line = f"{package_words(judgement.shown_label)}   {place}"
        return Row(finding.finding_id, (line,), tag=tag, icon=icon, editable=True)
    lines = (package_words(judgement.shown_label), place, third_line(judgement, around))
    beside = around.beside_score(finding)
    if beside:
        lines = (lines[0], f"{place}   {beside}", lines[2])
    return Row(finding.finding_id, lines, tag=tag, icon=icon, editable=True)


def third_line(judgement: Judgement, around: Around) -> str:
    """What was said of it, who saw it, its numbers: in the order in which the end may be cut off."""
    finding = judgement.finding
    parts = []
    if finding.is_readers:
        parts.append(text("ui.own_finding.by", label=text("ui.own_finding.you"), reader=judgement.reader))
    elif judgement.verdict is not Verdict.UNREVIEWED:
        parts.append(words.verdict_words(judgement))
    difference = (around.differences or {}).get(finding.finding_id)
    if difference is not None:
        key = "ai_too" if finding.is_readers and difference is Difference.AGREED else difference.value
        parts.append(text(f"ui.difference.{key}"))
    return "   ".join(part for part in (*parts, words.quantities_words(judgement)) if part)


def _aloud(judgement: Judgement | None, row: Row, around: Around, role: int) -> str:
    """All of it also where the row itself is one line."""
    parts = [*row.lines, row.tag]
    if judgement is not None and len(row.lines) == 1:
        parts.append(third_line(judgement, around))
    joined = ", " if role == Qt.ItemDataRole.AccessibleTextRole else "\n"
    return joined.join(part for part in parts if part)


class FindingDelegate(RowDelegate):
    """A row whose label, or first number, is typed over in place."""

    def __init__(self, labelled: Callable[[str, str], None], numbered: Callable[[str, str], None]) -> None:
        super().__init__(FULL_LINES, 20)
        self._given = {LABEL: labelled, NUMBER: numbered}
        self.field = LABEL
        self.is_editing = False
        self.closeEditor.connect(self._closed)

    def _closed(self) -> None:
        self.is_editing = False

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802 - Qt's name
        """As many lines as the row has."""
        count = index.data(LINES)
        height = int(count or 1) * (QFontMetrics(option.font).height() + 2)
        return QSize(120, max(height, self.picture_size) + 2 * MARGIN)

    def createEditor(self, parent: QWidget, _option: QStyleOptionViewItem, _index: Index) -> QWidget:  # noqa: N802
        """One line of text."""
        self.is_editing = True
        editor = QLineEdit(parent)
        name = "ui.finding.label_name" if self.field == LABEL else "ui.finding.number_name"
        editor.setAccessibleName(text(name))
        editor.setPlaceholderText(text(name))
        editor.setMaxLength(200)
        return editor

    def setEditorData(self, editor: QWidget, index: Index) -> None:  # noqa: N802 - Qt's name
        """Start from what stands."""
        if isinstance(editor, QLineEdit):
            editor.setText(str(index.data(self.field) or ""))
            editor.selectAll()

    def setModelData(self, editor: QWidget, _model: QAbstractItemModel, index: Index) -> None:  # noqa: N802
        """What was typed is a verdict, not a change of the list."""
        if isinstance(editor, QLineEdit) and editor.text().strip():
            self._given[self.field](str(index.data(KEY)), editor.text().strip())

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, _index: Index) -> None:  # noqa: N802
        """Over the first line."""
        rect = option.rect
        editor.setGeometry(rect.left() + 34, rect.top() + 2, rect.width() - 38, editor.sizeHint().height())
