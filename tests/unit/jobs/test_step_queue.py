"""RQ-31: the queue of model runs: UPS states, urgency, what a dead process leaves, several workers at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_mock_engine

from app.domain.errors import OverreadError
from app.jobs import step_queue
from app.jobs.runtime import Runtime
from app.jobs.runtime_tables import Table
from app.jobs.steps import Ending, NewStep, StepState, Urgency, inputs_digest, result_uid

BATCH = "list-1"


@pytest.fixture
def runtime(tmp_path: Path) -> Iterator[Runtime]:
    made = Runtime.open(tmp_path / "data" / "runtime.sqlite")
    yield made
    made.close()


def step(number: int, urgency: Urgency = Urgency.LIST) -> NewStep:
    return NewStep(
        f"s{number}", BATCH, "spot 1.0.0", "ab", "1.2", f"1.2.{number}", "d", "i", "Axial", urgency
    )


def test_rq_31_steps_go_through_the_states_of_a_procedure_step(runtime: Runtime) -> None:
    queue = runtime.queue
    assert queue.add([step(1)]) == 1
    assert queue.add([step(1), step(2)]) == 1, "a step is known by its id"
    one = queue.claim(BATCH)
    assert one is not None
    assert (one.state, one.attempts) == (StepState.IN_PROGRESS, 1)
    queue.end("s1", Ending("negative", "2.25.1"))
    ended = queue.step("s1")
    assert ended is not None
    assert ended.state is StepState.COMPLETED
    assert ended.ending == Ending("negative", "2.25.1")
    assert queue.cancel("s2")
    assert not queue.cancel("s1"), "what has ended cannot be canceled"
    assert queue.counts(BATCH) == {"COMPLETED": 1, "CANCELED": 1}
    assert [state.value for state in StepState] == ["SCHEDULED", "IN PROGRESS", "COMPLETED", "CANCELED"]


def test_what_a_reader_waits_for_goes_first(runtime: Runtime) -> None:
    runtime.queue.add([step(1), step(2, Urgency.LATER), step(3, Urgency.READER)])
    claimed = [runtime.queue.claim(BATCH) for _ in range(4)]
    assert [one.new.step_id if one else None for one in claimed] == ["s3", "s2", "s1", None]


def test_a_failed_step_is_canceled_with_its_reason_and_can_be_retried(runtime: Runtime) -> None:
    queue = runtime.queue
    queue.add([step(1)])
    queue.claim(BATCH)
    queue.end("s1", Ending("failed", "2.25.1", "model.failed.timeout", (("limit_s", "3"),)))
    failed = queue.step("s1")
    assert failed is not None
    assert failed.ending is not None
    assert (failed.state, failed.ending.reason_facts) == (StepState.CANCELED, (("limit_s", "3"),))
    assert queue.retry("s1")
    again = queue.claim(BATCH)
    assert again is not None
    assert (again.generation, again.attempts) == (1, 1)
    assert result_uid("s1", 0) != result_uid("s1", 1), "a retry gives a result of its own"
    assert not queue.retry("s1"), "it runs"


def test_rq_31_steps_of_a_dead_process_wait_again_and_are_given_up_at_last(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = runtime.queue
    queue.add([step(1)])
    queue.claim(BATCH)
    assert queue.reclaim() == (0, 0), "this process lives"
    monkeypatch.setattr(step_queue, "is_dead", lambda _name: True)
    for _ in range(step_queue.MOST_ATTEMPTS - 1):
        assert queue.reclaim() == (1, 0)
        assert queue.claim(BATCH) is not None
    assert queue.reclaim() == (0, 1)
    given_up = queue.step("s1")
    assert given_up is not None
    assert given_up.ending is not None
    assert (given_up.ending.outcome, given_up.ending.reason_key) == ("failed", "model.failed.interrupted")


def test_what_was_taken_and_given_back_waits_again(runtime: Runtime) -> None:
    runtime.queue.add([step(1)])
    runtime.queue.claim(BATCH)
    runtime.queue.give_back("s1")
    again = runtime.queue.claim(BATCH)
    assert again is not None
    assert again.attempts == 1


def test_rq_31_no_step_is_taken_twice_by_workers_at_once(tmp_path: Path) -> None:
    runtimes = [Runtime.open(tmp_path / "runtime.sqlite") for _ in range(4)]
    runtimes[0].queue.add([step(number) for number in range(60)])
    taken: list[str] = []

    def work(runtime: Runtime) -> None:
        while (one := runtime.queue.claim(BATCH)) is not None:
            taken.append(one.new.step_id)

    threads = [threading.Thread(target=work, args=(one,)) for one in runtimes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == sorted(f"s{number}" for number in range(60))
    for one in runtimes:
        one.close()


def test_a_file_that_is_no_store_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "runtime.sqlite").write_bytes(b"no database, only words" * 100)
    with pytest.raises(OverreadError) as caught:
        Runtime.open(tmp_path / "runtime.sqlite")
    assert caught.value.key == "error.runtime.damaged"


def test_the_tables_can_be_made_on_another_database() -> None:
    """Words of PostgreSQL for every table; nothing of SQLite's own is needed."""
    made: list[str] = []

    def keep(words: Any, *_values: object, **_named: object) -> None:
        made.append(str(words.compile(dialect=other.dialect)))

    other = create_mock_engine("postgresql://", keep)
    Table.metadata.create_all(other, checkfirst=False)
    assert sum("CREATE TABLE" in words for words in made) == len(Table.metadata.tables) == 3


def test_the_order_of_inputs_does_not_matter() -> None:
    assert inputs_digest(["b", "a"]) == inputs_digest(["a", "b"]) != inputs_digest(["a"])


def test_a_damaged_file_says_what_to_do_and_an_odd_folder_name_is_no_address(tmp_path: Path) -> None:
    folder = tmp_path / "a?b=c#d"
    folder.mkdir()
    Runtime.open(folder / "runtime.sqlite").close()
    assert (folder / "runtime.sqlite").is_file()
    (folder / "runtime.sqlite").write_bytes(b"garbage " * 1000)
    with pytest.raises(OverreadError) as caught:
        Runtime.open(folder / "runtime.sqlite")
    assert caught.value.key == "error.runtime.damaged"
