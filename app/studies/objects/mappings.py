"""Real world value mappings and recommended colours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain.codes import Code
from app.domain.objects import RealWorldMapping, Rgb
from app.studies.objects.fields import code_in, code_of, items_of, number_of, text_of, wholes_of

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

QUANTITY = "246205007"  # SCT: quantity
# The standard means D50 (the ICC profile connection space); the writers in use (DCMTK, highdicom, dcmqi) take the D65
# of sRGB. The two differ by 4 of 255 at most; as the writers' colours are to come back, D65 it is (IEC 61966-2-1).
_WHITE = (0.95047, 1.0, 1.08883)
_TO_SRGB = (
    (3.2404542, -1.5371385, -0.4985314),
    (-0.9692660, 1.8760108, 0.0415560),
    (0.0556434, -0.2040259, 1.0572252),
)


def mapping_in(item: Dataset) -> RealWorldMapping | None:
    """One mapping (PS3.3 C.7.6.16.2.11); None where it has no line, such as one by a table."""
    slope, intercept = number_of(item, "RealWorldValueSlope"), number_of(item, "RealWorldValueIntercept")
    if slope is None or intercept is None:
        return None
    first = number_of(item, "DoubleFloatRealWorldValueFirstValueMapped")
    last = number_of(item, "DoubleFloatRealWorldValueLastValueMapped")
    return RealWorldMapping(
        slope=slope,
        intercept=intercept,
        first=number_of(item, "RealWorldValueFirstValueMapped") if first is None else first,
        last=number_of(item, "RealWorldValueLastValueMapped") if last is None else last,
        label=text_of(item, "LUTLabel"),
        explanation=text_of(item, "LUTExplanation"),
        unit=code_of(item, "MeasurementUnitsCodeSequence"),
        quantity=_quantity(item),
    )


def _quantity(item: Dataset) -> Code | None:
    for definition in items_of(item, "QuantityDefinitionSequence"):
        name = code_of(definition, "ConceptNameCodeSequence")
        value = code_of(definition, "ConceptCodeSequence")
        if name is not None and name.value in (QUANTITY, "G-C1C6"):
            return value
    return code_in(None)


def color_of(dataset: Dataset, keyword: str) -> Rgb | None:
    """A recommended colour, CIELab in 16 bits (PS3.3 C.10.7.1.1), as sRGB."""
    stored = wholes_of(dataset, keyword)
    if len(stored) != 3 or not all(0 <= part <= 0xFFFF for part in stored):
        return None
    lightness = stored[0] * 100 / 0xFFFF
    return lab_to_rgb(lightness, stored[1] * 255 / 0xFFFF - 128, stored[2] * 255 / 0xFFFF - 128)


def lab_to_rgb(lightness: float, a: float, b: float) -> Rgb:
    """CIELab to sRGB, 0 to 255; what lies outside sRGB is cut off."""
    y = (lightness + 16) / 116
    xyz = [white * _inverse(part) for white, part in zip(_WHITE, (y + a / 500, y, y - b / 200), strict=True)]
    red, green, blue = (
        _gamma(sum(factor * part for factor, part in zip(row, xyz, strict=True))) for row in _TO_SRGB
    )
    return red, green, blue


def _inverse(part: float) -> float:
    return part**3 if part > 6 / 29 else 3 * (6 / 29) ** 2 * (part - 4 / 29)


def _gamma(linear: float) -> int:
    linear = min(max(linear, 0.0), 1.0)
    value = 12.92 * linear if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055
    return round(value * 255)
