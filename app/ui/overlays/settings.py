"""Reader's name, key profile, and how much memory pictures may take."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtWidgets import QComboBox, QFormLayout, QLineEdit, QSpinBox, QWidget

from app.settings.schema import COPIES_GIB_RANGE, MEMORY_PERCENT_RANGE, NAME_CHARACTERS, Settings
from app.support.i18n import text
from app.ui.overlays.sheet import Sheet
from app.ui.widgets.small import button, label


class SettingsSheet(Sheet):
    """Nothing changes until Save."""

    def __init__(
        self,
        window: QWidget,
        profiles: Sequence[tuple[str, str]],
        current: Callable[[], Settings],
        save: Callable[[Settings], None],
    ) -> None:
        super().__init__(window, text("ui.settings.title"), (640, 360))
        self._current = current
        self._save = save
        self._profiles = tuple(profiles)
        self.reader = QLineEdit()
        self.reader.setMaxLength(NAME_CHARACTERS)
        self.reader.setAccessibleName(text("settings.reader_name"))
        self.profile = QComboBox()
        self.profile.setAccessibleName(text("settings.key_profile"))
        for _, title in self._profiles:
            self.profile.addItem(title)
        self.memory = QSpinBox()
        self.memory.setRange(*MEMORY_PERCENT_RANGE)
        self.memory.setSingleStep(5)
        self.memory.setSuffix(" %")
        self.memory.setAccessibleName(text("settings.memory_percent"))
        self.copies = QSpinBox()
        self.copies.setRange(*COPIES_GIB_RANGE)
        self.copies.setSuffix(" GiB")
        self.copies.setAccessibleName(text("settings.copies_gib"))
        form = QFormLayout()
        form.setVerticalSpacing(10)
        form.addRow(label(text("settings.reader_name")), self.reader)
        form.addRow(label(text("settings.key_profile")), self.profile)
        form.addRow(label(text("settings.memory_percent")), self.memory)
        form.addRow(label(text("settings.copies_gib")), self.copies)
        self.body.addLayout(form)
        self.body.addWidget(label(text("ui.settings.memory_why"), "quiet", wraps=True))
        self.body.addWidget(label(text("ui.settings.why"), "quiet", wraps=True))
        self.body.addStretch(1)
        self.body.addWidget(button(text("ui.settings.save"), text("ui.settings.save"), self._take))

    def open(self) -> None:
        """What holds now."""
        settings = self._current()
        self.reader.setText(settings.reader_name)
        ids = [profile_id for profile_id, _ in self._profiles]
        self.profile.setCurrentIndex(ids.index(settings.key_profile) if settings.key_profile in ids else 0)
        self.memory.setValue(settings.memory_percent)
        self.copies.setValue(settings.copies_gib)
        super().open()
        self.reader.setFocus()

    def _take(self) -> None:
        profile_id = self._profiles[self.profile.currentIndex()][0]
        changed = replace(
            self._current(),
            reader_name=self.reader.text().strip(),
            key_profile=profile_id,
            memory_percent=self.memory.value(),
            copies_gib=self.copies.value(),
        )
        self.dismiss()
        self._save(changed)
