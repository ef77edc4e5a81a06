"""Statuses of C-STORE in words (PS3.4 B.2.3, PS3.7 annex C)."""

from __future__ import annotations

from app.studies.source_types import StoreOutcome
from app.support.i18n import text

WARNINGS = {0xB000: "coerced", 0xB006: "discarded", 0xB007: "other_class"}
FAILURES = {0x0110: "processing", 0x0111: "duplicate", 0x0112: "no_such", 0x0117: "invalid_object",
            0x0122: "class_not_supported", 0x0124: "not_authorised", 0x0211: "unknown_operation",
            0x0213: "resources"}  # fmt: skip


def outcome_of(status: int) -> tuple[StoreOutcome, str]:
    """What the server did with an instance, and one sentence; '' where all is well."""
    if status == 0:
        return StoreOutcome.STORED, ""
    code = f"{status:04X}"
    if status >> 12 == 0xB or status in (0x0001, 0x0107, 0x0116):
        kind = WARNINGS.get(status, "warned")
        return StoreOutcome.WARNED, text("store.warned", what=text(f"store.word.{kind}"), status=code)
    return StoreOutcome.FAILED, text("store.failed", what=text(f"store.word.{_failure(status)}"), status=code)


def _failure(status: int) -> str:
    """Ranges of PS3.4 table B.2-1 beside the general codes."""
    if status >> 8 == 0xA7:
        return "resources"
    if status >> 8 == 0xA9:
        return "other_class"
    if status >> 12 == 0xC:
        return "not_understood"
    return FAILURES.get(status, "unknown")
