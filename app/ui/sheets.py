"""Palette, key list, settings and about of one window; made when first asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Protocol

from app.context import AppContext
from app.domain.errors import OverreadError
from app.settings.keymap import load_keymap, profiles
from app.settings.own_keys import keymap_folder
from app.settings.schema import Settings
from app.support.held.laying import known_place
from app.support.i18n import explain, text
from app.support.titles import title_words
from app.ui import words
from app.ui.hands import Hands
from app.ui.listening import ListeningDesk
from app.ui.mouse import mouse_of, tool_words
from app.ui.objects import ObjectDesk
from app.ui.overlays.about import AboutSheet
from app.ui.overlays.bindings import BindingsSheet
from app.ui.overlays.compare import CompareSheet
from app.ui.overlays.connections import ConnectionsSheet
from app.ui.overlays.evaluation import EvaluationSheet
from app.ui.overlays.help_pages import HelpSheet
from app.ui.overlays.inventory import InventorySheet
from app.ui.overlays.key_list import KeySheet
from app.ui.overlays.listener import ListenerSheet
from app.ui.overlays.monitor import MonitorSheet
from app.ui.overlays.palette import Choice, PaletteSheet
from app.ui.overlays.quality import QualitySheet
from app.ui.overlays.queue import QueueSheet
from app.ui.overlays.remote import RemoteSheet
from app.ui.overlays.report import ReportSheet
from app.ui.overlays.send import SendSheet
from app.ui.overlays.settings import SettingsSheet
from app.ui.overlays.sheet import Sheet
from app.ui.overlays.tag_table import TagSheet
from app.ui.theme import wear
from app.workflows.showing import show_anew, study_as_shown
from app.workflows.silence import load_silenced
from app.workflows.worklist_notes import list_notes, settle_sort
from viewers.mouse_profiles import ACTIVE, Button, Modifier

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
        self.hands = Hands(ctx, window)

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
        ctx, window = self._ctx, self._window
        makers: dict[str, Callable[[], Sheet]] = {
            "remote": lambda: RemoteSheet(ctx, window),
            "connections": lambda: ConnectionsSheet(ctx, window),
            "send": lambda: SendSheet(ctx, window),
            "header": lambda: TagSheet(ctx, window),
            "compare": lambda: CompareSheet(ctx, window),
            "training": self._training,
            "listener": lambda: ListenerSheet(ctx, window, self.listening),
            "monitor": lambda: MonitorSheet(window, lambda: ctx.settings, self.save),
            "queue": lambda: QueueSheet(ctx, window, window.desk.running),
            "export": self._export,
            "report": lambda: ReportSheet(ctx, window),
            "quality": lambda: QualitySheet(ctx, window),
            "evaluation": lambda: EvaluationSheet(ctx, window, lambda: window.models.chosen),
            "inventory": lambda: InventorySheet(ctx, window, window.desk.ai_status.packages_changed),
            "palette": lambda: PaletteSheet(window, self._choices),
            "bindings": lambda: BindingsSheet(window, self.hands),
            "help": lambda: HelpSheet(window),
            "keys": lambda: KeySheet(window, window.commands.key_groups, self._mouse_words),
            "settings": self._settings,
        }
        return makers.get(what, lambda: AboutSheet(window))()

    def _training(self) -> Sheet:
        from app.ui.overlays.training import TrainingSheet  # brings the database library with it

        return TrainingSheet(self._ctx, self._window)

    def _export(self) -> Sheet:
        from app.ui.overlays.export import ExportSheet  # brings every exporter with it

        return ExportSheet(self._ctx, self._window, self._window.desk.running)

    def _settings(self) -> Sheet:
        folder = keymap_folder()
        named = [
            (profile, title_words("keymap", load_keymap(folder, profile).title))
            for profile in profiles(folder)
        ]
        return SettingsSheet(
            self._window, named, lambda: self._ctx.settings, self.save, lambda: known_place(self._ctx.paths)
        )

    def _choices(self) -> Sequence[Choice]:
        studies = [
            Choice(
                text(
                    "ui.palette.study",
                    name=words.person(study.patient.name),
                    study=words.study_title(study_as_shown(self._ctx, study)),
                ),
                words.day(study.date),
                partial(self._desk.open_study, study.study_instance_uid),
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
        self.hands.use(settings.key_profile)
        wear(settings.theme)
        try:
            settle_sort(self._ctx)
            show_anew(self._ctx)  # another reader, role or policy sees something else
            load_silenced(self._ctx)
            list_notes(self._ctx)
        except OverreadError as error:
            self._desk.warn(explain(error))
            return
        self._desk.say(text("ui.settings.saved"))

    def _mouse_words(self) -> str:
        keymap = self._window.commands.keymap
        profile = mouse_of(keymap)

        def tool(button: Button) -> str:
            return tool_words(profile.tool_for(button, Modifier.PLAIN, ACTIVE))

        return text(
            "ui.keys.mouse",
            profile=title_words("keymap", keymap.title),
            left=tool(Button.LEFT),
            middle=tool(Button.MIDDLE),
            right=tool(Button.RIGHT),
        )
