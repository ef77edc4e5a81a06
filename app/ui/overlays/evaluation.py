"""A model measured on labelled cases of the site, in the window: the page of `overread evaluate --report`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QFormLayout, QHBoxLayout, QLineEdit, QWidget

from app.context import AppContext
from app.domain.volume import CancelToken, Progress
from app.support.i18n import text
from app.ui.overlays.page import PageSheet
from app.ui.widgets.small import button, label


class EvaluationSheet(PageSheet):
    """Which table, which folder, which label counts; then the model chosen in the panel runs on every case."""

    def __init__(self, ctx: AppContext, window: QWidget, chosen: Callable[[], str]) -> None:
        super().__init__(ctx, window, text("evaluation.title"), "evaluation.html")
        self._chosen = chosen
        self.labels, self.images, self.positive, self.by = (QLineEdit() for _ in range(4))
        form = QFormLayout()
        rows = (
            ("labels", self.labels, self._ask_labels),
            ("images", self.images, self._ask_images),
            ("positive", self.positive, None),
            ("by", self.by, None),
        )
        for key, field, ask in rows:
            words = text(f"evaluation.field.{key}")
            field.setAccessibleName(words)
            line = QHBoxLayout()
            line.addWidget(field, 1)
            if ask is not None:
                line.addWidget(
                    button(text("evaluation.choose"), f"{text('evaluation.choose')}: {words}", ask)
                )
            form.addRow(label(words), line)
        self.run = button(text("evaluation.run"), text("evaluation.run"), self.begin)
        self.halt = button(text("evaluation.stop"), text("evaluation.stop"), self.stop)
        buttons = QHBoxLayout()
        buttons.addWidget(self.run)
        buttons.addWidget(self.halt)
        buttons.addStretch(1)
        self.body.insertLayout(1, form)
        self.body.insertLayout(2, buttons)

    def open(self) -> None:
        """With what was there before."""
        super().open()
        self.labels.setFocus()

    def begin(self) -> None:
        """Run the chosen model on every case of the table."""
        package, labels, images = self._chosen(), Path(self.labels.text()), Path(self.images.text())
        positive = self.positive.text().strip()
        by = tuple(filter(None, (part.strip().lower() for part in self.by.text().split(","))))

        def page(_request: None, progress: Progress, cancel: CancelToken) -> str:
            from app.analysis.labels import read_labels
            from app.analysis.packages import open_package
            from app.quality.evaluation_page import evaluation_page
            from app.workflows.evaluate import evaluate
            from app.workflows.run_model import PROVIDERS, Session

            listed = read_labels(labels, images, positive)
            bundle = open_package(package, self._ctx.model_folders)
            session = Session(self._ctx.client, bundle, PROVIDERS, progress, cancel)
            return evaluation_page(evaluate(session, listed, None, by))

        self.work_out(page, "evaluation")

    def _ask_labels(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(
            self, text("evaluation.field.labels"), self.labels.text(), "CSV (*.csv)"
        )
        if chosen:
            self.labels.setText(chosen)

    def _ask_images(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, text("evaluation.field.images"), self.images.text())
        if chosen:
            self.images.setText(chosen)
