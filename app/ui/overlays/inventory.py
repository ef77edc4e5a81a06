"""The inventory of model packages (RQ-39): ten facts of each, what happened to it, pause and resume."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QLineEdit, QListWidget, QScrollArea, QSplitter

from app.context import AppContext
from app.domain.volume import CancelToken, Progress
from app.jobs.job import Priority
from app.support.i18n import explain, text, text_with
from app.ui.overlays.sheet import Sheet
from app.ui.widgets.rows import KEY, Row, RowDelegate, item_of
from app.ui.widgets.small import button, label, tell
from app.workflows.inventory import FIELDS, PAUSED_NOW, REFUSED, InventoryRow, inventory, package_events_words
from app.workflows.package_deeds import Deed, do

if TYPE_CHECKING:
    from app.ui.main_window import MainWindow


class InventorySheet(Sheet):
    """Read in the background at each opening; every package is checked whole for it."""

    def __init__(self, ctx: AppContext, window: MainWindow, changed: Callable[[], None]) -> None:
        super().__init__(window, text("ai.inventory.title"), (980, 680))
        self._ctx = ctx
        self._changed = changed
        self._rows: tuple[InventoryRow, ...] = ()
        self.list = QListWidget()
        self.list.setAccessibleName(text("ai.inventory.title"))
        self.list.setItemDelegate(RowDelegate(2, 0))
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.currentItemChanged.connect(lambda _now, _before: self._show_chosen())
        self.facts = label(wraps=True)
        self.facts.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.facts.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        page = QScrollArea()
        page.setWidgetResizable(True)
        page.setWidget(self.facts)
        halves = QSplitter(Qt.Orientation.Horizontal)
        halves.addWidget(self.list)
        halves.addWidget(page)
        halves.setSizes([340, 600])
        self.said = label(text("ai.inventory.reading"), "quiet", wraps=True)
        self.reason = QLineEdit()
        self.reason.setPlaceholderText(text("ai.inventory.reason"))
        self.reason.setAccessibleName(text("ai.inventory.reason"))
        self.accept = button(
            text("ai.inventory.accept"), text("ai.inventory.accept_name"), lambda: self._do(Deed.ACCEPT)
        )
        self.pause = button(
            text("ai.inventory.pause"), text("ai.inventory.pause"), lambda: self._do(Deed.PAUSE)
        )
        self.resume = button(
            text("ai.inventory.resume"), text("ai.inventory.resume"), lambda: self._do(Deed.RESUME)
        )
        foot = QHBoxLayout()
        foot.addWidget(self.reason, 1)
        for one in (self.accept, self.pause, self.resume):
            foot.addWidget(one)
        self.body.addWidget(halves, 1)
        self.body.addWidget(self.said)
        self.body.addLayout(foot)

    def open(self) -> None:
        """As they stand now."""
        self._reread()
        super().open()
        self.list.setFocus()

    def _reread(self) -> None:
        tell(self.said, text("ai.inventory.reading"))
        self._ctx.jobs.submit(
            _read,
            self._ctx,
            Priority.INTERACTION,
            self._show,
            lambda error: tell(self.said, explain(error), is_warning=True),
            kind="inventory",
        )

    def _show(self, rows: tuple[InventoryRow, ...]) -> None:
        chosen = self.list.currentRow()
        self._rows = rows
        self.list.clear()
        for number, row in enumerate(rows):
            warns = row.status in (REFUSED, PAUSED_NOW)
            shown = text_with(f"ai.inventory.status.{row.status}", {})
            self.list.addItem(item_of(Row(str(number), (f"{row.name} {row.version}", shown), warns=warns)))
        self.list.setCurrentRow(min(max(chosen, 0), len(rows) - 1))
        tell(self.said, text("ai.inventory.count", count=len(rows)))
        self._show_chosen()

    def _chosen(self) -> InventoryRow | None:
        item = self.list.currentItem()
        return self._rows[int(item.data(KEY))] if item is not None else None

    def _show_chosen(self) -> None:
        row = self._chosen()
        self.facts.setText("" if row is None else facts_words(row))
        usable = row is not None and row.status not in (REFUSED, "removed")
        is_paused = row is not None and row.status == PAUSED_NOW
        self.accept.setEnabled(usable)
        self.pause.setEnabled(usable and not is_paused)
        self.resume.setEnabled(is_paused)

    def _do(self, deed: Deed) -> None:
        row, words = self._chosen(), self.reason.text().strip()
        if row is None:
            return
        if not words and deed is not Deed.RESUME:
            tell(self.said, text("ai.inventory.reason_needed"), is_warning=True)
            return

        def done(_nothing: None) -> None:
            self.reason.clear()
            self._reread()
            self._changed()

        self._ctx.jobs.submit(
            do,
            (self._ctx, row, deed, words),
            Priority.INTERACTION,
            done,
            lambda error: tell(self.said, explain(error), is_warning=True),
            kind="inventory",
        )


def facts_words(row: InventoryRow) -> str:
    """The ten facts, then the history, as lines."""
    shown = {name: getattr(row, name) for name in FIELDS}
    shown["status"] = " ".join((text_with(f"ai.inventory.status.{row.status}", {}), row.why)).strip()
    lines = [f"{text_with(f'model.field.{name}', {})}: {value or '–'}" for name, value in shown.items()]
    lines += ["", text("ai.inventory.history")]
    lines += [f"{one.at[:16].replace('T', ' ')}   {package_events_words(one)}" for one in row.history]
    return "\n".join(lines if row.history else [*lines, text("ai.inventory.no_history")])


def _read(ctx: AppContext, _progress: Progress, _cancel: CancelToken) -> tuple[InventoryRow, ...]:
    return inventory(ctx)
