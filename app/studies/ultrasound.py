"""The scale of ultrasound images, which lies in their regions (PS3.3 C.8.5.5)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from app.domain.calibration import Calibration, pixel_size
from app.domain.errors import StudyUnreadableError
from app.domain.study import Instance, Pair
from app.studies.slow_headers import damage, read_dataset

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

ULTRASOUND = frozenset({"1.2.840.10008.5.1.4.1.1.6.1", "1.2.840.10008.5.1.4.1.1.3.1"})
ULTRASOUND_REGIONS = Calibration.OF_REGION.value
_TISSUE, _CM, _MM_PER_CM = 1, 3, 10.0  # RegionSpatialFormat 2D; PhysicalUnits cm
_EDGE_PX = 1  # makers write the last column as well as the number of columns
_SAME = 1e-4  # relative


def with_region_scale(instance: Instance) -> Instance:
    """The instance with the spacing that its regions of tissue agree on; as it was where they state none.

    Regions that reach beyond the image belong to it at another size, as after a copy was made smaller: their scale
    would be wrong, so it is not taken.
    """
    try:
        dataset = read_dataset(instance.path)
    except (StudyUnreadableError, OSError):
        return instance
    try:
        spacing = region_spacing(dataset.get(ULTRASOUND_REGIONS) or (), instance.rows, instance.columns)
    except damage():
        return instance
    if spacing is None:
        return instance
    return replace(instance, spacing_mm=spacing, spacing_source=ULTRASOUND_REGIONS)


def region_spacing(regions: Iterable[Dataset], rows: int, columns: int) -> Pair | None:
    """(row, column) spacing in mm that all two-dimensional regions in centimetres share, or None."""
    found: list[Pair] = []
    for region in regions:
        if region.get("RegionSpatialFormat") != _TISSUE:
            continue
        spacing = _spacing(region)
        if spacing is None or not _lies_inside(region, rows, columns):
            return None
        found.append(spacing)
    if not found or any(_differ(one, found[0]) for one in found):
        return None
    return found[0]


def _spacing(region: Dataset) -> Pair | None:
    units = region.get("PhysicalUnitsXDirection"), region.get("PhysicalUnitsYDirection")
    column, row = region.get("PhysicalDeltaX"), region.get("PhysicalDeltaY")
    if units != (_CM, _CM) or not column or not row:
        return None
    return pixel_size((abs(float(row)) * _MM_PER_CM, abs(float(column)) * _MM_PER_CM))


def _lies_inside(region: Dataset, rows: int, columns: int) -> bool:
    x0, y0 = region.get("RegionLocationMinX0"), region.get("RegionLocationMinY0")
    x1, y1 = region.get("RegionLocationMaxX1"), region.get("RegionLocationMaxY1")
    if x0 is None or y0 is None or x1 is None or y1 is None:
        return False
    return bool(0 <= x0 < x1 < columns + _EDGE_PX and 0 <= y0 < y1 < rows + _EDGE_PX)


def _differ(one: Pair, other: Pair) -> bool:
    return any(abs(a - b) > _SAME * b for a, b in zip(one, other, strict=True))
