"""Every key and mouse button, to look up and to change: search, press the new key, settle a clash."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QListWidget, QPushButton, QWidget

from app.domain.errors import OverreadError
from app.settings.keymap import Keys
from app.settings.own_keys import OwnKeys, clash, is_forbidden
from app.support.i18n import explain, text
from app.ui.keys import OPENS_BY_ENTER
from app.ui.mouse import mouse_of
from app.ui.overlays.key_field import KeyField
from app.ui.overlays.mouse_grid import MouseGrid
from app.ui.overlays.sheet import Sheet
from app.ui.widgets.rows import KEY, Row, RowDelegate, item_of
from app.ui.widgets.small import button, label, tell

if TYPE_CHECKING:
    from app.ui.hands import Hands
    from app.ui.main_window import MainWindow


class BindingsSheet(Sheet):
    """Changes hold at once and are kept; nothing is lost but by the two buttons that say so."""

    def __init__(self, window: MainWindow, hands: Hands) -> None:
        super().__init__(window, text("hands.title"), (1000, 800))
        self._main, self._hands = window, hands
        self._commands = window.commands
        self._wanted: tuple[str, Keys, str] | None = None  # action, keys, who has one of them
        self._adds = False
        self.box = QLineEdit()
        self.box.setPlaceholderText(text("hands.search"))
        self.box.setAccessibleName(text("hands.search"))
        self.box.textChanged.connect(lambda _words: self._list())
        self.box.installEventFilter(self)
        self.list = QListWidget()
        self.list.setAccessibleName(text("hands.list"))
        self.list.setItemDelegate(RowDelegate(1, 0))
        self.list.setProperty(OPENS_BY_ENTER, True)
        self.list.itemActivated.connect(lambda _item: self._begin(adds=False))
        self.field = KeyField()
        self.field.pressed.connect(self._pressed)
        self.field.given_up.connect(self._give_up)
        self.said = label(wraps=True)
        self.take = self._button("hands.take_it", self._take)
        self.leave = self._button("hands.leave_it", self._give_up)
        self.grid = MouseGrid(self._mouse)
        self.body.addWidget(self.box)
        self.body.addWidget(self.list, 1)
        self.body.addLayout(self._row(self._key_buttons()))
        self.body.addLayout(self._row([self.field, self.said, self.take, self.leave]))
        self.body.addWidget(label(text("hands.mouse"), "title"))
        self.body.addWidget(self.grid)
        self.body.addLayout(self._row(self._file_buttons()))
        hands.watch(self._show_all)

    def open(self) -> None:
        """What is in force."""
        self.box.clear()
        self._show_all()
        super().open()
        self.box.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Arrows go from the search into the list."""
        if watched is self.box and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Down:
                self.list.setFocus()
                return True
            if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
                self._begin(adds=False)
                return True
        return super().eventFilter(watched, event)

    @property
    def chosen(self) -> str:
        """The action whose row is current."""
        item = self.list.currentItem()
        return str(item.data(KEY)) if item is not None else ""

    def _key_buttons(self) -> list[QPushButton]:
        return [
            self._button("hands.new_key", lambda: self._begin(adds=False)),
            self._button("hands.more_key", lambda: self._begin(adds=True)),
            self._button("hands.no_key", lambda: self._set(self.chosen, ())),
            self._button("hands.reset_key", lambda: self._set(self.chosen, None)),
        ]

    def _file_buttons(self) -> list[QPushButton]:
        return [
            self._button("hands.export", self._export),
            self._button("hands.import", self._import),
            self._button("hands.reset_all", lambda: self._try(OwnKeys(self._hands.own.base))),
        ]

    def _button(self, key: str, pressed: Callable[[], None]) -> QPushButton:
        return button(text(key), text(key), pressed)

    def _row(self, parts: Sequence[QWidget]) -> QHBoxLayout:
        row = QHBoxLayout()
        for part in parts:
            row.addWidget(part, 1 if part is self.said else 0)
        if self.said not in parts:
            row.addStretch(1)
        return row

    def _show_all(self) -> None:
        self._ask(None)
        self._list()
        self.grid.show_profile(mouse_of(self._hands.keymap))

    def _list(self) -> None:
        before, parts = self.chosen, self.box.text().casefold().split()
        self.list.clear()
        for name, one in self._commands.declared.items():
            words, keys = text(one.text_key), self._commands.keys_words(name, one.mode)
            if all(part in f"{words} {keys}".casefold() for part in parts):
                self.list.addItem(item_of(Row(name, (words,), tag=keys or text("hands.without"))))
        rows = [n for n in range(self.list.count()) if self.list.item(n).data(KEY) == before]
        self.list.setCurrentRow(rows[0] if rows else 0)

    def _begin(self, *, adds: bool) -> None:
        if self.chosen:
            self._adds = adds
            self._ask(None)
            self.field.setVisible(True)
            self.field.setFocus()
            tell(self.said, text("hands.for", action=self._name(self.chosen)))

    def _pressed(self, keys: Keys) -> None:
        action_id = self.chosen
        if any(is_forbidden(action_id, key) for key in keys):
            tell(self.said, text("hands.forbidden", action=self._name(action_id)), is_warning=True)
            return
        modes = {name: one.mode for name, one in self._commands.declared.items()}
        holder = next(
            (found for key in keys if (found := clash(self._hands.keymap, action_id, key, modes))), ""
        )
        if not holder:
            self._set(action_id, self._with_more(action_id, keys))
            return
        self._ask((action_id, keys, holder))
        said = text("hands.clash", pressed=self._shown(keys), action=self._name(holder))
        tell(self.said, said, is_warning=True)
        self.take.setFocus()

    def _take(self) -> None:
        """From the other action, which is left with its other keys."""
        if self._wanted is None:
            return
        action_id, keys, holder = self._wanted
        mode = self._commands.declared[holder].mode
        left = tuple(key for key in self._hands.keymap.keys_of(holder, mode) if key not in keys)
        own = self._hands.own.with_keys(holder, mode, left)
        self._try(own.with_keys(action_id, mode, self._with_more(action_id, keys)))
        tell(self.said, text("hands.taken", action=self._name(holder)))

    def _give_up(self) -> None:
        self._ask(None)
        self.list.setFocus()

    def _ask(self, wanted: tuple[str, Keys, str] | None) -> None:
        self._wanted = wanted
        self.field.hide()
        self.take.setVisible(wanted is not None)
        self.leave.setVisible(wanted is not None)
        tell(self.said, "")

    def _with_more(self, action_id: str, keys: Keys) -> Keys:
        if not self._adds:
            return keys
        had = self._hands.keymap.keys_of(action_id, self._commands.declared[action_id].mode)
        return (*had, *(key for key in keys if key not in had))

    def _set(self, action_id: str, keys: Keys | None) -> None:
        if action_id:
            mode = self._commands.declared[action_id].mode
            self._try(self._hands.own.with_keys(action_id, mode, keys))
            self.list.setFocus()

    def _mouse(self, table: str, name: str, does: str) -> None:
        own = self._hands.own
        if table == "drags":
            self._try(replace(own, drags={**own.drags, name: does}))
        else:
            self._try(replace(own, wheel={**own.wheel, name: does}))

    def _try(self, own: OwnKeys) -> None:
        try:
            self._hands.change(own)
        except OverreadError as error:
            tell(self.said, explain(error), is_warning=True)

    def _export(self) -> None:
        chosen, _ = QFileDialog.getSaveFileName(self, text("hands.export"), "overread-keys.toml", "*.toml")
        if chosen:
            self._do(
                lambda: self._hands.export_to(Path(chosen)), text("hands.exported", file=Path(chosen).name)
            )

    def _import(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self, text("hands.import"), "", "*.toml")
        if chosen:
            self._do(
                lambda: self._hands.import_from(Path(chosen)), text("hands.imported", file=Path(chosen).name)
            )

    def _do(self, deed: Callable[[], object], said: str) -> None:
        try:
            unknown = deed()
        except OverreadError as error:
            tell(self.said, explain(error), is_warning=True)
            return
        more = (
            f" {text('hands.unknown', names=', '.join(unknown))}"
            if isinstance(unknown, tuple) and unknown
            else ""
        )
        tell(self.said, said + more, is_warning=bool(more))

    def _name(self, action_id: str) -> str:
        return text(self._commands.declared[action_id].text_key)

    def _shown(self, keys: Keys) -> str:
        return keys[0]
