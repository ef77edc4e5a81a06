"""Events change the state; watchers hear of the parts that changed and of nothing else."""

from __future__ import annotations

import pytest

from app.domain.finding import RunState, Verdict
from app.state.events import (
    AiNoted,
    ArrangementHung,
    Hanged,
    InkChanged,
    JobEnded,
    JobReported,
    LayoutChosen,
    MaximisedToggled,
    PlanesLeft,
    StudiesListed,
    StudyOpened,
    ViewportActivated,
    WorkspaceUndone,
)
from app.state.model import AiNote, AppState, Arrangement, HeatMode, Hung, JobRow, Layout, Viewport
from app.state.reading_events import (
    FindingSelected,
    ReadingReplayed,
    RejectionAsked,
    VerdictTaken,
    VerdictTakenBack,
)
from app.state.store import Store
from tests.support.ui import finding, reading, study


def opened() -> Store:
    store = Store()
    store.apply(StudiesListed((study(), study("1.3", "ROE^M", "8"))))
    store.apply(StudyOpened("1.2"))
    return store


def test_a_watcher_hears_only_of_its_part() -> None:
    store, heard = Store(), list[object]()
    store.watch(lambda state: state.workspace.ink, heard.append, now=False)
    store.apply(LayoutChosen(Layout.FOUR, "four"))
    assert heard == []
    store.apply(InkChanged(mode=HeatMode.OUTLINE))
    assert len(heard) == 1


def test_an_event_from_a_watcher_comes_after_all_heard_of_the_first() -> None:
    store, order = Store(), list[str]()

    def first(state: AppState) -> None:
        order.append(f"first {state.workspace.tool} {state.workspace.ink.shown}")
        if state.workspace.ink.shown is False and state.workspace.arrangement.layout is Layout.ONE:
            store.apply(LayoutChosen(Layout.FOUR, "four"))

    store.watch(lambda state: state, first, now=False)
    store.watch(
        lambda state: state.workspace,
        lambda w: order.append(f"second {w.arrangement.layout.value}"),
        now=False,
    )
    store.apply(InkChanged(shown=False))
    assert order == ["first window False", "second 1x1", "first window False", "second 2x2"]


def test_after_unsubscribing_nothing_is_heard() -> None:
    store, heard = Store(), list[object]()
    stop = store.watch(lambda state: state.workspace.ink, heard.append, now=False)
    stop()
    store.apply(InkChanged(shown=False))
    assert heard == []


def test_a_larger_layout_keeps_what_hangs_and_gives_fresh_ids() -> None:
    store = opened()
    store.apply(Hanged("v1", Hung("1.2", "a"), "hang"))
    store.apply(LayoutChosen(Layout.FOUR, "four"))
    arrangement = store.state.workspace.arrangement
    assert [v.viewport_id for v in arrangement.viewports] == ["v1", "v2", "v3", "v4"]
    assert arrangement.viewports[0].hung == Hung("1.2", "a")


def test_a_smaller_layout_keeps_the_active_viewport() -> None:
    store = opened()
    store.apply(LayoutChosen(Layout.FOUR, "four"))
    store.apply(Hanged("v4", Hung("1.2", "d"), "hang"))
    store.apply(LayoutChosen(Layout.ONE, "one"))
    arrangement = store.state.workspace.arrangement
    assert arrangement.viewports == (Viewport("v4", Hung("1.2", "d")),)
    assert arrangement.active_id == "v4"


def test_opening_another_study_empties_the_viewports_and_the_reading() -> None:
    store = opened()
    store.apply(Hanged("v1", Hung("1.2", "a"), "hang"))
    store.apply(ReadingReplayed(reading(finding(1))))
    store.apply(StudyOpened("1.3"))
    state = store.state
    assert state.workspace.arrangement.viewports[0].hung is None
    assert state.reading.reading is None
    assert state.deeds == ()


def test_a_reading_of_a_study_that_is_not_open_is_ignored() -> None:
    store = opened()
    store.apply(StudyOpened("1.3"))
    store.apply(ReadingReplayed(reading(finding(1))))
    assert store.state.reading.reading is None


def test_a_rescan_keeps_the_order_of_the_worklist() -> None:
    store = opened()
    store.apply(StudiesListed((study("1.4"), study("1.3", "ROE^M", "8"), study())))
    assert [s.study_instance_uid for s in store.state.workspace.studies] == ["1.2", "1.3", "1.4"]


def test_two_studies_under_one_uid_are_both_listed() -> None:
    store = Store()
    store.apply(StudiesListed((study(), study(name="ROE^M", patient_id="8"))))
    assert len(store.state.workspace.studies) == 2
    store.apply(StudiesListed((study(), study(name="ROE^M", patient_id="8"))))
    assert [s.patient.patient_id for s in store.state.workspace.studies] == ["7", "8"]


def test_undo_steps_back_to_the_layout_before() -> None:
    store = opened()
    store.apply(LayoutChosen(Layout.FOUR, "four"))
    store.apply(WorkspaceUndone())
    assert store.state.workspace.arrangement.layout is Layout.ONE
    assert store.state.deeds == ()


def test_undo_of_a_layout_leaves_the_reading_alone() -> None:
    store = opened()
    store.apply(ReadingReplayed(reading(finding(1))))
    store.apply(LayoutChosen(Layout.FOUR, "four"))
    store.apply(WorkspaceUndone())
    assert store.state.reading.reading is not None


def test_a_verdict_taken_back_removes_its_deed() -> None:
    store = opened()
    store.apply(VerdictTaken(reading(finding(1)), "accepted", "now"))
    store.apply(VerdictTakenBack(reading(finding(1)), "later"))
    assert store.state.deeds == ()
    assert store.state.reading.written_at == "later"


def test_leaving_planes_brings_back_the_screen_before() -> None:
    store = opened()
    store.apply(Hanged("v1", Hung("1.2", "a"), "hang"))
    before = store.state.workspace.arrangement
    store.apply(
        ArrangementHung(
            Arrangement(Layout.FOUR, tuple(Viewport(f"v{n}") for n in "1234")), "x", remember=True
        )
    )
    store.apply(PlanesLeft("back"))
    assert store.state.workspace.arrangement == before


def test_selecting_another_finding_drops_the_question_for_a_reason() -> None:
    store = opened()
    store.apply(ReadingReplayed(reading(finding(1), finding(2))))
    store.apply(FindingSelected("2.25.1"))
    store.apply(RejectionAsked("2.25.1"))
    store.apply(FindingSelected("2.25.2"))
    assert store.state.reading.rejecting_id == ""


def test_activating_an_unknown_or_active_viewport_changes_nothing() -> None:
    store = opened()
    before = store.state
    store.apply(ViewportActivated("v9"))
    store.apply(ViewportActivated("v1"))
    assert store.state is before


def test_maximising_twice_restores() -> None:
    store = opened()
    store.apply(LayoutChosen(Layout.FOUR, "four"))
    store.apply(MaximisedToggled("v3"))
    assert store.state.workspace.arrangement.maximised_id == "v3"
    store.apply(MaximisedToggled("v3"))
    assert store.state.workspace.arrangement.maximised_id == ""


def test_jobs_come_and_go_and_ai_notes_are_replaced() -> None:
    store = opened()
    store.apply(JobReported(JobRow("j1", "scan", "folder", 0.1)))
    store.apply(JobReported(JobRow("j1", "scan", "folder", 0.6)))
    assert [job.progress for job in store.state.jobs] == [0.6]
    store.apply(JobEnded("j1"))
    assert store.state.jobs == ()
    store.apply(AiNoted(AiNote("1.2", (RunState.FAILED,))))
    store.apply(AiNoted(AiNote("1.2", (RunState.POSITIVE,))))
    assert store.state.workspace.note("1.2").states == (RunState.POSITIVE,)
    assert Verdict.UNREVIEWED is reading(finding(1)).judgements[0].verdict


def test_a_viewport_that_is_gone_changes_nothing() -> None:
    store = opened()
    store.apply(LayoutChosen(Layout.FOUR, "four"))
    before = store.state
    store.apply(MaximisedToggled("tile0"))
    store.apply(Hanged("tile0", Hung("1.2", "a"), "hang"))
    assert store.state is before


def test_a_watcher_that_fails_leaves_nobody_in_the_past() -> None:
    store, heard = opened(), list[str]()

    def fails(_layout: Layout) -> None:
        store.apply(ViewportActivated("v3"))
        raise KeyError("mistake")

    store.watch(lambda state: state.workspace.arrangement.layout, fails, now=False)
    store.watch(lambda state: state.workspace.arrangement.active_id, heard.append, now=False)
    store.apply(ViewportActivated("v1"))
    with pytest.raises(KeyError, match="mistake"):
        store.apply(LayoutChosen(Layout.FOUR, "four"))
    assert store.state.workspace.arrangement.active_id == "v3"
    assert heard[-1] == "v3"
