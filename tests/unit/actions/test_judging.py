"""Judging through the workflow that keys call: journal first, then the state; undo in the order of deeds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.context import AppContext
from app.domain.errors import JournalError
from app.domain.finding import RejectReason, Verdict
from app.findings.journal import Journal
from app.findings.order import in_panel_order
from app.state.events import LayoutChosen, StudiesListed
from app.state.model import Layout
from app.state.reading_events import FindingSelected
from app.workflows.judge import judge, redo_last, step_finding, undo_last
from app.workflows.open_study import open_study
from app.workflows.review import reading_of
from tests.support.ui import context_in, finding, result, study, with_result


@pytest.fixture
def ctx(tmp_path: Path) -> Iterator[AppContext]:
    made = context_in(tmp_path)
    with_result(made, result(finding(1), finding(2), finding(3)))
    made.store.apply(StudiesListed((study(),)))
    open_study(made, "1.2")
    yield made
    made.close()


def selected(ctx: AppContext) -> str:
    return ctx.store.state.reading.selected_id


def order(ctx: AppContext) -> list[str]:
    return [j.finding.finding_id[-1] for j in in_panel_order(ctx.store.state.reading.reading)]


def test_a_verdict_is_in_the_journal_and_in_the_state(ctx: AppContext) -> None:
    step_finding(ctx, 1)
    judge(ctx, Verdict.ACCEPTED)
    assert reading_of(ctx.journal, "1.2") == ctx.store.state.reading.reading
    assert order(ctx) == ["2", "3", "1"]


def test_a_failed_write_changes_nothing(ctx: AppContext, monkeypatch: pytest.MonkeyPatch) -> None:
    step_finding(ctx, 1)
    before = ctx.store.state

    def refuse(*_args: object, **_named: object) -> None:
        raise JournalError("error.journal.disk_full", file="journal.sqlite", folder="f")

    monkeypatch.setattr(Journal, "append_if", refuse)
    with pytest.raises(JournalError):
        judge(ctx, Verdict.ACCEPTED)
    assert ctx.store.state is before


def test_rejecting_without_a_reason_is_refused(ctx: AppContext) -> None:
    step_finding(ctx, 1)
    with pytest.raises(JournalError):
        judge(ctx, Verdict.REJECTED)


def test_nothing_selected_is_nothing_judged(ctx: AppContext) -> None:
    assert judge(ctx, Verdict.ACCEPTED) is None
    assert len(ctx.journal.entries()) == 1


def test_undo_goes_back_through_deeds_of_both_kinds(ctx: AppContext) -> None:
    step_finding(ctx, 1)
    judge(ctx, Verdict.REJECTED, reason=RejectReason.ANATOMY)
    ctx.store.apply(LayoutChosen(Layout.FOUR, "four"))
    judge(ctx, Verdict.ACCEPTED)
    undo_last(ctx)
    reading = ctx.store.state.reading.reading
    assert reading is not None
    assert reading.judgements[0].verdict is Verdict.REJECTED
    undo_last(ctx)
    assert ctx.store.state.workspace.arrangement.layout is Layout.ONE
    undo_last(ctx)
    reading = ctx.store.state.reading.reading
    assert reading is not None
    assert reading.judgements[0].verdict is Verdict.UNREVIEWED
    assert undo_last(ctx) == ""


def test_redo_brings_the_verdict_back(ctx: AppContext) -> None:
    step_finding(ctx, 1)
    judge(ctx, Verdict.ACCEPTED)
    undo_last(ctx)
    assert redo_last(ctx)
    reading = ctx.store.state.reading.reading
    assert reading is not None
    assert reading.judgements[0].verdict is Verdict.ACCEPTED
    assert redo_last(ctx) == ""


def test_steps_go_round_in_panel_order(ctx: AppContext) -> None:
    assert [step_finding(ctx, 1)[-1] for _ in range(4)] == ["1", "2", "3", "1"]
    assert step_finding(ctx, -1)[-1] == "3"


def test_after_a_verdict_the_next_unreviewed_follows_in_the_models_order(ctx: AppContext) -> None:
    ctx.store.apply(FindingSelected("2.25.2"))
    judge(ctx, Verdict.ACCEPTED)
    assert step_finding(ctx, 1) == "2.25.3"
    judge(ctx, Verdict.ACCEPTED)
    assert step_finding(ctx, 1) == "2.25.1"
    assert selected(ctx) == "2.25.1"


def test_verdicts_of_an_earlier_session_are_there_at_opening(ctx: AppContext, tmp_path: Path) -> None:
    step_finding(ctx, 1)
    judge(ctx, Verdict.ACCEPTED)
    ctx.close()
    again = context_in(tmp_path)
    again.store.apply(StudiesListed((study(),)))
    reading = open_study(again, "1.2")
    assert reading.judgements[0].verdict is Verdict.ACCEPTED
    assert again.store.state.deeds == ()
    again.close()
