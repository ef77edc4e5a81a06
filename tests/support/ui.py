"""Small studies and results for tests of state, actions and window."""

from __future__ import annotations

from pathlib import Path

from app.context import AppContext, build_context
from app.domain.finding import (
    AnalysisResult,
    Finding,
    Judgement,
    PackageRef,
    Place,
    PlaceKind,
    Reading,
    RunState,
)
from app.domain.study import Instance, Patient, Series, Study
from app.domain.volume import FrameRef, Space
from app.findings.events import ResultArrived
from app.jobs.dispatch import QueueDispatch
from app.support.paths import UserPaths


def paths_in(folder: Path) -> UserPaths:
    return UserPaths(folder / "data", folder / "cache", folder / "settings")


def context_in(folder: Path) -> AppContext:
    return build_context(paths_in(folder), QueueDispatch().post)


def study(uid: str = "1.2", name: str = "DOE^JANE", patient_id: str = "7", modality: str = "CT") -> Study:
    instance = Instance(
        path=Path("a.dcm"),
        sop_instance_uid=f"{uid}.9",
        sop_class_uid="",
        transfer_syntax_uid="",
        instance_number=1,
        frames=1,
        rows=4,
        columns=4,
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
    series = Series(f"{uid}.1", uid, 1, modality, "Axial", "CHEST", "", (instance,))
    patient = Patient(patient_id, "", name, "19650301", "F")
    return Study(uid, patient, "20260801", "", "Chest", "", (series,))


def finding(number: int, score: float = 0.9, center: tuple[float, float, float] = (0, 0, 0)) -> Finding:
    place = Place(PlaceKind.POINT, Space.PATIENT, center, frame=FrameRef("1.2.9"))
    return Finding(
        f"2.25.{number}", "r1", "nodule", f"Nodule {number}", None, score, 0.5, "right lung", "right", place
    )


def result(
    *findings: Finding, study_uid: str = "1.2", series_uid: str = "1.2.1", frame: str = ""
) -> AnalysisResult:
    return AnalysisResult(
        result_id="r1",
        package=PackageRef("made-up-model", "1.0.0", "ab" * 32, ""),
        state=RunState.POSITIVE,
        state_reason_key="",
        state_reason_facts=(),
        study_instance_uid=study_uid,
        series_instance_uids=(series_uid,),
        frame_of_reference_uid=frame,
        space=Space.PATIENT,
        study_score=None,
        findings=findings,
        maps=(),
        measures=(),
        provider="CPUExecutionProvider",
        requested_providers=("CPUExecutionProvider",),
        stamps=(),
        seconds=1.0,
        pixel_sha256="cd" * 32,
        not_for=("pneumothorax",),
    )


def reading(*findings: Finding) -> Reading:
    return Reading("1.2", (result(*findings),), tuple(Judgement(one) for one in findings))


def with_result(ctx: AppContext, arrived: AnalysisResult) -> None:
    """The result is in the journal, as after a run."""
    ctx.journal.append(ResultArrived(arrived, "tester"))
