"""What a person decided about pixels that may show who somebody is: no file leaves without it where one is needed.

A look is bound to the bytes of its file: another file, or the same one changed, needs a look of its own.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from app.domain.errors import ExportRefusedError
from app.support.held.doors import open_file

SCHEMA = "overread-looks-1"
Box = tuple[int, int, int, int]  # first row, first column, and the row and column after the last


class Decided(Enum):
    """No identity to be seen; black out these boxes; do not export this image."""

    CLEAN = "clean"
    BLANK = "blank"
    LEAVE_OUT = "leave_out"


@dataclass(frozen=True, slots=True)
class Look:
    """One person's decision on one file.

    frames_seen: how many of its frames the person saw in full, 0 where nobody counted. is_recorded: it stands in the
    journal already.
    """

    sha256: str
    decided: Decided
    boxes: tuple[Box, ...] = ()
    who: str = ""
    frames_seen: int = 0
    is_recorded: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """One image that needs a look: why (a text key), where text was found, on which of how many frames (from 0)."""

    file: Path
    sha256: str
    reason_key: str
    boxes: tuple[Box, ...]
    frames: int = 1
    text_on: tuple[int, ...] = ()

    @property
    def must_see(self) -> tuple[int, ...]:
        """Frames that nobody may skip: those with letters first, then the first, the last, and two between."""
        spread = {round(n * (self.frames - 1) / 3) for n in range(4)}
        return (*self.text_on, *sorted(spread - set(self.text_on)))


Looks = Mapping[str, Look]  # by sha256 of the file


def file_sha256(file: Path) -> str:
    """Hash of a file's bytes."""
    with open_file(file) as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def by_file(looks: Iterable[Look]) -> dict[str, Look]:
    """Looks by the hash of their file; the last one counts."""
    return {look.sha256: look for look in looks}


def question_file(asked: Iterable[Asked], previews: Mapping[str, str]) -> str:
    """The file that a person fills in: one entry for each image, its decision still empty."""
    images = [
        {
            "file": str(one.file),
            "sha256": one.sha256,
            "preview": previews.get(one.sha256, ""),
            "reason": one.reason_key,
            "boxes": [list(box) for box in one.boxes],
            "frames": one.frames,
            "frames_with_letters": [number + 1 for number in one.text_on],
            "frames_seen": 1 if one.frames == 1 else 0,
            "decision": "",
            "who": "",
        }
        for one in asked
    ]
    told = {
        "schema": SCHEMA,
        "decisions": [decided.value for decided in Decided],
        "boxes": "first row, first column, row and column after the last",
        "images": images,
    }
    return json.dumps(told, indent=1, ensure_ascii=False) + "\n"


def read_answers(file: Path) -> dict[str, Look]:
    """The looks of a filled-in file. Raises ExportRefusedError where an entry is empty or cannot be understood."""
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        images = told["images"] if told["schema"] == SCHEMA else None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ExportRefusedError("error.looks.unreadable", file=file.name) from error
    if not isinstance(images, list):
        raise ExportRefusedError("error.looks.unreadable", file=file.name)
    return by_file(_look_of(image, number, file) for number, image in enumerate(images, start=1))


def _look_of(image: object, number: int, file: Path) -> Look:
    try:
        assert isinstance(image, dict)
        decided = Decided(image["decision"])
        boxes = tuple(_box_of(box) for box in image.get("boxes", []))
        who = str(image["who"]).strip()
        sha256 = str(image["sha256"])
        seen = int(image.get("frames_seen", 0))
    except (AssertionError, KeyError, ValueError, TypeError) as error:
        raise ExportRefusedError("error.looks.entry", number=number, file=file.name) from error
    if not who or (decided is Decided.BLANK and not boxes):
        raise ExportRefusedError("error.looks.entry", number=number, file=file.name)
    return Look(sha256, decided, boxes if decided is Decided.BLANK else (), who, max(seen, 0))


def _box_of(box: object) -> Box:
    if not isinstance(box, list) or len(box) != 4:
        raise ValueError("a box has four numbers")
    top, left, bottom, right = (int(edge) for edge in box)
    if not (0 <= top < bottom and 0 <= left < right):
        raise ValueError("a box has its corners in order")
    return top, left, bottom, right
