"""Keys and mouse of one window: the profile, what the reader changed of it, files in and out, the first question."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.context import AppContext
from app.domain.errors import OverreadError
from app.settings.keymap import Keymap, load_keymap, profiles
from app.settings.own_keys import (
    OwnKeys,
    as_toml,
    keymap_folder,
    load_own,
    read,
    save_own,
    with_own,
)
from app.support.i18n import text
from app.support.titles import title_words
from app.support.whole_files import write_whole
from app.ui import words
from app.ui.mouse import mouse_of

if TYPE_CHECKING:
    from app.ui.main_window import MainWindow

ASKED = "asked"


class Hands:
    """What is in force, and every change of it at once."""

    def __init__(self, ctx: AppContext, window: MainWindow) -> None:
        self._ctx = ctx
        self._window = window
        self._listeners: list[Callable[[], None]] = []
        self.own = OwnKeys()
        self.base = window.commands.keymap
        self.use(ctx.settings.key_profile)

    def use(self, profile: str) -> None:
        """A profile with what the reader changed of it."""
        self.own, is_broken = load_own(self._ctx.paths.settings, profile)
        if is_broken:
            self._window.messages.warn(text("error.hands.own_broken", profile=profile))
        self._put()

    def change(self, own: OwnKeys) -> None:
        """Keep it, then use it. Raises OverreadError where it cannot be kept."""
        try:
            save_own(self._ctx.paths.settings, own)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise OverreadError(
                "error.hands.unsaved", folder=self._ctx.paths.settings, reason=reason
            ) from error
        self.own = own
        self._put()

    def watch(self, changed: Callable[[], None]) -> None:
        """Hear of every change."""
        self._listeners.append(changed)

    @property
    def keymap(self) -> Keymap:
        """In force now."""
        return self._window.commands.keymap

    def export_to(self, file: Path) -> None:
        """The reader's own keys and mouse as a file. Raises OverreadError."""
        try:
            write_whole(file, as_toml(self.own))
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise OverreadError("error.hands.not_written", file=file.name, reason=reason) from error

    def import_from(self, file: Path) -> tuple[str, ...]:
        """Use a file; returns what of it this version does not know. Raises OverreadError if it is none of keys."""
        try:
            given = read(file)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise OverreadError("error.hands.not_read", file=file.name, reason=reason) from error
        if given.base not in profiles(keymap_folder()):
            raise OverreadError("error.hands.no_profile", file=file.name, profile=given.base)
        declared = self._window.commands.declared
        known = {name: keys for name, keys in given.keys.items() if name in declared}
        modes = {
            mode: {name: keys for name, keys in table.items() if name in declared}
            for mode, table in given.modes.items()
        }
        self.change(replace(given, keys=known, modes=modes))
        self.choose(given.base)
        return tuple(sorted(set(given.keys) - set(known)))

    def choose(self, profile: str) -> None:
        """Another profile, kept in the settings; asked no more."""
        self._save(profile)
        self.use(profile)

    def ask(self) -> None:
        """Where the reader comes from, once, without standing in the way."""
        if self._ctx.settings.hands != ASKED:
            named = [
                (name, title_words("keymap", load_keymap(keymap_folder(), name).title))
                for name in profiles(keymap_folder())
            ]
            self._window.hands_bar.ask(named, self._answered)

    def _answered(self, profile: str) -> None:
        if profile:
            self.choose(profile)
            self._window.messages.note(text("hands.chosen", profile=title_words("keymap", self.base.title)))
        else:
            self._save()

    def _save(self, profile: str = "") -> None:
        settings = self._ctx.settings
        try:
            self._ctx.change_settings(
                replace(settings, hands=ASKED, key_profile=profile or settings.key_profile)
            )
        except OSError as error:
            self._window.messages.warn(words.settings_unsaved(self._ctx.paths.settings, error))

    def _put(self) -> None:
        self.base = load_keymap(keymap_folder(), self.own.base)
        keymap = with_own(self.base, self.own)
        self._window.commands.use(keymap)
        self._window.host.set_mouse(mouse_of(keymap), self._ctx.settings.window_drag)
        for changed in self._listeners:
            changed()
