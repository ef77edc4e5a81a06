"""What checkers write down about results: defects, clinical score, peer review; in a file that only grows.

Forms lie in `quality.log` of the user's data folder, chained like the audit. A form that is filled again replaces the
earlier one of the same checker in every figure; both stay in the file.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from app.domain.errors import QualityError
from app.support import chained_file
from app.support.clock import Clock, utc_now

FILE = "quality.log"


class Defect(Enum):
    """Technical defects (a) to (g) of the requirements' section 1.6."""

    NOT_PROCESSED = "a"
    TOO_LATE = "b"
    WRONG_INPUT = "c"
    OUTPUT_BROKEN = "d"
    MARKUP_WRONG = "e"
    LABELS_MISSING = "f"
    IDENTITY = "g"


class Correct(Enum):
    """How right a result is on one axis; the number is its share of the full score."""

    FULL = "full"
    PART = "part"
    NOT = "not"

    @property
    def share(self) -> float:
        """1, a half, or 0."""
        return {"full": 1.0, "part": 0.5, "not": 0.0}[self.value]


class Peer(Enum):
    """RADPEER 2016: 1 agrees; 2 understandable, 3 should usually be made; b is likely significant, a is not."""

    ONE = "1"
    TWO_A = "2a"
    TWO_B = "2b"
    THREE_A = "3a"
    THREE_B = "3b"

    @property
    def needs_arbitration(self) -> bool:
        """Whether a third person has to look."""
        return self in (Peer.TWO_B, Peer.THREE_A, Peer.THREE_B)


@dataclass(frozen=True, slots=True)
class DefectForm:
    """One checked study: defects is empty where everything was as it should be."""

    study: str
    model: str
    version: str
    defects: tuple[Defect, ...]
    checker: str
    note: str = ""
    month: str = ""


@dataclass(frozen=True, slots=True)
class ClinicalForm:
    """A radiologist's score of a result on both axes; error is false_positive, false_negative, class, place or ''."""

    study: str
    model: str
    version: str
    interpretation: Correct
    localisation: Correct
    checker: str
    error: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class PeerForm:
    """Peer review of one reader's study by another; decided: what arbitration said, or None."""

    study: str
    reader: str
    score: Peer
    checker: str
    note: str = ""
    decided: Peer | None = None


@dataclass(frozen=True, slots=True)
class SampleForm:
    """A month's draw: everything that is needed to draw it again."""

    month: str
    model: str
    version: str
    seed: int
    drawn_from: int
    studies: tuple[str, ...]


Form = DefectForm | ClinicalForm | PeerForm | SampleForm
_KINDS: dict[str, type[Form]] = {
    "defect": DefectForm,
    "clinical": ClinicalForm,
    "peer": PeerForm,
    "sample": SampleForm,
}
_ENUMS = {"interpretation": Correct, "localisation": Correct, "score": Peer, "decided": Peer}
ERRORS = ("", "false_positive", "false_negative", "class", "place")


def write_form(folder: Path, form: Form, clock: Clock = utc_now) -> str:
    """Append a form and return its hash; it is on the disk then. Raises QualityError."""
    kind = next(name for name, made in _KINDS.items() if isinstance(form, made))
    try:
        return chained_file.append(folder / FILE, {"kind": kind, "at": clock(), "form": _plain(asdict(form))})
    except OSError as error:
        raise QualityError("error.quality.cannot_write", file=FILE, folder=str(folder)) from error


def read_forms(folder: Path) -> tuple[Form, ...]:
    """All forms in the order of writing; a kind that this program does not know is left out."""
    return tuple(
        form for record in chained_file.records(folder / FILE) if (form := _form_of(record)) is not None
    )


def latest(forms: Iterable[Form]) -> tuple[Form, ...]:
    """The last form of each checker on each study and model; samples by month and model."""
    found: dict[tuple[str, ...], Form] = {}
    for form in forms:
        if isinstance(form, SampleForm):
            key: tuple[str, ...] = ("sample", form.month, form.model, form.version)
        elif isinstance(form, PeerForm):
            key = ("peer", form.study, form.reader, form.checker)
        else:
            key = (type(form).__name__, form.study, form.model, form.version, form.checker)
        found[key] = form
    return tuple(found.values())


def _plain(value: Any) -> Any:  # Any: JSON
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, tuple | list) else value


def _form_of(record: dict[str, Any]) -> Form | None:
    made = _KINDS.get(str(record.get("kind")))
    if made is None:
        return None
    given = dict(record["form"])
    for name, enum in _ENUMS.items():
        if given.get(name) is not None:
            given[name] = enum(given[name])
    if "defects" in given:
        given["defects"] = tuple(Defect(letter) for letter in given["defects"])
    if "studies" in given:
        given["studies"] = tuple(given["studies"])
    return made(**given)
