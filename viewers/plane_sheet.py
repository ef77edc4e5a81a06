"""A plane cut from a volume, as tools measure on it: an image of square pixels that begins at its upper left corner."""

from __future__ import annotations

import numpy as np

from viewers import geometry
from viewers.geometry import PictureBox
from viewers.measuring import Sheet
from viewers.picture import Picture, padding_of
from viewers.slabs import inside
from viewers.types import Affine, Frame
from viewers.vtk_bridge import Resampler

NOTHING = -1_000_000_000  # stands where the volume has no value: outside, and mixed with padding


def step_of(picture: Picture, box: PictureBox) -> float:
    """Mm from pixel to pixel: the least that the voxels give in this plane."""
    steps = (geometry.step_along(picture.affine, way) for way in (box.right, box.down))
    return float(min(steps))


def affine_of(picture: Picture, box: PictureBox) -> Affine:
    """(0, row, column) -> LPS mm of the plane."""
    step = step_of(picture, box)
    corner = box.center - box.right * box.width_mm / 2 - box.down * box.height_mm / 2
    made = np.eye(4)
    made[:3, :3] = np.column_stack([np.cross(box.right, box.down), box.down * step, box.right * step])
    made[:3, 3] = corner + (box.right + box.down) * step / 2
    return made


class PlaneSheets:
    """Kept until the plane or the volume is another: a drag measures many times on one plane."""

    def __init__(self) -> None:
        self._resampler = Resampler()
        self._key: tuple[object, ...] = ()
        self._sheet: Sheet | None = None

    def sheet(self, picture: Picture, box: PictureBox, *, spacing_known: bool) -> Sheet:
        """Modality values between the voxels, as they are drawn; what is no image is padding."""
        affine = affine_of(picture, box)
        key = (id(picture), affine.tobytes(), spacing_known)
        if self._sheet is None or key != self._key:
            self._key, self._sheet = key, Sheet(self._frame(picture, box, affine), spacing_known)
        return self._sheet

    def _frame(self, picture: Picture, box: PictureBox, affine: Affine) -> Frame:
        step = step_of(picture, box)
        size = (max(1, round(box.width_mm / step)), max(1, round(box.height_mm / step)))
        # (x, y, depth) of the sampled picture are column, row and nothing.
        onto = np.linalg.inv(picture.affine) @ affine @ np.eye(4)[[2, 1, 0, 3]]
        source = picture.source
        values = self._resampler.sample(picture.level(1.0)[0], onto, size).astype(np.float64)
        values = values * source.slope + source.intercept
        within = inside(onto, size, picture.shape)
        if within is not None:
            values[~within] = NOTHING
        padded = picture.padded() if padding_of(source) is not None else None
        if padded is not None:
            values[self._resampler.sample(padded, onto, size) > 0] = NOTHING
        return Frame(values, affine, in_patient=True, padding=NOTHING)
