from __future__ import annotations

from app.jobs.dispatch import QueueDispatch


def test_calls_run_in_the_order_they_were_posted() -> None:
    home, heard = QueueDispatch(), list[int]()
    for number in range(3):
        home.post(lambda number=number: heard.append(number))  # type: ignore[misc]  # a default binds the loop value
    assert home.run_pending() == 3
    assert heard == [0, 1, 2]


def test_a_call_that_posts_another_is_followed_by_it() -> None:
    home, heard = QueueDispatch(), list[str]()
    home.post(lambda: home.post(lambda: heard.append("second")))
    assert home.run_until_idle(lambda: False, timeout_s=1)
    assert heard == ["second"]


def test_waiting_ends_when_time_is_up() -> None:
    assert not QueueDispatch().run_until_idle(lambda: True, timeout_s=0.05)
