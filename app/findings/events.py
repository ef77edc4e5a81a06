"""What can happen to a reading. Each event is written to the journal before anybody sees its effect.

An event knows its study and its reader; the journal adds when it happened and the chain. Nothing is ever taken
back: an undo is an event of its own that names the entry it undoes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from app.domain.finding import AnalysisResult, Finding, Place, Quantity, RejectReason, Verdict
from app.domain.key_image import KeyImage
from app.domain.measurement import Measurement
from app.findings.look_events import PixelsLooked
from app.findings.mask_events import (
    MaskEdited,
    MaskEvent,
    SegmentationStarted,
    SegmentRemoved,
    SegmentSet,
)
from app.findings.study_events import KindSilenced, RoleGiven, StudyMarkedRead, StudyReopened
from app.findings.teaching_events import CaseListed, TeachingListMade
from app.support.codec import CodecError, canonical, decode, encode

PAYLOAD_VERSION = 1


@dataclass(frozen=True, slots=True)
class ResultArrived:
    """A model run ended; its findings wait for a verdict. The reader is who started it, or empty."""

    result: AnalysisResult
    reader: str = ""

    @property
    def study_instance_uid(self) -> str:
        """The study that the result is about."""
        return self.result.study_instance_uid


@dataclass(frozen=True, slots=True)
class VerdictGiven:
    """A reader judged a finding. label, place and quantities are the reader's own; empty where the model's stand."""

    study_instance_uid: str
    finding_id: str
    verdict: Verdict
    reason: RejectReason | None = None
    label: str = ""
    place: Place | None = None
    reader: str = ""
    comment: str = ""
    quantities: tuple[Quantity, ...] = ()


@dataclass(frozen=True, slots=True)
class MeasurementSet:
    """A reader measured, or changed a measurement: the one with this id is now this."""

    study_instance_uid: str
    measurement: Measurement
    reader: str = ""


@dataclass(frozen=True, slots=True)
class MeasurementRemoved:
    """A reader took a measurement away."""

    study_instance_uid: str
    measurement_id: str
    reader: str = ""


@dataclass(frozen=True, slots=True)
class KeyImageSet:
    """A reader marked an image as a key image, or took its mark away."""

    study_instance_uid: str
    image: KeyImage
    is_key: bool
    reader: str = ""


@dataclass(frozen=True, slots=True)
class FindingMarked:
    """A reader marked what no model found (RQ-21), or changed it: the own finding with this id is now this."""

    study_instance_uid: str
    finding: Finding
    series_instance_uid: str
    frame_of_reference_uid: str
    reader: str = ""


@dataclass(frozen=True, slots=True)
class FindingUnmarked:
    """A reader took an own finding away."""

    study_instance_uid: str
    finding_id: str
    reader: str = ""


@dataclass(frozen=True, slots=True)
class ReadingCommitted:
    """A reader ended the own first look (RQ-17). It is no deed: what was seen afterwards cannot be unseen."""

    study_instance_uid: str
    reader: str = ""


@dataclass(frozen=True, slots=True)
class ResultsRequested:
    """A reader asked to see the AI results of a study that are shown on request only (RQ-17)."""

    study_instance_uid: str
    reader: str = ""


@dataclass(frozen=True, slots=True)
class Exposed:
    """What of AI came before the reader's eyes (RQ-18).

    exposure: priority, presence, categorical, localisation, quantitative, or available where it was there but withheld.
    """

    study_instance_uid: str
    exposure: str
    result_ids: tuple[str, ...]
    policy: str
    reader: str = ""


@dataclass(frozen=True, slots=True)
class VerdictUndone:
    """The verdict, or the measurement, of the entry with this hash no longer counts."""

    study_instance_uid: str
    entry_hash: str
    reader: str = ""


@dataclass(frozen=True, slots=True)
class VerdictRedone:
    """The verdict, or the measurement, of the entry with this hash counts again."""

    study_instance_uid: str
    entry_hash: str
    reader: str = ""


@dataclass(frozen=True, slots=True)
class Exported:
    """Findings of a study left as files; files holds (name, sha256)."""

    study_instance_uid: str
    formats: tuple[str, ...]
    files: tuple[tuple[str, str], ...]
    identified: bool
    findings: int
    reader: str = ""


Deed = (
    VerdictGiven
    | MeasurementSet
    | MeasurementRemoved
    | KeyImageSet
    | FindingMarked
    | FindingUnmarked
    | MaskEvent
)
"""What a reader did and may undo."""

Event = (
    ResultArrived
    | Deed
    | VerdictUndone
    | VerdictRedone
    | Exported
    | ReadingCommitted
    | ResultsRequested
    | Exposed
    | StudyMarkedRead
    | StudyReopened
    | KindSilenced
    | RoleGiven
    | CaseListed
    | TeachingListMade
    | PixelsLooked
)

EVENT_TYPES: dict[str, type[Event]] = {
    kind.__name__: kind
    for kind in (
        ResultArrived,
        VerdictGiven,
        MeasurementSet,
        MeasurementRemoved,
        KeyImageSet,
        FindingMarked,
        FindingUnmarked,
        SegmentationStarted,
        SegmentSet,
        SegmentRemoved,
        MaskEdited,
        ReadingCommitted,
        ResultsRequested,
        Exposed,
        VerdictUndone,
        VerdictRedone,
        Exported,
        StudyMarkedRead,
        StudyReopened,
        KindSilenced,
        RoleGiven,
        CaseListed,
        TeachingListMade,
        PixelsLooked,
    )
}


def payload_of(event: Event) -> str:
    """Canonical JSON of an event, with the version of its shape."""
    return canonical({"version": PAYLOAD_VERSION, "event": encode(event)})


def event_of(event_type: str, payload: str) -> Event | None:
    """The event of a payload; None if a newer program wrote a kind that this one does not know.

    Raises CodecError if the payload does not fit its type.
    """
    kind = EVENT_TYPES.get(event_type)
    if kind is None:
        return None
    try:
        record = json.loads(payload)
    except ValueError as error:
        raise CodecError(f"{event_type}: no JSON") from error
    if not isinstance(record, dict) or not isinstance(record.get("version"), int):
        raise CodecError(f"{event_type}: no version")
    return decode(kind, record.get("event"))
