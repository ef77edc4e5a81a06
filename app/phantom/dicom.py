"""Headers of the made-up study: CT Image (PS3.3 A.3) and Computed Radiography Image (PS3.3 A.2)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian

from app.domain.geometry import Affine
from app.phantom.radiograph import Projection
from app.phantom.spec import Orientation, PhantomSpec
from app.phantom.truth import StudyUids

CT_IMAGE = "1.2.840.10008.5.1.4.1.1.2"
CR_IMAGE = "1.2.840.10008.5.1.4.1.1.1"
IMPLEMENTATION_UID = "2.25.329800735698586629295641978511506172918"
_DATE, _TIME = "20260105", "091500"
_NOTICE = "Made-up images of an analytic phantom. Not for primary diagnosis."


def ct_header(spec: PhantomSpec, uids: StudyUids) -> Dataset:
    """Everything that all slices share."""
    header = _study(uids)
    _equipment(header, "CT", "Phantom CT")
    header.SOPClassUID = UID(CT_IMAGE)
    header.ImageType = [
        "ORIGINAL",
        "PRIMARY",
        "AXIAL" if spec.orientation is Orientation.AXIAL else "LOCALIZER",
    ]
    if spec.orientation is not Orientation.AXIAL:
        header.ImageType = ["DERIVED", "SECONDARY", "REFORMATTED"]
        header.DerivationDescription = "Computed from the shapes of a phantom on this grid"
    header.SeriesInstanceUID = uids.ct_series
    header.SeriesNumber = 2
    header.SeriesDescription = f"Chest CT {spec.orientation.value} {spec.spacing_mm[0]:.2f} mm (made up)"
    header.ProtocolName = "Phantom chest"
    header.PatientPosition = "HFS"
    header.FrameOfReferenceUID = uids.frame_of_reference
    header.PositionReferenceIndicator = ""
    header.KVP = "120"
    header.XRayTubeCurrent = "220"
    header.ExposureTime = "500"
    header.Exposure = "110"
    header.GantryDetectorTilt = f"{spec.tilt_deg:.4g}"
    header.TableHeight = "150"
    header.ConvolutionKernel = "SOFT"
    header.RotationDirection = "CW"
    header.DataCollectionDiameter = "500"
    header.ReconstructionDiameter = _decimal(spec.spacing_mm[2] * spec.columns)
    header.SliceThickness = _decimal(spec.spacing_mm[0])
    header.SpacingBetweenSlices = _decimal(spec.spacing_mm[0])
    header.PixelSpacing = [_decimal(spec.spacing_mm[1]), _decimal(spec.spacing_mm[2])]
    header.RescaleIntercept = str(spec.intercept)
    header.RescaleSlope = "1"
    header.RescaleType = "HU"
    header.WindowCenter = ["-500", "40", "500"]
    header.WindowWidth = ["1500", "400", "2000"]
    header.WindowCenterWidthExplanation = ["LUNG", "MEDIASTINUM", "BONE"]
    _pixel_format(header, spec.photometric.value, 16, spec.bits_stored, signed=spec.signed)
    return header


def ct_slice(header: Dataset, spec: PhantomSpec, affine: Affine, index: int, number: int) -> None:
    """Set what differs from slice to slice; index counts in space, number is the Instance Number."""
    position = affine[:3, 3] + affine[:3, 0] * index
    along_row, along_column = (affine[:3, k] / np.linalg.norm(affine[:3, k]) for k in (2, 1))
    header.InstanceNumber = number
    header.AcquisitionNumber = 1
    header.ImagePositionPatient = [_decimal(v) for v in position]
    header.ImageOrientationPatient = [_decimal(v) for v in (*along_row, *along_column)]
    if spec.orientation is Orientation.AXIAL and not spec.tilt_deg:
        header.SliceLocation = _decimal(position[2])


def radiograph_header(spec: PhantomSpec, uids: StudyUids, view: Projection) -> Dataset:
    """The frontal radiograph; no patient coordinates, only the spacing at the detector."""
    header = _study(uids)
    _equipment(header, "CR", "Phantom CR")
    header.SOPClassUID = UID(CR_IMAGE)
    header.SOPInstanceUID = UID(uids.cr_instance)
    header.ImageType = ["ORIGINAL", "PRIMARY"]
    header.SeriesInstanceUID = uids.cr_series
    header.SeriesNumber = 1
    header.InstanceNumber = 1
    header.SeriesDescription = "Chest PA (made up)"
    header.ProtocolName = "Phantom chest PA"
    header.ViewPosition = "PA"
    header.PatientOrientation = ["L", "F"]
    header.ImagerPixelSpacing = [_decimal(view.pixel_mm)] * 2
    header.DistanceSourceToDetector = _decimal(view.source_to_detector_mm)
    header.KVP = "125"
    header.PlateID = ""
    header.BurnedInAnnotation = "NO"
    header.LossyImageCompression = "00"
    header.RescaleIntercept = "0"
    header.RescaleSlope = "1"
    header.RescaleType = "US"
    header.WindowCenter = "2048"
    header.WindowWidth = "4096"
    _pixel_format(header, spec.photometric.value, 16, 12, signed=False)
    return header


def save(header: Dataset, pixels: NDArray[Any], path: Path) -> None:
    """Write one instance, Explicit VR Little Endian; pixels (rows, columns) must fit the stored bits."""
    header.Rows, header.Columns = pixels.shape
    kind = np.int16 if header.PixelRepresentation else np.uint16
    header.PixelData = np.ascontiguousarray(pixels.astype(kind)).tobytes()
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = header.SOPClassUID
    meta.MediaStorageSOPInstanceUID = header.SOPInstanceUID
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = UID(IMPLEMENTATION_UID)
    meta.ImplementationVersionName = "OVERREAD"
    header.file_meta = meta
    header.save_as(path, enforce_file_format=True)


def _study(uids: StudyUids) -> Dataset:
    header = Dataset()
    header.SpecificCharacterSet = "ISO_IR 192"
    header.PatientName = "PHANTOM^CHEST"
    header.PatientID = "OVERREAD-PHANTOM"
    header.PatientBirthDate = "19660101"
    header.PatientSex = "O"
    header.PatientAge = "060Y"
    header.PatientComments = "Not a person: an analytic phantom"
    header.StudyInstanceUID = uids.study
    header.StudyID = "PHANTOM"
    header.StudyDescription = "Made-up chest phantom: CT and radiograph"
    header.AccessionNumber = ""
    header.ReferringPhysicianName = ""
    header.StudyDate = header.SeriesDate = header.AcquisitionDate = header.ContentDate = _DATE
    header.StudyTime = header.SeriesTime = header.AcquisitionTime = header.ContentTime = _TIME
    header.ImageComments = _NOTICE
    return header


def _equipment(header: Dataset, modality: str, model: str) -> None:
    header.Modality = modality
    header.BodyPartExamined = "CHEST"
    header.Manufacturer = "Overread"
    header.ManufacturerModelName = model
    header.SoftwareVersions = "phantom 1"
    header.InstitutionName = "Nowhere"
    header.DeviceSerialNumber = "0"


def _pixel_format(header: Dataset, photometric: str, allocated: int, stored: int, *, signed: bool) -> None:
    header.SamplesPerPixel = 1
    header.PhotometricInterpretation = photometric
    header.BitsAllocated = allocated
    header.BitsStored = stored
    header.HighBit = stored - 1
    header.PixelRepresentation = int(signed)


def _decimal(value: float) -> str:
    """A decimal string of at most 16 characters (PS3.5 6.2)."""
    text = f"{value:.10g}"
    return "0" if text in {"-0", "0"} else text if len(text) <= 16 else f"{value:.8g}"
