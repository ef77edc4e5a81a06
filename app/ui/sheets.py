"""Palette, key list, settings and about of one window; made when first asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from app.context import AppContext
from app.settings.keymap import load_keymap, profiles
from app.settings.schema import Settings
from app.support.i18n import text
from app.support.paths import resource_dir
from app.ui import words
from app.ui.listening import ListeningDesk
from app.ui.objects import ObjectDesk
from app.ui.overlays.about import AboutSheet
from app.ui.overlays.connections import ConnectionsSheet
from app.ui.overlays.key_list import KeySheet
from app.ui.overlays.listener import ListenerSheet
from app.ui.overlays.palette import Choice, PaletteSheet
from app.ui.overlays.remote import RemoteSheet
from app.ui.overlays.send import SendSheet
from app.ui.overlays.settings import SettingsSheet
from app.ui.overlays.sheet import Sheet
from app.ui.overlays.tag_table import TagSheet
from viewers.mouse_profiles import ACTIVE, PROFILES, Button, Modifier

if TYPE_CHECKING:
    from app.ui.main_window import MainWindow


class _Opens(Protocol):
    def open_study(self, study_instance_uid: str) -> None: ...
    def say(self, sentence: str) -> None: ...
    def warn(self, sentence: str) -> None: ...


class Sheets:
    """One sheet at a time."""

    def __init__(self, ctx: AppContext, window: MainWindow, desk: _Opens) -> None:
        self._ctx = ctx
        self._window = window
        self._desk = desk
        self._made: dict[str, Sheet] = {}
        self.listening = ListeningDesk(ctx, window)
        self.objects = ObjectDesk(ctx, window, self.show_sheet)
        window.host.set_mouse(window.commands.keymap.mouse)

    def show(self, what: str) -> None:
        """Open a sheet; asked for again, it goes."""
        sheet = self._made.get(what) or self._made.setdefault(what, self._make(what))
        if sheet.isVisible():
            sheet.dismiss()
            return
        self.dismiss()
        sheet.open()

    def show_sheet(self, name: str, sheet: Sheet) -> None:
        """A sheet that somebody else has made."""
        self.dismiss()
        self._made[name] = sheet
        sheet.open()

    def dismiss(self) -> bool:
        """Close the open sheet; false if none was open."""
        for sheet in self._made.values():
            if sheet.isVisible():
                sheet.dismiss()
                return True
        return False

    def _make(self, what: str) -> Sheet:
        remote = {
            "remote": RemoteSheet,
            "connections": ConnectionsSheet,
            "send": SendSheet,
            "header": TagSheet,
        }
        if what in remote:
            return remote[what](self._ctx, self._window)
        if what == "listener":
            return ListenerSheet(self._ctx, self._window, self.listening)
        if what == "palette":
            return PaletteSheet(self._window, self._choices)
        if what == "keys":
            return KeySheet(self._window, self._window.commands.key_groups, self._mouse_words)
        if what == "settings":
            folder = resource_dir() / "keymaps"
            named = [(profile, load_keymap(folder, profile).title) for profile in profiles(folder)]
            return SettingsSheet(self._window, named, lambda: self._ctx.settings, self.save)
        return AboutSheet(self._window)

    def _choices(self) -> Sequence[Choice]:
        studies = [
            Choice(
                text(
                    "ui.palette.study", name=words.person(study.patient.name), study=words.study_title(study)
                ),
                words.day(study.date),
                lambda uid=study.study_instance_uid: self._desk.open_study(uid),  # type: ignore[misc]
            )
            for study in self._ctx.store.state.workspace.studies
        ]
        return [*self._window.commands.choices(), *studies]

    def save(self, settings: Settings) -> None:
        """Keep them, and use their keys and mouse from now on."""
        try:
            self._ctx.change_settings(settings)
        except OSError as error:
            self._desk.warn(words.settings_unsaved(self._ctx.paths.settings, error))
            return
        keymap = load_keymap(resource_dir() / "keymaps", settings.key_profile)
        self._window.commands.use(keymap)
        self._window.host.set_mouse(keymap.mouse)
        self._desk.say(text("ui.settings.saved"))

    def _mouse_words(self) -> str:
        keymap = self._window.commands.keymap
        profile = PROFILES[keymap.mouse]

        def tool(button: Button) -> str:
            name = profile.tool_for(button, Modifier.PLAIN, ACTIVE) or "–"
            return text("ui.keys.active") if name == ACTIVE else text(f"action.tool.{name}").lower()

        return text(
            "ui.keys.mouse",
            profile=keymap.title,
            left=tool(Button.LEFT),
            middle=tool(Button.MIDDLE),
            right=tool(Button.RIGHT),
        )
