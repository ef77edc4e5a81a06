"""Headers for the images that an export refers to, built from what is known of them, never copied.

An attribute that is not named here cannot leave. Only an identified export reads a source file, for the patient and
study modules, so that the new objects join the study as it is in the archive.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.finding import AnalysisResult
from app.domain.source_image import SourceImage
from app.domain.study import Instance, Series, Study
from app.export.types import StudyExport
from app.support.held.doors import open_file

if TYPE_CHECKING:
    from pydicom import Dataset

# Patient and study modules (PS3.3 C.7.1.1, C.7.2.1) as far as highdicom wants them or an archive compares them.
TYPE_2 = (
    "PatientName",
    "PatientID",
    "PatientBirthDate",
    "PatientSex",
    "StudyDate",
    "StudyTime",
    "AccessionNumber",
    "StudyID",
    "ReferringPhysicianName",
)
OPTIONAL = ("IssuerOfPatientID", "OtherPatientIDs", "PatientAge", "StudyDescription")
IDENTITY = (
    *TYPE_2,
    "IssuerOfPatientID",
    "OtherPatientIDs",
    "OtherPatientNames",
    "PatientBirthName",
    "PatientMotherBirthName",
    "PatientAddress",
    "PatientTelephoneNumbers",
    "InstitutionName",
    "InstitutionAddress",
    "PerformingPhysicianName",
    "OperatorsName",
    "PhysiciansOfRecord",
    "NameOfPhysiciansReadingStudy",
    "RequestingPhysician",
    "MilitaryRank",
    "PatientComments",
)


def identity_of(study: Study | None) -> dict[str, str]:
    """Identifying attributes by keyword: from the first readable file of the study, else from the index."""
    if study is None:
        return {}
    known = {
        "PatientName": study.patient.name,
        "PatientID": study.patient.patient_id,
        "IssuerOfPatientID": study.patient.issuer,
        "PatientBirthDate": study.patient.birth_date,
        "PatientSex": study.patient.sex,
        "StudyDate": study.date,
        "StudyTime": study.time,
        "AccessionNumber": study.accession_number,
        "StudyDescription": study.description,
    }
    for series in study.series:
        for instance in series.instances[:1]:
            known |= _identity_in(instance.path)
            return {name: value for name, value in known.items() if value}
    return known


def _identity_in(file: Path) -> dict[str, str]:
    from pydicom import dcmread
    from pydicom.errors import InvalidDicomError

    try:
        with open_file(file) as opened:
            wanted = [*IDENTITY, *OPTIONAL, "SpecificCharacterSet"]
            header = dcmread(opened, stop_before_pixels=True, specific_tags=wanted)
        return {
            element.keyword: str(element.value) if element.VM <= 1 else "\\".join(map(str, element.value))
            for element in header
            if element.keyword != "SpecificCharacterSet" and element.value
        }
    except (OSError, InvalidDicomError, ValueError, KeyError, AttributeError):
        return {}  # the index knows enough; the file may be on a drive that is gone


def analysed_series(study: Study | None, result: AnalysisResult) -> tuple[Series, ...]:
    """The series that a result speaks of, as far as the study has them."""
    if study is None:
        return ()
    return tuple(s for s in study.series if s.series_instance_uid in result.series_instance_uids)


def header_of(export: StudyExport, series: Series, image: Instance | SourceImage) -> Dataset:
    """What highdicom needs to know of a source image; nothing else of it is written."""
    header = image_header(series, image)
    write_identity(header, export.patient_header)
    return header


def image_header(series: Series, image: Instance | SourceImage) -> Dataset:
    """The same without the patient."""
    from pydicom import Dataset

    header = Dataset()
    header.SOPClassUID = image.sop_class_uid
    header.SOPInstanceUID = image.sop_instance_uid
    header.StudyInstanceUID = series.study_instance_uid
    header.SeriesInstanceUID = series.series_instance_uid
    header.Modality = series.modality
    header.Rows, header.Columns = image.rows, image.columns
    header.InstanceNumber = image.instance_number
    if image.frames > 1:
        header.NumberOfFrames = image.frames
    _place(header, series, image)
    return header


def _place(header: Dataset, series: Series, image: Instance | SourceImage) -> None:
    frame_of_reference = image.frame_of_reference_uid or series.frame_of_reference_uid
    if frame_of_reference and image.position_lps_mm and image.orientation:
        header.FrameOfReferenceUID = frame_of_reference
        header.PositionReferenceIndicator = ""
        header.ImagePositionPatient = [float(f"{value:.10g}") for value in image.position_lps_mm]
        header.ImageOrientationPatient = [float(f"{value:.10g}") for value in image.orientation]
    if image.spacing_mm:
        header.PixelSpacing = [float(f"{value:.10g}") for value in image.spacing_mm]


def write_identity(header: Dataset, known: Mapping[str, str]) -> None:
    """Patient and study modules; a value that its VR does not allow is left empty rather than passed on."""
    from pydicom.datadict import tag_for_keyword
    from pydicom.dataelem import DataElement

    header.SpecificCharacterSet = "ISO_IR 192"
    for keyword in TYPE_2:
        setattr(header, keyword, _valid(keyword, known.get(keyword, "")))
    for keyword in (*OPTIONAL, "PatientIdentityRemoved", "DeidentificationMethod"):
        if known.get(keyword):
            setattr(header, keyword, known[keyword])
    if known.get("PatientIdentityRemoved") == "YES":
        header.DeidentificationMethodCodeSequence = [_basic_profile()]
        temporal = known["LongitudinalTemporalInformationModified"]
        tag = tag_for_keyword("LongitudinalTemporalInformationModified")
        assert tag is not None
        header.add(DataElement(tag, "CS", temporal))


def _basic_profile() -> Dataset:
    from pydicom import Dataset

    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator = "113100", "DCM"
    item.CodeMeaning = "Basic Application Confidentiality Profile"
    return item


def _valid(keyword: str, value: str) -> str:
    from pydicom.valuerep import DA, TM

    try:
        if keyword.endswith("Date"):
            return str(DA(value) or "")
        if keyword.endswith("Time"):
            return str(TM(value) or "")
    except (ValueError, TypeError):
        return ""
    if keyword == "PatientSex" and value not in ("M", "F", "O"):
        return ""
    return value
