"""Cases for trainees: what is true of them, how the AI did on them, and how a trainee answered."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from app.domain.comparison import SetMark


@dataclass(frozen=True, slots=True)
class Case:
    """One study of a list. reference: the lesions that experts stand by; ai_wrong: false alarms or misses of the AI.

    reasons: why it was flagged, as text keys `training.reason.<reason>`.
    """

    study_instance_uid: str
    reasons: tuple[str, ...]
    reference: tuple[SetMark, ...]
    ai_wrong: bool

    @property
    def is_positive(self) -> bool:
        """Whether there is anything to find."""
        return bool(self.reference)


@dataclass(frozen=True, slots=True)
class TeachingList:
    """Cases in the order in which trainees read them; seed: of the draw, so that it can be repeated."""

    list_id: str
    title: str
    seed: int
    cases: tuple[Case, ...]
    reader: str = ""
    at: str = ""


class RowKind(Enum):
    """What a line of feedback is about."""

    REFERENCE = "reference"  # a lesion that is there
    FALSE_MARK = "false_mark"  # the trainee marked what is not there
    AI_FALSE = "ai_false"  # the AI marked what is not there


@dataclass(frozen=True, slots=True)
class FeedbackRow:
    """One lesion or mark. blind: marked before the AI was seen; final: stood by in the end; ai: claimed by the AI."""

    kind: RowKind
    finding_id: str
    label: str
    blind: bool
    final: bool
    ai: bool

    @property
    def is_right(self) -> bool:
        """Whether the trainee was right about it in the end."""
        return self.final if self.kind is RowKind.REFERENCE else not self.final


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a trainee hears after a case."""

    case: Case
    rows: tuple[FeedbackRow, ...]

    @property
    def is_right(self) -> bool:
        """Every lesion found and nothing else stood by."""
        return all(row.is_right for row in self.rows)

    @property
    def was_right_blind(self) -> bool:
        """The same before the AI was seen."""
        return all(row.blind is (row.kind is RowKind.REFERENCE) for row in self.rows)
