"""An image that a reader marked, so that others find it at once."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.volume import FrameRef


@dataclass(frozen=True, slots=True)
class KeyImage:
    """One marked image: which frame of which instance, and where it lies. reader and at come from the journal."""

    study_instance_uid: str
    series_instance_uid: str
    frame: FrameRef
    reader: str = ""
    at: str = ""
