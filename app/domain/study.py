"""Patient, study, series, instance: the DICOM information model (PS3.3 section A.1.2) without pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

Triple = tuple[float, float, float]
Pair = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Patient:
    """Identity as written in the file; an empty string is a missing tag, never a guess."""

    patient_id: str
    issuer: str
    name: str
    birth_date: str
    sex: str


@dataclass(frozen=True, slots=True)
class Instance:
    """One SOP instance: what is needed to order, place and show it before its pixels are read.

    position_lps_mm: Image Position (0020,0032). orientation: direction cosines of a row, then of a column
    (0020,0037). spacing_mm: between rows, then between columns; spacing_source is a value of
    `app.domain.calibration.Calibration`, "" where there is none. magnification: what the spacing was divided by.
    phase_marks: (keyword, value) of what tells images of one place apart: temporal position, trigger time in ms, echo
    time in ms, b-value in s/mm2.
    """

    path: Path
    sop_instance_uid: str
    sop_class_uid: str
    transfer_syntax_uid: str
    instance_number: int | None
    frames: int
    rows: int
    columns: int
    photometric: str
    position_lps_mm: Triple | None
    orientation: tuple[float, float, float, float, float, float] | None
    spacing_mm: Pair | None
    spacing_source: str
    laterality: str
    view_position: str
    image_type: tuple[str, ...]
    acquisition_number: int | None
    gantry_tilt_deg: float | None
    slice_thickness_mm: float | None = None
    patient_orientation: tuple[str, ...] = ()  # (0020,0020): where rows and columns of a projection run to
    frame_of_reference_uid: str = ""
    phase_marks: tuple[tuple[str, float], ...] = ()
    magnification: float | None = None


def counts_down(instances: Sequence[Instance]) -> bool:
    """Whether files number a stack from its other end, as most scanners do from the head down.

    instances: in the order in which they lie along the normal of their images, from the feet up. Readers count and
    scroll as the files do: as every other viewer, and as planes are scrolled here. Files of several frames have no say.
    """
    if len(instances) < 2:
        return False
    ends = (instances[0], instances[len(instances) // 2], instances[-1])
    told = [one.instance_number for one in ends if one.frames == 1 and one.instance_number is not None]
    return len(told) == 3 and told[0] > told[1] >= told[2] and told[0] != told[2]


@dataclass(frozen=True, slots=True)
class Series:
    """One series and its instances in file order; `app.studies.assemble` orders them in space."""

    series_instance_uid: str
    study_instance_uid: str
    number: int | None
    modality: str
    description: str
    body_part: str
    frame_of_reference_uid: str
    instances: tuple[Instance, ...]

    @property
    def frame_count(self) -> int:
        """All frames of all instances."""
        return sum(instance.frames for instance in self.instances)


@dataclass(frozen=True, slots=True)
class Study:
    """One study of one patient. Two patients who share an ID stay two (see `app.studies.index`)."""

    study_instance_uid: str
    patient: Patient
    date: str
    time: str
    description: str
    accession_number: str
    series: tuple[Series, ...]
    patient_age: str = ""  # as written, such as 061Y

    @property
    def modalities(self) -> tuple[str, ...]:
        """Sorted, without repeats."""
        return tuple(sorted({series.modality for series in self.series}))
