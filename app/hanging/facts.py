"""What a hanging protocol may ask of a study and of its display sets: named facts, worked out elsewhere.

`words` is all that the file says of region and purpose: descriptions and body parts in one text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

FIRST_RANK = 50  # from here on a protocol goes before all lower ones, whatever their scores: the reader's own
Fact = str | float | bool | tuple[str, ...]

STUDY_FACTS = ("modality", "body_part", "description", "words", "sets", "priors", "age_years")
SET_FACTS = (
    "modality",
    "body_part",
    "description",
    "words",
    "plane",
    "laterality",
    "view",
    "images",
    "volumetric",
    "localizer",
    "colour",
    "multiframe",
    "thickness_mm",
    "rows",
    "columns",
    "number",
)


@dataclass(frozen=True, slots=True)
class SetFacts:
    """One display set: where it is found again, and what is known of it."""

    study_instance_uid: str
    display_set_id: str
    values: Mapping[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StudyFacts:
    """One study with its display sets in the order of the series list."""

    study_instance_uid: str
    values: Mapping[str, Fact] = field(default_factory=dict)
    sets: tuple[SetFacts, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """What is to be hung: the study just opened, and earlier studies of the same patient, the latest first."""

    current: StudyFacts
    priors: tuple[StudyFacts, ...] = ()
