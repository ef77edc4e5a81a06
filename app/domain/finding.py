"""What a model or a reader says about a study, as objects with an identity.

A finding is never changed: an edit is a verdict that carries the new label or place, and replaying the journal
gives the finding as it stands now.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from app.domain.codes import Code
from app.domain.readers import ReadMark
from app.domain.volume import FrameRef, Space

if TYPE_CHECKING:
    from app.domain.key_image import KeyImage
    from app.domain.masks import Segmentation
    from app.domain.measurement import Measurement

Point = tuple[float, float, float]


class RunState(Enum):
    """The five states of RQ-06; the last three are never counted as negative."""

    POSITIVE = "positive"
    NEGATIVE = "negative"
    NOT_APPLICABLE = "not_applicable"
    FAILED = "failed"
    INCONSISTENT = "inconsistent"
    IMPORTED = "imported"  # another maker's object that does not say how its run ended


@dataclass(frozen=True, slots=True)
class PackageRef:
    """Which model, exactly: sha256 is over the package's SHA256SUMS file."""

    name: str
    version: str
    sha256: str
    device_uid: str


@dataclass(frozen=True, slots=True)
class Quantity:
    """One measured number with its unit, named by text key `quantity.<key>`."""

    key: str
    value: float
    unit: Code
    concept: Code | None = None


class PlaceKind(Enum):
    """How a finding lies in the picture."""

    STUDY = "study"
    POINT = "point"
    BOX = "box"
    REGION = "region"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a finding lies.

    center and the box corners are (x, y, z): LPS mm where space is PATIENT; mm in the plane (z = 0, origin at the
    centre of the first pixel) where it is IMAGE. frame is the source frame nearest to the centre.
    label_map and label name the region inside the result's label maps where kind is REGION.
    """

    kind: PlaceKind
    space: Space
    center: Point | None = None
    box_min: Point | None = None
    box_max: Point | None = None
    frame: FrameRef | None = None
    label_map: str = ""
    label: int = 0


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found. finding_id is the tracking UID (112040) and stays the same through every verdict."""

    finding_id: str
    result_id: str
    key: str
    label: str
    code: Code | None
    score: float | None
    threshold: float | None
    site: str
    side: str  # "left", "right", "both", "" where it does not apply
    place: Place
    quantities: tuple[Quantity, ...] = ()
    map_key: str = ""  # heat that belongs to it, in AnalysisResult.maps

    @property
    def is_readers(self) -> bool:
        """Whether a reader marked it and no model did (RQ-21)."""
        return not self.result_id


@dataclass(frozen=True, slots=True)
class MapRef:
    """One array beside a result: heat (float32) or labels (uint8 or uint16), saved as .npz with its affine.

    sop_instance_uid: the one image that it lies on; '' where it lies on a stack or in the patient. frame: the one frame
    of that image, counted from 1; 0 where it is meant for all of them.
    file is relative to the result's folder and holds `values` (slice, row, column) and `affine` (4x4).
    """

    key: str
    kind: str  # "heat" or "labels"
    file: str
    label: str
    value_range: tuple[float, float] = (0.0, 1.0)
    threshold: float = 0.0
    labels: tuple[tuple[int, str], ...] = ()
    sop_instance_uid: str = ""
    frame: int = 0


@dataclass(frozen=True, slots=True)
class ImportedFrom:
    """The object that another maker's result came in; words are as its file states them, '' where it states none.

    missing: what it does not state, as text keys `foreign.missing.<key>`.
    """

    sop_instance_uid: str
    sop_class_uid: str
    class_name: str
    series_instance_uid: str
    manufacturer: str = ""
    model: str = ""
    software: str = ""
    algorithm: str = ""
    algorithm_version: str = ""
    content_date: str = ""
    verification: str = ""
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AnalysisResult:
    """One run of one package on one series (RQ-04: all that is needed to say who found what, on what, when)."""

    result_id: str
    package: PackageRef
    state: RunState
    state_reason_key: str
    state_reason_facts: tuple[tuple[str, str], ...]
    study_instance_uid: str
    series_instance_uids: tuple[str, ...]
    frame_of_reference_uid: str
    space: Space
    study_score: float | None
    findings: tuple[Finding, ...]
    maps: tuple[MapRef, ...]
    measures: tuple[Quantity, ...]
    provider: str
    requested_providers: tuple[str, ...]
    stamps: tuple[tuple[str, str], ...]  # pre_start, pre_end, main_start ... post_end: ISO-8601 with zone
    seconds: float
    pixel_sha256: str
    not_for: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    defects: tuple[str, ...] = ()
    imported: ImportedFrom | None = None


class Verdict(Enum):
    """What a reader says of a finding."""

    UNREVIEWED = "unreviewed"
    ACCEPTED = "accepted"
    EDITED = "edited"
    REJECTED = "rejected"
    DEFERRED = "deferred"


class RejectReason(Enum):
    """The nine reasons of the requirements' section 5.3."""

    ANATOMY = "fp_anatomy"
    ARTEFACT = "fp_artefact"
    KNOWN = "fp_known"
    WRONG_CLASS = "wrong_class"
    WRONG_PLACE = "wrong_place"
    WRONG_SIDE = "wrong_side"
    NOT_RELEVANT = "not_relevant"
    IMAGE_QUALITY = "image_quality"
    OUT_OF_SCOPE = "out_of_scope"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A finding and where it stands now."""

    finding: Finding
    verdict: Verdict = Verdict.UNREVIEWED
    reason: RejectReason | None = None
    reader: str = ""
    at: str = ""
    label: str = ""  # the reader's label if edited, else empty
    place: Place | None = None  # the reader's place if edited
    quantities: tuple[
        Quantity, ...
    ] = ()  # the reader's numbers if edited, in place of the model's of the same key

    @property
    def shown_quantities(self) -> tuple[Quantity, ...]:
        """The reader's numbers where there are any, else the model's; in the model's order, new ones behind."""
        own = {one.key: one for one in self.quantities}
        theirs = tuple(own.pop(one.key, one) for one in self.finding.quantities)
        return (*theirs, *own.values())

    @property
    def shown_label(self) -> str:
        """The reader's word where there is one, else the model's."""
        return self.label or self.finding.label


@dataclass(frozen=True, slots=True)
class Marked:
    """A finding of a reader's own (RQ-21), with the series that it was marked on; label and place as they stand."""

    finding: Finding
    series_instance_uid: str
    frame_of_reference_uid: str
    reader: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class Commit:
    """That a reader ended the own first look at a study, with the own findings as they stood at that moment."""

    reader: str
    at: str
    marked: tuple[Marked, ...] = ()


class Gate(Enum):
    """Whether AI results of a study are before the reader's eyes: OPEN, wait for a request, wait for the commit."""

    OPEN = "open"
    ON_REQUEST = "on_request"
    READ_FIRST = "read_first"


@dataclass(frozen=True, slots=True)
class Reading:
    """All results and judgements of one study, as replayed from the journal.

    judgements: of the models' findings first, then of what readers marked. commits: own first readings that ended.
    requested: readers who asked to see AI results. gate: whether something is withheld in this copy, see
    `app.findings.visibility`; what is withheld is not in it at all.
    """

    study_instance_uid: str
    results: tuple[AnalysisResult, ...] = ()
    judgements: tuple[Judgement, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    key_images: tuple[KeyImage, ...] = ()
    marked: tuple[Marked, ...] = ()
    commits: tuple[Commit, ...] = ()
    requested: tuple[str, ...] = ()
    gate: Gate = Gate.OPEN
    segmentations: tuple[Segmentation, ...] = ()
    reads: tuple[ReadMark, ...] = ()

    @property
    def read_by(self) -> str:
        """Who called the study read last, as long as no result came that was not before that reader's eyes; else ''."""
        if not self.reads:
            return ""
        last = self.reads[-1]
        return last.reader if all(one.result_id in last.result_ids for one in self.results) else ""

    def judgement(self, finding_id: str) -> Judgement | None:
        """The judgement of one finding, or None."""
        return next((j for j in self.judgements if j.finding.finding_id == finding_id), None)

    def marked_as(self, finding_id: str) -> Marked | None:
        """A reader's own finding, or None."""
        return next((m for m in self.marked if m.finding.finding_id == finding_id), None)

    def measurement(self, measurement_id: str) -> Measurement | None:
        """One measurement, or None."""
        return next((m for m in self.measurements if m.measurement_id == measurement_id), None)

    def segmentation(self, segmentation_id: str) -> Segmentation | None:
        """One segmentation of a reader, or None."""
        return next((s for s in self.segmentations if s.head.segmentation_id == segmentation_id), None)
