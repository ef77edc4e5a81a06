"""Made-up arrays whose answers can be worked out by hand: golden inputs, and what the tests start from."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

AIR_HU, TISSUE_HU, LUNG_HU, GLASS_HU, SOLID_HU = -1000.0, 40.0, -860.0, -550.0, 20.0
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


def golden_film() -> NDArray[np.float32]:
    """A grey wedge with two dark ovals and one bright patch, 96 x 80, in 12-bit values: a film in nothing but size."""
    rows, columns = np.mgrid[0:96, 0:80].astype(np.float32)
    film = 1500.0 + 8.0 * rows
    for middle in (24.0, 56.0):
        film[((rows - 44) / 30) ** 2 + ((columns - middle) / 13) ** 2 < 1] -= 900.0
    film[((rows - 58) / 9) ** 2 + ((columns - 25) / 8) ** 2 < 1] += 500.0
    return np.asarray(film, dtype=np.float32)
