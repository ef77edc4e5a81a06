"""Lists of cases and the trainee's own figures; nobody else's are shown here, a tutor chooses whose (RQ-57)."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QListWidget, QVBoxLayout, QWidget

from app.context import AppContext
from app.domain.errors import OverreadError
from app.domain.readers import Role, plain_name, role_named
from app.domain.teaching import Case, TeachingList
from app.support.i18n import explain, text
from app.ui import theme
from app.ui.overlays.sheet import Sheet
from app.ui.widgets.small import label, tell
from app.workflows.training import Answered, answers, lists_of, personal, trainees
from app.workflows.training_words import figure_lines

if TYPE_CHECKING:
    from app.ui.main_window import MainWindow

Points = tuple[tuple[float, float], ...]


class TrainingSheet(Sheet):
    """Read anew whenever it opens."""

    def __init__(self, ctx: AppContext, window: MainWindow) -> None:
        super().__init__(window, text("training.title"), (820, 520))
        self._ctx = ctx
        self._main = window
        self._lists: tuple[TeachingList, ...] = ()
        self.lists, self.people = QComboBox(), QComboBox()
        self.cases = QListWidget()
        self.cases.setAccessibleName(text("training.cases"))
        self.cases.itemActivated.connect(lambda _item: self._open_case())
        self.figures = label(wraps=True)
        self.figures.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.figures.setMinimumWidth(330)
        self.roc = RocPlot()
        self.said = label(role="quiet", wraps=True)
        for box, name in ((self.lists, "training.lists"), (self.people, "training.people")):
            box.setAccessibleName(text(name))
            box.activated.connect(lambda _n: self._show())
        top = QHBoxLayout()
        top.addWidget(self.lists, 1)
        top.addWidget(self.people, 1)
        right = QVBoxLayout()
        right.addWidget(self.figures, 1)
        right.addWidget(self.roc)
        middle = QHBoxLayout()
        middle.addWidget(self.cases, 1)
        middle.addLayout(right, 1)
        self.body.addLayout(top)
        self.body.addLayout(middle, 1)
        self.body.addWidget(self.said)

    def open(self) -> None:
        """The lists there are, and whose figures may be seen."""
        role, name = role_named(self._ctx.settings.role), self._ctx.settings.reader_name
        self.people.clear()
        try:
            self._lists = lists_of(self._ctx.journal)
            known = trainees(self._ctx.journal) if role is Role.TUTOR else (name,)
        except OverreadError as error:
            self._main.messages.warn(explain(error))
            self._lists, known = (), ()
        self.people.addItems(list(known))
        self.people.setVisible(role is Role.TUTOR)
        self.lists.clear()
        self.lists.addItems([one.title for one in self._lists])
        self._show()
        super().open()
        self.cases.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Enter opens the case."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.cases.hasFocus():
            self._open_case()
        else:
            super().keyPressEvent(event)

    @property
    def _chosen(self) -> TeachingList | None:
        row = self.lists.currentIndex()
        return self._lists[row] if 0 <= row < len(self._lists) else None

    def _show(self) -> None:
        self.cases.clear()
        self.figures.setText("")
        self.roc.show_points(())
        chosen, whose = self._chosen, self.people.currentText()
        if chosen is None:
            tell(self.said, text("training.no_list"))
            return
        try:
            found = personal(self._ctx.journal, self._ctx.settings, whose, self._ctx.results)
            done = answers(self._ctx.journal, whose, chosen.cases, self._ctx.results)
        except OverreadError as error:
            tell(self.said, explain(error), is_warning=True)
            return
        by_study = {one.case.study_instance_uid: one for one in done}
        for number, case in enumerate(chosen.cases, start=1):
            self.cases.addItem(case_words(number, by_study.get(case.study_instance_uid)))
        self.cases.setCurrentRow(_first_waiting(chosen.cases, by_study))
        self.figures.setText("\n".join(figure_lines(found)))
        self.roc.show_points(found.roc)
        tell(self.said, text("training.private", name=plain_name(whose)))

    def _open_case(self) -> None:
        chosen, row = self._chosen, self.cases.currentRow()
        if chosen is None or not 0 <= row < len(chosen.cases):
            return
        uid = chosen.cases[row].study_instance_uid
        if self._ctx.store.state.workspace.study(uid) is None:
            tell(self.said, text("training.case_gone"), is_warning=True)
            return
        self.dismiss()
        self._main.desk.open_study(uid)


def case_words(number: int, done: Answered | None) -> str:
    """Nothing of the patient, and before it is finished nothing of the case."""
    if done is None:
        return text("training.case_waits", number=number)
    key = "right" if done.feedback.is_right else "wrong"
    return text("training.case_done", number=number, verdict=text(f"training.feedback.{key}"))


def _first_waiting(cases: tuple[Case, ...], done: dict[str, Answered]) -> int:
    waiting = (row for row, case in enumerate(cases) if case.study_instance_uid not in done)
    return next(waiting, 0)


class RocPlot(QWidget):
    """The curve as steps between points, with the line of chance."""

    def __init__(self) -> None:
        super().__init__()
        self.points: Points = ()
        self.setFixedSize(200, 200)
        self.setAccessibleName(text("training.roc"))

    def show_points(self, points: Points) -> None:
        """Without points only the frame is drawn."""
        self.points = points
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """False alarms to the right, hits upwards."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(28, 8, self.width() - 36, self.height() - 36)
        painter.setPen(QPen(QColor(theme.colors().line), 1))
        painter.drawRect(area)
        painter.setPen(QPen(QColor(theme.colors().quiet), 1, Qt.PenStyle.DotLine))
        painter.drawLine(area.bottomLeft(), area.topRight())
        painter.setPen(QColor(theme.colors().quiet))
        painter.drawText(
            QRectF(area.left(), area.bottom(), area.width(), 24),
            Qt.AlignmentFlag.AlignCenter,
            text("training.roc_axis"),
        )
        painter.setPen(QPen(QColor(theme.colors().accent), 2))
        placed = [
            QPointF(area.left() + x * area.width(), area.bottom() - y * area.height()) for x, y in self.points
        ]
        for start, end in pairwise(placed):
            painter.drawLine(start, end)
        painter.end()
