"""One model on one stack of pictures, as a step of a queue: the states of a Unified Procedure Step (PS3.4 CC.1.1)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, IntEnum

FAILED, CANCELED_BY_USER = "failed", "canceled"
"""Outcomes of steps that ended as CANCELED; the others name the state of their result."""


class StepState(Enum):
    """A step that failed was discontinued, which the standard calls CANCELED; `Step.outcome` says why."""

    SCHEDULED = "SCHEDULED"
    IN_PROGRESS = "IN PROGRESS"
    COMPLETED = "COMPLETED"
    CANCELED = "CANCELED"

    @property
    def is_final(self) -> bool:
        """True once nothing more will happen by itself."""
        return self in (StepState.COMPLETED, StepState.CANCELED)


class Urgency(IntEnum):
    """Lower runs first: what a reader waits for, then what was asked for later, then whole lists."""

    READER = 0
    LATER = 1
    LIST = 2


@dataclass(frozen=True, slots=True)
class NewStep:
    """What is asked for. inputs: sha256 over the UIDs of what is read; title: the stack's own, never a name."""

    step_id: str
    batch: str
    package: str
    package_sha256: str
    study_instance_uid: str
    series_instance_uid: str
    display_set_id: str
    inputs: str
    title: str = ""
    urgency: Urgency = Urgency.LIST


@dataclass(frozen=True, slots=True)
class Ending:
    """How a step ended. outcome: state of the result, or FAILED, CANCELED_BY_USER; reason: a text and its facts."""

    outcome: str
    result_id: str = ""
    reason_key: str = ""
    reason_facts: tuple[tuple[str, str], ...] = ()
    from_cache: bool = False

    @property
    def state(self) -> StepState:
        """The state that goes with the outcome."""
        stopped = self.outcome in (FAILED, CANCELED_BY_USER)
        return StepState.CANCELED if stopped else StepState.COMPLETED


@dataclass(frozen=True, slots=True)
class Step:
    """A step as it stands now. generation grows with each retry that a person asked for, attempts with each start."""

    new: NewStep
    number: int
    state: StepState
    ending: Ending | None = None
    attempts: int = 0
    generation: int = 0
    worker: str = ""
    scheduled_at: str = ""
    started_at: str = ""
    ended_at: str = ""


def digest_of(*parts: object) -> str:
    """sha256 over parts that JSON can hold; equal parts give equal digests on every machine."""
    words = json.dumps(parts, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(words.encode()).hexdigest()


def inputs_digest(uids: Iterable[str]) -> str:
    """Of the instances that a step reads, whatever their order."""
    return digest_of(sorted(uids))


def result_uid(step_id: str, generation: int) -> str:
    """The UID of a step's result: a step that is done again after a kill gives the same one, never a second."""
    whole = int(digest_of("result", step_id, generation)[:32], 16)
    return f"2.25.{whole}"
