"""Rules of judging: what a verdict needs, and whether AI results may be seen at all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from app.domain.errors import JournalError
from app.domain.finding import Judgement, Place, Quantity, RejectReason, Verdict
from app.domain.readers import Role


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
        return asked.has_requested or asked.has_committed
    return asked.has_committed


@dataclass(frozen=True, slots=True)
class Policies:
    """The site's policy and those of single model packages (a package is made for one task), by package name."""

    site: DisplayPolicy = DisplayPolicy.SHOWN
    by_package: tuple[tuple[str, DisplayPolicy], ...] = ()

    @property
    def withholds_nothing(self) -> bool:
        """Whether everything is shown at once, whichever package it is from."""
        return self.site is DisplayPolicy.SHOWN and all(
            policy is DisplayPolicy.SHOWN for _, policy in self.by_package
        )

    def of(self, package: str) -> DisplayPolicy:
        """The policy that holds for the results of a package."""
        return dict(self.by_package).get(package, self.site)


_STRICTNESS = (DisplayPolicy.SHOWN, DisplayPolicy.ON_REQUEST, DisplayPolicy.READ_FIRST)


def strictest(policies: Iterable[DisplayPolicy]) -> DisplayPolicy:
    """The one that shows least; SHOWN where there is none."""
    return max(policies, key=_STRICTNESS.index, default=DisplayPolicy.SHOWN)


def policy_named(words: str) -> DisplayPolicy:
    """The policy of a word; one that is not understood shows nothing before the reader's own look."""
    try:
        return DisplayPolicy(words.strip().casefold())
    except ValueError:
        return DisplayPolicy.READ_FIRST


def policies_for(role: Role, site: str, by_package: Iterable[str]) -> Policies:
    """What holds for a reader. by_package: entries of the form "package=policy".

    QA staff and tutors judge what others read: for them everything is shown. An entry without a policy, or with one
    that is not understood, counts as read-first for its package.
    """
    if role in (Role.QA, Role.TUTOR):
        return Policies()
    if role is Role.TRAINEE:
        return Policies(DisplayPolicy.READ_FIRST)
    pairs = (entry.partition("=") for entry in by_package)
    return Policies(policy_named(site), tuple((name.strip(), policy_named(word)) for name, _, word in pairs))


def needs_reason(verdict: Verdict) -> bool:
    """Whether a verdict is incomplete without one of the nine reasons (RQ-20)."""
    return verdict is Verdict.REJECTED


def check_verdict(
    verdict: Verdict,
    reason: RejectReason | None,
    label: str,
    place: Place | None,
    quantities: tuple[Quantity, ...] = (),
) -> None:
    """Raise JournalError if a verdict lacks what it needs or carries what it must not."""
    if needs_reason(verdict) and reason is None:
        raise JournalError("error.review.reason_needed")
    if reason is not None and not needs_reason(verdict):
        raise JournalError("error.review.reason_not_wanted", verdict=verdict.value)
    if verdict is Verdict.EDITED and not (label.strip() or place or quantities):
        raise JournalError("error.review.edit_is_empty")


@dataclass(frozen=True, slots=True)
class Edit:
    """What a reader puts in the place of the model's words, place and numbers."""

    label: str = ""
    place: Place | None = None
    quantities: tuple[Quantity, ...] = ()


def kept_edit(
    before: Judgement,
    verdict: Verdict,
    label: str,
    place: Place | None,
    quantities: tuple[Quantity, ...] = (),
) -> Edit:
    """The edit that a new verdict carries: earlier edits stay unless replaced, or the finding is rejected."""
    label = label.strip()
    if verdict in (Verdict.ACCEPTED, Verdict.EDITED, Verdict.DEFERRED):
        fresh = {one.key for one in quantities}
        numbers = (*(one for one in before.quantities if one.key not in fresh), *quantities)
        return Edit(label or before.label, place or before.place, numbers)
    return Edit(label, place, quantities)
