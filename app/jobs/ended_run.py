"""A model run that ended, as the runtime's store keeps it."""

from __future__ import annotations

from dataclasses import dataclass

KEPT_OUTCOMES = frozenset({"positive", "negative", "not_applicable", "inconsistent"})
"""Outcomes that the same pixels would give again; a failure may be over next time."""


@dataclass(frozen=True, slots=True)
class EndedRun:
    """asked: digest of input UIDs, package hash and parameters; content: of all that the model was given, '' where
    nothing was read; files: digest of the files' sizes and times then.

    defects: letters of the defect list. at: ISO-8601, UTC.
    """

    result_id: str
    asked: str
    content: str
    files: str
    package: str
    package_version: str
    package_sha256: str
    study_instance_uid: str
    outcome: str
    defects: str
    provider: str
    seconds: float
    folder: str
    at: str
