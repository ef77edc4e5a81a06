"""Segmentations that a reader draws or corrects: named segments on a grid, made of edits that are kept in order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.domain.geometry import Affine
from app.domain.volume import FrameRef, Space

Rgb = tuple[int, int, int]
Shape = tuple[int, int, int]
Row = tuple[float, float, float, float]

MOST_SEGMENTS = 255


@dataclass(frozen=True, slots=True)
class Segment:
    """One named part. number counts from 1 and is never used again.

    finding_id: the model's finding that it began as, '' for one of the reader's own.
    """

    number: int
    label: str
    color: Rgb
    finding_id: str = ""


@dataclass(frozen=True, slots=True)
class MaskGrid:
    """Where the voxels lie: (slices, rows, columns), and the four rows of the affine to mm in the space."""

    shape: Shape
    rows: tuple[Row, Row, Row, Row]

    @property
    def affine(self) -> Affine:
        """(slice, row, column) -> mm, 4x4."""
        return np.array(self.rows, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class MaskSource:
    """What an edited copy was made of; the source itself stays as it is.

    result_id and map_key name a model's label map, sop_instance_uid a segmentation object; words tells it to people.
    """

    words: str
    result_id: str = ""
    map_key: str = ""
    sop_instance_uid: str = ""
    package_name: str = ""
    package_version: str = ""
    package_sha256: str = ""


@dataclass(frozen=True, slots=True)
class MaskHead:
    """What a segmentation is of. segmentation_id is its tracking UID; series_instance_uid that of the pictures.

    image: the projection image that it is drawn on; in the patient the first image of the stack, as phases of one
    series share their grid. None for masks that were begun before that was kept.
    """

    segmentation_id: str
    study_instance_uid: str
    series_instance_uid: str
    display_set_id: str
    frame_of_reference_uid: str
    space: Space
    title: str
    grid: MaskGrid
    source: MaskSource | None = None
    image: FrameRef | None = None

    @property
    def is_flat(self) -> bool:
        """Of one image: it has an area and no volume."""
        return self.grid.shape[0] == 1


@dataclass(frozen=True, slots=True)
class MaskEdit:
    """One kept change: edit_id is the hash of its journal entry, file the SHA-256 of what changed."""

    edit_id: str
    file: str
    what: str
    reader: str
    at: str


@dataclass(frozen=True, slots=True)
class Segmentation:
    """A segmentation as it stands. reader: who began it. next_number: of a segment that is added."""

    head: MaskHead
    segments: tuple[Segment, ...]
    edits: tuple[MaskEdit, ...]
    next_number: int
    reader: str = ""
    at: str = ""

    def segment(self, number: int) -> Segment | None:
        """One segment, or None."""
        return next((one for one in self.segments if one.number == number), None)


@dataclass(frozen=True, slots=True, eq=False)
class MaskBlock:
    """Voxels of one segment that turn: true ones of `voxels`, whose first is at `start` of the grid."""

    number: int
    start: Shape
    voxels: NDArray[np.bool_]


def grid_of(shape: Shape, affine: Affine) -> MaskGrid:
    """The grid of an array (slices, rows, columns) with its affine."""
    a, b, c, d = ((float(row[0]), float(row[1]), float(row[2]), float(row[3])) for row in np.asarray(affine))
    return MaskGrid(shape, (a, b, c, d))
