"""Where the millimetres of a picture come from (PS3.3 10.7.1.3 tells the cases apart)."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from app.domain.volume import RemarkKind


class Calibration(Enum):
    """Values stand in `Instance.spacing_source`; NONE is "", a picture whose pixels have no size."""

    NONE = ""
    PIXEL_SPACING = "PixelSpacing"  # in the patient where slices lie there; in a projection nobody says where
    AT_DETECTOR = "ImagerPixelSpacing"
    OF_REGION = "SequenceOfUltrasoundRegions"
    AT_SCANNER = "NominalScannedPixelSpacing"
    MAGNIFIED = "Magnified"  # the detector's spacing divided by the estimated magnification (0018,1114)
    GEOMETRY = "GEOMETRY"  # (0028,0A02)
    FIDUCIAL = "FIDUCIAL"
    CALIBRATED = "Calibrated"  # other than the detector's, and the file does not say how it was found


# What the badge of a projection says of each.
REMARKS: dict[Calibration, RemarkKind] = {
    Calibration.NONE: RemarkKind.NO_SPACING,
    Calibration.PIXEL_SPACING: RemarkKind.SPACING_UNSAID,
    Calibration.AT_DETECTOR: RemarkKind.SPACING_AT_DETECTOR,
    Calibration.OF_REGION: RemarkKind.SPACING_OF_REGION,
    Calibration.AT_SCANNER: RemarkKind.SPACING_AT_SCANNER,
    Calibration.MAGNIFIED: RemarkKind.SPACING_MAGNIFIED,
    Calibration.GEOMETRY: RemarkKind.SPACING_GEOMETRY,
    Calibration.FIDUCIAL: RemarkKind.SPACING_FIDUCIAL,
    Calibration.CALIBRATED: RemarkKind.SPACING_CALIBRATED,
}


PIXEL_MM = (1e-6, 1e4)
"""What a pixel may measure: from below a whole-slide image's to above any patient; what lies outside is no size."""


def pixel_size(numbers: Sequence[float]) -> tuple[float, float] | None:
    """(row, column) mm of a pixel, or None where two numbers are no size that a pixel has."""
    usable = len(numbers) == 2 and all(PIXEL_MM[0] <= one <= PIXEL_MM[1] for one in numbers)
    return (numbers[0], numbers[1]) if usable else None


def calibration_named(source: str) -> Calibration:
    """The calibration of an instance; a word that is not known is a spacing of which nobody says where it holds."""
    found = (one for one in Calibration if one.value == source)
    return next(found, Calibration.PIXEL_SPACING)
