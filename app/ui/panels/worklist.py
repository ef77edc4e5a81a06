"""Known studies; of AI it says that it ran, failed or does not apply, and nothing of what was found."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QListWidgetItem, QVBoxLayout, QWidget

from app.domain.finding import RunState
from app.domain.study import Study
from app.state.model import AiNote, AppState
from app.support.i18n import text
from app.ui import words
from app.ui.keys import OPENS_BY_ENTER
from app.ui.widgets.rows import KEY, Row, RowDelegate, item_of, put_row
from app.ui.widgets.small import DragList, label


def ai_words(note: AiNote) -> tuple[str, str]:
    """(word, icon) of the AI column: the same for positive and negative, so that nothing leaks."""
    states = set(note.states)
    if not states:
        return "", ""
    if RunState.FAILED in states:
        return text("ui.worklist.ai_failed"), "state_failed"
    if RunState.INCONSISTENT in states:
        return text("ui.worklist.ai_inconsistent"), "state_inconsistent"
    if states <= {RunState.NOT_APPLICABLE}:
        return text("ui.worklist.ai_not_applicable"), "state_not_applicable"
    return text("ui.worklist.ai_ran"), "state_negative"


MARK = "|"  # between a study's UID and its number, where several patients share the UID


def keys_of(studies: Sequence[Study]) -> tuple[str, ...]:
    """One key per study: its UID, with a number behind it where the UID is not enough."""
    uids = [study.study_instance_uid for study in studies]
    return tuple(
        uid if uids.count(uid) == 1 else f"{uid}{MARK}{uids[:place].count(uid)}"
        for place, uid in enumerate(uids)
    )


class WorklistPanel(QWidget):
    """Filter box and list; emits the uid of the study that the reader turns to."""

    study_chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setMinimumWidth(200)
        self._open_key = ""
        self.filter = QLineEdit()
        self.filter.setPlaceholderText(text("ui.worklist.filter"))
        self.filter.setAccessibleName(text("ui.worklist.filter_name"))
        self.filter.setClearButtonEnabled(True)
        self.filter.textChanged.connect(self._filter)
        self.list = DragList(text("ui.worklist.name"), lambda key: (key.partition(MARK)[0], ""))
        self.list.setItemDelegate(RowDelegate(3, 0))
        self.list.setProperty(OPENS_BY_ENTER, True)
        self.list.itemActivated.connect(self._choose)
        self.list.itemClicked.connect(self._choose)
        self.count = label(role="quiet")
        head = QHBoxLayout()
        head.addWidget(label(text("ui.worklist.title"), "title"))
        head.addStretch(1)
        head.addWidget(self.count)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(8, 8, 8, 6)
        rows.setSpacing(6)
        rows.addLayout(head)
        rows.addWidget(self.filter)
        rows.addWidget(self.list, 1)

    def show_state(self, state: AppState) -> None:
        """List what the state lists."""
        workspace = state.workspace
        keys = keys_of(workspace.studies)
        opened = workspace.open_study
        self._open_key = next((k for k, s in zip(keys, workspace.studies, strict=True) if s is opened), "")
        rows = [self._row(key, study, state) for key, study in zip(keys, workspace.studies, strict=True)]
        for place, row in enumerate(rows):
            if place < self.list.count():
                put_row(self.list.item(place), row)
            else:
                self.list.addItem(item_of(row))
        while self.list.count() > len(rows):
            self.list.takeItem(self.list.count() - 1)
        here = self.list.row_of(self._open_key)
        if here >= 0 and not self.list.hasFocus():
            self.list.setCurrentRow(here)
        self.count.setText(text("ui.worklist.count", count=len(rows)) if rows else "")
        self._filter(self.filter.text())

    def _row(self, key: str, study: Study, state: AppState) -> Row:
        name, details = words.identity(study)
        tag, icon = ai_words(state.workspace.note(study.study_instance_uid))
        if any(
            job.kind == "model" and job.study_instance_uid == study.study_instance_uid for job in state.jobs
        ):
            tag, icon = text("ui.worklist.ai_running"), ""
        lines = (name, details, words.study_title(study))
        is_open = key == self._open_key
        date = words.day(study.date)
        return Row(key, lines, date, tag, icon, is_open=is_open)

    def _filter(self, wanted: str) -> None:
        asked = wanted.casefold().split()
        for place in range(self.list.count()):
            item = self.list.item(place)
            said = item.toolTip().casefold()
            item.setHidden(not all(part in said for part in asked))

    def _choose(self, item: QListWidgetItem) -> None:
        key = str(item.data(KEY))
        if key != self._open_key:
            self.study_chosen.emit(key)


def mixed_patients(studies: Sequence[Study]) -> bool:
    """Whether these studies are of more than one patient."""
    return any(not words.is_same_patient(studies[0].patient, study.patient) for study in studies[1:])
