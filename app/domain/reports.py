"""What a structured report holds: its tree, measurement groups, and the marks of a CAD report (PS3.3 C.17, PS3.16)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from app.domain.codes import Code
from app.domain.objects import Algorithm, ImageReference, ObjectHead

Points = tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """Spatial coordinates (PS3.3 C.18.6, C.18.9).

    points: (column, row) with the corner of the first pixel at 0, 0; or LPS mm where frame_of_reference_uid is set.
    images: what two-dimensional coordinates were taken from.
    """

    graphic: str
    points: Points
    images: tuple[ImageReference, ...] = ()
    frame_of_reference_uid: str = ""

    @property
    def is_in_patient(self) -> bool:
        """Whether the points are LPS mm."""
        return bool(self.frame_of_reference_uid)


@dataclass(frozen=True, slots=True)
class ContentItem:
    """One node of the tree. value is what a reader sees; number, unit, code, reference, shape are its parts.

    address: its place, such as 1.3.2 (PS3.3 C.17.3.2.4). by_reference: address of the node that it repeats.
    """

    address: str
    relationship: str
    value_type: str
    name: Code | None
    value: str = ""
    number: float | None = None
    unit: Code | None = None
    code: Code | None = None
    reference: ImageReference | None = None
    shape: Shape | None = None
    children: tuple[ContentItem, ...] = ()
    by_reference: str = ""


@dataclass(frozen=True, slots=True)
class Measurement:
    """One number of a report; number is None where the report says why it has none (qualifier)."""

    name: Code | None
    number: float | None
    unit: Code | None
    derivation: Code | None = None
    qualifier: Code | None = None


@dataclass(frozen=True, slots=True)
class MeasurementGroup:
    """One group of TID 1410, 1411 or 1501."""

    address: str
    tracking_id: str
    tracking_uid: str
    category: Code | None
    finding: Code | None
    sites: tuple[Code, ...]
    laterality: Code | None
    measurements: tuple[Measurement, ...]
    evaluations: tuple[tuple[Code, Code], ...]
    shapes: tuple[Shape, ...]
    images: tuple[ImageReference, ...]
    segments: tuple[ImageReference, ...]
    algorithm: Algorithm | None
    comments: tuple[str, ...] = ()


class RenderingIntent(Enum):
    """Whether a CAD mark may be shown (PS3.16 CID 6034, PS3.4 O.2.2.1)."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    NOT_FOR_PRESENTATION = "not_for_presentation"
    NOT_STATED = "not_stated"


@dataclass(frozen=True, slots=True)
class CadFinding:
    """One mark of a CAD report. certainty and probability are percent, as written, never turned into each other."""

    address: str
    finding: Code | None
    intent: RenderingIntent
    probability_percent: float | None
    certainty_percent: float | None
    operating_point: str
    shapes: tuple[Shape, ...]
    tracking_uid: str
    algorithm: Algorithm | None
    laterality: Code | None = None
    measurements: tuple[Measurement, ...] = ()
    evaluations: tuple[tuple[Code, Code], ...] = ()


class CadOutcome(Enum):
    """What the report says of its algorithms (PS3.16 CID 6047): failed is kept apart from none found."""

    ALL_SUCCEEDED_NONE_FOUND = "all_none"
    ALL_SUCCEEDED_FOUND = "all_found"
    SOME_FAILED_NONE_FOUND = "some_none"
    SOME_FAILED_FOUND = "some_found"
    ALL_FAILED = "failed"
    NOT_STATED = "not_stated"


@dataclass(frozen=True, slots=True)
class CadReport:
    """The marks of a Mammography, Chest or Colon CAD SR."""

    outcome: CadOutcome
    findings: tuple[CadFinding, ...]


@dataclass(frozen=True, slots=True)
class StructuredReport:
    """Any SR. root is the whole tree; cad is None where the class is no CAD report."""

    head: ObjectHead
    title: Code | None
    template: str
    root: ContentItem
    groups: tuple[MeasurementGroup, ...] = ()
    cad: CadReport | None = None
