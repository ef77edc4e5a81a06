"""Installed models: run one, see how far it is, stop it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from app.state.model import JobRow
from app.support.i18n import text
from app.ui.widgets.small import button, label
from app.ui.widgets.tips import tip
from app.workflows.analyse import KnownModel


class ModelsPanel(QWidget):
    """Choose and run; a package that fails its checks is listed with the reason and cannot be run."""

    run_asked = Signal(str)
    cancel_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._rows: tuple[KnownModel, ...] = ()
        self._can_run = False
        self.choice = QComboBox()
        self.choice.setAccessibleName(text("ui.models.choice_name"))
        self.choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.choice.setMinimumContentsLength(12)
        self.choice.currentIndexChanged.connect(self._refresh)
        self.run = button(text("ui.models.run"), text("ui.models.run_name"), self._run, "run")
        self.progress = QProgressBar()
        self.progress.setAccessibleName(text("ui.models.progress_name"))
        self.cancel = button(text("ui.models.cancel"), text("ui.models.cancel_name"), self.cancel_asked.emit)
        self.problem = label(role="warning", wraps=True)
        self.waiting = label(role="quiet", wraps=True)
        first, second = QHBoxLayout(), QHBoxLayout()
        first.setSpacing(6)
        first.addWidget(self.choice, 1)
        first.addWidget(self.run)
        second.setSpacing(6)
        second.addWidget(self.progress, 1)
        second.addWidget(self.cancel)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(6)
        rows.addLayout(first)
        rows.addLayout(second)
        rows.addWidget(self.waiting)
        rows.addWidget(self.problem)
        self.show_models((), checking=True)
        self.show_jobs(())

    @property
    def chosen(self) -> str:
        """Name of the chosen package, or empty."""
        place = self.choice.currentIndex()
        return self._rows[place].name if 0 <= place < len(self._rows) else ""

    def show_models(self, rows: Sequence[KnownModel], *, checking: bool = False) -> None:
        """List these packages."""
        before = self.chosen
        self._rows = tuple(rows)
        self.choice.blockSignals(True)
        self.choice.clear()
        for row in rows:
            self.choice.addItem(f"{row.name} {row.version}".strip())
        if not rows:
            self.choice.addItem(text("ui.models.checking") if checking else text("ui.models.none"))
        self.choice.blockSignals(False)
        self.choose(before)
        self._refresh()

    def choose(self, name: str) -> None:
        """Choose a package by name; without it the first that can run."""
        names = [row.name for row in self._rows]
        usable = [place for place, row in enumerate(self._rows) if not row.problem]
        if name in names:
            self.choice.setCurrentIndex(names.index(name))
        elif usable:
            self.choice.setCurrentIndex(usable[0])

    def suggest(self, modality: str) -> None:
        """Choose a model made for a modality, unless the chosen one is."""
        fitting = [row.name for row in self._rows if modality in row.modalities and not row.problem]
        if fitting and self.chosen not in fitting:
            self.choose(fitting[0])

    def allow(self, can_run: bool) -> None:
        """Whether there is a series to run on."""
        self._can_run = can_run
        self._refresh()

    def show_jobs(self, jobs: Sequence[JobRow]) -> None:
        """Progress of the model that runs."""
        running = next((job for job in jobs if job.kind == "model"), None)
        self.progress.setVisible(running is not None)
        self.cancel.setVisible(running is not None)
        if running is not None:
            self.progress.setRange(0, 100 if running.progress > 0 else 0)
            self.progress.setValue(round(running.progress * 100))
            self.progress.setFormat(f"{running.title}  %p %")
            self.progress.setToolTip(tip(running.note))
        waiting = sum(job.kind == "model_waits" for job in jobs)
        self.waiting.setText(text("ai.queue.behind", count=waiting) if waiting else "")
        self.waiting.setVisible(bool(waiting))
        self._refresh()

    def _refresh(self) -> None:
        place = self.choice.currentIndex()
        row = self._rows[place] if 0 <= place < len(self._rows) else None
        self.problem.setText(row.problem if row else "")
        self.problem.setVisible(bool(row and row.problem))
        self.choice.setToolTip(tip(f"{row.name} {row.version}") if row else "")
        self.run.setEnabled(bool(row and not row.problem) and self._can_run)

    def _run(self) -> None:
        if self.chosen:
            self.run_asked.emit(self.chosen)
