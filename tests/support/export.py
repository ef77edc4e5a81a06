"""Small CT and radiograph studies on disk with many planted identifiers, results on them, and their label maps."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset, FileDataset
from pydicom.dataset import FileMetaDataset
from pydicom.uid import UID, ComputedRadiographyImageStorage, CTImageStorage, ExplicitVRLittleEndian

from app.domain.codes import MILLILITER, Code
from app.domain.finding import (
    AnalysisResult,
    Finding,
    Judgement,
    MapRef,
    Place,
    PlaceKind,
    Quantity,
    Reading,
    RejectReason,
    Verdict,
)
from app.domain.geometry import index_to_lps, plane_affine
from app.domain.key_image import KeyImage
from app.domain.measure_codes import quantity
from app.domain.measurement import Measurement
from app.domain.source_image import SourceImage
from app.domain.study import Instance, Patient, Series, Study
from app.domain.volume import FrameRef, Space
from app.export.stacks import stack_of
from app.export.types import StudyExport
from app.support.paths import UserPaths
from app.workflows.source_stacks import source_stacks
from tests.support.findings import nodule, result_of
from viewers.measuring import Sheet
from viewers.shapes import measure_tools
from viewers.types import Frame

STUDY_UID = "1.2.826.0.1.3680043.8.498.77001"
CT_UID = "1.2.826.0.1.3680043.8.498.77002"
CR_UID = "1.2.826.0.1.3680043.8.498.77003"
FRAME_UID = "1.2.826.0.1.3680043.8.498.77004"
RESULT_UID = "2.25.880001"
CR_RESULT_UID = "2.25.880002"
SLICES, ROWS, COLUMNS = 9, 24, 32
SPACING_MM = (2.5, 0.75, 0.5)
PATIENT = Patient("PAT-778899", "CLINIC-ISSUER", "Зильберштейн^Аграфена^Ильинична", "19441231", "F")
STUDY_DATE, STUDY_TIME, ACCESSION = "20190317", "081533", "ACC-0042-7711"
PNEUMONIA = Code("233604007", "SCT", "Pneumonia")

# What a careless exporter would take along: keyword -> value, on every source file.
_WORDS = {
    "OtherPatientIDs": "OTHERID-5501",
    "PatientBirthName": "Birthname^Canary",
    "PatientMotherBirthName": "Mothername^Canary",
    "PatientAddress": "Канареечная улица 17",
    "PatientTelephoneNumbers": "+7-495-555-0137",
    "PatientComments": "Comment canary on a person",
    "MilitaryRank": "RANKCANARY",
    "InstitutionName": "Canary City Hospital",
    "InstitutionAddress": "Hospital Road Canary 3",
    "InstitutionalDepartmentName": "Canary Department",
    "StationName": "STATIONCANARY",
    "ReferringPhysicianName": "Referrer^Canary",
    "PerformingPhysicianName": "Performer^Canary",
    "OperatorsName": "Operatorsen^Canary",
    "NameOfPhysiciansReadingStudy": "Readerson^Canary",
    "RequestingPhysician": "Requester^Canary",
    "StudyDescription": "Studydescription canary",
    "SeriesDescription": "Seriesdescription canary",
    "ProtocolName": "Protocol canary",
    "AdditionalPatientHistory": "History canary of a person",
    "AdmissionID": "ADMISSION-9913",
    "StudyID": "STUDYID-3371",
    "RequestedProcedureID": "REQPROC-5521",
    "DeviceSerialNumber": "SERIAL-88123",
    "ImageComments": "Image comment canary",
    "StudyComments": "Study comment canary",
}
_DATES = {
    "AcquisitionDate": "20190318",
    "SeriesDate": "20190319",
    "ContentDate": "20190320",
    "InstanceCreationDate": "20190321",
    "AdmittingDate": "20190322",
    "LastMenstrualDate": "20190323",
}
_UIDS = {
    "ConcatenationUID": "1.2.826.0.1.3680043.8.498.77101",
    "IrradiationEventUID": "1.2.826.0.1.3680043.8.498.77102",
    "InstanceCreatorUID": "1.2.826.0.1.3680043.8.498.77103",
    "SynchronizationFrameOfReferenceUID": "1.2.826.0.1.3680043.8.498.77104",
}


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One study with two results, its reading, and where its maps lie."""

    study: Study
    reading: Reading
    paths: UserPaths
    labels: NDArray[np.uint8]
    affine: NDArray[np.float64]

    def judged(self, *judgements: Judgement) -> Case:
        """The same case with other judgements."""
        return replace(self, reading=replace(self.reading, judgements=judgements))


def build_case(folder: Path, *, tilt: bool = False) -> Case:
    """CT of nine slices and a radiograph, written to disk; regions, a box, a point and a study-wide finding."""
    ct, cr = ct_series(folder / "ct", tilt=tilt), cr_series(folder / "cr")
    study = Study(STUDY_UID, PATIENT, STUDY_DATE, STUDY_TIME, _WORDS["StudyDescription"], ACCESSION, (ct, cr))
    paths = UserPaths(folder / "data", folder / "cache", folder / "settings")
    affine = stack_affine(tilt=tilt)
    labels = make_labels()
    save_map(paths, RESULT_UID, "regions.npz", labels, affine)
    film = np.zeros((1, ROWS, COLUMNS), np.uint8)
    film[0, 4:9, 10:20] = 1
    save_map(paths, CR_RESULT_UID, "regions.npz", film, cr_affine())
    save_map(paths, RESULT_UID, "heat.npz", make_heat(), heat_affine(affine))
    results = (ct_result(ct, affine), cr_result(cr))
    measured = (*ct_measurements(ct, affine), cr_measurement(cr))
    reading = Reading(STUDY_UID, results, judge(results), measured, key_images(ct, cr))
    return Case(study, reading, paths, labels, affine)


def stack_in(study: Study | None, series: Series, result: AnalysisResult) -> tuple[SourceImage, ...]:
    """The images of a series that exports of a result refer to."""
    stacks = source_stacks(study and replace(study, series=(series,)), {series.series_instance_uid})
    export = StudyExport(Reading(result.study_instance_uid), study, {}, stacks=stacks)
    return stack_of(export, series, result)


def key_images(ct: Series, cr: Series) -> tuple[KeyImage, ...]:
    """Two marked CT slices and the radiograph; the reader is a canary."""
    marked = [(ct, ct.instances[2]), (ct, ct.instances[5]), (cr, cr.instances[0])]
    return tuple(
        KeyImage(STUDY_UID, series.series_instance_uid, FrameRef(image.sop_instance_uid), "Ридер Канарейкин")
        for series, image in marked
    )


def ct_measurements(ct: Series, affine: NDArray[np.float64]) -> tuple[Measurement, ...]:
    """One of every tool on the fourth image, with numbers as the tools give them; reader and label are canaries."""
    points = {
        "length": ((4, 5), (12, 20)),
        "polyline": ((4, 5), (12, 20), (15, 20)),
        "bidirectional": ((4, 5), (4, 25), (2, 15), (8, 15)),
        "angle": ((4, 5), (12, 20), (15, 20)),
        "cobb": ((4, 5), (12, 20), (15, 20), (20, 3)),
        "rectangle": ((4, 5), (12, 20)),
        "ellipse": ((4, 5), (12, 20)),
        "circle": ((10, 12), (10, 16)),
        "freehand": ((4, 5), (12, 20), (15, 7)),
        "arrow": ((4, 5), (12, 20)),
        "note": ((4, 5), (12, 20)),
        "cardiothoracic": ((10, 8), (11, 20), (14, 2), (14, 27)),
        "probe": ((4, 5),),
    }
    image = ct.instances[3]
    slice_number = (image.instance_number or 0) - 1  # files never come in order
    frame = Frame(np.arange(ROWS * COLUMNS, dtype=np.int16).reshape(ROWS, COLUMNS), affine)
    made = []
    for number, (tool, row_column) in enumerate(points.items()):
        flat = np.array(row_column, dtype=float)[:, ::-1] * np.array(SPACING_MM[:0:-1])
        numbers = measure_tools()[tool].measure(flat, Sheet(frame))
        x_y_z = index_to_lps(affine, [(slice_number, row, column) for row, column in row_column])
        made.append(
            Measurement(
                f"2.25.9{number}",
                tool,
                STUDY_UID,
                ct.series_instance_uid,
                ct.frame_of_reference_uid,
                Space.PATIENT,
                FrameRef(image.sop_instance_uid),
                measure_tools()[tool].graphic,
                tuple((float(x), float(y), float(z)) for x, y, z in x_y_z),
                tuple((float(row), float(column)) for row, column in row_column),
                tuple(quantity(one.key, one.value, one.unit, "HU") for one in numbers),
                label={"length": "=Зильберштейн", "note": "old rib fracture"}.get(tool, ""),
                reader="Ридер Канарейкин",
                at="2026-11-24T01:00:42.5+00:00",
            )
        )
    return tuple(made)


def cr_measurement(cr: Series) -> Measurement:
    """A length on the radiograph, in mm at its detector."""
    return Measurement(
        "2.25.80",
        "length",
        STUDY_UID,
        cr.series_instance_uid,
        "",
        Space.IMAGE,
        FrameRef(cr.instances[0].sop_instance_uid),
        "POLYLINE",
        ((1.0, 1.0, 0.0), (3.0, 1.0, 0.0)),
        ((5.0, 5.0), (5.0, 15.0)),
        (quantity("length", 2.0, "mm"),),
        calibration="at detector",
        reader="Ридер Канарейкин",
    )


def judge(results: tuple[AnalysisResult, ...]) -> tuple[Judgement, ...]:
    """Two accepted, one edited, one rejected, one deferred, one unreviewed; the radiograph's accepted."""
    first, second, third, fourth, fifth, sixth = results[0].findings
    who, when = "Ридер Канарейкин", "2026-11-24T01:00:42.5+00:00"
    return (
        Judgement(first, Verdict.ACCEPTED, None, who, when),
        Judgement(second, Verdict.EDITED, None, who, when, label="Гранулёма у Зильберштейн"),
        Judgement(third, Verdict.REJECTED, RejectReason.ARTEFACT, who, when),
        Judgement(fourth, Verdict.ACCEPTED, None, who, when),
        Judgement(fifth, Verdict.DEFERRED, None, who, when),
        Judgement(sixth),
        *(Judgement(finding, Verdict.ACCEPTED, None, who, when) for finding in results[1].findings),
    )


def make_labels() -> NDArray[np.uint8]:
    """Label 1: a small box off centre; label 2: an L that touches it; label 3: one voxel in a corner."""
    labels = np.zeros((SLICES, ROWS, COLUMNS), np.uint8)
    labels[2:5, 3:9, 5:12] = 1
    labels[4:7, 9:12, 5:20] = 2
    labels[8, 23, 31] = 3
    return labels


def make_heat() -> NDArray[np.float32]:
    """Heat on a coarser grid of its own: no two values alike."""
    return np.linspace(0.0, 1.0, 3 * 6 * 8, dtype=np.float32).reshape(3, 6, 8)


def heat_affine(affine: NDArray[np.float64]) -> NDArray[np.float64]:
    """Every third slice and fourth row and column of the stack, voxel centres kept in the middle."""
    coarse = np.diag([3.0, 4.0, 4.0, 1.0])
    coarse[:3, 3] = (1.0, 1.5, 1.5)
    made: NDArray[np.float64] = affine @ coarse
    return made


def stack_affine(*, tilt: bool = False) -> NDArray[np.float64]:
    orientation = (
        (1.0, 0.0, 0.0, 0.0, 0.9848077530, -0.1736481777) if tilt else (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
    )
    return plane_affine((-7.75, -150.0, -300.5), orientation, SPACING_MM[1:], (0.0, 0.0, SPACING_MM[0]))


def cr_affine() -> NDArray[np.float64]:
    return plane_affine((0.0, 0.0, 0.0), (1, 0, 0, 0, 1, 0), (0.2, 0.2), (0.0, 0.0, 1.0))


def ct_series(folder: Path, *, tilt: bool = False) -> Series:
    affine = stack_affine(tilt=tilt)
    instances = []
    for number in range(SLICES):
        x, y, z = (float(value) for value in index_to_lps(affine, (number, 0, 0)))
        down = [float(value) for value in affine[:3, 1] / SPACING_MM[1]]
        position, cosines = (x, y, z), (1.0, 0.0, 0.0, down[0], down[1], down[2])
        uid = f"1.2.826.0.1.3680043.8.498.7720{number}"
        instance = Instance(
            folder / f"{number}.dcm", uid, CTImageStorage, ExplicitVRLittleEndian, number + 1, 1, ROWS, COLUMNS,
            "MONOCHROME2", position, cosines, SPACING_MM[1:], "PixelSpacing", "", "", ("ORIGINAL", "PRIMARY"),
            1, None,
        )  # fmt: skip
        write_image(instance, CT_UID, "CT")
        instances.append(instance)
    order = [4, 0, 8, 2, 6, 1, 5, 3, 7]  # files never come in order
    return Series(
        CT_UID,
        STUDY_UID,
        2,
        "CT",
        _WORDS["SeriesDescription"],
        "CHEST",
        FRAME_UID,
        tuple(instances[n] for n in order),
    )


def cr_series(folder: Path) -> Series:
    instance = Instance(
        folder / "film", "1.2.826.0.1.3680043.8.498.77301", ComputedRadiographyImageStorage, ExplicitVRLittleEndian,
        1, 1, ROWS, COLUMNS, "MONOCHROME1", None, None, (0.2, 0.2), "ImagerPixelSpacing", "", "PA", ("ORIGINAL",),
        1, None,
    )  # fmt: skip
    write_image(instance, CR_UID, "CR")
    return Series(CR_UID, STUDY_UID, 3, "CR", "Film canary", "CHEST", "", (instance,))


def write_image(instance: Instance, series_uid: str, modality: str) -> None:
    """A DICOM file with an identifier in every place where one may be."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = UID(instance.sop_class_uid)
    meta.MediaStorageSOPInstanceUID = UID(instance.sop_instance_uid)
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data = FileDataset(str(instance.path), {}, file_meta=meta, preamble=b"\0" * 128)
    data.SpecificCharacterSet = "ISO_IR 192"
    data.SOPClassUID, data.SOPInstanceUID = instance.sop_class_uid, instance.sop_instance_uid
    data.StudyInstanceUID, data.SeriesInstanceUID, data.Modality = STUDY_UID, series_uid, modality
    data.PatientID, data.PatientName, data.IssuerOfPatientID = (
        PATIENT.patient_id,
        PATIENT.name,
        PATIENT.issuer,
    )
    data.PatientBirthDate, data.PatientSex = PATIENT.birth_date, PATIENT.sex
    data.StudyDate, data.StudyTime, data.AccessionNumber = STUDY_DATE, STUDY_TIME, ACCESSION
    for keyword, value in {**_WORDS, **_DATES, **_UIDS}.items():
        setattr(data, keyword, value)
    data.add_new(0x00091001, "LO", "PRIVATE-CANARY-1")
    data.add_new(0x00090010, "LO", "CANARY MAKER")
    for number, words in enumerate(private_words(modality, instance.instance_number or 0)):
        data.add_new(0x00091010 + number, "LO", words)
    nested = Dataset()
    nested.RequestedProcedureDescription = "Nested canary procedure"
    nested.ScheduledProcedureStepID = "SPS-CANARY-1"
    data.RequestAttributesSequence = [nested]
    if instance.position_lps_mm and instance.orientation:
        data.FrameOfReferenceUID = FRAME_UID
        data.ImagePositionPatient = list(instance.position_lps_mm)
        data.ImageOrientationPatient = list(instance.orientation)
    data.Rows, data.Columns, data.InstanceNumber = instance.rows, instance.columns, instance.instance_number
    data.PixelSpacing = list(instance.spacing_mm or (1.0, 1.0))
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, instance.photometric
    data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 16, 15, 1
    data.PixelData = np.zeros((instance.rows, instance.columns), np.int16).tobytes()
    instance.path.parent.mkdir(parents=True, exist_ok=True)
    data.save_as(instance.path, enforce_file_format=True)


def save_map(
    paths: UserPaths, result: str, name: str, values: NDArray[Any], affine: NDArray[np.float64]
) -> None:
    folder = paths.results / result
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(folder / name, values=values, affine=affine)


def region(label: int, center: tuple[float, float, float], space: Space, frame: str) -> Place:
    return Place(PlaceKind.REGION, space, center, frame=FrameRef(frame), label_map="regions", label=label)


def ct_result(series: Series, affine: NDArray[np.float64]) -> AnalysisResult:
    frames = {instance.instance_number: instance.sop_instance_uid for instance in series.instances}

    def at(slice_number: float, row: float, column: float) -> tuple[float, float, float]:
        x, y, z = (float(value) for value in index_to_lps(affine, (slice_number, row, column)))
        return x, y, z

    box = Place(
        PlaceKind.BOX, Space.PATIENT, at(4, 12, 16), at(3, 10, 12), at(5, 14, 20), FrameRef(frames[5])
    )
    places = (
        region(1, at(3, 6, 8), Space.PATIENT, frames[4]),
        box,
        region(2, at(5, 10, 10), Space.PATIENT, frames[6]),
        Place(PlaceKind.POINT, Space.PATIENT, at(7, 5, 25), frame=FrameRef(frames[8])),
        Place(PlaceKind.STUDY, Space.PATIENT),
        region(3, at(8, 23, 31), Space.PATIENT, frames[9]),
    )
    findings = tuple(named(number, place) for number, place in enumerate(places, start=1))
    return result_of(
        *findings,
        result=RESULT_UID,
        study=STUDY_UID,
        series_instance_uids=(CT_UID,),
        frame_of_reference_uid=FRAME_UID,
        maps=(
            MapRef("regions", "labels", "regions.npz", "Regions"),
            MapRef("heat", "heat", "heat.npz", "Nodule", (0.0, 1.0), 0.2),
        ),
        warnings=(
            f"slices of {PATIENT.name} read from /srv/canary/{PATIENT.patient_id}/1.dcm on 2019-03-17",
        ),
        state_reason_facts=(("file", "/srv/canary/secret.dcm"), ("uid", STUDY_UID)),
    )


def named(number: int, place: Place) -> Finding:
    plain = nodule(number, place=place)
    volume = Quantity("volume_ml", 0.25 * number, MILLILITER)
    return replace(plain, finding_id=f"2.25.66000{number}", quantities=(*plain.quantities, volume))


def cr_result(series: Series) -> AnalysisResult:
    film = series.instances[0].sop_instance_uid
    opacity = replace(
        nodule(7, place=region(1, (2.9, 1.2, 0.0), Space.IMAGE, film)),
        finding_id="2.25.660007",
        key="opacity",
        label="Opacity",
        code=PNEUMONIA,
        site="right lung",
        side="right",
        quantities=(),
    )
    box = Place(PlaceKind.BOX, Space.IMAGE, (3.0, 2.0, 0.0), (2.0, 1.0, 0.0), (4.0, 3.0, 0.0), FrameRef(film))
    boxed = replace(opacity, finding_id="2.25.660008", place=box, code=None, site="", side="")
    return result_of(
        opacity,
        boxed,
        result=CR_RESULT_UID,
        study=STUDY_UID,
        series_instance_uids=(CR_UID,),
        frame_of_reference_uid="",
        space=Space.IMAGE,
        maps=(MapRef("regions", "labels", "regions.npz", "Regions"),),
    )


def private_words(modality: str, file_number: int) -> list[str]:
    """Identifiers that stand in private tags of one file only."""
    return [f"{modality}-SECRET-{file_number:03d}-{number:02d}" for number in range(11)]


def canaries() -> set[str]:
    """Everything that must not be found in any byte of a de-identified export."""
    found = {*_WORDS.values(), *_DATES.values(), *_UIDS.values()}
    found |= {PATIENT.patient_id, PATIENT.name, PATIENT.issuer, PATIENT.birth_date}
    found |= {STUDY_DATE, STUDY_TIME, ACCESSION, "2019-03-17", "1944-12-31", "31.12.1944"}
    found |= {
        STUDY_UID,
        CT_UID,
        CR_UID,
        FRAME_UID,
        RESULT_UID,
        CR_RESULT_UID,
        "1.2.826.0.1.3680043.8.498.77301",
    }
    found |= {f"1.2.826.0.1.3680043.8.498.7720{number}" for number in range(SLICES)}
    found |= {f"2.25.66000{number}" for number in range(1, 9)}
    found |= {"PRIVATE-CANARY-1", "CANARY MAKER", "Nested canary procedure", "SPS-CANARY-1", "/srv/canary"}
    found |= {"Ридер Канарейкин", "Канарейкин", "Film canary", "secret.dcm", "2026-11-24T01:00:42", "cd" * 32}
    for file_number in range(1, SLICES + 1):
        found |= {*private_words("CT", file_number), *private_words("CR", 1)}
    for words in tuple(found):
        found |= {part for part in words.replace("=", "^").split("^") if len(part) >= 4}
    return found
