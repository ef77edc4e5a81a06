"""Coded concepts and units of what readers measure (PS3.16 CID 7469, 7470, 7471, 218; UCUM)."""

from __future__ import annotations

from app.domain.codes import HOUNSFIELD, MILLILITER, MILLIMETER, NO_UNITS, Code
from app.domain.finding import Quantity

MEASURE_TOOLS = (
    "angle",
    "arrow",
    "bidirectional",
    "cardiothoracic",
    "circle",
    "cobb",
    "ellipse",
    "freehand",
    "length",
    "note",
    "polyline",
    "probe",
    "rectangle",
)
"""The tools of `viewers/tools`, by name; a test holds the two lists against each other."""

SQUARE_MILLIMETER = Code("mm2", "UCUM", "square millimeter")
DEGREE = Code("deg", "UCUM", "degree")
PIXELS = Code("{pixels}", "UCUM", "pixels")

PRIVATE_SCHEME = "99OVERREAD"

CONCEPTS: dict[str, Code] = {
    "length": Code("410668003", "SCT", "Length"),
    "path_length": Code("121211", "DCM", "Path length"),
    "long_axis": Code("103339001", "SCT", "Long Axis"),
    "short_axis": Code("103340004", "SCT", "Short Axis"),
    "angle": Code("1483009", "SCT", "Angle"),
    "cobb_angle": Code("1483009", "SCT", "Angle"),
    "diameter": Code("81827009", "SCT", "Diameter"),
    "area": Code("42798000", "SCT", "Area"),
    "perimeter": Code("131191004", "SCT", "Perimeter"),
    "mean": Code("373098007", "SCT", "Mean"),
    "sd": Code("386136009", "SCT", "Standard Deviation"),
    "min": Code("255605001", "SCT", "Minimum"),
    "max": Code("56851009", "SCT", "Maximum"),
    "median": Code("373099004", "SCT", "Median"),
    "volume": Code("118565006", "SCT", "Volume"),
    # No public scheme is known to hold these.
    "pixels": Code("pixels", PRIVATE_SCHEME, "Number of pixels"),
    "value": Code("value", PRIVATE_SCHEME, "Value of a pixel"),
    "ctr": Code("ctr", PRIVATE_SCHEME, "Cardiothoracic ratio"),
    "heart_width": Code("heart_width", PRIVATE_SCHEME, "Width of heart"),
    "thorax_width": Code("thorax_width", PRIVATE_SCHEME, "Inner width of thorax"),
}
TOOL_USED = Code("tool", PRIVATE_SCHEME, "Measuring tool")
"""Names the tool in a report; its value is the tool's id in the same scheme."""

_UNITS = {
    "mm": MILLIMETER,
    "mm2": SQUARE_MILLIMETER,
    "mL": MILLILITER,
    "px": PIXELS,
    "px2": PIXELS,
    "deg": DEGREE,
    "1": NO_UNITS,
}


def quantity(key: str, value: float, unit: str, value_unit: str = "") -> Quantity:
    """A measured number with its codes; unit `value` is the picture's own, HU where it says so."""
    if unit == "value":
        return Quantity(key, value, HOUNSFIELD if value_unit == "HU" else NO_UNITS, CONCEPTS.get(key))
    return Quantity(key, value, _UNITS[unit], CONCEPTS.get(key))
