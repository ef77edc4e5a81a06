"""Who reads: the four roles, and how a trainee's entries stay apart from the record that others work with.

A trainee's name is written into the journal with a mark behind it. What carries the mark is practice: it is replayed
for that trainee alone and never counts as a verdict on a patient's study.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

PRACTICE_MARK = " (trainee)"


class Role(Enum):
    """What a reader is here for; a trainee reads first whatever the site's policy is (RQ-55)."""

    READER = "reader"
    TRAINEE = "trainee"
    TUTOR = "tutor"
    QA = "qa"


def role_named(words: str) -> Role:
    """The role of a word; one that is not understood sees as little as a trainee."""
    try:
        return Role(words.strip().casefold())
    except ValueError:
        return Role.TRAINEE


def signed(name: str, role: Role) -> str:
    """The name as it stands in the journal."""
    return name if role is not Role.TRAINEE or is_practice(name) else f"{name}{PRACTICE_MARK}"


def is_practice(reader: str) -> bool:
    """Whether what this reader entered is practice."""
    return reader.endswith(PRACTICE_MARK)


def plain_name(reader: str) -> str:
    """The name without the mark."""
    return reader.removesuffix(PRACTICE_MARK)


@dataclass(frozen=True, slots=True)
class ReadMark:
    """That a reader called a study read. overridden: findings left without a verdict although the site asks for one.

    result_ids: the results that were before the reader's eyes then.
    """

    reader: str
    at: str
    result_ids: tuple[str, ...] = ()
    overridden: tuple[str, ...] = ()
