"""The help pages in the window: a list, a search through all of them, the page."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QColor, QPalette, QTextCursor, QTextDocument, QTextFrameFormat, QTextTable
from PySide6.QtWidgets import (
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QSplitter,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from app.support.help_pages import HelpPage, help_pages, shown_markdown
from app.support.i18n import language_in_use, text
from app.ui import theme
from app.ui.overlays.sheet import Sheet
from app.ui.widgets.small import label

_NAME = Qt.ItemDataRole.UserRole


class HelpSheet(Sheet):
    """Nothing is fetched from anywhere; a link leads to another of these pages or nowhere."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window, text("ui.help.title"), (1100, 760))
        self._pages: dict[str, HelpPage] = {}
        self._words: dict[str, str] = {}
        self.sought = QLineEdit()
        self.sought.setPlaceholderText(text("ui.help.seek"))
        self.sought.setAccessibleName(text("ui.help.seek"))
        self.sought.setClearButtonEnabled(True)
        self.sought.textChanged.connect(self._narrow)
        self.sought.returnPressed.connect(self._find_next)
        self.list = QListWidget()
        self.list.setAccessibleName(text("ui.help.list"))
        self.list.setWordWrap(True)
        self.list.setTextElideMode(Qt.TextElideMode.ElideNone)
        self.list.setVerticalScrollBarPolicy(
            Qt.ScrollBarPolicy.ScrollBarAlwaysOn
        )  # else rows are wrapped without it
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.currentItemChanged.connect(self._turn)
        self.view = QTextBrowser()
        self.view.setAccessibleName(text("ui.help.page"))
        self.view.setOpenLinks(False)
        self.view.anchorClicked.connect(self._follow)
        side = QWidget()
        rows = QVBoxLayout(side)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.addWidget(self.sought)
        rows.addWidget(self.list, 1)
        halves = QSplitter(Qt.Orientation.Horizontal)
        halves.addWidget(side)
        halves.addWidget(self.view)
        halves.setSizes([340, 740])
        halves.setStretchFactor(1, 1)
        self.body.addWidget(halves, 1)
        self.body.addWidget(label(text("ui.help.notice"), "quiet", wraps=True))

    def open(self) -> None:
        """The pages of the language that is in use now; the keyboard is in the search."""
        self._read()
        self._narrow()
        super().open()
        self.sought.setFocus()

    @property
    def shown(self) -> str:
        """File name of the page that is shown; '' for none."""
        item = self.list.currentItem()
        return "" if item is None else str(item.data(_NAME) or "")

    def turn_to(self, name: str) -> None:
        """Show a page by its file name, whatever is sought."""
        if name in self._pages and self._item(name) is None:
            self.sought.clear()
        item = self._item(name)
        if item is not None:
            self.list.setCurrentItem(item)

    def _read(self) -> None:
        try:
            found = help_pages(language_in_use())
            titles = {page.name: page.title for page in found}
            self._words = {page.name: shown_markdown(page, titles) for page in found}
        except (OSError, ValueError, KeyError) as error:
            self.view.setPlainText(text("ui.help.gone", reason=str(error)))
            return
        self._pages = {page.name: page for page in found}

    def _narrow(self) -> None:
        """List the pages that hold all words sought, under their groups; the page shown stays if it is among them."""
        sought, before, group = self.sought.text().casefold().split(), self.shown, ""
        self.list.blockSignals(True)
        self.list.clear()
        for name, page in self._pages.items():
            if not all(word in self._words[name].casefold() for word in sought):
                continue
            if page.group != group:
                group = page.group
                self.list.addItem(_heading(text(f"ui.help.group.{group}")))
            item = QListWidgetItem(page.title)
            item.setData(_NAME, name)
            self.list.addItem(item)
        wanted = self._item(before) or next(self._items(), None)
        if wanted is not None:
            self.list.setCurrentItem(wanted)
        self.list.blockSignals(False)
        self._turn()

    def _items(self) -> Iterator[QListWidgetItem]:
        for place in range(self.list.count()):
            item = self.list.item(place)
            if item.data(_NAME):
                yield item

    def _item(self, name: str) -> QListWidgetItem | None:
        return next((item for item in self._items() if item.data(_NAME) == name), None)

    def _turn(self) -> None:
        """Show the chosen page, at the first place of what is sought."""
        self.view.setPalette(_palette())
        self.view.setMarkdown(self._words.get(self.shown, text("ui.help.nothing")))
        _rule_tables(self.view.document())
        _color_links(self.view.document())
        self.view.moveCursor(QTextCursor.MoveOperation.Start)
        self._find_next()

    def _find_next(self) -> None:
        sought = self.sought.text().strip()
        if sought and not self.view.find(sought):
            self.view.moveCursor(QTextCursor.MoveOperation.Start)
            self.view.find(sought)

    def _follow(self, link: QUrl) -> None:
        self.turn_to(link.fileName())


def _heading(words: str) -> QListWidgetItem:
    item = QListWidgetItem(words)
    item.setFlags(Qt.ItemFlag.NoItemFlags)
    bold = item.font()
    bold.setBold(True)
    item.setFont(bold)
    return item


def _palette() -> QPalette:
    colors, made = theme.colors(), QPalette()
    for role, color in (
        (QPalette.ColorRole.Base, colors.field),
        (QPalette.ColorRole.Text, colors.text),
        (QPalette.ColorRole.Link, colors.accent),
        (QPalette.ColorRole.Highlight, colors.accent),
        (QPalette.ColorRole.HighlightedText, colors.field),
    ):
        made.setColor(role, QColor(color))
    return made


def _color_links(document: QTextDocument) -> None:
    """In the theme's colour: Qt gives links of Markdown a dark blue that cannot be read on a dark ground."""
    cursor, block = QTextCursor(document), document.begin()
    while block.isValid():
        links, run = [], block.begin()
        while not run.atEnd():
            piece = run.fragment()
            if piece.charFormat().isAnchor():
                links.append((piece.position(), piece.length(), piece.charFormat()))
            run += 1
        for start, length, form in links:
            form.setForeground(QColor(theme.colors().accent))
            cursor.setPosition(start)
            cursor.setPosition(start + length, QTextCursor.MoveMode.KeepAnchor)
            cursor.setCharFormat(form)
        block = block.next()


def _rule_tables(document: QTextDocument) -> None:
    """Thin lines and some air: Qt draws tables of Markdown with thick bevelled frames."""
    for frame in document.rootFrame().childFrames():
        if isinstance(frame, QTextTable):
            form = frame.format()
            form.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
            form.setBorder(0.5)
            form.setBorderCollapse(True)
            form.setBorderBrush(QColor(theme.colors().line))
            form.setCellPadding(5)
            form.setCellSpacing(0)
            form.setTopMargin(6)
            form.setBottomMargin(10)
            frame.setFormat(form)
