"""Which spacing of a header is in force, and what it is called (PS3.3 10.7.1.3)."""

from __future__ import annotations

from app.domain.calibration import Calibration, pixel_size
from app.domain.study import Pair
from app.studies.raw_values import RawValues

# An estimate outside this is a slip of the pen: the body lies between tube and detector (IHE Mammography Image).
MAGNIFICATIONS = (1.0, 3.0)
NEARLY_ONE = 1e-4


def spacing_of(values: RawValues) -> tuple[Pair | None, Calibration, float | None]:
    """(row, column) spacing in mm, where it comes from, and the magnification it was divided by.

    A pixel spacing that only repeats the detector's was not corrected for magnification: it is the detector's.
    """
    own, detector = _pair(values, "PixelSpacing"), _pair(values, "ImagerPixelSpacing")
    stated = values.code("PixelSpacingCalibrationType")
    if own is not None and own != detector:
        if stated in {Calibration.GEOMETRY.value, Calibration.FIDUCIAL.value}:
            return own, Calibration(stated), None
        return own, Calibration.PIXEL_SPACING if detector is None else Calibration.CALIBRATED, None
    if detector is not None:
        factor = values.number("EstimatedRadiographicMagnificationFactor")
        if factor is not None and MAGNIFICATIONS[0] + NEARLY_ONE < factor <= MAGNIFICATIONS[1]:
            return (detector[0] / factor, detector[1] / factor), Calibration.MAGNIFIED, factor
        return detector, Calibration.AT_DETECTOR, None
    scanner = _pair(values, "NominalScannedPixelSpacing")
    return scanner, Calibration.AT_SCANNER if scanner else Calibration.NONE, None


def _pair(values: RawValues, keyword: str) -> Pair | None:
    return pixel_size(values.numbers(keyword))
