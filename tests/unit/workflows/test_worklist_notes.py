"""RQ-19: sorting by AI is the reader's choice, off where anything is withheld, and logged as "priority" (RQ-18)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.context import AppContext
from app.domain.errors import OverreadError
from app.findings.events import Exposed, event_of
from app.findings.study_events import StudyMarkedRead
from app.jobs.dispatch import QueueDispatch
from app.settings.schema import Settings
from app.state.events import StudiesListed
from app.workflows.exposure import ExposureLog
from app.workflows.mark_read import next_unread
from app.workflows.open_study import open_study
from app.workflows.worklist_notes import list_notes, settle_sort, sort_by_priority
from tests.support.ui import context_in, finding, result, study, with_result

UIDS = ("1.1", "1.2", "1.3", "1.4")
SCORES = {"1.2": 0.6, "1.3": 0.95}  # 1.1 was not looked at by a model, 1.4 is negative


@pytest.fixture
def ctx(tmp_path: Path) -> Iterator[AppContext]:
    made = context_in(tmp_path)
    made.settings = Settings(reader_name="Ada")
    for uid, score in SCORES.items():
        one = replace(finding(int(uid[-1]), score), result_id=f"r{uid}")
        with_result(made, replace(result(one, study_uid=uid), result_id=f"r{uid}"))
    low = replace(finding(4, 0.1), result_id="r1.4")
    with_result(made, replace(result(low, study_uid="1.4"), result_id="r1.4"))
    made.store.apply(StudiesListed(tuple(study(uid) for uid in UIDS)))
    list_notes(made)
    settle(made)
    yield made
    made.close()


def settle(ctx: AppContext) -> None:
    queue = ctx.post.__self__  # type: ignore[attr-defined]  # the queue that the context was built with
    assert isinstance(queue, QueueDispatch)
    queue.run_until_idle(lambda: ctx.jobs.busy, 10)


def order(ctx: AppContext) -> list[str]:
    return [one.study_instance_uid for one in ctx.store.state.workspace.listed]


def exposures(ctx: AppContext, kind: str) -> list[str]:
    events = [event_of(e.event_type, e.payload) for e in ctx.journal.entries_of("Exposed")]
    return [e.study_instance_uid for e in events if isinstance(e, Exposed) and e.exposure == kind]


def test_the_worklist_is_sorted_only_when_the_reader_asks(ctx: AppContext) -> None:
    assert order(ctx) == list(UIDS)
    sort_by_priority(ctx, wanted=True)
    assert order(ctx) == ["1.3", "1.2", "1.4", "1.1"]
    sort_by_priority(ctx, wanted=False)
    assert order(ctx) == list(UIDS)


def test_each_study_whose_place_says_something_of_ai_is_logged_once(ctx: AppContext) -> None:
    log = ExposureLog(ctx, lambda _error: None)
    sort_by_priority(ctx, wanted=True)
    log.write()
    open_study(ctx, "1.3")
    log.write()
    assert sorted(exposures(ctx, "priority")) == ["1.2", "1.3", "1.4"]
    assert exposures(ctx, "quantitative") == ["1.3"]
    log.close()


@pytest.mark.parametrize("settings", [
    Settings(reader_name="Ada", display_policy="read_first"),
    Settings(reader_name="Ada", display_policy="on_request"),
    Settings(reader_name="Ada", display_policy_by_package=("made-up-model=read_first",)),
    Settings(reader_name="Ada", role="trainee"),
])  # fmt: skip
def test_it_is_off_where_anything_is_withheld(ctx: AppContext, settings: Settings) -> None:
    sort_by_priority(ctx, wanted=True)
    ctx.settings = settings
    settle_sort(ctx)
    assert order(ctx) == list(UIDS)
    assert all(note.priority is None for note in ctx.store.state.workspace.ai_notes)
    with pytest.raises(OverreadError) as refused:
        sort_by_priority(ctx, wanted=True)
    assert refused.value.key == "error.worklist.blind"
    list_notes(ctx)
    settle(ctx)
    assert all(note.priority is None for note in ctx.store.state.workspace.ai_notes)


def test_the_next_study_is_one_that_nobody_has_read(ctx: AppContext) -> None:
    ctx.journal.append(StudyMarkedRead("1.2", ("r1.2",), (), "Ben"))
    list_notes(ctx)
    settle(ctx)
    open_study(ctx, "1.1")
    assert next_unread(ctx) == "1.3"
    assert ctx.store.state.workspace.note("1.2").read_by == "Ben"
