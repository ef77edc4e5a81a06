"""Made-up arrays whose answers can be worked out by hand: golden inputs, and what the tests start from."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

AIR_HU, TISSUE_HU, LUNG_HU, GLASS_HU, SOLID_HU, DARK_HU = -1000.0, 40.0, -860.0, -550.0, 20.0, -970.0
SPACING_MM = (5.0, 3.0, 3.0)
SHAPE = (48, 100, 120)
LUNG_BOX = {
    "right": (slice(8, 40), slice(26, 74), slice(22, 52)),
    "left": (slice(8, 40), slice(26, 74), slice(68, 98)),
}
Volume = NDArray[np.float32]


def box_torso(glass: dict[str, tuple[slice, slice, slice]], fill_hu: float = GLASS_HU) -> Volume:
    """A box of tissue with two box lungs in air, and boxes of ground glass given in voxels of the volume.

    Columns run to the patient's left, so the right lung has the lower columns. 48 slices of 5 mm, pixels of 3 mm;
    each lung is 32 x 48 x 30 voxels = 2,073.6 ml.
    """
    volume = np.full(SHAPE, AIR_HU, dtype=np.float32)
    volume[:, 10:90, 8:112] = TISSUE_HU
    for box in LUNG_BOX.values():
        volume[box] = LUNG_HU
    for box in glass.values():
        volume[box] = fill_hu
    return volume


def golden_torso() -> Volume:
    """A quarter of the left lung (its upper 8 slices) is ground glass; the right lung is clear."""
    return box_torso({"left": (slice(32, 40), *LUNG_BOX["left"][1:])})


def golden_bullae() -> Volume:
    """A quarter of the left lung (its upper 8 slices) is dark as emphysema is; the right lung is not."""
    return box_torso({"left": (slice(32, 40), *LUNG_BOX["left"][1:])}, DARK_HU)


def golden_chest() -> NDArray[np.float32]:
    """A chest film in plain shapes with soft edges, 160 x 160, 12-bit values: trunk, two lungs, heart, spine, belly."""
    rows, columns = np.mgrid[0:160, 0:160].astype(np.float64)

    def soft(inside: NDArray[np.float64], width: float) -> NDArray[np.float64]:
        return np.clip(inside / width + 0.5, 0, 1)

    trunk = soft(1 - np.maximum(np.abs(columns - 80) / 76, (12 - rows) / 20), 0.06)
    film = 300 + trunk * 2000
    for middle, sign in ((52.0, -1.0), (110.0, 1.0)):
        lean = columns - middle - sign * (rows - 80) * 0.14
        inside = 1 - np.hypot((rows - 76) / 56, lean / 27)
        dome = (124 - 0.012 * lean**2 - rows) / 30
        film -= 1300 * soft(np.minimum(inside, dome), 0.12)
    film += 1000 * soft(1 - np.hypot((rows - 104) / 26, (columns - 90) / 25), 0.2)
    film += 500 * soft(1 - np.abs(columns - 80) / 9, 0.5)
    return np.asarray(np.round(np.clip(film, 0, 2900)), dtype=np.float32)


MG_ROWS, MG_COLUMNS = 512, 384
SPECK = 1600.0 * np.outer((0.4, 1.0, 0.4), (0.4, 1.0, 0.4)).astype(np.float32)
MG_DENSE = (slice(200, 330), slice(60, 160))


def mammogram(*, muscle: bool = False, specks: int = 0) -> NDArray[np.float32]:
    """Half an ellipse of fat at the left edge with a dense box in it; a muscle above; specks in a square of 24 pixels.

    The breast is half an ellipse of 220 x 260 pixels' semi-axes about row 256: 89,849 pixels. The box has 13,000.
    """
    rows, columns = np.mgrid[0:MG_ROWS, 0:MG_COLUMNS].astype(np.float32)
    film = np.full((MG_ROWS, MG_COLUMNS), 40.0, dtype=np.float32)
    film[((rows - 256) / 220) ** 2 + (columns / 260) ** 2 < 1] = 1000.0
    film[MG_DENSE] = 2000.0
    if muscle:
        film[(columns / 150 + rows / 240 < 1) & (rows < 300)] = 2200.0
    for number in range(specks):
        row, column = 380 + 8 * (number // 3), 60 + 8 * (number % 3)
        film[row - 1 : row + 2, column - 1 : column + 2] += SPECK
    return film


def golden_mammogram() -> NDArray[np.float32]:
    """A breast with a dense box, a muscle and a cluster."""
    return mammogram(muscle=True, specks=9)


SPOT_MM = 1.5
SPOT_CENTER = (40, 60, 50)


def spot_torso(radius_mm: float, hu: float = SOLID_HU, *, rod: bool = False) -> Volume:
    """The box torso on cubes of 1.5 mm, with a ball in the right lung, or a rod along the patient at its place."""
    volume = np.full((96, 120, 150), AIR_HU, dtype=np.float32)
    volume[:, 8:112, 8:142] = TISSUE_HU
    volume[12:84, 24:96, 20:66] = LUNG_HU
    volume[12:84, 24:96, 84:130] = LUNG_HU
    z, y, x = (np.arange(size) - at for size, at in zip(volume.shape, SPOT_CENTER, strict=True))
    along = 0 if rod else z[:, None, None] ** 2
    away = np.sqrt(along + y[None, :, None] ** 2 + x[None, None, :] ** 2) * SPOT_MM
    share = np.clip((radius_mm - away) / SPOT_MM + 0.5, 0, 1) * np.ones((96, 1, 1))
    inside = volume == LUNG_HU
    volume[inside] = (LUNG_HU + share * (hu - LUNG_HU))[inside]
    return volume


def golden_spots() -> Volume:
    """A ball of 12 mm in the right lung, in single precision halves of one HU."""
    return np.round(spot_torso(6.0))


def golden_film() -> NDArray[np.float32]:
    """A grey wedge with two dark ovals and one bright patch, 96 x 80, in 12-bit values: a film in nothing but size."""
    rows, columns = np.mgrid[0:96, 0:80].astype(np.float32)
    film = 1500.0 + 8.0 * rows
    for middle in (24.0, 56.0):
        film[((rows - 44) / 30) ** 2 + ((columns - middle) / 13) ** 2 < 1] -= 900.0
    film[((rows - 58) / 9) ** 2 + ((columns - 25) / 8) ** 2 < 1] += 500.0
    return np.asarray(film, dtype=np.float32)
