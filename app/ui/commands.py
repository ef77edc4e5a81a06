"""Actions of the registry as Qt's: one QAction each, with the keys of the profile and mode in force."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from app.actions.desk import Desk
from app.actions.registry import MENUS, Action, all_actions
from app.context import AppContext
from app.domain.errors import OverreadError
from app.settings.keymap import Keymap
from app.state.model import AppState
from app.support.i18n import explain, text
from app.ui.mnemonics import taken, with_letters
from app.ui.modes import mode_of
from app.ui.overlays.palette import Choice

SUBMENUS = {"preset": "ui.menu.preset", "own": "ui.menu.own"}
NUMBERED = tuple(f"view.own_{number}" for number in range(1, 10))


class Commands(QObject):
    """Feeds menus, shortcuts, palette and key list from the same table."""

    def __init__(self, ctx: AppContext, window: QWidget, keymap: Keymap, fail: Callable[[str], None]) -> None:
        super().__init__(window)
        self._ctx = ctx
        self._fail = fail
        self._desk: Desk | None = None
        self._mode = ""
        self.keymap = keymap
        self._menus: dict[str, QMenu] = {}
        self.declared: dict[str, Action] = all_actions()
        self.actions: dict[str, QAction] = {}
        for action_id, declared in self.declared.items():
            made = QAction(text(declared.text_key), window)
            made.setShortcutVisibleInContextMenu(True)  # that is where hands learn keys
            made.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
            made.setCheckable(declared.checked is not None)
            made.triggered.connect(lambda _checked=False, name=action_id: self.run(name))
            window.addAction(made)
            self.actions[action_id] = made
        self._put_keys()

    def serve(self, desk: Desk) -> None:
        """From now on actions reach this window."""
        self._desk = desk

    def run(self, action_id: str) -> None:
        """Do it now; what cannot be done is said in one sentence and changes nothing."""
        declared = self.declared[action_id]
        if self._desk is None or declared.run is None or not declared.when(self._ctx.store.state):
            return
        try:
            declared.run(self._ctx, self._desk)
        except OverreadError as error:
            self._fail(explain(error))
        self.show_state(self._ctx.store.state)

    def hold(self, key: int, down: bool) -> bool:
        """A key went down or up: true if a hold action took it."""
        for action_id, declared in self.declared.items():
            if declared.hold is None or self._desk is None:
                continue
            if any(
                QKeySequence(keys) == QKeySequence(key) for keys in self.keymap.keys_of(action_id, self._mode)
            ):
                declared.hold(self._ctx, self._desk, down)
                return True
        return False

    def show_state(self, state: AppState) -> None:
        """Grey out what makes no sense now, tick what is on, take the keys of the mode."""
        mode = mode_of(state)
        if mode != self._mode:
            self._mode = mode
            self._put_keys()
        for action_id, declared in self.declared.items():
            made = self.actions[action_id]
            made.setEnabled(declared.when(state))
            if declared.checked is not None:
                made.setChecked(declared.checked(state))

    def use(self, keymap: Keymap) -> None:
        """Another profile."""
        self.keymap = keymap
        self._put_keys()
        self._title_menus()

    def fill(self, bar: QMenuBar) -> None:
        """Menus in order, groups apart."""
        for menu_id in MENUS:
            # Made here, not by the bar: what Qt makes is lost to the binding when, hours later, some widget goes.
            menu = self._menus[menu_id] = QMenu(bar)
            bar.addMenu(menu)
            group = ""
            submenus: dict[str, QMenu] = {}
            for action_id, declared in self.declared.items():
                if declared.menu != menu_id or declared.mode or declared.hold is not None:
                    continue
                if group and declared.group != group:
                    menu.addSeparator()
                group = declared.group
                if group in SUBMENUS:
                    if group not in submenus:
                        submenus[group] = QMenu(text(SUBMENUS[group]), menu)
                        menu.addMenu(submenus[group])
                    submenus[group].addAction(self.actions[action_id])
                else:
                    menu.addAction(self.actions[action_id])

        self._title_menus()

    def _title_menus(self) -> None:
        """Underline letters that no action of the profile wants for itself."""
        keys = [key for keys in self.keymap.keys.values() for key in keys]
        keys += [key for table in self.keymap.modes.values() for keys in table.values() for key in keys]
        titles = {menu_id: text(f"ui.menu.{menu_id}") for menu_id in self._menus}
        for menu_id, title in with_letters(titles, taken(keys)).items():
            self._menus[menu_id].setTitle(title)

    def name_presets(self, names: Sequence[str]) -> None:
        """Say what the presets of the active picture are; keys without one stay unnamed."""
        for number in range(1, 10):
            key = f"view.preset_{number}"
            plain = text(self.declared[key].text_key)
            named = f"{plain}: {names[number - 1]}" if number <= len(names) else plain
            self.actions[key].setText(named)

    def name_own(self, names: Sequence[str]) -> None:
        """Say what VOI tables and windows the file of the active picture brings; keys without one are not there."""
        for number in range(1, 10):
            made = self.actions[f"view.own_{number}"]
            made.setVisible(number <= len(names))
            if number <= len(names):
                made.setText(text("ui.own.named", number=number, name=names[number - 1]))

    def choices(self) -> list[Choice]:
        """What can be done now, for the palette."""
        state = self._ctx.store.state
        return [
            Choice(self.actions[name].text(), self.keys_words(name), partial(self.run, name))
            for name, declared in self.declared.items()
            if declared.run is not None
            and declared.when(state)
            and self.actions[name].isVisible()
            and name != "help.palette"
        ]

    def key_groups(self) -> Sequence[tuple[str, Sequence[tuple[str, str]]]]:
        """Keys by menu, for the key list; keys of modes stand in a group of their own."""
        groups: list[tuple[str, list[tuple[str, str]]]] = []
        for menu_id in MENUS:
            names = [name for name, one in self.declared.items() if one.menu == menu_id and not one.mode]
            lines = [self._line(name) for name in names if not name.startswith(("view.preset_", *NUMBERED))]
            if menu_id == "view":
                lines.append(
                    (
                        text("ui.keys.presets"),
                        f"{self.keys_words('view.preset_1')} – {self.keys_words('view.preset_9')}",
                    )
                )
                lines.append(self._line("view.preset_default"))
                span = (self.keys_words(name) for name in (NUMBERED[0], NUMBERED[-1]))
                lines.append((text("ui.menu.own"), " – ".join(span)))
            groups.append((text(f"ui.menu.{menu_id}").replace("&", ""), [line for line in lines if line[1]]))
        for mode in self.keymap.modes:
            lines = [self._line(name, mode) for name, one in self.declared.items() if one.mode == mode]
            groups.append((text(f"ui.mode.{mode}"), lines))
        return groups

    def keys_words(self, action_id: str, mode: str = "") -> str:
        """The keys of an action as the reader sees them on this system."""
        keys = self.keymap.keys_of(action_id, mode)
        # On some keyboards a sign takes Shift and on some it does not: one key to the reader.
        keys = tuple(key for key in keys if not (key.startswith("Shift+") and key[6:] in keys))
        native = QKeySequence.SequenceFormat.NativeText
        return "  ".join(QKeySequence(key).toString(native) for key in keys)

    def _line(self, action_id: str, mode: str = "") -> tuple[str, str]:
        return text(self.declared[action_id].text_key), self.keys_words(action_id, mode)

    def _put_keys(self) -> None:
        for action_id, declared in self.declared.items():
            made = self.actions[action_id]
            in_force = declared.hold is None and declared.mode in ("", self._mode)
            keys = self.keymap.keys_of(action_id, self._mode) if in_force else ()
            made.setShortcuts([QKeySequence(key) for key in keys])
            words = self.keys_words(action_id, self._mode) if in_force else ""
            name = text(declared.text_key)
            made.setToolTip(f"{name}  ({words})" if words else name)
