"""What crosses the border of a model run: arrays and affines in, maps and detections out.

Affines are 4x4, (slice, row, column) -> mm: LPS mm of the patient where `in_patient`, else mm in the plane of a
projection image (x with columns, y with rows, origin at the centre of the first pixel). Results come back in the
same space; who called never repeats the model's preprocessing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

Affine = NDArray[np.float64]
Point = tuple[float, float, float]


class OutputState(Enum):
    """How a run ended (RQ-06)."""

    POSITIVE = "positive"
    NEGATIVE = "negative"
    NOT_APPLICABLE = "not_applicable"
    FAILED = "failed"
    INCONSISTENT = "inconsistent"


@dataclass(frozen=True, slots=True, eq=False)
class ModelInput:
    """One series without identity: pixels as stored, (slices, rows, columns); value = pixel * slope + intercept.

    view: which picture of the study it is (LCC, RMLO ...), where a package takes several; mm are in its own space.
    attributes: what applicability rules may ask for, by DICOM keyword in snake case
    (modality, body_part, view_position, photometric, sop_class_uid, patient_age_years, slice_thickness_mm).
    """

    pixels: NDArray[Any]
    affine: Affine
    slope: float = 1.0
    intercept: float = 0.0
    inverted: bool = False
    padding: int | None = None
    in_patient: bool = True
    spacing_known: bool = True
    attributes: dict[str, str] = field(default_factory=dict)
    view: str = ""
    companions: tuple[
        ModelInput, ...
    ] = ()  # other pictures of the same study, for packages that take several


@dataclass(frozen=True, slots=True, eq=False)
class ScalarMap:
    """Heat: float32 (slices, rows, columns) on its own grid."""

    key: str
    label: str
    values: NDArray[np.float32]
    affine: Affine
    value_range: tuple[float, float] = (0.0, 1.0)
    threshold: float = 0.0
    view: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class LabelMap:
    """Regions: uint8 or uint16 (slices, rows, columns) on its own grid; 0 is nothing."""

    key: str
    label: str
    values: NDArray[np.integer[Any]]
    affine: Affine
    names: dict[int, str] = field(default_factory=dict)
    view: str = ""


@dataclass(frozen=True, slots=True)
class Measure:
    """One number with its UCUM unit."""

    key: str
    value: float
    unit: str


@dataclass(frozen=True, slots=True)
class Detection:
    """One thing found; mm in the space of the input. label_map and label name its region, if it has one."""

    key: str
    score: float | None
    threshold: float | None
    center: Point | None = None
    box_min: Point | None = None
    box_max: Point | None = None
    label_map: str = ""
    label: int = 0
    site: str = ""
    side: str = ""
    map_key: str = ""
    measures: tuple[Measure, ...] = ()
    view: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class ModelOutput:
    """Everything one run gave. reason_key names a text where the state needs words; provider is the one that ran.

    warnings: keys of texts, or what the package itself says.
    """

    state: OutputState
    reason_key: str = ""
    reason_facts: dict[str, str] = field(default_factory=dict)
    study_score: float | None = None
    detections: tuple[Detection, ...] = ()
    maps: tuple[ScalarMap, ...] = ()
    label_maps: tuple[LabelMap, ...] = ()
    measures: tuple[Measure, ...] = ()
    provider: str = ""
    requested_providers: tuple[str, ...] = ()
    stamps: dict[str, str] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
