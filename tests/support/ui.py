"""Small studies and results for tests of state, actions and window."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

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
from app.studies.load import open_path
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


def write_ct(
    folder: Path, slices: int = 12, name: str = "DOE^JANE", uid: str = "1.2.826.0.1.3680043.10.1"
) -> Study:
    """A made-up CT series of `slices` axial images of 64 x 64, 2 mm pixels, 5 mm apart; a bright ball in its middle."""
    folder.mkdir(parents=True, exist_ok=True)
    rows, columns = np.mgrid[0:64, 0:64]
    for number in range(slices):
        away = (rows - 32) ** 2 + (columns - 40) ** 2 + (6 * (number - slices // 2)) ** 2
        pixels = np.where(away < 100, 60, -800).astype(np.int16)
        _write_slice(folder / f"{number:03d}.dcm", pixels, number, name, uid)
    return open_path(folder)[0]


def _write_slice(file: Path, pixels: NDArray[np.int16], number: int, name: str, uid: str) -> None:
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

    image = Dataset()
    image.SOPClassUID, image.SOPInstanceUID = CTImageStorage, f"{uid}.9.{number + 1}"
    image.StudyInstanceUID, image.SeriesInstanceUID, image.FrameOfReferenceUID = (
        f"{uid}.1",
        f"{uid}.2",
        f"{uid}.3",
    )
    image.PatientName, image.PatientID, image.PatientBirthDate, image.PatientSex = (
        name,
        name[:3],
        "19650301",
        "F",
    )
    image.StudyDate, image.StudyTime, image.AccessionNumber = "20260801", "120000", "A77"
    image.StudyDescription, image.SeriesDescription = "Made-up chest", "Axial 5.0"
    image.Modality, image.SeriesNumber, image.InstanceNumber = "CT", 2, number + 1
    image.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    image.ImagePositionPatient, image.ImageOrientationPatient = [-64, -64, 5 * number], [1, 0, 0, 0, 1, 0]
    image.PixelSpacing, image.SliceThickness = [2, 2], 5
    image.Rows, image.Columns, image.SamplesPerPixel = *pixels.shape, 1
    image.PhotometricInterpretation, image.PixelRepresentation = "MONOCHROME2", 1
    image.BitsAllocated, image.BitsStored, image.HighBit = 16, 16, 15
    image.RescaleSlope, image.RescaleIntercept = 1, 0
    image.WindowCenter, image.WindowWidth = -300, 1400
    image.PixelData = pixels.tobytes()
    image.file_meta = FileMetaDataset()
    image.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    image.save_as(file, enforce_file_format=True)


def ct_result(made: Study, *findings: Finding) -> AnalysisResult:
    """A result on the series of `write_ct`."""
    series = made.series[0]
    return result(
        *findings,
        study_uid=made.study_instance_uid,
        series_uid=series.series_instance_uid,
        frame=series.frame_of_reference_uid,
    )


def ball_finding(number: int = 1, slices: int = 12) -> Finding:
    """The bright ball: its centre in LPS mm."""
    return finding(number, center=(-64 + 80.0, -64 + 64.0, 5.0 * (slices // 2)))
