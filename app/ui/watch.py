"""Which part of the window shows which piece of the state."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from app.context import AppContext
from app.domain.finding import Finding, Gate
from app.domain.study import Study
from app.findings.reveal import differences
from app.state.model import AppState, Arrangement, ReadingState, Workspace
from app.support.i18n import text
from app.ui.ai_status import runs_of
from app.ui.local_rates import LocalRates
from app.ui.marks import heat_threshold
from app.ui.modes import mode_of, mode_words
from app.ui.object_cards import cards_of
from app.ui.panels.finding_rows import Around
from app.ui.prefetch import Prefetch
from app.ui.presets import preset_names
from app.ui.run_pictures import films_left, run_pictures
from app.ui.widgets.rows import Row
from app.workflows.showing import is_withheld, policies_of, study_as_shown

if TYPE_CHECKING:
    from app.ui.main_window import MainWindow


def _gate(state: AppState) -> Gate | None:
    return state.reading.reading.gate if state.reading.reading else None


class _Warns(Protocol):
    def warn(self, sentence: str) -> None: ...


class Watch:
    """Subscribes once; `close` ends all subscriptions."""

    def __init__(self, ctx: AppContext, window: MainWindow, desk: _Warns) -> None:
        self._ctx = ctx
        self._window = window
        self._desk = desk
        self._selected = ""
        self._objects_of = ""
        self._asked: frozenset[tuple[str, str]] = frozenset()
        window.worklist.seen = lambda study: study_as_shown(ctx, study)
        self._local = LocalRates(ctx, lambda: self._reading(ctx.store.state.reading))
        self._prefetch = Prefetch(ctx, window.pictures)
        store = ctx.store
        self._stops: list[Callable[[], None]] = [
            store.watch(lambda state: state, self._all),
            store.watch(lambda state: state.workspace.studies, lambda _s: self._worklist()),
            store.watch(lambda state: state.workspace.ai_notes, lambda _s: self._worklist(), now=False),
            store.watch(lambda state: state.jobs, lambda _s: self._jobs()),
            store.watch(lambda state: state.workspace.open_study, self._study),
            store.watch(lambda state: state.workspace.arrangement, self._arrangement),
            store.watch(lambda state: state.workspace.panels_shown, self._panels),
            store.watch(lambda state: state.reading, self._reading),
            store.watch(_gate, lambda _gate: self._gate_moved(), now=False),
            store.watch(lambda state: state.workspace.ink, lambda _ink: self._ink()),
            store.watch(lambda state: state.deeds, self._status_deed),
        ]

        window.host.first_picture.connect(self._name_own)

    def close(self) -> None:
        """No more repainting."""
        self._prefetch.close()
        for stop in self._stops:
            stop()

    @property
    def _state(self) -> AppState:
        return self._ctx.store.state

    def _all(self, state: AppState) -> None:
        self._window.host.show_state(state)
        self._window.host.reference.show(state.workspace.reference_lines)
        self._window.commands.show_state(state)
        self._window.desk.key_images.show_state(state)
        self._window.desk.masks.show_state(state)
        self._window.status.show_mode(mode_words(state))
        self._make_room(state)
        self._window.desk.patients.show_state(state)
        self._window.desk.measure_list.show_state(state)
        self._window.desk.pixel_line.show_state()
        self._window.desk.findings.show_state(state)
        self._window.desk.pointing.show_state(state)

    def _worklist(self) -> None:
        self._window.worklist.show_state(self._state)
        studies = self._state.workspace.studies
        uids = [study.study_instance_uid for study in studies]
        self._window.series.warn(text("ui.scan.mixed") if len(set(uids)) < len(uids) else "")

    def _jobs(self) -> None:
        jobs = self._state.jobs
        self._window.models.show_jobs(jobs)
        scan = next((job for job in jobs if job.kind == "scan"), None)
        self._window.series.show_scan(scan.progress if scan else None, scan.note if scan else "")
        asked = frozenset((job.study_instance_uid, job.kind) for job in jobs)
        if asked != self._asked:  # progress comes ten times a second, and a list may have ten thousand rows
            self._asked = asked
            self._window.worklist.show_state(self._state)

    def _study(self, study: Study | None) -> None:
        self._window.header.show_study(study_as_shown(self._ctx, study) if study else None)
        self._window.worklist.show_state(self._state)
        sets = self._window.pictures.sets_of(study) if study else ()
        self._window.series.show_sets(study, sets, self._cards(study) if study else ())
        self._forget_objects(study)
        self._window.pictures.ask_thumbnails(sets, self._window.series.show_thumbnail)
        self._hung(self._state.workspace)

    def _gate_moved(self) -> None:
        self._objects_of = ""  # layers of objects go when results are withheld again
        self._study(self._state.workspace.open_study)
        self._hung(self._state.workspace)

    def _cards(self, study: Study) -> tuple[Row, ...]:
        held = is_withheld(self._state, policies_of(self._ctx.settings), study.study_instance_uid)
        return () if held else cards_of(study)

    def _forget_objects(self, study: Study | None) -> None:
        """Layers of another study's objects go; a scan that finds more of the same study leaves them."""
        uid = study.study_instance_uid if study else ""
        if uid != self._objects_of:
            self._objects_of = uid
            self._window.host.objects.clear()

    def _arrangement(self, _arrangement: Arrangement) -> None:
        self._hung(self._state.workspace)

    def _hung(self, workspace: Workspace) -> None:
        hung = [v.hung for v in workspace.arrangement.viewports if v.hung is not None]
        self._window.series.show_hung(frozenset(one.display_set_id for one in hung))
        self._window.pictures.note_hung()
        self._prefetch.begin_later()
        self._window.models.allow(workspace.arrangement.active.hung is not None)
        self._window.desk.running.suggest()
        self._window.desk.running.ask_renderer()
        active = self._window.host.active
        names = preset_names(active.subject.display_set.series.modality) if active else ()
        self._window.commands.name_presets(names)
        self._name_own()

    def _name_own(self) -> None:
        """The file's own tables and windows are known when its picture is there."""
        control = self._window.host.control
        self._window.commands.name_own(control.own.names if control is not None else ())

    def _panels(self, shown: bool) -> None:
        self._window.desk.zones.show_panels(shown=shown)

    def _reading(self, reading: ReadingState) -> None:
        study = self._ctx.store.state.workspace.open_study
        results = reading.reading.results if reading.reading else ()
        self._window.runs.show_reading(
            reading.reading,
            lambda result: run_pictures(result, study),
            lambda result: films_left(result, results, study),
        )
        self._window.give_room(has_findings=bool(reading.reading and reading.reading.judgements))
        self._window.gate.show_reading(reading.reading)
        seen = differences(reading.reading, self._ctx.reader) if reading.reading else {}
        around = Around(self._image_words, seen, self._local.words)
        self._window.findings.show_reading(reading, self._image_words, around)
        self._window.status.show_journal(reading.written_at)
        self._ink()
        if reading.selected_id != self._selected:
            self._selected = reading.selected_id
            self._go_to_selected(reading)

    def _make_room(self, state: AppState) -> None:
        """Reasons and segments need the room; cards and sliders come back afterwards."""
        reading, busy = state.reading.reading, mode_of(state) not in ("", "pointing")
        has_cards = bool(reading and reading.results) or bool(runs_of(state))
        self._window.cards.setVisible(has_cards and not busy)
        self._window.ink.setVisible(not busy)

    def _go_to_selected(self, reading: ReadingState) -> None:
        judgement = reading.reading.judgement(reading.selected_id) if reading.reading else None
        if judgement is None or reading.reading is None:
            return
        self._window.desk.findings.jumps.note()
        if self._window.host.go_to(judgement):
            return
        wanted = judgement.finding.result_id
        result = next((r for r in reading.reading.results if r.result_id == wanted), None)
        marked = reading.reading.marked_as(reading.selected_id)
        series = (marked.series_instance_uid,) if marked else result.series_instance_uids if result else ()
        if series:
            self._window.desk.opening.hang_series(series, judgement)

    def _ink(self) -> None:
        state = self._state
        self._window.ink.show_ink(state.workspace.ink, heat_threshold(state.reading.reading))

    def _status_deed(self, deeds: tuple[object, ...]) -> None:
        self._window.status.show_deed(self._state.deeds[-1] if deeds else None)

    def _image_words(self, finding: Finding) -> str:
        return self._window.pictures.image_words(self._state.workspace.open_study_uid, finding)
