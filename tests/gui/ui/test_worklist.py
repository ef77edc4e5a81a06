"""The worklist of a department: ten thousand studies, and only what changed is made anew."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from app.domain.finding import RunState
from app.domain.study import Study
from app.state.model import AiNote, AppState, JobRow
from app.ui.panels import worklist
from app.ui.panels.worklist import Facts, WorklistPanel, keys_of
from app.ui.widgets.rows import Row
from tests.support.ui import study

MANY = 10_000


@given(st.lists(st.sampled_from(["1.1", "1.2", "1.3", "1.4"]), max_size=12))
def test_keys_are_one_for_each_and_plain_where_the_uid_is_enough(uids: list[str]) -> None:
    keys = keys_of([study(uid) for uid in uids])
    assert len(set(keys)) == len(keys)
    for place, (uid, key) in enumerate(zip(uids, keys, strict=True)):
        assert key == (uid if uids.count(uid) == 1 else f"{uid}|{uids[:place].count(uid)}")


def state_with(*studies: Study, opened: str = "", notes: tuple[AiNote, ...] = ()) -> AppState:
    state = AppState()
    workspace = replace(state.workspace, studies=studies, open_study_uid=opened, ai_notes=notes)
    return replace(state, workspace=workspace)


def said(panel: WorklistPanel) -> list[str]:
    return [panel.list.item(place).toolTip() for place in range(panel.list.count())]


@pytest.fixture
def panel(qtbot: QtBot) -> WorklistPanel:
    made = WorklistPanel()
    qtbot.addWidget(made)
    return made


def test_only_rows_that_say_something_new_are_made(
    panel: WorklistPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    plain = worklist._row

    def counted(key: str, facts: Facts) -> Row:
        made.append(key)
        return plain(key, facts)

    monkeypatch.setattr(worklist, "_row", counted)
    studies = tuple(study(f"1.{number}", f"DOE^{number}", str(number)) for number in range(5))
    panel.show_state(state_with(*studies))
    assert made == ["1.0", "1.1", "1.2", "1.3", "1.4"]
    made.clear()
    panel.show_state(state_with(*studies))
    assert made == []
    panel.show_state(state_with(*studies, opened="1.2", notes=(AiNote("1.4", (RunState.FAILED,)),)))
    assert made == ["1.2", "1.4"]
    made.clear()
    job = JobRow("7", "model", "", study_instance_uid="1.0")
    running = replace(state_with(*studies, opened="1.2"), jobs=(job,))
    panel.show_state(running)
    assert made == ["1.0", "1.4"]
    assert "AI running" in said(panel)[0]


def test_another_order_and_a_shorter_list_show_the_right_studies(panel: WorklistPanel) -> None:
    studies = tuple(study(f"1.{number}", f"NAME{number}", str(number)) for number in range(5))
    panel.show_state(state_with(*studies))
    panel.show_state(state_with(studies[3], studies[0]))
    assert [line.splitlines()[0] for line in said(panel)] == ["NAME3", "NAME0"]
    panel.show_state(state_with(*reversed(studies)))
    assert [line.splitlines()[0] for line in said(panel)] == ["NAME4", "NAME3", "NAME2", "NAME1", "NAME0"]


def test_a_filter_holds_for_rows_that_come_and_change_later(panel: WorklistPanel) -> None:
    panel.filter.setText("doe")
    first, second = study("1.1", "DOE^A", "1"), study("1.2", "ROE^B", "2")
    panel.show_state(state_with(first, second))
    assert [panel.list.item(place).isHidden() for place in (0, 1)] == [False, True]
    panel.show_state(state_with(second, first))
    assert [panel.list.item(place).isHidden() for place in (0, 1)] == [True, False]
    panel.filter.setText("")
    assert [panel.list.item(place).isHidden() for place in (0, 1)] == [False, False]


def test_ten_thousand_studies_are_no_burden(panel: WorklistPanel) -> None:
    """It took five seconds at each step of a running job; the bound is wide, the benchmark says the figure."""
    studies = tuple(study(f"1.{number}", f"DOE^{number}", str(number)) for number in range(MANY))
    panel.show_state(state_with(*studies))
    begun = time.perf_counter()
    panel.show_state(state_with(*studies, opened="1.77"))
    assert time.perf_counter() - begun < 1.5
    assert panel.list.count() == MANY


def test_two_films_of_one_day_are_told_apart_by_their_time(panel: WorklistPanel) -> None:
    films = [replace(study(f"1.{n}"), time=moment) for n, moment in enumerate(("083000", "161937.5", ""))]
    panel.show_state(state_with(*films))
    assert [line.splitlines()[2].split()[0] for line in said(panel)] == ["08:30", "16:19", "CT"]
