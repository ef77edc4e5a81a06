"""Faults that nobody foresaw, written down as places in the program: no message, no value, nobody's name.

A message of an exception may quote a header, a path or a name, so none is kept: the kind of the exception and the
places that it went through are what whoever mends it needs first.
"""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from pathlib import Path

from app.support.clock import Clock, utc_now
from app.support.private import make_private

MOST_BYTES = 256 * 1024  # then the file begins anew: a fault in a loop must not fill the disk
_ROOMS = ("app", "viewers", "inference")


@dataclass(frozen=True, slots=True)
class Fault:
    """What went wrong and where. places: from the outermost call to the innermost."""

    kind: str
    places: tuple[str, ...]

    @property
    def place(self) -> str:
        """The innermost place that is ours, or the innermost of all; '-' where there is none."""
        ours = [place for place in self.places if place.startswith(_ROOMS)]
        return (ours or [*self.places] or ["-"])[-1]


def fault_of(error: BaseException) -> Fault:
    """The kind of a caught exception, and its places as `viewers/layers.py:88 outline_image`."""
    frames = traceback.extract_tb(error.__traceback__)
    return Fault(
        type(error).__name__, tuple(f"{_short(one.filename)}:{one.lineno} {one.name}" for one in frames)
    )


def write_fault(file: Path, fault: Fault, clock: Clock = utc_now) -> bool:
    """Add it to the file, which is its owner's alone; false where it could not be written."""
    lines = [f"{clock()} {fault.kind}", *(f"  {place}" for place in fault.places)]
    try:
        make_private(file.parent)
        mode = "a" if file.exists() and file.stat().st_size < MOST_BYTES else "w"
        with file.open(mode, encoding="utf-8", errors="backslashreplace") as stream:
            stream.write("\n".join(lines) + "\n")
    except OSError:
        return False
    return True


def _short(path: str) -> str:
    """From the room on, or the last folder and the name: where it is installed may name its user."""
    parts = Path(path).parts
    at = max((number for number, part in enumerate(parts) if part in _ROOMS), default=len(parts) - 2)
    return "/".join(parts[max(at, 0) :])
