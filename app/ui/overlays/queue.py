"""Model runs: what runs, waits and ended; stop one, or run one again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QListWidget, QProgressBar

from app.context import AppContext
from app.domain.errors import OverreadError
from app.domain.volume import CancelToken, Progress
from app.jobs.job import Priority
from app.jobs.steps import Step, StepState
from app.support.i18n import explain, text
from app.ui.overlays.sheet import Sheet
from app.ui.widgets.rows import KEY, Row, RowDelegate, item_of, put_row
from app.ui.widgets.small import button, label, tell
from app.workflows.queue_view import QueueRow, ended_steps, queue_rows

if TYPE_CHECKING:
    from app.ui.main_window import MainWindow
    from app.ui.running import Running


class QueueSheet(Sheet):
    """Follows the state while it is open; what ended is read from the store when it opens and when a run ends."""

    def __init__(self, ctx: AppContext, window: MainWindow, running: Running) -> None:
        super().__init__(window, text("ai.queue.title"), (820, 620))
        self._ctx = ctx
        self._running = running
        self._steps: tuple[Step, ...] = ()
        self._rows: tuple[QueueRow, ...] = ()
        self.note = label(text("ai.queue.note"), "quiet", wraps=True)
        self.list = QListWidget()
        self.list.setAccessibleName(text("ai.queue.title"))
        self.list.setItemDelegate(RowDelegate(2, 0))
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.currentItemChanged.connect(lambda _now, _before: self._refresh())
        self.progress = QProgressBar()
        self.progress.setAccessibleName(text("ui.models.progress_name"))
        self.said = label("", "quiet", wraps=True)
        self.cancel = button(text("ai.queue.cancel"), text("ai.queue.cancel_name"), self._cancel)
        self.retry = button(text("ai.queue.retry"), text("ai.queue.retry_name"), self._retry)
        foot = QHBoxLayout()
        foot.addWidget(self.progress, 1)
        foot.addStretch(1)
        foot.addWidget(self.cancel)
        foot.addWidget(self.retry)
        self.body.addWidget(self.note)
        self.body.addWidget(self.list, 1)
        self.body.addWidget(self.said)
        self.body.addLayout(foot)
        self._stop = ctx.store.watch(lambda state: state.jobs, lambda _jobs: self._jobs_moved(), now=False)
        self._live = ""

    def open(self) -> None:
        """As it stands."""
        tell(self.said, "")
        self._live = self._asked()
        self._show()
        self._reread()
        super().open()
        self.list.setFocus()

    def _jobs_moved(self) -> None:
        if not self.isVisible():
            return
        live = self._asked()
        if live != self._live:
            self._live = live
            self._reread()
        self._show()

    def _asked(self) -> str:
        return ",".join(one.step_id for one in self._running.queue.asked)

    def _reread(self) -> None:
        self._ctx.jobs.submit(
            ended_steps,
            self._ctx,
            Priority.INTERACTION,
            self._read,
            lambda error: tell(self.said, explain(error), is_warning=True),
            kind="queue",
        )

    def _read(self, steps: tuple[Step, ...]) -> None:
        self._steps = steps
        self._show()

    def _show(self) -> None:
        chosen = self._chosen()
        self._rows = queue_rows(self._running.queue.asked, self._ctx.store.state.jobs, self._steps)
        for place, row in enumerate(self._rows):
            shown = _row(row)
            if place < self.list.count():
                put_row(self.list.item(place), shown)
            else:
                self.list.addItem(item_of(shown))
        while self.list.count() > len(self._rows):
            self.list.takeItem(self.list.count() - 1)
        ids = [row.step_id for row in self._rows]
        if chosen is not None and chosen.step_id in ids:
            self.list.setCurrentRow(ids.index(chosen.step_id))
        elif ids and self.list.currentRow() < 0:
            self.list.setCurrentRow(0)
        self._refresh()

    def _chosen(self) -> QueueRow | None:
        item = self.list.currentItem()
        key = str(item.data(KEY)) if item is not None else ""
        return next((row for row in self._rows if row.step_id == key), None)

    def _refresh(self) -> None:
        row = self._chosen()
        self.cancel.setEnabled(bool(row and row.can_cancel))
        self.retry.setEnabled(bool(row and row.can_retry))
        runs = next(
            (one for one in self._rows if one.state is StepState.IN_PROGRESS and one.can_cancel), None
        )
        self.progress.setVisible(runs is not None)
        if runs is not None:
            self.progress.setValue(round(100 * runs.progress))

    def _cancel(self) -> None:
        row = self._chosen()
        if row is not None:
            self._running.queue.cancel(row.step_id)
            self._show()

    def _retry(self) -> None:
        row = self._chosen()
        if row is None:
            return
        try:
            self._running.run_on(row.package.split(" ")[0], row.study_instance_uid, row.display_set_id)
        except OverreadError as error:
            tell(self.said, explain(error), is_warning=True)
            return
        tell(self.said, "")
        if row.state is StepState.SCHEDULED and not row.can_cancel:
            self._ctx.jobs.submit(_close, (self._ctx, row.step_id), Priority.INTERACTION, kind="queue")
        self._show()


def _close(given: tuple[AppContext, str], _progress: Progress, _cancel: CancelToken) -> None:
    """What was interrupted is done by another step now."""
    ctx, step_id = given
    ctx.runtime.queue.cancel(step_id)


def _row(row: QueueRow) -> Row:
    return Row(
        row.step_id,
        (f"{row.package}   {row.title}", row.words),
        tag=row.state.value,
        last_tag=row.at,
        warns=row.has_failed,
        is_open=row.state is StepState.IN_PROGRESS,
    )
