"""Headers for the images that an export refers to, built from what is known of them, never copied.

An attribute that is not named here cannot leave. Only an identified export reads a source file, for the patient and
study modules, so that the new objects join the study as it is in the archive.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from app.domain.finding import AnalysisResult
from app.domain.geometry import Affine, plane_affine
from app.domain.study import Instance, Series, Study
from app.domain.volume import Space
from app.export.types import StudyExport

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
_SLICE_TOLERANCE_MM = 0.01


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
        header = dcmread(
            file, stop_before_pixels=True, specific_tags=[*IDENTITY, *OPTIONAL, "SpecificCharacterSet"]
        )
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


def stack_of(series: Series, result: AnalysisResult) -> tuple[Instance, ...]:
    """The images of a series that make the grid of a result, in order along their normal.

    In the patient: parallel single-frame slices of one size, each place once; the group with most of the
    findings' frames, else the largest. In a projection: the images that findings name, else all.
    """
    if result.space is Space.IMAGE:
        named = {f.place.frame.sop_instance_uid for f in result.findings if f.place.frame}
        chosen = [i for i in series.instances if i.sop_instance_uid in named]
        return tuple(chosen or series.instances)
    named = {f.place.frame.sop_instance_uid for f in result.findings if f.place.frame}
    groups: dict[tuple[object, ...], list[Instance]] = {}
    for instance in series.instances:
        if instance.frames == 1 and instance.position_lps_mm and instance.orientation and instance.spacing_mm:
            key = (
                instance.rows,
                instance.columns,
                *np.round(instance.orientation, 3),
                *np.round(instance.spacing_mm, 4),
            )
            groups.setdefault(key, []).append(instance)
    best = max(
        groups.values(),
        key=lambda group: (sum(i.sop_instance_uid in named for i in group), len(group)),
        default=[],
    )
    return tuple(_one_phase(best, named))


def _one_phase(instances: Iterable[Instance], named: set[str]) -> list[Instance]:
    """One image per place along the normal: of the phase that the findings lie in, where a series holds several."""
    places: list[list[Instance]] = []
    for instance in sorted(instances, key=height_mm):
        if not places or height_mm(instance) - height_mm(places[-1][0]) > _SLICE_TOLERANCE_MM:
            places.append([])
        places[-1].append(instance)
    for place in places:
        place.sort(key=lambda i: (i.acquisition_number or 0, i.instance_number or 0, i.sop_instance_uid))
    phases = [n for place in places for n, i in enumerate(place) if i.sop_instance_uid in named]
    phase = max(set(phases), key=phases.count, default=0)
    return [place[min(phase, len(place) - 1)] for place in places]


def height_mm(instance: Instance) -> float:
    """Position of a slice along its own normal."""
    assert instance.orientation is not None
    assert instance.position_lps_mm is not None
    return float(normal_of(instance) @ np.asarray(instance.position_lps_mm))


def normal_of(instance: Instance) -> NDArray[np.float64]:
    """Unit normal of a slice."""
    assert instance.orientation is not None
    cosines = np.asarray(instance.orientation, dtype=np.float64)
    return np.cross(cosines[:3], cosines[3:])


def image_affine(instance: Instance, space: Space) -> Affine:
    """(slice, row, column) -> mm of one image: in the patient, or in the plane where the space is IMAGE."""
    spacing = instance.spacing_mm or (1.0, 1.0)
    if space is Space.IMAGE:
        return plane_affine((0.0, 0.0, 0.0), (1, 0, 0, 0, 1, 0), spacing, (0.0, 0.0, 1.0))
    assert instance.position_lps_mm is not None
    assert instance.orientation is not None
    return plane_affine(instance.position_lps_mm, instance.orientation, spacing, normal_of(instance))


def header_of(export: StudyExport, series: Series, instance: Instance) -> Dataset:
    """What highdicom needs to know of a source image; nothing else of it is written."""
    from pydicom import Dataset

    header = Dataset()
    header.SOPClassUID = instance.sop_class_uid
    header.SOPInstanceUID = instance.sop_instance_uid
    header.StudyInstanceUID = series.study_instance_uid
    header.SeriesInstanceUID = series.series_instance_uid
    header.Modality = series.modality
    header.Rows, header.Columns = instance.rows, instance.columns
    header.InstanceNumber = instance.instance_number
    if instance.frames > 1:
        header.NumberOfFrames = instance.frames
    _place(header, series, instance)
    write_identity(header, export.patient_header)
    return header


def _place(header: Dataset, series: Series, instance: Instance) -> None:
    if series.frame_of_reference_uid and instance.position_lps_mm and instance.orientation:
        header.FrameOfReferenceUID = series.frame_of_reference_uid
        header.PositionReferenceIndicator = ""
        header.ImagePositionPatient = [float(f"{value:.10g}") for value in instance.position_lps_mm]
        header.ImageOrientationPatient = [float(f"{value:.10g}") for value in instance.orientation]
    if instance.spacing_mm:
        header.PixelSpacing = [float(f"{value:.10g}") for value in instance.spacing_mm]


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
