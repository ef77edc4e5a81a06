"""Accepted and edited findings to a server, as DICOM objects; what became of each is listed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QListWidget, QListWidgetItem

from app.context import AppContext
from app.domain.errors import ExportRefusedError, OverreadError
from app.settings.connections import Connection, load_connections
from app.studies.source_types import Stored, StoreOutcome
from app.support.i18n import explain, text
from app.ui import icons
from app.ui.overlays.sheet import Sheet
from app.ui.widgets.small import button, label
from app.ui.widgets.tips import tip
from app.workflows.remote_jobs import start_send
from app.workflows.send import written_objects

if TYPE_CHECKING:
    from app.ui.main_window import MainWindow

FORMATS = ("sr", "seg")
_ICONS = {
    StoreOutcome.STORED: "verdict_accepted",
    StoreOutcome.WARNED: "warning",
    StoreOutcome.FAILED: "state_failed",
}


class SendSheet(Sheet):
    """Objects go with the patient's identity, for the server must file them with the study."""

    def __init__(self, ctx: AppContext, window: MainWindow) -> None:
        super().__init__(window, text("ui.send.title"), (760, 520))
        self._ctx = ctx
        self._connections: tuple[Connection, ...] = ()
        self._failed: tuple[Path, ...] = ()
        self._busy = False
        self.to = QComboBox()
        self.to.setAccessibleName(text("ui.send.to"))
        self.kinds = {kind: QCheckBox(text(f"ui.send.kind_{kind}")) for kind in FORMATS}
        for box in self.kinds.values():
            box.setChecked(True)
        self.go = button(text("ui.send.go"), text("ui.send.go"), self._send)
        self.again = button(text("ui.send.again"), text("ui.send.again"), self._send_again)
        self.list = QListWidget()
        self.list.setAccessibleName(text("ui.send.results"))
        self.list.setWordWrap(True)
        self.said = label(wraps=True)
        line = QHBoxLayout()
        line.addWidget(label(text("ui.send.to"), "quiet"))
        line.addWidget(self.to, 1)
        for box in self.kinds.values():
            line.addWidget(box)
        foot = QHBoxLayout()
        foot.addWidget(self.said, 1)
        foot.addWidget(self.again)
        foot.addWidget(self.go)
        self.body.addLayout(line)
        self.body.addWidget(label(text("ui.send.identity"), "quiet", wraps=True))
        self.body.addWidget(self.list, 1)
        self.body.addLayout(foot)

    def open(self) -> None:
        """Connections as they are now."""
        self._connections = load_connections(self._ctx.paths.settings).connections
        self.to.clear()
        for one in self._connections:
            self.to.addItem(one.name)
        self._show_state("" if self._connections else text("ui.remote.none_yet"))
        super().open()
        self.to.setFocus()

    def _show_state(self, sentence: str) -> None:
        self.said.setText(sentence)
        self.go.setEnabled(bool(self._connections) and not self._busy)
        self.again.setVisible(bool(self._failed) and not self._busy)

    def _send(self) -> None:
        wanted = tuple(kind for kind, box in self.kinds.items() if box.isChecked())
        self.list.clear()
        self._failed = ()
        try:
            files = written_objects(self._ctx, wanted)
        except (ExportRefusedError, OverreadError) as error:
            self._show_state(explain(error))
            return
        self._give(files)

    def _send_again(self) -> None:
        files, self._failed = self._failed, ()
        self._give(files)

    def _give(self, files: tuple[Path, ...]) -> None:
        self._busy = True
        place = self._connections[self.to.currentIndex()].place
        self._show_state(text("ui.send.sending", count=len(files), connection=self.to.currentText()))
        start_send(self._ctx, place, files, self._sent, lambda error: self._refused(error, files))

    def _sent(self, outcomes: tuple[Stored, ...]) -> None:
        self._busy = False
        for one in outcomes:
            said = text(f"ui.send.{one.outcome.value}", file=one.path.name)
            item = QListWidgetItem(icons.icon(_ICONS[one.outcome]), f"{said} {one.reason}".strip())
            item.setToolTip(tip(one.sop_instance_uid))
            self.list.addItem(item)
        self._failed = tuple(one.path for one in outcomes if one.outcome is StoreOutcome.FAILED)
        good = len(outcomes) - len(self._failed)
        self._show_state(text("ui.send.done", good=good, count=len(outcomes)))

    def _refused(self, error: OverreadError, files: tuple[Path, ...]) -> None:
        self._busy = False
        self._failed = files
        self._show_state(explain(error))
