"""That a person looked at pixels which may show who somebody is: see `app.findings.events`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PixelsLooked:
    """A person decided whether an image may leave (RQ-61).

    sha256: of the file that was looked at. reason: text key of the rule that asked. frames_seen: of its frames, in
    full; 0 where nobody counted. frames_with_letters: on how many the detector found some. decided: clean, blank,
    leave_out. boxes: how many were blacked out. Nothing of it says what the letters were.
    """

    study_instance_uid: str
    sop_instance_uid: str
    sha256: str
    reason: str
    frames: int
    frames_seen: int
    frames_with_letters: int
    decided: str
    boxes: int = 0
    reader: str = ""


def last_looks(events: Iterable[object]) -> dict[str, PixelsLooked]:
    """What stands for each file, by its hash: the last decision, whoever made it."""
    return {one.sha256: one for one in events if isinstance(one, PixelsLooked)}
