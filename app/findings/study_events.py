"""What can happen to a whole study or to the people who read, beside verdicts: see `app.findings.events`."""

from __future__ import annotations

from dataclasses import dataclass

PEOPLE = "overread:people"
"""Stands in place of a study in entries about readers themselves."""


@dataclass(frozen=True, slots=True)
class StudyMarkedRead:
    """A reader called the study read.

    result_ids: results that were before the reader's eyes. overridden: findings without a verdict that the site wants
    to have one; the reader closed the study all the same, and said so by a key of its own.
    """

    study_instance_uid: str
    result_ids: tuple[str, ...] = ()
    overridden: tuple[str, ...] = ()
    reader: str = ""


@dataclass(frozen=True, slots=True)
class StudyReopened:
    """A reader took the study back among those that are not read."""

    study_instance_uid: str
    reader: str = ""


@dataclass(frozen=True, slots=True)
class KindSilenced:
    """A reader wants one model's findings of one kind folded away, or no longer (RQ-16); for nobody else."""

    study_instance_uid: str
    package: str
    key: str
    is_silenced: bool
    reader: str = ""


@dataclass(frozen=True, slots=True)
class RoleGiven:
    """From now on this reader has this role here, whatever the settings of a program say."""

    name: str
    role: str
    reader: str = ""
    study_instance_uid: str = PEOPLE
