"""A Mammography CAD report written item by item (PS3.16 TID 4000): one mark of each rendering intent."""

from __future__ import annotations

from typing import Any

from pydicom import Dataset
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian, generate_uid

MAMMOGRAPHY_CAD = "1.2.840.10008.5.1.4.1.1.88.50"
SHOWN, OPTIONAL, SILENT = "111150", "111151", "111152"


def code(value: str, meaning: str, scheme: str = "DCM") -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return item


def item(relationship: str, kind: str, name: Dataset, **other: Any) -> Dataset:
    made = Dataset()
    made.RelationshipType, made.ValueType, made.ConceptNameCodeSequence = relationship, kind, [name]
    for keyword, value in other.items():
        setattr(made, keyword, value)
    return made


def mark(image: Dataset, label: str, intent: str, circle: list[float], *below: Dataset) -> Dataset:
    """A single image finding with a circle on an image."""
    reference = Dataset()
    reference.ReferencedSOPClassUID, reference.ReferencedSOPInstanceUID = (
        image.SOPClassUID,
        image.SOPInstanceUID,
    )
    selected = Dataset()
    selected.RelationshipType, selected.ValueType = "SELECTED FROM", "IMAGE"
    selected.ReferencedSOPSequence = [reference]
    outline = item(
        "HAS PROPERTIES", "SCOORD", code("111041", "Outline"), GraphicType="CIRCLE", GraphicData=circle
    )
    outline.ContentSequence = [selected]
    number = Dataset()
    number.NumericValue, number.MeasurementUnitsCodeSequence = "63", [code("%", "Percent", "UCUM")]
    chance = item(
        "HAS PROPERTIES", "NUM", code("111047", "Probability of cancer"), MeasuredValueSequence=[number]
    )
    intent_item = item(
        "HAS CONCEPT MOD",
        "CODE",
        code("111056", "Rendering Intent"),
        ConceptCodeSequence=[code(intent, intent)],
    )
    found = item(
        "INFERRED FROM", "CODE", code("111059", "Single Image Finding"),
        ConceptCodeSequence=[code("F-01796", label, "SRT")],
    )  # fmt: skip
    found.ContentSequence = [intent_item, outline, chance, *below]
    return found


def cad_report(image: Dataset, outcome: str = "111242") -> FileDataset:
    """The report on one image."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.TransferSyntaxUID = UID(MAMMOGRAPHY_CAD), ExplicitVRLittleEndian
    made = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    made.SOPClassUID, made.SOPInstanceUID, made.Modality = MAMMOGRAPHY_CAD, generate_uid(), "SR"
    meta.MediaStorageSOPInstanceUID = made.SOPInstanceUID
    for keyword in (
        "StudyInstanceUID",
        "PatientID",
        "PatientName",
        "PatientBirthDate",
        "PatientSex",
        "StudyDate",
    ):
        setattr(made, keyword, image[keyword].value)
    made.SeriesInstanceUID, made.Manufacturer, made.VerificationFlag = (
        generate_uid(),
        "Cad maker",
        "UNVERIFIED",
    )
    instance, series, study = Dataset(), Dataset(), Dataset()
    instance.ReferencedSOPClassUID, instance.ReferencedSOPInstanceUID = (
        image.SOPClassUID,
        image.SOPInstanceUID,
    )
    series.SeriesInstanceUID, series.ReferencedSOPSequence = image.SeriesInstanceUID, [instance]
    study.StudyInstanceUID, study.ReferencedSeriesSequence = image.StudyInstanceUID, [series]
    made.CurrentRequestedProcedureEvidenceSequence = [study]
    made.ValueType, made.ConceptNameCodeSequence = "CONTAINER", [code("111036", "Mammography CAD Report")]
    summary = item(
        "CONTAINS", "CODE", code("111017", "CAD Processing and Findings Summary"),
        ConceptCodeSequence=[code(outcome, outcome)],
    )  # fmt: skip
    summary.ContentSequence = [
        mark(image, "Shown mass", SHOWN, [4.0, 3.0, 6.0, 3.0]),
        mark(image, "Optional mass", OPTIONAL, [2.0, 2.0, 3.0, 2.0]),
        mark(image, "Silent mass", SILENT, [5.0, 5.0, 6.0, 5.0],
             mark(image, "Hidden below", SHOWN, [5.0, 5.0, 5.5, 5.0])),
    ]  # fmt: skip
    made.ContentSequence = [summary]
    return made
