"""Folders, studies and series on their way into the viewports."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from app.context import AppContext
from app.domain.errors import OverreadError, StudyUnreadableError
from app.domain.finding import Judgement
from app.domain.study import Study
from app.domain.volume import Space
from app.state.events import ArrangementHung, Hanged
from app.state.model import Arrangement, Hung
from app.support.i18n import explain, text
from app.support.languages import fact_words, number_words
from app.ui.panels.worklist import MARK
from app.workflows import hang
from app.workflows.audit import tell_imported
from app.workflows.copies import CopiesOnScreen
from app.workflows.held import Settled, start_settling
from app.workflows.open_study import ScanListener, list_known, open_study, start_scan
from app.workflows.places import Place, folder_to_return_to, short_name
from app.workflows.protocols import catalogue, screen_of
from app.workflows.worklist_notes import list_notes

if TYPE_CHECKING:
    from app.studies.scan import ScanReport
    from app.ui.main_window import MainWindow


class Opening:
    """Says in one sentence how it ended."""

    def __init__(self, ctx: AppContext, window: MainWindow) -> None:
        self._ctx = ctx
        self._window = window
        self.copies = CopiesOnScreen(ctx)
        self._hung: Arrangement | None = None  # as it was when a study was opened

    def list_known(self, then: Callable[[], None]) -> None:
        """The worklist as it was left, and the copies in order; what follows hears of it."""
        start_settling(self._ctx, self._settled)
        list_known(self._ctx, self._window.messages.warn_of, then)

    def _settled(self, done: Settled) -> None:
        if done.encrypted:
            said = text("ui.held.settled", encrypted=done.encrypted, dropped=done.dropped)
            self._window.messages.note(said)
        if done.unreadable:
            self._window.messages.warn(text("ui.held.unreadable", count=done.unreadable), of_all=True)

    def scan(self, places: Sequence[Place]) -> None:
        """Open places in the background; the best study found opens when that is done, if none is open."""
        folder = folder_to_return_to(places) or self._ctx.settings.last_folder
        self._ctx.settings = replace(self._ctx.settings, last_folder=folder)
        try:
            start_scan(
                self._ctx,
                places,
                ScanListener(
                    lambda report: self._done(places, report),
                    self._window.messages.warn_of,
                    lambda: self._window.messages.note(text("ui.scan.stopped")),
                ),
            )
        except OverreadError as error:
            self._window.messages.warn(explain(error))

    def open_study(self, key: str) -> None:
        """Empty the viewports, replay the reading, hang what opens the study. key: as the worklist names it."""
        uid, _, number = key.partition(MARK)
        patient = self._ctx.store.state.workspace.studies_of(uid)[int(number)].patient if number else None
        if self._ctx.store.state.workspace.open_study_uid not in {"", uid}:
            self._window.messages.study_changed()
        try:
            open_study(self._ctx, uid, patient)
        except StudyUnreadableError as error:
            self._window.messages.warn(explain(error))
        except OverreadError as error:
            self._window.status.show_journal("", is_broken=True)
            self._window.messages.warn(explain(error))
        study = self._ctx.store.state.workspace.open_study
        if study is None:
            return
        self._hang(study)

    def more_came(self, study_instance_uid: str) -> None:
        """More is known of a study: open it, or hang it anew where the reader has not arranged anything since."""
        workspace = self._ctx.store.state.workspace
        study = workspace.open_study
        if workspace.open_study_uid != study_instance_uid or study is None:
            self.open_study(study_instance_uid)
        elif workspace.arrangement is self._hung:
            self._hang(study, only_if_other=True)

    def _hang(self, study: Study, *, only_if_other: bool = False) -> None:
        sets = self._window.pictures.sets_of(study)
        if not sets:
            held = "/".join(study.modalities) or "?"
            self._window.messages.warn(text("error.ui.no_pictures_in_study", modalities=held))
        screen = screen_of(self._ctx, study, self._window.pictures.sets_of)
        before = self._ctx.store.state.workspace.arrangement
        arrangement = hang.opening(screen, before, catalogue(self._ctx).protocols)
        if not only_if_other or _what_hangs(arrangement) != _what_hangs(before):
            self._ctx.store.apply(ArrangementHung(arrangement, ""))
        self._hung = self._ctx.store.state.workspace.arrangement

    def hang_series(self, series_uids: Sequence[str], judgement: Judgement) -> None:
        """A finding whose series does not hang yet: hang it in the active viewport, then go there."""
        workspace = self._ctx.store.state.workspace
        sets = self._window.pictures.sets_of_uid(workspace.open_study_uid)
        in_patient = (judgement.place or judgement.finding.place).space is Space.PATIENT
        wanted = [s for s in sets if s.series.series_instance_uid in series_uids]
        fitting = [s for s in wanted if (s.space is Space.PATIENT) == in_patient] or wanted
        frame = judgement.finding.place.frame
        sop = frame.sop_instance_uid if frame and not in_patient else ""
        fitting = [s for s in fitting if any(f.ref.sop_instance_uid == sop for f in s.frames)] or fitting
        first = hang.first_to_hang(fitting)
        if first is None:
            return
        hung = Hung(workspace.open_study_uid, first.display_set_id)
        words = text("deed.hang", series=first.title)
        self._ctx.store.apply(Hanged(workspace.arrangement.active.viewport_id, hung, words))
        self._window.host.go_to(judgement)

    def _done(self, places: Sequence[Place], report: ScanReport) -> None:
        if not report.studies:
            self._window.messages.warn(_nothing(places, report))
            return
        tell_imported(self._ctx.audit, self._ctx.reader, report.studies)
        counts = (len(report.studies), report.files, number_words(report.seconds, 1))
        facts = tuple(zip(("studies", "files", "seconds"), counts, strict=True))
        if report.refused:
            first = report.refused[0]
            more = (("refused", len(report.refused)), ("first", fact_words(first.reason_key, first.facts)))
            self._window.messages.warn(fact_words("ui.scan.done_refused", (*facts, *more)), of_all=True)
        elif report.remarks:
            self._window.messages.warn(fact_words(*report.remarks[0]), of_all=True)
        else:
            self._window.messages.note(fact_words("ui.scan.done", facts))
        list_notes(self._ctx)
        if self._ctx.store.state.workspace.open_study is None:
            self.open_study(_largest(report.studies).study_instance_uid)


def _what_hangs(arrangement: Arrangement) -> list[Hung | None]:
    return [viewport.hung for viewport in arrangement.viewports]


def _largest(studies: Sequence[Study]) -> Study:
    return max(studies, key=lambda study: sum(series.frame_count for series in study.series))


def _nothing(places: Sequence[Place], report: ScanReport) -> str:
    if report.refused:
        first = report.refused[0]
        return fact_words(first.reason_key, first.facts)
    return text("ui.scan.nothing", folder=short_name(places[0]))
