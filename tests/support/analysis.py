"""Builders of volumes, series and model outputs for tests of the analysis."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.analysis.package_facts import OutputFacts, PackageFacts
from app.domain.codes import Code
from app.domain.finding import PackageRef
from app.domain.geometry import plane_affine
from app.domain.study import Instance, Patient, Series, Study
from app.domain.volume import FrameRef, Space, Volume
from inference.types import Detection, LabelMap, ModelOutput, OutputState, ScalarMap

NODULE = Code("27925004", "SCT", "Nodule")
FACTS = PackageFacts(
    PackageRef("made-up-spots", "1.0.0", "ab" * 32, "2.25.77"),
    {"nodule": OutputFacts("nodule", {"en": "Nodule", "ru": "Узелок"}, NODULE, 0.5, "lung")},
    ("primary diagnosis",),
    0.5,
)


def body_pixels(slices: int = 6) -> NDArray[np.int16]:
    """A body of soft tissue, 60 x 40 voxels wide and deep, in air of 80 x 60."""
    pixels = np.full((slices, 60, 80), -1000, np.int16)
    pixels[:, 10:50, 10:70] = 40
    return pixels


def ct_volume(
    pixels: NDArray[Any] | None = None,
    *,
    spacing_mm: tuple[float, float, float] = (3.0, 2.0, 1.5),
    orientation: tuple[float, ...] = (1, 0, 0, 0, 1, 0),
    step: tuple[float, float, float] | None = None,
    **other: Any,
) -> Volume:
    """An axial CT, unless told otherwise; LPS x grows with columns."""
    values = body_pixels() if pixels is None else pixels
    affine = plane_affine((-60.0, -60.0, 100.0), orientation, spacing_mm[1:], step or (0, 0, spacing_mm[0]))
    plain = Volume(
        pixels=values,
        affine=affine,
        slope=1.0,
        intercept=0.0,
        unit="HU",
        space=Space.PATIENT,
        frames=tuple(FrameRef(f"1.2.3.{n}") for n in range(len(values))),
        study_instance_uid="1.2",
        series_instance_uid="1.3",
        frame_of_reference_uid="1.4",
        modality="CT",
    )
    return replace(plain, **other)


def series_of(volume: Volume, **instance: Any) -> Series:
    """The series of a volume, one instance a frame."""
    rows, columns = volume.pixels.shape[1:3]
    plain = Instance(
        path=Path("slice.dcm"),
        sop_instance_uid="",
        sop_class_uid="1.2.840.10008.5.1.4.1.1.2",
        transfer_syntax_uid="1.2.840.10008.1.2.1",
        instance_number=1,
        frames=1,
        rows=rows,
        columns=columns,
        photometric="MONOCHROME2",
        position_lps_mm=None,
        orientation=None,
        spacing_mm=None,
        spacing_source="",
        laterality="",
        view_position="",
        image_type=(),
        acquisition_number=None,
        gantry_tilt_deg=None,
    )
    return Series(
        volume.series_instance_uid, volume.study_instance_uid, 1, volume.modality, "", "CHEST",
        volume.frame_of_reference_uid,
        tuple(replace(plain, sop_instance_uid=f.sop_instance_uid, **instance) for f in volume.frames),
    )  # fmt: skip


def study_of(series: Series, *, born: str = "", seen: str = "20260101", age: str = "") -> Study:
    """A study of that one series."""
    patient = Patient("P1", "", "Canary^Name", born, "O")
    return Study(series.study_instance_uid, patient, seen, "", "", "ACC1", (series,), age)


def output_of(*found: Detection, state: OutputState = OutputState.POSITIVE, **other: Any) -> ModelOutput:
    """What a run gave."""
    return ModelOutput(state, detections=found, provider="CPUExecutionProvider", **other)


def spot(center: tuple[float, float, float] | None = (20.0, 0.0, 106.0), **other: Any) -> Detection:
    """A nodule above its threshold."""
    return replace(Detection("nodule", 0.9, 0.5, center), **other)


def heat_on(volume: Volume, values: NDArray[Any] | None = None) -> ScalarMap:
    """Heat on the volume's own grid."""
    shape = volume.pixels.shape
    given = np.full(shape, 0.5) if values is None else values
    return ScalarMap("heat", "Attention map", given.astype(np.float32), volume.affine, threshold=0.2)


def labels_on(volume: Volume, values: NDArray[Any], names: dict[int, str]) -> LabelMap:
    """Regions on the volume's own grid."""
    return LabelMap("lungs", "Lungs", values.astype(np.uint8), volume.affine, names)
