"""Who may send studies to this computer, and the switch that opens the port for them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QCheckBox, QFormLayout, QHBoxLayout, QLineEdit, QSpinBox

from app.context import AppContext
from app.domain.errors import OverreadError
from app.settings.listener import ListenerSettings, load_listener, save_listener
from app.support.i18n import explain, text
from app.ui import words
from app.ui.overlays.sheet import Sheet
from app.ui.widgets.small import button, label, tell

if TYPE_CHECKING:
    from app.ui.listening import ListeningDesk
    from app.ui.main_window import MainWindow

TEXTS = ("ae_title", "host", "callers", "folder", "cert", "key", "ca_file")
NUMBERS = {"port": (1, 65535), "file_mib": (1, 1_000_000), "total_mib": (1, 100_000_000)}


class ListenerSheet(Sheet):
    """The switch keeps the fields first: what is open is what stands here. A caller that is not named is refused."""

    def __init__(self, ctx: AppContext, window: MainWindow, desk: ListeningDesk) -> None:
        super().__init__(window, text("ui.listener.title"), (760, 560))
        self._ctx = ctx
        self._desk = desk
        self._whole = ListenerSettings()
        self.switch = QCheckBox(text("ui.listener.switch"))
        self.switch.clicked.connect(self._switched)
        self.with_window = QCheckBox(text("ui.listener.with_window"))
        self.tls = QCheckBox(text("ui.listener.tls"))
        self.texts = {name: QLineEdit() for name in TEXTS}
        self.numbers = {name: QSpinBox() for name in NUMBERS}
        for name, (least, most) in NUMBERS.items():
            self.numbers[name].setRange(least, most)
        form = QFormLayout()
        form.setVerticalSpacing(7)
        for name in ("ae_title", "host", "port", "callers", "folder", "file_mib", "total_mib"):
            self._row(form, name)
        form.addRow(label(), self.tls)
        for name in ("cert", "key", "ca_file"):
            self._row(form, name)
        form.addRow(label(), self.with_window)
        self.said = label(wraps=True)
        self.said.setMinimumHeight(60)
        self.save = button(text("ui.listener.save"), text("ui.listener.save"), self._save)
        foot = QHBoxLayout()
        foot.addWidget(self.switch)
        foot.addStretch(1)
        foot.addWidget(self.save)
        self.body.addLayout(form)
        self.body.addStretch(1)
        self.body.addWidget(self.said)
        self.body.addLayout(foot)
        desk.changed = self._show_state

    def open(self) -> None:
        """As they are kept, and as the port stands."""
        self._put(load_listener(self._ctx.paths.settings)[0])
        self._show_state()
        super().open()
        self.texts["ae_title"].setFocus()

    def _row(self, form: QFormLayout, name: str) -> None:
        field = self.texts.get(name) or self.numbers[name]
        field.setAccessibleName(text(f"ui.listener.{name}"))
        field.setToolTip(text(f"ui.listener.{name}_why") if name in {"callers", "host", "folder"} else "")
        form.addRow(label(text(f"ui.listener.{name}")), field)

    def _put(self, one: ListenerSettings) -> None:
        self._whole = one
        for name in TEXTS:
            value = getattr(one, name)
            self.texts[name].setText(", ".join(value) if isinstance(value, tuple) else value)
        for name, field in self.numbers.items():
            field.setValue(getattr(one, name))
        self.tls.setChecked(one.tls)
        self.with_window.setChecked(one.is_on)

    def _wanted(self) -> ListenerSettings:
        told = {name: field.text().strip() for name, field in self.texts.items()}
        counts = {name: field.value() for name, field in self.numbers.items()}
        return replace(
            self._whole,
            ae_title=told["ae_title"],
            host=told["host"],
            port=counts["port"],
            callers=tuple(part.strip() for part in told["callers"].split(",") if part.strip()),
            folder=told["folder"],
            file_mib=counts["file_mib"],
            total_mib=counts["total_mib"],
            tls=self.tls.isChecked(),
            cert=told["cert"],
            key=told["key"],
            ca_file=told["ca_file"],
            is_on=self.with_window.isChecked(),
        )

    def _save(self) -> None:
        if self._keep() is not None:
            tell(self.said, text("ui.listener.saved"))

    def _keep(self) -> ListenerSettings | None:
        wanted = self._wanted()
        try:
            save_listener(self._ctx.paths.settings, wanted)
        except OverreadError as error:
            tell(self.said, explain(error), is_warning=True)
            return None
        except OSError as error:
            tell(self.said, words.settings_unsaved(self._ctx.paths.settings, error), is_warning=True)
            return None
        self._whole = wanted
        return wanted

    def _switched(self) -> None:
        if self._desk.is_on:
            self._desk.stop()
            return
        wanted = self._keep()
        if wanted is None:
            self.switch.setChecked(False)
            return
        self._desk.start(wanted)

    def _show_state(self) -> None:
        self.switch.setChecked(self._desk.is_on)
        for field in (*self.texts.values(), *self.numbers.values(), self.tls):
            field.setEnabled(not self._desk.is_on)
        tell(self.said, self._desk.words)
