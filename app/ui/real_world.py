"""What a pixel's value means in the world, where the file says so: beside the value, never in its place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from app.domain.codes import HOUNSFIELD, NO_UNITS, Code
from app.domain.finding import Quantity

if TYPE_CHECKING:
    from app.domain.display import RealWorldMap

KEY = "real_world"


def with_real_world(
    told: Iterable[Quantity], maps: Sequence[RealWorldMap], slope: float, intercept: float
) -> tuple[Quantity, ...]:
    """The quantities, and after the value of a pixel what the first fitting map makes of it (PS3.3 C.7.6.16.2.11).

    Maps start from stored values, and hold between their ends only; one in the unit of the value itself says nothing
    new. slope, intercept: from stored values to those that were measured.
    """
    found = list(told)
    value = next((one for one in found if one.key == "value"), None)
    if value is None or slope == 0:
        return tuple(found)
    stored = (value.value - intercept) / slope
    for each in maps:
        is_same = value.unit == HOUNSFIELD and each.unit in {"HU", HOUNSFIELD.value}
        if is_same or not each.first - 1e-6 <= stored <= each.last + 1e-6:
            continue
        unit = Code(each.unit, "UCUM", each.unit) if each.unit else NO_UNITS
        return (*found, Quantity(KEY, stored * each.slope + each.intercept, unit, None))
    return tuple(found)
