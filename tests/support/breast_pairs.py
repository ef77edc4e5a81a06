"""Made-up pairs of mammograms as files, stored in every way that scanners store them, with a blob at a known place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom import dcmread

from tests.support import starters  # puts the scripts on the path
from tests.support.mammograms import Film, write

import synthetic  # isort: skip - on the path only after tests.support.starters

assert starters.SCRIPTS
RADIUS = 25  # pixels of the drawn film
MM = 0.4  # of a pixel of the drawn film
Spot = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Stored:
    """One view. blob: row and column where it lies with the chest wall on the left, before anything is done to it."""

    view: str
    blob: Spot | None = None
    chest: str = ""  # side of the stored picture; '' as films of this side are hung
    upside_down: bool = False
    orientation: tuple[str, ...] = ()
    inverted: bool = False
    larger: float = 1.0  # pixels of another size: so many times as many
    shifted: int = 0  # rows of air above
    wider: int = 0  # columns of air beyond the skin
    spacing_known: bool = True
    gain: float = 1.0  # exposure
    cut_from: int = 0  # row of the drawn film from which on there is air; 0: nowhere

    @property
    def chest_side(self) -> str:
        """Where the stored picture has its chest wall."""
        return self.chest or ("right" if self.view[0] == "R" else "left")


def pixels(one: Stored) -> NDArray[np.uint16]:
    """The film as it is stored."""
    from scipy.ndimage import zoom

    film = synthetic.mammogram()
    if one.blob is not None:
        rows, columns = np.mgrid[0 : film.shape[0], 0 : film.shape[1]]
        film[np.hypot(rows - one.blob[0], columns - one.blob[1]) < RADIUS] = 2000.0
    if one.cut_from:
        film[one.cut_from :] = 40.0
    film = np.minimum(film * one.gain, 4000.0)
    film = np.pad(film, ((one.shifted, 0), (0, one.wider)), constant_values=40.0)
    if one.larger != 1.0:
        film = np.clip(zoom(film, one.larger, order=1, grid_mode=True, mode="nearest"), 0, 4095)
    if one.upside_down:
        film = film[::-1]
    if one.chest_side == "right":
        film = film[:, ::-1]
    if one.inverted:
        film = 4095 - film
    return np.ascontiguousarray(film.astype("<u2"))


def where(one: Stored) -> Spot:
    """Row and column of the blob in the stored picture. Raises ValueError if it has none."""
    if one.blob is None:
        raise ValueError(f"{one.view} has no blob")
    rows, columns = pixels(one).shape
    row, column = (
        (one.blob[0] + one.shifted + 0.5) * one.larger - 0.5,
        (one.blob[1] + 0.5) * one.larger - 0.5,
    )
    return (
        rows - 1 - row if one.upside_down else row,
        columns - 1 - column if one.chest_side == "right" else column,
    )


def spacing(one: Stored) -> float:
    """Millimetres of a pixel of the stored picture; 1 where the file does not say."""
    return MM / one.larger if one.spacing_known else 1.0


def write_pair(folder: Path, views: tuple[Stored, ...]) -> dict[str, str]:
    """A series a view of one patient; returns the image of each view by its UID."""
    films = tuple(
        Film(one.view[0], one.view[1:], one.chest_side, one.orientation, inverted=one.inverted)
        for one in views
    )
    write(folder, films)
    images: dict[str, str] = {}
    for number, one in enumerate(views, start=1):
        file = folder / f"{number:02d}.dcm"
        dataset = dcmread(file)
        stored = pixels(one)
        dataset.Rows, dataset.Columns = stored.shape
        dataset.PixelData = stored.tobytes()
        for keyword in ("PixelSpacing", "ImagerPixelSpacing"):
            delattr(dataset, keyword)
            if one.spacing_known:
                setattr(dataset, keyword, [spacing(one)] * 2)
        dataset.save_as(file)
        images[one.view] = str(dataset.SOPInstanceUID)
    return images


def pair(projection: str, **of_left: Any) -> tuple[Stored, Stored]:
    """A right and a left view alike, but for what is told of the left one."""
    return Stored(f"R{projection}"), replace(Stored(f"L{projection}"), **of_left)
