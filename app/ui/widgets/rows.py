"""List rows of two or three lines with a picture on the left and a short word on the right."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QImage, QPainter
from PySide6.QtWidgets import QListWidgetItem, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.ui import icons, theme
from app.ui.widgets.tips import tip

ROW = Qt.ItemDataRole.UserRole + 1
KEY = Qt.ItemDataRole.UserRole + 2
Index = QModelIndex | QPersistentModelIndex
MARGIN = 7


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """What one row says.

    lines: the first is bold. icon or image stands on the left; tag on the right of the first line, last_tag of the
    last.
    """

    key: str
    lines: tuple[str, ...]
    tag: str = ""
    last_tag: str = ""
    last_icon: str = ""
    icon: str = ""
    image: QImage | None = None
    is_open: bool = False
    warns: bool = False
    editable: bool = False


def item_of(row: Row) -> QListWidgetItem:
    """A list item that also reads well aloud."""
    item = QListWidgetItem()
    put_row(item, row)
    return item


def put_row(item: QListWidgetItem, row: Row) -> None:
    """Change what an item says."""
    said = ", ".join(part for part in (*row.lines, row.tag, row.last_tag) if part)
    item.setData(ROW, row)
    item.setData(KEY, row.key)
    item.setData(Qt.ItemDataRole.AccessibleTextRole, said)
    item.setToolTip(tip("\n".join(part for part in (*row.lines, row.tag, row.last_tag) if part)))
    flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled
    item.setFlags(flags | Qt.ItemFlag.ItemIsEditable if row.editable else flags)


class RowDelegate(QStyledItemDelegate):
    """Paints rows; picture_size is the edge of the picture on the left."""

    def __init__(self, lines: int, picture_size: int, parent: QStyledItemDelegate | None = None) -> None:
        super().__init__(parent)
        self.lines = lines
        self.picture_size = picture_size

    def sizeHint(self, option: QStyleOptionViewItem, _index: Index) -> QSize:  # noqa: N802 - Qt's name
        """Room for the lines or the picture."""
        height = self.lines * (QFontMetrics(_font(option)).height() + 2)
        return QSize(120, max(height, self.picture_size) + 2 * MARGIN)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """One row."""
        row = index.data(ROW)
        if not isinstance(row, Row):
            return
        area = _rect(option)
        painter.save()
        if _state(option) & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, QColor(theme.colors().chosen))
        if row.is_open:
            painter.fillRect(QRect(area.left(), area.top(), 4, area.height()), QColor(theme.colors().accent))
        painter.setPen(QColor(theme.colors().line))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        inner = area.adjusted(MARGIN + 4, MARGIN, -MARGIN, -MARGIN)
        inner = self._paint_picture(painter, inner, row)
        self._paint_lines(painter, inner, row, _font(option))
        painter.restore()

    def _paint_picture(self, painter: QPainter, area: QRect, row: Row) -> QRect:
        if not self.picture_size:
            return area
        box = QRect(area.left(), area.top(), self.picture_size, self.picture_size)
        if row.image is not None:
            painter.fillRect(box, QColor("#000000"))
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            fitted = row.image.size().scaled(box.size(), Qt.AspectRatioMode.KeepAspectRatio)
            place = QRect(box.topLeft(), fitted)
            place.moveCenter(box.center())
            painter.drawImage(place, row.image)
        elif row.icon:
            icons.paint(painter, row.icon, QRectF(box))
        else:
            painter.fillRect(box, QColor("#141516"))
        return area.adjusted(self.picture_size + MARGIN + 1, 0, 0, 0)

    def _paint_lines(self, painter: QPainter, area: QRect, row: Row, font: QFont) -> None:
        step = QFontMetrics(font).height() + 2
        bold = QFont(font)
        bold.setWeight(QFont.Weight.DemiBold)
        last = min(self.lines, len(row.lines)) - 1
        for number, line in enumerate(row.lines[: self.lines]):
            place = QRect(area.left(), area.top() + number * step, area.width(), step)
            if number == 0 and row.tag:
                place.setWidth(place.width() - _paint_tag(painter, place, row.tag, "", font))
            if number == last and row.last_tag:
                place.setWidth(place.width() - _paint_tag(painter, place, row.last_tag, row.last_icon, font))
            warns = row.warns and number == last
            painter.setFont(font if number else bold)
            painter.setPen(
                QColor(
                    theme.colors().warning
                    if warns
                    else theme.colors().quiet
                    if number
                    else theme.colors().text
                )
            )
            metrics = painter.fontMetrics()
            fitted = metrics.elidedText(line, Qt.TextElideMode.ElideRight, place.width())
            painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, fitted)


def _paint_tag(painter: QPainter, line: QRect, tag: str, icon: str, font: QFont) -> int:
    """A short word at the right end of a line, with its icon; returns the room it took."""
    metrics = QFontMetrics(font)
    width = metrics.horizontalAdvance(tag) + 4
    place = QRect(line.right() - width, line.top(), width, line.height())
    painter.setFont(font)
    painter.setPen(QColor(theme.colors().quiet))
    painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, tag)
    if icon:
        edge = metrics.height() - 2
        icons.paint(painter, icon, QRectF(place.left() - edge - 2, place.top() + 2, edge, edge))
        width += edge + 6
    return width + 6


def _rect(option: QStyleOptionViewItem) -> QRect:
    return QRect(option.rect)


def _font(option: QStyleOptionViewItem) -> QFont:
    return QFont(option.font)


def _state(option: QStyleOptionViewItem) -> QStyle.StateFlag:
    state: QStyle.StateFlag = option.state
    return state
