"""A picture with contours and legend burned in as a DICOM secondary capture of the same study."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from app.domain.finding import AnalysisResult
from app.domain.source_image import SourceImage
from app.export.dicom_object import NO_DATE, NO_TIME, algorithm_equipment, line
from app.export.headers import write_identity
from app.export.types import TOOL, ExportSet, StudyExport
from app.export.words import file_text, notice_words

if TYPE_CHECKING:
    from pydicom import Dataset

SERIES_NUMBER = 9700


def secondary_capture(
    export_set: ExportSet,
    study: StudyExport,
    result: AnalysisResult,
    picture: NDArray[np.uint8],
    place: tuple[str, int, SourceImage],
) -> Dataset:
    """One object. picture: (rows, columns, 3). place: (series UID, number, source image)."""
    from highdicom.sc import SCImage

    series_uid, number, source = place
    made: Any = SCImage(  # Any: dates of its own types
        pixel_array=picture,
        photometric_interpretation="RGB",
        bits_allocated=8,
        coordinate_system="PATIENT",
        study_instance_uid=study.reading.study_instance_uid,
        series_instance_uid=series_uid,
        series_number=SERIES_NUMBER,
        sop_instance_uid=export_set.new_uid("capture", series_uid, number),
        instance_number=number,
        manufacturer=TOOL,
        patient_orientation=("L", "P"),  # wanted by highdicom, emptied below
        contributing_equipment=[algorithm_equipment(result.package)],
        specific_character_set="ISO_IR 192",
        series_description=line(f"{result.package.name} {result.package.version}: not for primary diagnosis"),
    )
    write_identity(made, study.patient_header)
    made.PatientOrientation = made.Laterality = ""  # type 2C; the letters stand in the picture
    made.ManufacturerModelName, made.SoftwareVersions = TOOL, export_set.tool_version
    made.ImageComments = notice_words()
    made.BurnedInAnnotation = "YES"  # ours: name of the service and the notice, nobody's identity
    made.DerivationDescription = line(file_text("export.capture.derived", name=result.package.name), 1024)
    made.SourceImageSequence = [_reference(source)]
    if not export_set.identified:
        _without_dates(made)
    written: Dataset = made
    return written


def _reference(source: SourceImage) -> Dataset:
    from pydicom import Dataset

    reference = Dataset()
    reference.ReferencedSOPClassUID = source.sop_class_uid
    reference.ReferencedSOPInstanceUID = source.sop_instance_uid
    if source.frame_numbers:
        reference.ReferencedFrameNumber = source.frame
    return reference


def _without_dates(made: Any) -> None:  # Any: as above
    made.InstanceCreationDate, made.InstanceCreationTime = NO_DATE, NO_TIME
    made.ContentDate, made.ContentTime = NO_DATE, NO_TIME
    for keyword in ("SeriesDate", "SeriesTime", "DateOfSecondaryCapture", "TimeOfSecondaryCapture"):
        if keyword in made:
            delattr(made, keyword)
