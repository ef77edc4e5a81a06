"""Reader's name, key profile, and how much memory pictures may take."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtWidgets import QComboBox, QFormLayout, QLineEdit, QSpinBox, QWidget

from app.domain.readers import Role, role_named
from app.findings.policy import DisplayPolicy, policy_named
from app.settings.schema import (
    COPIES_GIB_RANGE,
    FIRST_TOOLS,
    MEMORY_PERCENT_RANGE,
    MUST_JUDGE_RANGE,
    NAME_CHARACTERS,
    PROTECTIONS,
    WINDOW_DRAGS,
    Settings,
)
from app.support.i18n import text
from app.support.languages import SYSTEM, languages, own_name
from app.ui.overlays.sheet import Sheet
from app.ui.palette import PALETTES
from app.ui.widgets.small import button, label


class SettingsSheet(Sheet):
    """Nothing changes until Save."""

    def __init__(
        self,
        window: QWidget,
        profiles: Sequence[tuple[str, str]],
        current: Callable[[], Settings],
        save: Callable[[Settings], None],
        where_kept: Callable[[], str] = lambda: "unknown",
    ) -> None:
        super().__init__(window, text("ui.settings.title"), (720, 750))
        self._current = current
        self._save = save
        self._where_kept = where_kept
        self._profiles = tuple(profiles)
        self.reader = QLineEdit()
        self.reader.setMaxLength(NAME_CHARACTERS)
        self.profile = QComboBox()
        for _, title in self._profiles:
            self.profile.addItem(title)
        self.role = _choice([(r.value, f"settings.role_name.{r.value}") for r in Role])
        self.policy = _choice([(p.value, f"settings.policy_name.{p.value}") for p in DisplayPolicy])
        self.language = QComboBox()
        self.language.addItem(text("language.system"), SYSTEM)
        for one in languages():
            self.language.addItem(own_name(one), one)
        self.theme = _choice([(name, f"settings.theme_name.{name}") for name in PALETTES])
        self.window_drag = _choice([(way, f"settings.window_drag_name.{way}") for way in WINDOW_DRAGS])
        self.first_tool = _choice([(tool, f"action.tool.{tool}") for tool in FIRST_TOOLS])
        self.memory = _number(MEMORY_PERCENT_RANGE, " %", step=5)
        self.copies = _number(COPIES_GIB_RANGE, f" {text('unit.gib')}")
        self.protection = _choice([(way, f"settings.copies_protection_name.{way}") for way in PROTECTIONS])
        self.kept = label("", "quiet", wraps=True)
        self.must_judge = _number(MUST_JUDGE_RANGE, " / 100")
        self.body.addLayout(self._form())
        self.body.addWidget(label(text("ui.settings.memory_why"), "quiet", wraps=True))
        self.body.addWidget(self.kept)
        self.body.addWidget(label(text("language.restart"), "quiet", wraps=True))
        self.body.addWidget(label(text("ui.settings.why"), "quiet", wraps=True))
        self.body.addStretch(1)
        self.body.addWidget(button(text("ui.settings.save"), text("ui.settings.save"), self._take))

    def _form(self) -> QFormLayout:
        form = QFormLayout()
        form.setVerticalSpacing(10)
        for key, field in (
            ("settings.reader_name", self.reader),
            ("settings.role", self.role),
            ("settings.display_policy", self.policy),
            ("settings.must_judge_above", self.must_judge),
            ("settings.key_profile", self.profile),
            ("settings.theme", self.theme),
            ("settings.language", self.language),
            ("settings.window_drag", self.window_drag),
            ("settings.first_tool", self.first_tool),
            ("settings.memory_percent", self.memory),
            ("settings.copies_gib", self.copies),
            ("settings.copies_protection", self.protection),
        ):
            field.setAccessibleName(text(key))
            form.addRow(label(text(key)), field)
        return form

    def open(self) -> None:
        """What holds now."""
        settings = self._current()
        self.reader.setText(settings.reader_name)
        ids = [profile_id for profile_id, _ in self._profiles]
        self.profile.setCurrentIndex(ids.index(settings.key_profile) if settings.key_profile in ids else 0)
        self.role.setCurrentIndex(self.role.findData(role_named(settings.role).value))
        self.policy.setCurrentIndex(self.policy.findData(policy_named(settings.display_policy).value))
        self.theme.setCurrentIndex(max(self.theme.findData(settings.theme), 0))
        self.language.setCurrentIndex(max(self.language.findData(settings.language), 0))
        self.window_drag.setCurrentIndex(max(self.window_drag.findData(settings.window_drag), 0))
        self.first_tool.setCurrentIndex(max(self.first_tool.findData(settings.first_tool), 0))
        self.must_judge.setValue(settings.must_judge_above)
        self.memory.setValue(settings.memory_percent)
        self.copies.setValue(settings.copies_gib)
        self.protection.setCurrentIndex(max(self.protection.findData(settings.copies_protection), 0))
        self.kept.setText(f"{text(f'held.place.{self._where_kept()}')} {text('ui.held.restart')}")
        super().open()
        self.reader.setFocus()

    def _take(self) -> None:
        profile_id = self._profiles[self.profile.currentIndex()][0]
        changed = replace(
            self._current(),
            reader_name=self.reader.text().strip(),
            key_profile=profile_id,
            role=str(self.role.currentData()),
            display_policy=str(self.policy.currentData()),
            theme=str(self.theme.currentData()),
            language=str(self.language.currentData()),
            window_drag=str(self.window_drag.currentData()),
            first_tool=str(self.first_tool.currentData()),
            must_judge_above=self.must_judge.value(),
            memory_percent=self.memory.value(),
            copies_gib=self.copies.value(),
            copies_protection=str(self.protection.currentData()),
        )
        self.dismiss()
        self._save(changed)


def _number(span: tuple[int, int], suffix: str, step: int = 1) -> QSpinBox:
    made = QSpinBox()
    made.setRange(*span)
    made.setSingleStep(step)
    made.setSuffix(suffix)
    return made


def _choice(entries: Sequence[tuple[str, str]]) -> QComboBox:
    made = QComboBox()
    for value, words_key in entries:
        made.addItem(text(words_key), value)
    return made
