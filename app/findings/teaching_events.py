"""What can happen to lists of cases for trainees; their answers are the events of any reading, marked as practice."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.comparison import SetMark
from app.findings.study_events import PEOPLE


@dataclass(frozen=True, slots=True)
class CaseListed:
    """A study is a case of a list, with what is true of it as experts saw it then."""

    study_instance_uid: str
    list_id: str
    reasons: tuple[str, ...]
    reference: tuple[SetMark, ...]
    ai_wrong: bool
    reader: str = ""


@dataclass(frozen=True, slots=True)
class TeachingListMade:
    """A list with its cases in order. seed: of the draw."""

    list_id: str
    title: str
    seed: int
    cases: tuple[str, ...]
    reader: str = ""
    study_instance_uid: str = PEOPLE
