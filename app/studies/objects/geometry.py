"""Planes of frames to volumes: by each frame's own position, never by its number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import GeometryRefusedError
from app.domain.geometry import Affine, plane_affine
from app.domain.objects import ObjectFrame
from app.domain.volume import Space

SAME_PLACE_MM = (
    0.01  # two frames nearer than this lie in one plane (ours; positions are written to 1e-4 mm or so)
)
MOST_PLANES = 100_000
EVEN_SHARE = 0.02  # of the step: how far a plane may lie from its place in an even stack (ours)


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """An even stack of planes. plane_of: frame index in the file -> slice."""

    shape: tuple[int, int, int]
    affine: Affine
    space: Space
    plane_of: dict[int, int]


def grid_of(
    frames: Sequence[ObjectFrame], rows: int, columns: int, name: str, hint_mm: float | None = None
) -> Grid:
    """The smallest even grid that every frame lies on; planes that were left out as empty are in it.

    hint_mm: what the file says of the distance between planes, used only where every gap is a multiple of it. Raises
    GeometryRefusedError where frames are not parallel, not of one pixel size, or lie at no even distances.
    """
    if not frames:
        raise GeometryRefusedError("error.objects.no_frames", file=name)
    if any(frame.position_lps_mm is None for frame in frames):
        return _flat(frames, rows, columns, name)
    orientation, spacing = shared_plane(frames, name)
    heights = np.asarray([height_mm(frame, orientation) for frame in frames])
    places = _distinct(heights)
    step = even_step_mm(places, hint_mm)
    if step is None:
        raise GeometryRefusedError("error.objects.uneven", file=name)
    slices = np.rint((heights - places[0]) / step).astype(int)
    positions = np.asarray([frame.position_lps_mm for frame in frames], dtype=np.float64)
    start, along = _line_through(positions, slices, normal_of(orientation) * step)
    off = positions - start - slices[:, None] * along
    if float(np.abs(off).max()) > EVEN_SHARE * max(step, *spacing):
        raise GeometryRefusedError("error.objects.uneven", file=name)
    shape = (int(slices.max()) + 1, rows, columns)
    planes = {frame.index: int(place) for frame, place in zip(frames, slices, strict=True)}
    return Grid(shape, plane_affine(start.tolist(), orientation, spacing, along), Space.PATIENT, planes)


def plane_of(frame: ObjectFrame, thickness_mm: float, name: str) -> Affine:
    """One frame alone, (0, row, column) -> LPS mm. Raises GeometryRefusedError if it does not say where it lies."""
    if frame.position_lps_mm is None or frame.orientation is None or frame.spacing_mm is None:
        raise GeometryRefusedError("error.objects.no_plane", file=name)
    normal = normal_of(frame.orientation)
    return plane_affine(frame.position_lps_mm, frame.orientation, frame.spacing_mm, normal * thickness_mm)


def _line_through(
    positions: NDArray[np.float64], slices: NDArray[np.int_], upright: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Position of slice 0 and the step to the next: it may lean, as a tilted gantry's does."""
    if slices.max() == 0:
        return positions[0], upright
    matrix = np.stack([np.ones(len(slices)), slices.astype(np.float64)], axis=1)
    start, along = np.linalg.lstsq(matrix, positions, rcond=None)[0]
    return start, along


def shared_plane(frames: Sequence[ObjectFrame], name: str) -> tuple[tuple[float, ...], tuple[float, float]]:
    """Orientation and spacing that all frames have in common. Raises GeometryRefusedError if there is none."""
    first = frames[0]
    if first.orientation is None or first.spacing_mm is None:
        raise GeometryRefusedError("error.objects.no_plane", file=name)
    for frame in frames:
        same = frame.orientation is not None and frame.spacing_mm is not None
        if (
            not same
            or not np.allclose(frame.orientation or (), first.orientation, atol=1e-3)
            or not np.allclose(frame.spacing_mm or (), first.spacing_mm, rtol=1e-3)
        ):
            raise GeometryRefusedError("error.objects.mixed_planes", file=name)
    return first.orientation, first.spacing_mm


def normal_of(orientation: Sequence[float]) -> NDArray[np.float64]:
    """Unit normal of a plane."""
    normal = np.cross(np.asarray(orientation[:3]), np.asarray(orientation[3:]))
    return np.asarray(normal / np.linalg.norm(normal), dtype=np.float64)


def height_mm(frame: ObjectFrame, orientation: Sequence[float]) -> float:
    """Place along the normal."""
    assert frame.position_lps_mm is not None
    return float(normal_of(orientation) @ np.asarray(frame.position_lps_mm))


def even_step_mm(places: NDArray[np.float64], hint_mm: float | None = None) -> float | None:
    """The distance of which every gap between planes is a whole multiple; None if there is none.

    For a single plane the hint, or 1 mm.
    """
    gaps = np.diff(places)
    if len(gaps) == 0:
        return hint_mm or 1.0
    smallest = float(gaps.min())
    # Gaps of two and three with no single one between: half or a third of the smallest.
    tried = [smallest, smallest / 2, smallest / 3]
    for step in [hint_mm, *tried] if hint_mm else tried:
        counts = np.rint(gaps / step)
        if counts.min() < 1 or counts.sum() > MOST_PLANES:
            continue
        fitted = float(gaps.sum() / counts.sum())
        ideal = places[0] + np.concatenate([[0.0], np.cumsum(counts)]) * fitted
        if np.abs(ideal - places).max() <= EVEN_SHARE * fitted and abs(fitted / step - 1) <= EVEN_SHARE:
            return fitted
    return None


def _distinct(heights: NDArray[np.float64]) -> NDArray[np.float64]:
    ordered = np.sort(heights)
    is_new = np.concatenate([[True], np.diff(ordered) > SAME_PLACE_MM])
    return np.asarray(ordered[is_new], dtype=np.float64)


def _flat(frames: Sequence[ObjectFrame], rows: int, columns: int, name: str) -> Grid:
    """One projection image: mm in its plane."""
    spacing = frames[0].spacing_mm or (1.0, 1.0)
    sources = {source.sop_instance_uid for frame in frames for source in frame.sources}
    if len(sources) > 1 or len({frame.segment for frame in frames}) < len(frames):
        raise GeometryRefusedError("error.objects.no_plane", file=name)
    affine = plane_affine((0.0, 0.0, 0.0), (1, 0, 0, 0, 1, 0), spacing, (0.0, 0.0, 1.0))
    return Grid((1, rows, columns), affine, Space.IMAGE, {frame.index: 0 for frame in frames})
