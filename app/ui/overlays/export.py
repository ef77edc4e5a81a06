"""What of the open study leaves, as what, where to; images that may show identity are looked at one by one first."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.context import AppContext
from app.domain.errors import OverreadError
from app.domain.volume import CancelToken, Progress
from app.jobs.job import Job, Priority
from app.support.i18n import explain, text
from app.ui.overlays.export_choice import ChoicePane
from app.ui.overlays.export_looks import LookPane
from app.ui.overlays.sheet import Sheet
from app.ui.running import Leaving
from app.ui.widgets.small import label, tell
from app.workflows.showing import study_as_shown

if TYPE_CHECKING:
    from app.ui.running import Running
    from app.workflows.looks import Questions

SHOWS_PIXELS = frozenset({"images", "png", "city"})  # their files hold pixels of the source
Asker = tuple[str, str]  # study and reader


class ExportSheet(Sheet):
    """Choose, look where it must be, export. Looks count for one reader and one study, until they were used."""

    def __init__(self, ctx: AppContext, window: QWidget, running: Running) -> None:
        super().__init__(window, text("export_sheet.title"), (1000, 760))
        self._ctx = ctx
        self._running = running
        self._job: Job | None = None
        self._is_writing = False
        self._asker: Asker = ("", "")
        self.choice = ChoicePane(self._begin, self._show_choice_state)
        self.looks = LookPane(ctx, self._answered, self._show_choice)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.choice)
        self.stack.addWidget(self.looks)
        self.said = label("", "quiet", wraps=True)
        self.body.addWidget(self.stack, 1)
        self.body.addWidget(self.said)

    def open(self) -> None:
        """The choice as it was left, but for identity: that is asked for anew."""
        super().open()
        self.choice.identified.setChecked(False)
        self._show_choice()

    def dismiss(self) -> None:
        """What is on its way to be looked at is given up; what is being written goes on."""
        self._stop()
        super().dismiss()

    def event(self, event: QEvent) -> bool:
        """While an image is looked at its keys are ours, whatever they do in the window."""
        if (
            event.type() is QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and self._is_looking()
            and (self.looks.knows(event) or event.key() == Qt.Key.Key_Escape)
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Y and N answer; Esc goes from the images back to the choice, and then away."""
        if self._is_looking() and event.key() == Qt.Key.Key_Escape:
            self._show_choice()
        elif self._is_looking() and self.looks.knows(event):
            self.looks.press(event)
        else:
            super().keyPressEvent(event)

    def _is_looking(self) -> bool:
        return self.stack.currentWidget() is self.looks

    def _now(self) -> Asker:
        return (self._ctx.store.state.workspace.open_study_uid, self._ctx.reader)

    def _show_choice(self) -> None:
        self._stop()
        self.stack.setCurrentWidget(self.choice)
        self.choice.ready(is_ready=not self._is_writing)
        tell(self.said, "")
        self.setFocus()

    def _show_choice_state(self) -> None:
        """Something was ticked or typed: what was said is of another choice."""
        if not self._is_writing:
            tell(self.said, "")

    def _stop(self) -> None:
        if self._job is not None:
            self._job.drop()
            self._job = None
        self.looks.stop()

    def _begin(self) -> None:
        """Export was pressed: look first where pixels leave without identity."""
        fault = self._fault()
        if fault:
            tell(self.said, fault, is_warning=True)
            return
        if self._now() != self._asker:
            self._asker = self._now()
            self.looks.forget()
        if self.choice.identified.isChecked() or not SHOWS_PIXELS & set(self.choice.formats()):
            self._write(Leaving(self.choice.formats(), self.choice.identified.isChecked()))
        else:
            self._ask()

    def _fault(self) -> str:
        """Why nothing can be exported as it stands; empty if it can."""
        from app.workflows.export import has_words

        reading = self._ctx.store.state.reading.reading
        folder = self.choice.folder.text().strip()
        if reading is None:
            return text("export_sheet.no_study")
        if not has_words(reading):
            return text("export_sheet.nothing")
        if not self.choice.formats():
            return text("export_sheet.no_format")
        return "" if folder and Path(folder).is_absolute() else text("export_sheet.no_folder")

    def _ask(self) -> None:
        study = self._ctx.store.state.workspace.open_study
        if study is None:
            tell(self.said, text("export_sheet.no_study"), is_warning=True)
            return
        shown = study_as_shown(self._ctx, study)

        def search(_request: None, progress: Progress, cancel: CancelToken) -> Questions:
            from app.workflows.copies import copies_in_use
            from app.workflows.looks import questions_of

            with copies_in_use(self._ctx.paths.cache, [shown]):
                return questions_of(shown, progress, cancel)

        self.choice.ready(is_ready=False)
        tell(self.said, text("export_sheet.searching", percent="0"))
        self._job = self._ctx.jobs.submit(
            search,
            None,
            Priority.INTERACTION,
            self._look,
            self._failed,
            on_progress=lambda share, _note: tell(
                self.said, text("export_sheet.searching", percent=f"{100 * share:.0f}")
            ),
            on_canceled=self._show_choice,
            kind="looks",
        )

    def _look(self, questions: Questions) -> None:
        """Nothing to ask and nothing that failed: the files are written at once."""
        self._job = None
        if not questions.asked and not questions.left_out:
            self.looks.ask(questions)
            self._answered()
            return
        self.stack.setCurrentWidget(self.looks)
        self.setFocus()
        tell(self.said, "")
        self.looks.ask(questions)

    def _failed(self, error: OverreadError) -> None:
        self._job = None
        self.choice.ready(is_ready=True)
        tell(self.said, explain(error), is_warning=True)

    def _answered(self) -> None:
        """Every image has its answer: the only way to here with pixels and without identity."""
        if self._now() != self._asker:
            self.looks.forget()
            self._show_choice()
            tell(self.said, text("export_sheet.other_study"), is_warning=True)
            return
        looks, left_out = self.looks.answers()
        self._write(Leaving(self.choice.formats(), looks=looks, left_out=left_out))

    def _write(self, what: Leaving) -> None:
        self._show_choice()
        fault = self._fault()
        if fault:
            tell(self.said, fault, is_warning=True)
            return
        self._is_writing = True
        self.choice.ready(is_ready=False)
        tell(self.said, text("export_sheet.writing"))
        self._running.export(Path(self.choice.folder.text().strip()), what, self._written)

    def _written(self, sentence: str, failed: bool) -> None:
        self._is_writing = False
        if not failed:
            self.looks.forget()
        if self._is_looking():
            return
        self.choice.ready(is_ready=True)
        tell(self.said, sentence, is_warning=failed)
