"""What each reader says of a study by the own entries alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from app.domain.finding import Reading
from app.domain.readers import is_practice

if TYPE_CHECKING:
    from app.findings.chain import Entry


def readings_by_reader(entries: Iterable[Entry], study_instance_uid: str) -> dict[str, Reading]:
    """Reader -> the reading as it would be had nobody else written; trainees' practice is left out."""
    from app.findings.events import ResultArrived
    from app.findings.replay import replay

    listed = list(entries)
    arrived = ResultArrived.__name__
    readers = dict.fromkeys(entry.reader for entry in listed if entry.event_type != arrived)
    return {
        reader: replay(
            [one for one in listed if one.reader == reader or one.event_type == arrived], study_instance_uid
        )
        for reader in readers
        if reader and not is_practice(reader)
    }
