"""What can happen to a model package on this machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

INSTALLED, REMOVED = "installed", "removed"
PAUSED, RESUMED = "paused", "resumed"
GOLDEN_PASSED, GOLDEN_FAILED = "golden_passed", "golden_failed"
ACCEPTANCE, LIMITS = "acceptance", "limits"


@dataclass(frozen=True, slots=True)
class PackageEvent:
    """One thing that happened; facts are plain words and numbers as text."""

    package: str
    version: str
    sha256: str
    kind: str
    facts: Mapping[str, str] = field(default_factory=dict)
    by: str = ""
    at: str = ""


def last_of(events: tuple[PackageEvent, ...], *kinds: str) -> PackageEvent | None:
    """The newest event of these kinds."""
    return next((one for one in reversed(events) if one.kind in kinds), None)
