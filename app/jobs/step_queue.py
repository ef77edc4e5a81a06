"""The queue of model runs: survives the end of the program, may be worked on by several processes at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from app.jobs.runtime_tables import WRITES, StepRow
from app.jobs.steps import CANCELED_BY_USER, FAILED, Ending, NewStep, Step, StepState, Urgency
from app.jobs.workers import is_dead, own_name
from app.support.clock import Clock, utc_now

MOST_ATTEMPTS = (
    3  # a step whose process died so often is given up, so that it cannot hold up the others for good
)
INTERRUPTED = "model.failed.interrupted"
_NEW = tuple(name for name in NewStep.__dataclass_fields__ if name != "urgency")


class StepQueue:
    """Steps in a runtime store. Each change is one transaction."""

    def __init__(self, engine: Engine, *, clock: Clock = utc_now) -> None:
        self._engine = engine
        self._writing = engine.execution_options(**WRITES)
        self._clock = clock

    def add(self, steps: Sequence[NewStep]) -> int:
        """Schedule what is not there yet; returns how many were new. A step is known by its id."""
        with Session(self._writing) as session, session.begin():
            known: set[str] = set()
            ids = [one.step_id for one in steps]
            for start in range(0, len(ids), 500):
                wanted = select(StepRow.step_id).where(StepRow.step_id.in_(ids[start : start + 500]))
                known |= set(session.scalars(wanted))
            fresh = [one for one in steps if one.step_id not in known]
            now = self._clock()
            session.add_all(
                StepRow(
                    **{**asdict(one), "urgency": int(one.urgency)},
                    state=StepState.SCHEDULED.value,
                    scheduled_at=now,
                )
                for one in fresh
            )
        return len(fresh)

    def claim(self, batch: str, step_id: str = "") -> Step | None:
        """Take the most urgent scheduled step of a batch (or this one) for this process; None if there is none."""
        free = (StepRow.state == StepState.SCHEDULED.value, StepRow.batch == batch)
        wanted = select(StepRow).where(*free, *([StepRow.step_id == step_id] if step_id else []))
        first = wanted.order_by(StepRow.urgency, StepRow.number).limit(1)
        while True:
            with Session(self._writing) as session, session.begin():
                row = session.scalars(first).one_or_none()
                if row is None:
                    return None
                # Whoever sees the state still free has it; on a database without one writer at a time too.
                took = update(StepRow).where(StepRow.number == row.number, free[0])
                values = {
                    "state": StepState.IN_PROGRESS.value,
                    "worker": own_name(),
                    "attempts": row.attempts + 1,
                    "started_at": self._clock(),
                }
                if session.connection().execute(took.values(**values)).rowcount == 1:
                    session.refresh(row)
                    return _step(row)

    def end(self, step_id: str, ending: Ending) -> None:
        """Close a step."""
        self._change(
            step_id,
            state=ending.state.value,
            outcome=ending.outcome,
            result_id=ending.result_id,
            reason_key=ending.reason_key,
            reason_facts=dict(ending.reason_facts),
            from_cache=ending.from_cache,
            ended_at=self._clock(),
        )

    def give_back(self, step_id: str) -> None:
        """A step that was taken and not carried out waits again; that was no attempt."""
        with Session(self._writing) as session, session.begin():
            row = session.scalars(select(StepRow).where(StepRow.step_id == step_id)).one_or_none()
            if row is not None and row.state == StepState.IN_PROGRESS.value:
                row.state, row.worker = StepState.SCHEDULED.value, ""
                row.attempts = max(row.attempts - 1, 0)

    def cancel(self, step_id: str) -> bool:
        """Cancel a step that has not begun; False if it has (then its run is to be stopped)."""
        with Session(self._writing) as session, session.begin():
            waits = update(StepRow).where(
                StepRow.step_id == step_id, StepRow.state == StepState.SCHEDULED.value
            )
            values = {
                "state": StepState.CANCELED.value,
                "outcome": CANCELED_BY_USER,
                "ended_at": self._clock(),
            }
            return session.connection().execute(waits.values(**values)).rowcount == 1

    def retry(self, step_id: str) -> bool:
        """Schedule a step that has ended anew, as another generation; False if it has not ended."""
        with Session(self._writing) as session, session.begin():
            row = session.scalars(select(StepRow).where(StepRow.step_id == step_id)).one_or_none()
            if row is None or not StepState(row.state).is_final:
                return False
            row.state, row.outcome, row.reason_key = StepState.SCHEDULED.value, "", ""
            row.attempts, row.generation, row.ended_at = 0, row.generation + 1, ""
            return True

    def reclaim(self, batch: str = "") -> tuple[int, int]:
        """Steps that died with their process: (scheduled again, given up after MOST_ATTEMPTS)."""
        again = given_up = 0
        with Session(self._writing) as session, session.begin():
            running = select(StepRow).where(StepRow.state == StepState.IN_PROGRESS.value)
            for row in session.scalars(running.where(StepRow.batch == batch) if batch else running):
                if not is_dead(row.worker):
                    continue
                if row.attempts < MOST_ATTEMPTS:
                    row.state, row.worker = StepState.SCHEDULED.value, ""
                    again += 1
                else:
                    row.state, row.outcome = StepState.CANCELED.value, FAILED
                    row.reason_key, row.reason_facts = INTERRUPTED, {"times": str(row.attempts)}
                    row.ended_at = self._clock()
                    given_up += 1
        return again, given_up

    def steps(self, batch: str = "", *, study_instance_uid: str = "", newest: int = 0) -> tuple[Step, ...]:
        """Steps in order, or the newest few, newest first."""
        wanted = select(StepRow)
        if batch:
            wanted = wanted.where(StepRow.batch == batch)
        if study_instance_uid:
            wanted = wanted.where(StepRow.study_instance_uid == study_instance_uid)
        order = StepRow.number.desc() if newest else StepRow.number
        wanted = wanted.order_by(order)
        with Session(self._engine) as session:
            return tuple(map(_step, session.scalars(wanted.limit(newest) if newest else wanted)))

    def step(self, step_id: str) -> Step | None:
        """One step by its id."""
        with Session(self._engine) as session:
            row = session.scalars(select(StepRow).where(StepRow.step_id == step_id)).one_or_none()
            return None if row is None else _step(row)

    def counts(self, batch: str) -> dict[str, int]:
        """How many steps of a batch are in which state."""
        wanted = select(StepRow.state, func.count()).where(StepRow.batch == batch).group_by(StepRow.state)
        with Session(self._engine) as session:
            return {str(state): int(count) for state, count in session.execute(wanted)}

    def _change(self, step_id: str, **values: Any) -> None:  # Any: columns of several types
        with Session(self._writing) as session, session.begin():
            session.execute(update(StepRow).where(StepRow.step_id == step_id).values(**values))


def _step(row: StepRow) -> Step:
    new = NewStep(**{name: getattr(row, name) for name in _NEW}, urgency=Urgency(row.urgency))
    ending = None
    if StepState(row.state).is_final:
        facts = tuple(sorted((str(k), str(v)) for k, v in dict(row.reason_facts or {}).items()))
        ending = Ending(row.outcome, row.result_id, row.reason_key, facts, bool(row.from_cache))
    return Step(
        new,
        row.number,
        StepState(row.state),
        ending,
        row.attempts,
        row.generation,
        row.worker,
        row.scheduled_at,
        row.started_at,
        row.ended_at,
    )
