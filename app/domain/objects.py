"""Objects of a study that are no images: what they say, whose they are, and what they refer to (PS3.3 A.32-A.51).

They are read by `app.studies.objects.read`; arrays stay in the file until they are asked for. Reports have their own
types in `app.domain.reports`, presentation states in `app.domain.presentation`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.domain.codes import Code
from app.domain.geometry import Affine
from app.domain.study import Pair, Patient, Triple
from app.domain.volume import Space

Facts = tuple[tuple[str, object], ...]
Rgb = tuple[int, int, int]
Cosines = tuple[float, float, float, float, float, float]
NOBODY = Patient("", "", "", "", "")


class ObjectKind(Enum):
    """What an object is, by its SOP class."""

    SEGMENTATION = "segmentation"
    REPORT = "report"
    KEY_OBJECTS = "key_objects"
    PRESENTATION = "presentation"
    PARAMETRIC_MAP = "parametric_map"
    STRUCTURE_SET = "structure_set"
    PDF = "pdf"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Notice:
    """What a reader must know about an object: a text key with its facts."""

    key: str
    facts: Facts = ()


@dataclass(frozen=True, slots=True)
class ImageReference:
    """An instance that an object points at; frames (from 1) and segments are empty where all are meant."""

    sop_class_uid: str
    sop_instance_uid: str
    series_instance_uid: str = ""
    study_instance_uid: str = ""
    frames: tuple[int, ...] = ()
    segments: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Algorithm:
    """What made a result; empty where the object does not say. kind as in (0062,0008), such as AUTOMATIC."""

    name: str
    version: str = ""
    kind: str = ""
    source: str = ""
    parameters: str = ""


@dataclass(frozen=True, slots=True)
class Maker:
    """Device and software that wrote an object, and the algorithms it names."""

    manufacturer: str = ""
    model: str = ""
    software: str = ""
    device_uid: str = ""
    algorithms: tuple[Algorithm, ...] = ()


@dataclass(frozen=True, slots=True)
class ObjectHead:
    """What every object has. patient is for comparing only and is never part of a text.

    verification: (0040,A493), '' where the class has none. references: every instance that is pointed at, once.
    notices: what was left out or is doubtful.
    """

    path: Path
    kind: ObjectKind
    sop_class_uid: str
    sop_instance_uid: str
    class_name: str
    study_instance_uid: str
    series_instance_uid: str
    modality: str
    frame_of_reference_uid: str = ""
    content_date: str = ""
    content_time: str = ""
    label: str = ""
    title: str = ""
    verification: str = ""
    completion: str = ""
    preliminary: str = ""
    qualification: str = ""  # (0018,9004): RESEARCH, PRODUCT, SERVICE
    maker: Maker = Maker()
    references: tuple[ImageReference, ...] = ()
    notices: tuple[Notice, ...] = ()
    patient: Patient = field(default=NOBODY, repr=False)


@dataclass(frozen=True, slots=True)
class ObjectFrame:
    """One frame of a segmentation or map, with its own place. index counts from 0 in the file.

    segment is 0 where a frame holds several. position is None where the frame lies in a projection or on a slide.
    """

    index: int
    segment: int
    position_lps_mm: Triple | None
    orientation: Cosines | None
    spacing_mm: Pair | None
    sources: tuple[ImageReference, ...] = ()
    mapping: RealWorldMapping | None = None


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment (PS3.3 C.8.20.2). color_rgb is the recommended one in sRGB, None where there is none."""

    number: int
    label: str
    description: str = ""
    category: Code | None = None
    property_type: Code | None = None
    property_modifiers: tuple[Code, ...] = ()
    anatomy: Code | None = None
    anatomy_modifiers: tuple[Code, ...] = ()
    algorithm: Algorithm = Algorithm("")
    color_rgb: Rgb | None = None
    tracking_id: str = ""
    tracking_uid: str = ""

    @property
    def is_by_machine(self) -> bool:
        """Whether an algorithm had a part in it."""
        return self.algorithm.kind in ("AUTOMATIC", "SEMIAUTOMATIC")


class SegmentationType(Enum):
    """(0062,0001)."""

    BINARY = "BINARY"
    FRACTIONAL = "FRACTIONAL"
    LABELMAP = "LABELMAP"


@dataclass(frozen=True, slots=True)
class SegmentationObject:
    """A SEG; its masks are read by `app.studies.objects.masks`. background: label that is none, of a label map."""

    head: ObjectHead
    segmentation_type: SegmentationType
    fractional_type: str  # PROBABILITY or OCCUPANCY
    maximum_fraction: int
    rows: int
    columns: int
    segments: tuple[Segment, ...]
    frames: tuple[ObjectFrame, ...]
    background: int = 0
    slice_spacing_mm: float | None = None  # as written; only a hint


@dataclass(frozen=True, slots=True)
class RealWorldMapping:
    """Stored value to quantity (PS3.3 C.7.6.16.2.11): value * slope + intercept, for first <= stored <= last."""

    slope: float
    intercept: float
    first: float | None
    last: float | None
    label: str
    explanation: str
    unit: Code | None
    quantity: Code | None = None


@dataclass(frozen=True, slots=True)
class ParametricMap:
    """A PMAP; its values are read by `app.studies.objects.maps`. mappings: those that all frames share or have."""

    head: ObjectHead
    rows: int
    columns: int
    frames: tuple[ObjectFrame, ...]
    mappings: tuple[RealWorldMapping, ...]
    slice_spacing_mm: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Contour:
    """One contour of an ROI. points_lps_mm: (n, 3); kind as in (3006,0042), such as CLOSED_PLANAR."""

    kind: str
    points_lps_mm: NDArray[np.float64]
    image: ImageReference | None = None

    @property
    def is_closed(self) -> bool:
        """Whether the last point is joined to the first."""
        return self.kind in ("CLOSED_PLANAR", "CLOSEDPLANAR_XOR")


@dataclass(frozen=True, slots=True, eq=False)
class Roi:
    """One region of interest; generation as in (3006,0036): AUTOMATIC, SEMIAUTOMATIC, MANUAL or ''."""

    number: int
    name: str
    description: str
    generation: str
    interpreted_type: str
    frame_of_reference_uid: str
    color_rgb: Rgb | None
    contours: tuple[Contour, ...]


@dataclass(frozen=True, slots=True, eq=False)
class StructureSet:
    """An RTSTRUCT."""

    head: ObjectHead
    rois: tuple[Roi, ...]


@dataclass(frozen=True, slots=True)
class KeyObjectSelection:
    """A KOS: a title, perhaps a reason, and the chosen images in order."""

    head: ObjectHead
    title: Code | None
    modifiers: tuple[Code, ...]
    description: str
    images: tuple[ImageReference, ...]


@dataclass(frozen=True, slots=True)
class EncapsulatedPdf:
    """A PDF document; bytes and pages are read by `app.studies.objects.pdf_pages`."""

    head: ObjectHead
    mime_type: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class UnknownObject:
    """Anything that is listed and not shown."""

    head: ObjectHead


@dataclass(frozen=True, slots=True, eq=False)
class PlacedArray:
    """One array of an object with its place, for overlays.

    values: (slice, row, column): bool for a mask, uint8 or uint16 labels, float32 for fractions (0 to 1) and maps.
    affine: index -> LPS mm, or -> mm in the plane where space is IMAGE.
    frames: the source image of each slice where the object names one, else ''.
    """

    key: str
    title: str
    kind: str  # "mask", "fraction", "labels", "map"
    values: NDArray[Any]
    affine: Affine
    space: Space
    frame_of_reference_uid: str
    color_rgb: Rgb | None = None
    unit: Code | None = None
    frames: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One line of an object's sheet: indented text. reference leads to an image; is_warning: to be seen first."""

    depth: int
    text: str
    value: str = ""
    reference: ImageReference | None = None
    is_warning: bool = False
