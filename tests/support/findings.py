"""Builders for results, findings and journals of made-up studies."""

from __future__ import annotations

from dataclasses import replace

from app.domain.codes import MILLIMETER, Code
from app.domain.finding import (
    AnalysisResult,
    Finding,
    MapRef,
    PackageRef,
    Place,
    PlaceKind,
    Quantity,
    RunState,
)
from app.domain.volume import FrameRef, Space

STUDY = "1.2.826.0.1.3680043.8.498.1"
SERIES = "1.2.826.0.1.3680043.8.498.2"
FRAME_OF_REFERENCE = "1.2.826.0.1.3680043.8.498.3"
NODULE = Code("27925004", "SCT", "Nodule")


def point_place(
    sop_instance_uid: str = "1.2.3.4.5", center: tuple[float, float, float] = (1.0, -2.5, 30.125)
) -> Place:
    return Place(PlaceKind.POINT, Space.PATIENT, center, frame=FrameRef(sop_instance_uid))


def nodule(number: int = 1, *, result: str = "2.25.900", place: Place | None = None) -> Finding:
    return Finding(
        finding_id=f"2.25.1000{number}",
        result_id=result,
        key="nodule",
        label=f"Nodule {number}",
        code=NODULE,
        score=0.1 + 0.2 * number,
        threshold=0.5,
        site="lung",
        side="left",
        place=place or point_place(),
        quantities=(Quantity("diameter", 7.25, MILLIMETER),),
        map_key="heat",
    )


def result_of(
    *findings: Finding, result: str = "2.25.900", study: str = STUDY, **other: object
) -> AnalysisResult:
    plain = AnalysisResult(
        result_id=result,
        package=PackageRef("made-up-nodules", "1.2.0", "ab" * 32, "2.25.77"),
        state=RunState.POSITIVE if findings else RunState.NEGATIVE,
        state_reason_key="",
        state_reason_facts=(),
        study_instance_uid=study,
        series_instance_uids=(SERIES,),
        frame_of_reference_uid=FRAME_OF_REFERENCE,
        space=Space.PATIENT,
        study_score=0.91,
        findings=tuple(replace(finding, result_id=result) for finding in findings),
        maps=(MapRef("heat", "heat", "heat.npz", "Heat", (0.0, 1.0), 0.2),),
        measures=(),
        provider="CPUExecutionProvider",
        requested_providers=("CUDAExecutionProvider", "CPUExecutionProvider"),
        stamps=(("pre_start", "2026-11-24T01:00:00+00:00"), ("post_end", "2026-11-24T01:00:12+00:00")),
        seconds=12.0,
        pixel_sha256="cd" * 32,
        not_for=("primary diagnosis",),
    )
    return replace(plain, **other)  # type: ignore[arg-type]  # fields of the result, given by name
