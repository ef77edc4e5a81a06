"""What lies under the pointer: where on the image, as stored, as a value, and as drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from viewers.geometry import index_at
from viewers.picture import Picture, grey_of, padding_of
from viewers.types import Point, ViewState
from viewers.windowing import direct_grey


@dataclass(frozen=True, slots=True)
class PixelRead:
    """One voxel. index: slice, row, column from 0. stored: one number, or three of a colour.

    value: modality value, None for colours and padding. grey: 0 black to 255 white as drawn, None for colours.
    """

    index: tuple[int, int, int]
    stored: tuple[float, ...]
    value: float | None
    grey: int | None


def read_pixel(picture: Picture, point: Point, state: ViewState) -> PixelRead | None:
    """The voxel that a point in mm lies in; None outside."""
    place = np.rint(index_at(picture.affine, point)).astype(int)
    if np.any(place < 0) or np.any(place >= picture.shape):
        return None
    index = int(place[0]), int(place[1]), int(place[2])
    stored = picture.pixels[index]
    if picture.is_colour:
        return PixelRead(index, tuple(float(part) for part in stored), None, None)
    source, padding = picture.source, padding_of(picture.source)
    if padding is not None and padding[0] <= stored <= padding[1]:
        return PixelRead(index, (float(stored),), None, 0)
    grey = direct_grey(np.array([stored]), *grey_of(source, state))
    value = float(stored) * source.slope + source.intercept
    return PixelRead(index, (float(stored),), value, int(grey[0]))
