"""Which image is due: by the clock, whatever was drawn in between."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from viewers.cine import CineMode, CinePlayer, Course


@pytest.mark.parametrize(
    ("mode", "wanted"),
    [
        (CineMode.LOOP, [2, 3, 4, 5, 2, 3, 4]),
        (CineMode.SWEEP, [2, 3, 4, 5, 4, 3, 2]),
        (CineMode.BACKWARDS, [5, 4, 3, 2, 5, 4, 3]),
    ],
)
def test_the_three_ways(mode: CineMode, wanted: list[int]) -> None:
    course = Course(2, 5, 10.0, mode)
    assert [course.index_at(step) for step in range(7)] == wanted


@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 10_000), st.sampled_from(CineMode))
def test_never_outside_the_course_and_one_image_at_a_time(
    first: int, length: int, steps: int, mode: CineMode
) -> None:
    course = Course(first, first + length, 25.0, mode)
    now, then = course.index_at(steps), course.index_at(steps + 1)
    assert first <= now <= first + length
    assert abs(now - then) <= 1 or {now, then} == {first, first + length}


@given(st.integers(0, 50), st.integers(1, 50), st.integers(-5, 120), st.sampled_from(CineMode))
def test_it_begins_with_the_image_on_the_screen(first: int, length: int, index: int, mode: CineMode) -> None:
    course = Course(first, first + length, 25.0, mode)
    assert course.index_at(course.steps_of(index)) == min(max(index, first), first + length)


def test_the_pace_is_that_of_the_clock(qtbot: QtBot) -> None:
    shown: list[int] = []
    player = CinePlayer(shown.append)
    player.play(Course(0, 10_000, 100.0), 0)
    qtbot.wait(500)
    player.stop()
    assert shown == sorted(shown)
    assert 35 <= shown[-1] <= 80, (
        "fifty images are due after half a second; a busy machine may be late, never early"
    )
    count = len(shown)
    qtbot.wait(60)
    assert len(shown) == count
