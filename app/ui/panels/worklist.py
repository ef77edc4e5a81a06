"""Known studies; of AI it says that it ran, failed or does not apply, and nothing of what was found."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QListWidgetItem, QSizePolicy, QVBoxLayout, QWidget

from app.domain.finding import RunState
from app.domain.study import Study
from app.state.model import AiNote, AppState
from app.support.i18n import text
from app.ui import words
from app.ui.keys import OPENS_BY_ENTER
from app.ui.widgets.rows import KEY, Row, RowDelegate, item_of, put_row
from app.ui.widgets.small import DragList, ElidedLabel, label


def ai_words(note: AiNote) -> tuple[str, str]:
    """(word, icon) of the AI column: the same for positive and negative, so that nothing leaks."""
    states = set(note.states)
    if note.waits and RunState.FAILED not in states:
        return text("ui.worklist.ai_waits"), ""
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
    many = Counter(study.study_instance_uid for study in studies)
    seen: Counter[str] = Counter()
    keys = []
    for study in studies:
        uid = study.study_instance_uid
        keys.append(uid if many[uid] == 1 else f"{uid}{MARK}{seen[uid]}")
        seen[uid] += 1
    return tuple(keys)


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a row is made of; a row whose facts stay is not made again: a department's list has ten thousand."""

    study: Study
    title: str
    note: AiNote
    asked: frozenset[str]
    is_open: bool

    def is_as(self, other: Facts | None) -> bool:
        """The same, told without comparing every series of a study that is the same object."""
        return (
            other is not None
            and self.study is other.study
            and (self.title, self.note, self.asked, self.is_open)
            == (other.title, other.note, other.asked, other.is_open)
        )


class WorklistPanel(QWidget):
    """Filter box and list; emits the uid of the study that the reader turns to."""

    study_chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setMinimumWidth(200)
        self._open_key = ""
        self._facts: list[Facts] = []
        self._wanted: list[str] = []
        self.seen: Callable[[Study], Study] = lambda study: study  # without what is withheld
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
        self.count = ElidedLabel()
        self.count.setProperty("role", "quiet")
        self.count.setMinimumWidth(1)
        self.count.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
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
        studies = workspace.listed
        keys = keys_of(studies)
        opened = workspace.open_study
        here = next((place for place, study in enumerate(studies) if study is opened), -1)
        self._open_key = keys[here] if here >= 0 else ""
        notes = {
            note.study_instance_uid: note for note in reversed(workspace.ai_notes)
        }  # the first one counts
        asked: dict[str, set[str]] = defaultdict(set)
        for job in state.jobs:
            asked[job.study_instance_uid].add(job.kind)
        for place, (key, study) in enumerate(zip(keys, studies, strict=True)):
            uid = study.study_instance_uid
            note = notes.get(uid) or AiNote(uid)
            title = words.study_title(self.seen(study))
            self._put(place, key, Facts(study, title, note, frozenset(asked.get(uid, ())), place == here))
        while self.list.count() > len(studies):
            self.list.takeItem(self.list.count() - 1)
        del self._facts[len(studies) :]
        if here >= 0 and not self.list.hasFocus():
            self.list.setCurrentRow(here)
        self.count.setText(text("ui.worklist.count", count=len(studies)) if studies else "")

    def _put(self, place: int, key: str, facts: Facts) -> None:
        """One row, if it says anything new."""
        known = self._facts[place] if place < len(self._facts) else None
        if facts.is_as(known) and self.list.item(place).data(KEY) == key:
            return
        row = _row(key, facts)
        if known is None:
            self.list.addItem(item_of(row))
            self._facts.append(facts)
        else:
            put_row(self.list.item(place), row)
            self._facts[place] = facts
        self._hide(self.list.item(place))

    def _filter(self, wanted: str) -> None:
        self._wanted = wanted.casefold().split()
        for place in range(self.list.count()):
            self._hide(self.list.item(place))

    def _hide(self, item: QListWidgetItem) -> None:
        said = item.toolTip().casefold()
        hidden = not all(part in said for part in self._wanted)
        if item.isHidden() != hidden:
            item.setHidden(hidden)

    def _choose(self, item: QListWidgetItem) -> None:
        key = str(item.data(KEY))
        if key != self._open_key:
            self.study_chosen.emit(key)


def _row(key: str, facts: Facts) -> Row:
    name, details = words.identity(facts.study)
    tag, icon = ai_words(facts.note)
    if facts.asked & {"model", "model_waits"}:
        tag, icon = text("ui.worklist.ai_running" if "model" in facts.asked else "ui.worklist.ai_queued"), ""
    if facts.note.read_by:
        tag = "  ".join(part for part in (text("ui.worklist.read"), tag) if part)
    # Films of one day and one name are told apart by the time.
    lines = (name, details, "  ".join(part for part in (words.clock(facts.study.time), facts.title) if part))
    return Row(key, lines, words.day(facts.study.date), tag, icon, is_open=facts.is_open)
