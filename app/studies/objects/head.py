"""What every object says of itself: identity, maker, dates, and all that it refers to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.objects import Algorithm, ImageReference, Maker, Notice, ObjectHead, ObjectKind
from app.domain.study import Patient
from app.studies.objects.fields import code_of, item_of, items_of, reference_in, text_of

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

MOST_REFERENCES = 200_000  # instances that one object may point at (ours)
_NEWER = {  # classes of PS3.6 that the dictionary in use does not name yet
    "1.2.840.10008.5.1.4.1.1.66.7": "Label Map Segmentation",
    "1.2.840.10008.5.1.4.1.1.66.8": "Height Map Segmentation",
}
PROCESSING_EQUIPMENT = "109102"  # DCM: purpose of a contributing equipment that computed
PROCESSING_ALGORITHM = "113944"


def read_head(path: Path, dataset: Dataset, kind: ObjectKind) -> ObjectHead:
    """The head of any object."""
    references = tuple(_unique(_evidence(dataset)))
    uid = text_of(dataset, "SOPClassUID")
    notices = () if len(references) < MOST_REFERENCES else (Notice("objects.notice.too_many_references"),)
    return ObjectHead(
        path=path,
        kind=kind,
        sop_class_uid=uid,
        sop_instance_uid=text_of(dataset, "SOPInstanceUID"),
        class_name=class_name(uid),
        study_instance_uid=text_of(dataset, "StudyInstanceUID"),
        series_instance_uid=text_of(dataset, "SeriesInstanceUID"),
        modality=text_of(dataset, "Modality"),
        frame_of_reference_uid=text_of(dataset, "FrameOfReferenceUID"),
        content_date=text_of(dataset, "ContentDate") or text_of(dataset, "StructureSetDate"),
        content_time=text_of(dataset, "ContentTime") or text_of(dataset, "StructureSetTime"),
        label=text_of(dataset, "ContentLabel") or text_of(dataset, "StructureSetLabel"),
        title=text_of(dataset, "SeriesDescription"),
        verification=text_of(dataset, "VerificationFlag"),
        completion=text_of(dataset, "CompletionFlag"),
        preliminary=text_of(dataset, "PreliminaryFlag"),
        qualification=text_of(dataset, "ContentQualification"),
        maker=_maker(dataset),
        references=references,
        notices=notices,
        patient=_patient(dataset),
    )


def class_name(uid: str) -> str:
    """The SOP class in words, or its UID where no list knows it."""
    from pydicom.uid import UID

    if uid in _NEWER:
        return _NEWER[uid]
    name = UID(uid).name if uid else ""
    return str(name).removesuffix(" Storage") if name != uid else uid


def _maker(dataset: Dataset) -> Maker:
    return Maker(
        manufacturer=text_of(dataset, "Manufacturer"),
        model=text_of(dataset, "ManufacturerModelName"),
        software=text_of(dataset, "SoftwareVersions"),
        device_uid=text_of(dataset, "DeviceUID"),
        algorithms=tuple(
            dict.fromkeys(
                _equipment(item)
                for item in items_of(dataset, "ContributingEquipmentSequence")
                if _is_algorithm(item)
            )
        ),
    )


def _is_algorithm(item: Dataset) -> bool:
    purpose = code_of(item, "PurposeOfReferenceCodeSequence")
    return purpose is not None and purpose.value in (PROCESSING_EQUIPMENT, PROCESSING_ALGORITHM)


def _equipment(item: Dataset) -> Algorithm:
    return Algorithm(
        name=text_of(item, "ManufacturerModelName") or text_of(item, "Manufacturer"),
        version=text_of(item, "SoftwareVersions"),
        source=text_of(item, "Manufacturer"),
        parameters=text_of(item, "ContributionDescription"),
    )


def algorithm_in(item: Dataset | None) -> Algorithm | None:
    """An item of an algorithm identification sequence (PS3.3 10.16)."""
    if item is None:
        return None
    name = text_of(item, "AlgorithmName")
    if not name:
        return None
    return Algorithm(
        name,
        text_of(item, "AlgorithmVersion"),
        source=text_of(item, "AlgorithmSource"),
        parameters=text_of(item, "AlgorithmParameters"),
    )


def _patient(dataset: Dataset) -> Patient:
    return Patient(
        text_of(dataset, "PatientID"),
        text_of(dataset, "IssuerOfPatientID"),
        text_of(dataset, "PatientName"),
        text_of(dataset, "PatientBirthDate"),
        text_of(dataset, "PatientSex"),
    )


def _evidence(dataset: Dataset) -> Iterator[ImageReference]:
    """Instances of the series references, evidence sequences and structure set references, with where they lie."""
    study = text_of(dataset, "StudyInstanceUID")
    yield from _in_series(dataset, study)
    for other in items_of(dataset, "StudiesContainingOtherReferencedInstancesSequence"):
        yield from _in_series(other, text_of(other, "StudyInstanceUID"))
    for keyword in ("CurrentRequestedProcedureEvidenceSequence", "PertinentOtherEvidenceSequence"):
        for item in items_of(dataset, keyword):
            yield from _in_series(item, text_of(item, "StudyInstanceUID"))
    yield from _in_structure_set(dataset)
    for item in items_of(dataset, "SourceImageSequence"):
        yield from _one(item, "", study)


def _in_series(holder: Dataset, study: str) -> Iterator[ImageReference]:
    for series in items_of(holder, "ReferencedSeriesSequence"):
        uid = text_of(series, "SeriesInstanceUID")
        for keyword in ("ReferencedInstanceSequence", "ReferencedSOPSequence", "ReferencedImageSequence"):
            for item in items_of(series, keyword):
                yield from _one(item, uid, study)


def _in_structure_set(dataset: Dataset) -> Iterator[ImageReference]:
    for frame in items_of(dataset, "ReferencedFrameOfReferenceSequence"):
        for study in items_of(frame, "RTReferencedStudySequence"):
            study_uid = text_of(study, "ReferencedSOPInstanceUID")
            for series in items_of(study, "RTReferencedSeriesSequence"):
                for item in items_of(series, "ContourImageSequence"):
                    yield from _one(item, text_of(series, "SeriesInstanceUID"), study_uid)


def _one(item: Dataset, series: str, study: str) -> Iterator[ImageReference]:
    found = reference_in(item, series, study)
    if found is not None:
        yield found


def _unique(references: Iterator[ImageReference]) -> Iterator[ImageReference]:
    seen: set[str] = set()
    for reference in references:
        if reference.sop_instance_uid not in seen:
            seen.add(reference.sop_instance_uid)
            yield reference
            if len(seen) >= MOST_REFERENCES:
                return


def frame_of_reference_of(dataset: Dataset) -> str:
    """A structure set names its frame of reference in a sequence of its own."""
    item = item_of(dataset, "ReferencedFrameOfReferenceSequence")
    return text_of(dataset, "FrameOfReferenceUID") or (text_of(item, "FrameOfReferenceUID") if item else "")
