"""Labels, buttons and lists that are named for screen readers."""

from __future__ import annotations

import json
from collections.abc import Callable

from PySide6.QtCore import QLocale, QMimeData, QSize, Qt
from PySide6.QtGui import QAction, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QMenuBar,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from app.support.i18n import language_in_use, text
from app.ui import icons
from app.ui.widgets.rows import KEY
from app.ui.widgets.tips import tip

HUNG_MIME = "application/x-overread-hung"


def number_locale() -> QLocale:
    """How numbers are typed: the decimal mark of the language, no marks between thousands."""
    locale = QLocale(language_in_use())
    locale.setNumberOptions(
        QLocale.NumberOption.OmitGroupSeparator | QLocale.NumberOption.RejectGroupSeparator
    )
    return locale


def label(words: str = "", role: str = "", *, wraps: bool = False) -> QLabel:
    """Text in one of the theme's roles: title, quiet, warning."""
    made = QLabel(words)
    made.setTextFormat(Qt.TextFormat.PlainText)
    if role:
        made.setProperty("role", role)
    made.setWordWrap(wraps)
    return made


def tell(where: QLabel, sentence: str, *, is_warning: bool = False) -> None:
    """Put a sentence into a label that is quiet or warns; styles follow a property only when they are made anew."""
    where.setProperty("role", "warning" if is_warning else "quiet")
    where.style().unpolish(where)
    where.style().polish(where)
    where.setText(sentence)


class ElidedLabel(QLabel):
    """One line that gives way: what does not fit ends in dots and stands in the tooltip.

    never_cut_px: words of that width or less are always shown whole.
    """

    def __init__(self, never_cut_px: int = 40) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self._never_cut_px = never_cut_px

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Room for all of it, if there is."""
        return QSize(self.fontMetrics().horizontalAdvance(self.text()) + 4, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Room for what is never cut."""
        whole = self.sizeHint()
        return QSize(min(whole.width(), self._never_cut_px), whole.height())

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """The words, cut at the end."""
        fitted = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        self.setToolTip(tip(self.text()) if fitted != self.text() else "")
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.rect(), int(self.alignment()), fitted)
        painter.end()


def button(words: str, name: str, pressed: Callable[[], None], icon_name: str = "") -> QPushButton:
    """A button that never takes the keyboard away by a click."""
    made = QPushButton(words)
    made.setAccessibleName(name)
    made.setToolTip(name)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    if icon_name:
        made.setIcon(icons.icon(icon_name))
    made.clicked.connect(lambda _checked=False: pressed())
    return made


class GivingButton(QPushButton):
    """A button that says less where it has less room, so that a small window is no wider than its screen."""

    def __init__(self, words: str, brief: str) -> None:
        super().__init__(words)
        self._whole, self._brief = words, brief
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Room for all its words, if there is."""
        return self._room(self._whole)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Room for the few."""
        return self._room(self._brief)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """All of them, or the few."""
        super().resizeEvent(event)
        self.setText(self._whole if self.width() >= self._room(self._whole).width() else self._brief)

    def _room(self, said: str) -> QSize:
        metrics = self.fontMetrics()
        wide = metrics.horizontalAdvance(said) - metrics.horizontalAdvance(self.text())
        return super().sizeHint() + QSize(wide, 0)


def show_rest(bar: QMenuBar) -> None:
    """Where a menu bar is too narrow, the button that leads to the rest of it; Qt draws it dark on dark."""
    rest = bar.findChild(QToolButton, "qt_menubar_ext_button")
    if rest is not None:
        rest.setProperty("flat", "true")
        rest.setIcon(icons.icon("more"))
        rest.setAccessibleName(text("ui.app.rest"))


class DragList(QListWidget):
    """A list whose rows can be dragged onto viewports; a row's payload is (study uid, display set id)."""

    def __init__(
        self, name: str, payload: Callable[[str], tuple[str, str]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self._payload = payload
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUniformItemSizes(True)

    def mimeTypes(self) -> list[str]:  # noqa: N802 - Qt's name
        """What a viewport accepts."""
        return [HUNG_MIME]

    def mimeData(self, items: list[QListWidgetItem]) -> QMimeData:  # type: ignore[override]  # noqa: N802 - PySide's stub names a Sequence
        """The dragged row."""
        data = QMimeData()
        if items:
            data.setData(HUNG_MIME, json.dumps(self._payload(str(items[0].data(KEY)))).encode())
        return data

    def row_of(self, key: str) -> int:
        """Row of a key, or -1."""
        return next((row for row in range(self.count()) if self.item(row).data(KEY) == key), -1)


def follow(button: QAbstractButton, action: QAction) -> None:
    """A button with words of its own that does what an action does."""

    def adapt() -> None:
        button.setEnabled(action.isEnabled())
        button.setToolTip(action.toolTip())

    button.clicked.connect(lambda _checked=False: action.trigger())
    action.changed.connect(adapt)
    adapt()
