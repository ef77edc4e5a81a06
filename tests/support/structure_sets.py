"""A structure set written item by item: one square contour on one slice of a stack."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydicom.dataset import Dataset
from pydicom.uid import UID, generate_uid

from app.domain.geometry import Affine, index_to_lps
from tests.support.dicom_files import ct_dataset, write

STRUCTURE_SET = UID("1.2.840.10008.5.1.4.1.1.481.3")


def structure_set(
    file: Path, image: Dataset, affine: Affine, layer: int, box: tuple[float, float, float, float]
) -> Path:
    """box: top, bottom, left and right edge in rows and columns of a slice of the stack, 0 at the first centre."""
    top, bottom, left, right = box
    corners = [(top, left), (top, right), (bottom, right), (bottom, left)]
    points = [float(v) for row, column in corners for v in index_to_lps(affine, (layer, row, column))]
    contour, drawn, roi, seen, frame, study, series = (Dataset() for _ in range(7))
    reference = Dataset()
    reference.ReferencedSOPClassUID, reference.ReferencedSOPInstanceUID = (
        image.SOPClassUID,
        image.SOPInstanceUID,
    )
    contour.ContourGeometricType, contour.NumberOfContourPoints = "CLOSED_PLANAR", len(corners)
    contour.ContourData, contour.ContourImageSequence = [f"{v:.6f}" for v in points], [reference]
    drawn.ReferencedROINumber, drawn.ROIDisplayColor, drawn.ContourSequence = 1, [255, 0, 128], [contour]
    roi.ROINumber, roi.ROIName, roi.ROIGenerationAlgorithm = 1, "GTV lung", "MANUAL"
    roi.ReferencedFrameOfReferenceUID = image.FrameOfReferenceUID
    seen.ObservationNumber, seen.ReferencedROINumber, seen.RTROIInterpretedType = 1, 1, "GTV"
    series.SeriesInstanceUID, series.ContourImageSequence = image.SeriesInstanceUID, [reference]
    study.ReferencedSOPInstanceUID, study.RTReferencedSeriesSequence = image.StudyInstanceUID, [series]
    study.ReferencedSOPClassUID = "1.2.840.10008.3.1.2.3.1"
    frame.FrameOfReferenceUID, frame.RTReferencedStudySequence = image.FrameOfReferenceUID, [study]
    told: dict[str, Any] = {
        "SOPClassUID": STRUCTURE_SET, "SOPInstanceUID": generate_uid(), "Modality": "RTSTRUCT", "PixelData": None,
        "Rows": None, "Columns": None, "StudyInstanceUID": image.StudyInstanceUID, "SeriesInstanceUID": "1.2.3.66",
        "StructureSetLabel": "PLAN", "ReferencedFrameOfReferenceSequence": [frame],
        "StructureSetROISequence": [roi], "ROIContourSequence": [drawn], "RTROIObservationsSequence": [seen],
        "ImagePositionPatient": None, "ImageOrientationPatient": None,
    }  # fmt: skip
    made = ct_dataset(**told)
    made.file_meta.MediaStorageSOPClassUID = STRUCTURE_SET
    return write(made, file)
