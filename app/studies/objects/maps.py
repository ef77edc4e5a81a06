"""Values of a parametric map in their unit, on its own grid."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import GeometryRefusedError
from app.domain.objects import ParametricMap, PlacedArray, RealWorldMapping
from app.domain.volume import CancelToken, Pixels
from app.studies.objects.geometry import grid_of
from app.studies.objects.stored import check_memory, stored_frames


def map_values(source: ParametricMap, cancel: CancelToken | None = None) -> PlacedArray:
    """The whole map, float32; NaN where it has no plane, no value, or a value outside of what its mapping covers.

    Raises GeometryRefusedError where the planes make no grid or several mean different units, PixelsUnreadableError,
    Cancelled.
    """
    name = source.head.path.name
    units = {mapping.unit for mapping in source.mappings}
    if len(units) > 1 or (units and any(frame.mapping is None for frame in source.frames)):
        raise GeometryRefusedError("error.objects.mixed_units", file=name)
    grid = grid_of(source.frames, source.rows, source.columns, name, source.slice_spacing_mm)
    if len(set(grid.plane_of.values())) < len(source.frames):
        raise GeometryRefusedError("error.objects.several_maps", file=name)
    check_memory(source.head, math.prod(grid.shape) * 4)
    values = np.full(grid.shape, np.nan, dtype=np.float32)
    for frame, stored in stored_frames(source.head, (source.rows, source.columns), source.frames, cancel):
        values[grid.plane_of[frame.index]] = real_values(stored, frame.mapping)
    return PlacedArray(
        key="map",
        title=source.head.title or source.head.label,
        kind="map",
        values=values,
        affine=grid.affine,
        space=grid.space,
        frame_of_reference_uid=source.head.frame_of_reference_uid,
        unit=next(iter(units), None),
    )


def real_values(stored: Pixels, mapping: RealWorldMapping | None) -> NDArray[np.float32]:
    """Stored values in the mapping's unit (PS3.3 C.7.6.16.2.11), as stored where there is none."""
    exact = stored.astype(np.float64)
    if mapping is None:
        return exact.astype(np.float32)
    values = exact * mapping.slope + mapping.intercept
    first = -math.inf if mapping.first is None else mapping.first
    last = math.inf if mapping.last is None else mapping.last
    if first < last:  # some writers leave both at 0, which would cover nothing
        values[(exact < first) | (exact > last)] = np.nan
    return values.astype(np.float32)
