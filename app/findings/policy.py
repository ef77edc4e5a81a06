"""Rules of judging: what a verdict needs, and whether AI results may be seen at all."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from app.domain.errors import JournalError
from app.domain.finding import Judgement, Place, RejectReason, Verdict


class DisplayPolicy(Enum):
    """When AI results are shown (RQ-17)."""

    SHOWN = "shown"
    ON_REQUEST = "on_request"
    READ_FIRST = "read_first"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the reader did about the AI results of a study: asked to see them, committed an own first reading."""

    has_requested: bool = False
    has_committed: bool = False


def is_visible(policy: DisplayPolicy, asked: Asked) -> bool:
    """Whether findings, scores, heat and badges may be shown now; read-first stays shut until the commit."""
    if policy is DisplayPolicy.SHOWN:
        return True
    if policy is DisplayPolicy.ON_REQUEST:
        return asked.has_requested
    return asked.has_committed


def needs_reason(verdict: Verdict) -> bool:
    """Whether a verdict is incomplete without one of the nine reasons (RQ-20)."""
    return verdict is Verdict.REJECTED


def check_verdict(verdict: Verdict, reason: RejectReason | None, label: str, place: Place | None) -> None:
    """Raise JournalError if a verdict lacks what it needs or carries what it must not."""
    if needs_reason(verdict) and reason is None:
        raise JournalError("error.review.reason_needed")
    if reason is not None and not needs_reason(verdict):
        raise JournalError("error.review.reason_not_wanted", verdict=verdict.value)
    if verdict is Verdict.EDITED and not label.strip() and place is None:
        raise JournalError("error.review.edit_is_empty")


def kept_edit(
    before: Judgement, verdict: Verdict, label: str, place: Place | None
) -> tuple[str, Place | None]:
    """Label and place that a new verdict carries: earlier edits stay unless replaced, or the finding is rejected."""
    label = label.strip()
    if verdict in (Verdict.ACCEPTED, Verdict.EDITED, Verdict.DEFERRED):
        return label or before.label, place or before.place
    return label, place
