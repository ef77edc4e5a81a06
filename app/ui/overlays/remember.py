"""A hanging protocol by example: the rule in words, tried on the studies of the list, then kept or dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QLineEdit, QPushButton

from app.context import AppContext
from app.domain.errors import OverreadError
from app.support.i18n import explain, text
from app.ui.flat import FlatContent
from app.ui.overlays.sheet import Sheet
from app.ui.widgets.small import label
from app.workflows.remember import Trial, draft, keep, start_trial
from app.workflows.showing import study_as_shown

if TYPE_CHECKING:
    from app.hanging.protocol import Protocol
    from app.ui.main_window import MainWindow


class RememberSheet(Sheet):
    """Stays open while the reader thinks; nothing is kept before the button is pressed."""

    def __init__(self, ctx: AppContext, window: MainWindow) -> None:
        super().__init__(window, text("ui.remember.title"), (720, 460))
        self._ctx = ctx
        self._main = window
        self.name = QLineEdit()
        self.name.setAccessibleName(text("ui.remember.name"))
        self.name.textEdited.connect(self._renamed)
        self.name.returnPressed.connect(self._keep)
        self.rule = label(wraps=True)
        self.trial = label(role="quiet", wraps=True)
        self.save = QPushButton(text("ui.remember.save"))
        self.save.clicked.connect(self._keep)
        self.body.addWidget(label(text("ui.remember.name"), "quiet"))
        self.body.addWidget(self.name)
        self.body.addWidget(label(text("ui.remember.rule"), "quiet"))
        self.body.addWidget(self.rule)
        self.body.addWidget(self.trial)
        self.body.addStretch(1)
        self.body.addWidget(self.save)

    def show_screen(self) -> None:
        """The rule of what hangs now. Raises OverreadError if none can be made."""
        study = self._ctx.store.state.workspace.open_study
        modality = "/".join(study_as_shown(self._ctx, study).modalities) if study else ""
        self.name.setText(text("ui.remember.default_name", modality=modality))
        protocol = self._make()
        self.open()
        self.name.setFocus()
        self.name.selectAll()
        self.trial.setText(text("ui.remember.trial_running"))
        start_trial(self._ctx, protocol, self._tried)

    def _make(self) -> Protocol:
        from app.hanging.words import protocol_words

        windows = {}
        for key, content in self._main.host.contents.items():
            if isinstance(content, FlatContent) and content.view.start_window not in {
                None,
                content.state.window,
            }:
                windows[key] = f"{content.state.window.center:g},{content.state.window.width:g}"
        protocol = draft(self._ctx, self.name.text(), windows, self._main.pictures.sets_of)
        self.rule.setText("\n".join(f"• {sentence}" for sentence in protocol_words(protocol)))
        return protocol

    def _renamed(self, _name: str) -> None:
        self.save.setEnabled(bool(self.name.text().strip()))

    def _tried(self, trial: Trial) -> None:
        key = "ui.remember.trial" if trial.best else "ui.remember.trial_none"
        self.trial.setText(text(key, count=trial.count, best=trial.best, full=trial.full))

    def _keep(self) -> None:
        if not self.name.text().strip():
            return
        try:
            protocol = self._make()
            file = keep(self._ctx, protocol)
        except OverreadError as error:
            self.trial.setText(explain(error))
            return
        self.dismiss()
        self._main.messages.note(text("ui.remember.saved", title=protocol.title, file=file.name))
