"""What kind of made-up study is wanted, and the grid of its slices in the patient."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.domain.geometry import Affine

Triple = tuple[float, float, float]

# The box that holds body and table, LPS mm. Whoever asks for a grid without a spacing gets one that covers it.
EXTENT_MM: Triple = (358.0, 358.0, 300.0)
CENTER_LPS_MM: Triple = (0.0, 4.0, -8.0)


class Orientation(Enum):
    """How the slices lie in the patient."""

    AXIAL = "axial"
    CORONAL = "coronal"
    SAGITTAL = "sagittal"
    OBLIQUE = "oblique"


class Photometric(Enum):
    """Photometric Interpretation (0028,0004) of grey images."""

    MONOCHROME1 = "MONOCHROME1"
    MONOCHROME2 = "MONOCHROME2"


class SliceOrder(Enum):
    """How instance numbers and file names run through space."""

    ASCENDING = "ascending"
    DESCENDING = "descending"
    SHUFFLED = "shuffled"


@dataclass(frozen=True, slots=True)
class PhantomSpec:
    """One made-up chest. The defaults give 200 axial slices of 512 x 512.

    spacing_mm: between slices, rows, columns. tilt_deg: gantry tilt about the left-right axis; slices then
    step along the table, so the stack is sheared as on a real scanner. signed: Pixel Representation; a rescale
    intercept keeps HU right whatever is chosen. bits_stored: 12 to 16. noise_hu: standard deviation in soft
    tissue. healthy: leave out nodules and ground glass.
    """

    spacing_mm: Triple = (1.5, 0.7, 0.7)
    slices: int = 200
    rows: int = 512
    columns: int = 512
    tilt_deg: float = 0.0
    orientation: Orientation = Orientation.AXIAL
    photometric: Photometric = Photometric.MONOCHROME2
    bits_stored: int = 16
    signed: bool = True
    slice_order: SliceOrder = SliceOrder.ASCENDING
    noise_hu: float = 12.0
    seed: int = 2026
    healthy: bool = False

    def __post_init__(self) -> None:
        if not 12 <= self.bits_stored <= 16:
            raise ValueError(f"bits_stored must be 12 to 16, got {self.bits_stored}")
        if min(self.slices, self.rows, self.columns) < 1:
            raise ValueError("a grid needs at least one slice, row and column")
        if min(self.spacing_mm) <= 0:
            raise ValueError(f"spacing must be above zero, got {self.spacing_mm}")
        if abs(self.tilt_deg) > 30:
            raise ValueError(f"gantries tilt by at most 30 degrees, got {self.tilt_deg}")

    @property
    def intercept(self) -> int:
        """Rescale Intercept: HU = stored + intercept. 12 bits cannot hold -1024 to 3071 otherwise."""
        if not self.signed:
            return -1024
        return 1024 if self.bits_stored < 13 else 0

    @property
    def stored_range(self) -> tuple[int, int]:
        """Smallest and largest number that fits into the stored bits."""
        half = 1 << (self.bits_stored - 1)
        return (-half, half - 1) if self.signed else (0, 2 * half - 1)

    @property
    def shape(self) -> tuple[int, int, int]:
        """(slices, rows, columns)."""
        return self.slices, self.rows, self.columns


def covering_spec(
    slices: int, rows: int, columns: int, **other: Any
) -> PhantomSpec:  # Any: fields of the spec
    """A spec whose grid covers the whole chest with the given number of slices, rows and columns."""
    spec = PhantomSpec(slices=slices, rows=rows, columns=columns, **other)
    step, down, along = np.abs(_directions(replace(spec, tilt_deg=0.0))) @ np.asarray(EXTENT_MM)
    return replace(spec, spacing_mm=(float(step) / slices, float(down) / rows, float(along) / columns))


def grid_affine(spec: PhantomSpec) -> Affine:
    """(slice, row, column) -> LPS mm; slice 0 is the first in space, whatever the files are called."""
    step, down, along = _directions(spec)
    affine = np.eye(4)
    affine[:3, 0] = step * spec.spacing_mm[0]
    affine[:3, 1] = down * spec.spacing_mm[1]
    affine[:3, 2] = along * spec.spacing_mm[2]
    middle = (np.asarray(spec.shape, dtype=float) - 1) / 2
    affine[:3, 3] = np.asarray(CENTER_LPS_MM) - affine[:3, :3] @ middle
    if spec.slice_order is SliceOrder.DESCENDING:
        affine[:3, 3] += affine[:3, 0] * (spec.slices - 1)
        affine[:3, 0] *= -1
    return affine


def _directions(spec: PhantomSpec) -> NDArray[np.float64]:
    """Unit vectors of the slice step, of a column (downwards) and of a row, in that order."""
    step, down, along = {
        Orientation.AXIAL: ((0, 0, 1), (0, 1, 0), (1, 0, 0)),
        Orientation.CORONAL: ((0, 1, 0), (0, 0, -1), (1, 0, 0)),
        Orientation.SAGITTAL: ((1, 0, 0), (0, 0, -1), (0, 1, 0)),
        Orientation.OBLIQUE: ((0, 0, 1), (0, 1, 0), (1, 0, 0)),
    }[spec.orientation]
    frame = np.asarray((step, down, along), dtype=float)
    if spec.orientation is Orientation.OBLIQUE:
        frame = frame @ _rotation((0, 0, 1), 12.0).T @ _rotation((1, 0, 0), 18.0).T
    if spec.tilt_deg:
        frame[1:] = frame[1:] @ _rotation(frame[2], spec.tilt_deg).T
    return frame


def _rotation(axis: Any, angle_deg: float) -> NDArray[np.float64]:  # Any: three numbers in any sequence
    """Rotation about a unit axis (Rodrigues)."""
    x, y, z = (float(part) for part in axis)
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    angle = np.deg2rad(angle_deg)
    return np.asarray(np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross)
