"""One file to one header: fast where the file is ordinary, through pydicom where it is not."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app.domain.errors import StudyUnreadableError
from app.domain.study import Instance, Patient
from app.studies.calibration import spacing_of
from app.studies.limits import FRAMES_IN_A_FILE
from app.studies.raw_values import RawValues
from app.studies.tags import WANTED
from app.studies.walker import Elements, MoreBytesError, UnusualFileError, is_part10, walk
from app.support.held.doors import open_file, size_within

FIRST_READ = 16 * 1024  # holds the header of nearly every CT, MR and radiograph
LARGEST_HEADER = 64 * 1024 * 1024
MEDIA_DIRECTORY = "1.2.840.10008.1.3.10"
READER = 5  # raise it when the same file gives other values: what an index remembers is then read anew


@dataclass(frozen=True, slots=True)
class ScannedInstance:
    """One instance with what its file says of patient, study and series."""

    instance: Instance
    patient: Patient
    study_instance_uid: str
    study_date: str
    study_time: str
    study_description: str
    accession_number: str
    patient_age: str
    series_instance_uid: str
    series_number: int | None
    modality: str
    series_description: str
    body_part: str
    frame_of_reference_uid: str
    has_pixels: bool
    modified_ns: int
    size: int


def read_header(path: Path) -> ScannedInstance | None:
    """Header of a DICOM file; None if the file is no DICOM, or a DICOMDIR.

    Raises StudyUnreadableError where the file is DICOM but cannot be used, OSError where it cannot be read.
    """
    elements = read_elements(path)
    if elements is None:
        return None
    values = RawValues(elements.values)
    if elements.media_class_uid == MEDIA_DIRECTORY or path.name.upper() == "DICOMDIR":
        return None
    missing = [
        name for name in ("SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID") if not values.has(name)
    ]
    if missing:
        raise StudyUnreadableError("error.study.no_uid", file=path.name, missing=", ".join(missing))
    if (values.number("NumberOfFrames") or 1) > FRAMES_IN_A_FILE:
        raise StudyUnreadableError("error.study.too_many_frames", file=path.name, limit=FRAMES_IN_A_FILE)
    status = path.stat()
    size = size_within(path, status.st_size)
    return scanned_from(path, elements, values, modified_ns=status.st_mtime_ns, size=size)


def read_elements(path: Path) -> Elements | None:
    """Raw top-level elements of a file; None if it is no DICOM."""
    with open_file(path) as file:
        data = file.read(FIRST_READ)
        if not is_part10(data):
            return _without_preamble(path, data)
        while True:
            try:
                return walk(data, WANTED)
            except UnusualFileError:
                break
            except MoreBytesError:
                more = file.read(min(len(data) * 7, LARGEST_HEADER - len(data)))
                if not more:
                    break
                data += more
    from app.studies.slow_headers import read_slowly

    return read_slowly(path)


def _without_preamble(path: Path, data: bytes) -> Elements | None:
    """Some old files begin with the data set itself: group 0008 in little-endian, then a plausible element."""
    claims_dicom = path.suffix.lower() in {".dcm", ".dicom", ".ima"}
    looks_dicom = len(data) > 16 and data[:2] in {b"\x08\x00", b"\x02\x00"} and data[3:4] == b"\x00"
    if not looks_dicom:
        if claims_dicom:
            key = "error.study.empty_file" if not data else "error.study.not_dicom"
            raise StudyUnreadableError(key, file=path.name)
        return None
    from app.studies.slow_headers import read_slowly

    try:
        return read_slowly(path, force=True)
    except StudyUnreadableError:
        if claims_dicom:
            raise
        return None


def scanned_from(
    path: Path, elements: Elements, values: RawValues, *, modified_ns: int, size: int
) -> ScannedInstance:
    """What a scan keeps of a file that lies, or will lie, at a path."""
    return ScannedInstance(
        instance=_instance(path, elements, values),
        patient=Patient(
            patient_id=values.text("PatientID"),
            issuer=values.text("IssuerOfPatientID"),
            name=values.text("PatientName"),
            birth_date=values.code("PatientBirthDate"),
            sex=values.code("PatientSex"),
        ),
        study_instance_uid=values.code("StudyInstanceUID"),
        study_date=values.code("StudyDate"),
        study_time=values.code("StudyTime"),
        study_description=values.text("StudyDescription"),
        accession_number=values.text("AccessionNumber"),
        patient_age=values.code("PatientAge"),
        series_instance_uid=values.code("SeriesInstanceUID"),
        series_number=values.whole("SeriesNumber"),
        modality=values.code("Modality"),
        series_description=values.text("SeriesDescription"),
        body_part=values.code("BodyPartExamined"),
        frame_of_reference_uid=values.code("FrameOfReferenceUID"),
        has_pixels=elements.has_pixels,
        modified_ns=modified_ns,
        size=size,
    )


def _instance(path: Path, elements: Elements, values: RawValues) -> Instance:
    spacing, source, magnification = spacing_of(values)
    position, orientation = values.numbers("ImagePositionPatient"), values.numbers("ImageOrientationPatient")
    return Instance(
        path=path,
        sop_instance_uid=values.code("SOPInstanceUID"),
        sop_class_uid=values.code("SOPClassUID"),
        transfer_syntax_uid=elements.transfer_syntax_uid,
        instance_number=values.whole("InstanceNumber"),
        frames=max(values.whole("NumberOfFrames") or 1, 1) if elements.has_pixels else 0,
        rows=values.short("Rows"),
        columns=values.short("Columns"),
        photometric=values.code("PhotometricInterpretation"),
        position_lps_mm=(position[0], position[1], position[2]) if len(position) == 3 else None,
        orientation=_six(orientation),
        spacing_mm=spacing,
        spacing_source=source.value,
        laterality=values.code("ImageLaterality") or values.code("Laterality"),
        view_position=values.code("ViewPosition"),
        image_type=values.codes("ImageType"),
        acquisition_number=values.whole("AcquisitionNumber"),
        gantry_tilt_deg=values.number("GantryDetectorTilt"),
        slice_thickness_mm=values.number("SliceThickness"),
        patient_orientation=values.codes("PatientOrientation"),
        frame_of_reference_uid=values.code("FrameOfReferenceUID"),
        phase_marks=_phase_marks(values),
        magnification=magnification,
    )


def _phase_marks(values: RawValues) -> tuple[tuple[str, float], ...]:
    """What tells images of one place apart, as far as the file says it."""
    told = [
        (keyword, values.number(keyword))
        for keyword in ("TemporalPositionIdentifier", "TriggerTime", "EchoTime")
    ]
    told.append(("DiffusionBValue", values.double("DiffusionBValue")))
    return tuple((keyword, value) for keyword, value in told if value is not None)


def _six(numbers: tuple[float, ...]) -> tuple[float, float, float, float, float, float] | None:
    """Direction cosines, or None if they are no two unit vectors at a right angle."""
    if len(numbers) != 6:
        return None
    a, b, c, d, e, f = numbers
    unit = abs(a * a + b * b + c * c - 1) < 0.02 and abs(d * d + e * e + f * f - 1) < 0.02
    return (a, b, c, d, e, f) if unit and abs(a * d + b * e + c * f) < 0.02 else None
