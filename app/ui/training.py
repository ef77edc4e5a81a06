"""How a case went: told to the trainee at once, in a table and as the reference over the picture."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.context import AppContext
from app.domain.comparison import ResultSet, SetKind
from app.domain.readers import Role, is_practice, role_named
from app.domain.teaching import Case, Feedback
from app.findings.matching import compare
from app.findings.teaching import feedback, standing
from app.state.panel_events import ComparisonShown
from app.support.i18n import text
from app.ui.overlays.feedback import FeedbackSheet
from app.workflows.compare import masks_from
from app.workflows.showing import whole_reading

if TYPE_CHECKING:
    from app.ui.main_window import MainWindow


class TrainingCases:
    """What the action `reading.read` asks of trainees' cases."""

    def __init__(self, ctx: AppContext, window: MainWindow) -> None:
        self._ctx = ctx
        self._window = window
        self._sheet: FeedbackSheet | None = None

    def tell(self) -> bool:
        """Only to a trainee, and only for a case of a list that was read blind and is finished."""
        uid = self._ctx.store.state.workspace.open_study_uid
        case = self._case(uid)
        if case is None:
            return False
        reading = whole_reading(self._ctx, uid)
        if not any(one.reader == self._ctx.reader for one in reading.commits):
            return False
        get_mask = masks_from(self._ctx.results, [reading])
        told = feedback(case, reading, self._ctx.reader, get_mask)
        truth = ResultSet("reference", SetKind.READER, text("training.reference"), uid, case.reference)
        mine = ResultSet("mine", SetKind.READER, text("training.you"), uid, standing(reading))
        held = replace(compare(truth, mine, get_mask), over_findings=True)
        self._ctx.store.apply(ComparisonShown(held))
        self._show(told)
        return True

    def _case(self, study_instance_uid: str) -> Case | None:
        from app.workflows.training import lists_of

        is_trainee = role_named(self._ctx.settings.role) is Role.TRAINEE and is_practice(self._ctx.reader)
        if not is_trainee or not study_instance_uid:
            return None
        cases = (case for one in lists_of(self._ctx.journal) for case in one.cases)
        return next((one for one in cases if one.study_instance_uid == study_instance_uid), None)

    def _show(self, told: Feedback) -> None:
        if self._sheet is None:
            self._sheet = FeedbackSheet(self._window)
        self._sheet.show_feedback(told)
        self._window.desk.sheets.show_sheet("feedback", self._sheet)
