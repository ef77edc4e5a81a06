"""Formats by group, the folder, and whether identity goes with them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QCheckBox, QFileDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.support.i18n import text
from app.ui.running import FORMATS
from app.ui.widgets.small import button, label
from app.workflows.export import exporters

GROUPS = ("findings", "assessment", "pictures", "images")
_COLUMNS = (("findings", "assessment"), ("pictures", "images"))
_PICTURES = frozenset({"gsps", "heat", "key_images", "nifti", "png", "seg", "seg_labelmap"})


def group_of(format_name: str, *, has_rejected: bool) -> str:
    """Where a format is listed; one that nobody has put anywhere is among the findings."""
    if has_rejected:
        return "assessment"
    if format_name == "images":
        return "images"
    return "pictures" if format_name in _PICTURES else "findings"


class ChoicePane(QWidget):
    """Every exporter that there is, as a tick box. begin: Export was pressed. changed: something was chosen."""

    def __init__(self, begin: Callable[[], None], changed: Callable[[], None]) -> None:
        super().__init__()
        found = exporters()
        self.boxes = {name: QCheckBox(text(one.title_key)) for name, one in found.items()}
        self._groups = {name: group_of(name, has_rejected=one.assessment) for name, one in found.items()}
        self.folder = QLineEdit(
            QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        )
        self.folder.setAccessibleName(text("export_sheet.folder"))
        self.identified = QCheckBox(text("export_sheet.identified"))
        self.warning = label(text("export_sheet.warning"), "warning", wraps=True)
        self.warning.hide()
        self.go = button(text("export_sheet.go"), text("export_sheet.go_tip"), begin)
        for name, box in self.boxes.items():
            box.setChecked(name in FORMATS)
            box.toggled.connect(lambda _on: changed())
        self.identified.toggled.connect(self.warning.setVisible)
        self.identified.toggled.connect(lambda _on: changed())
        self.folder.textChanged.connect(lambda _words: changed())
        self._lay_out()

    def formats(self) -> tuple[str, ...]:
        """What is ticked."""
        return tuple(name for name, box in self.boxes.items() if box.isChecked())

    def ready(self, *, is_ready: bool) -> None:
        """Whether an export may be started; while one is on its way nothing is chosen anew."""
        for part in (*self.boxes.values(), self.folder, self.identified, self.go):
            part.setEnabled(is_ready)

    def _lay_out(self) -> None:
        columns, target, foot = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        columns.setSpacing(24)
        for groups in _COLUMNS:
            columns.addLayout(self._column(groups), 1)
        target.addWidget(label(text("export_sheet.folder"), "quiet"))
        target.addWidget(self.folder, 1)
        target.addWidget(button(text("export_sheet.choose"), text("export_sheet.choose"), self._ask_folder))
        foot.addWidget(self.identified)
        foot.addStretch(1)
        foot.addWidget(self.go)
        made = QVBoxLayout(self)
        made.setContentsMargins(0, 0, 0, 0)
        made.addLayout(columns)
        made.addStretch(1)
        made.addLayout(target)
        made.addLayout(foot)
        made.addWidget(self.warning)

    def _column(self, groups: Iterable[str]) -> QVBoxLayout:
        column = QVBoxLayout()
        for group in groups:
            column.addWidget(label(text(f"export_sheet.group.{group}"), "title"))
            if group in ("assessment", "images"):
                column.addWidget(label(text(f"export_sheet.of.{group}"), "quiet", wraps=True))
            for name, box in self.boxes.items():
                if self._groups[name] == group:
                    column.addWidget(box)
            column.addSpacing(10)
        column.addStretch(1)
        return column

    def _ask_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, text("ui.export.title"), self.folder.text())
        if chosen:
            self.folder.setText(chosen)
