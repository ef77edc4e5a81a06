"""A frontal radiograph (PA) of the same chest: attenuation summed along the rays of a point source.

The patient stands, chest to the detector. The chest is cut into coronal sheets; each sheet is painted at the
magnification that it has on the detector, so summing the sheets is the perspective projection.
Image plane: x with columns (to the patient's left), y with rows (to the feet), mm on the detector, origin at the
centre of the first pixel.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.domain.geometry import Affine
from app.domain.volume import CancelToken, Progress
from app.phantom.shapes import Floats, Part
from app.phantom.voxels import paint

WATER_PER_MM = 0.0195  # linear attenuation of water near 70 keV, NIST XCOM
SURFACE_MM = 1.3  # surfaces are as soft as this, so that the sheets leave no contour lines
_BONE_EXTRA = 0.4  # of its HU that bone attenuates more than at CT energies: our choice, for the look


@dataclass(frozen=True, slots=True)
class Projection:
    """The geometry of one exposure; sheets of sheet_mm are summed, each pixel of the sum is split in `split`."""

    rows: int = 2000
    columns: int = 2000
    pixel_mm: float = 0.2
    source_to_detector_mm: float = 1800.0
    detector_y_mm: float = -128.0
    back_y_mm: float = 128.0
    sheet_mm: float = 2.0
    split: int = 4
    center_x_mm: float = 0.0
    center_z_mm: float = 4.0

    def magnification(self, y_mm: float) -> float:
        """How much larger than life a plane at this depth is drawn."""
        distance = self.source_to_detector_mm
        return distance / (distance - (y_mm - self.detector_y_mm))

    def project(self, point_lps_mm: Sequence[float]) -> tuple[float, float]:
        """Where a point of the patient lies in the image plane, (x, y) in mm."""
        x, y, z = point_lps_mm
        scale = self.magnification(y)
        half_x, half_y = (self.columns - 1) * self.pixel_mm / 2, (self.rows - 1) * self.pixel_mm / 2
        return (x - self.center_x_mm) * scale + half_x, half_y - (z - self.center_z_mm) * scale

    def sheet(self, y_mm: float) -> Affine:
        """(0, row, column) of the coarse sum -> LPS mm in the sheet at this depth."""
        step = self.pixel_mm * self.split / self.magnification(y_mm)
        rows, columns = self.rows // self.split, self.columns // self.split
        affine = np.zeros((4, 4))
        affine[1, 0], affine[2, 1], affine[0, 2], affine[3, 3] = self.sheet_mm, -step, step, 1.0
        affine[:3, 3] = (
            self.center_x_mm - step * (columns - 1) / 2,
            y_mm,
            self.center_z_mm + step * (rows - 1) / 2,
        )
        return affine


def line_integral(
    parts: Sequence[Part],
    view: Projection,
    progress: Progress | None = None,
    cancel: CancelToken | None = None,
) -> Floats:
    """Attenuation along each ray (no unit), on the coarse grid (rows / split, columns / split)."""
    shape = (1, view.rows // view.split, view.columns // view.split)
    depths = np.arange(view.detector_y_mm, view.back_y_mm, view.sheet_mm)

    def one(y_mm: float) -> Floats:
        if cancel is not None:
            cancel.check()
        return _attenuation(paint(parts, view.sheet(float(y_mm)), shape, SURFACE_MM)[0]) * np.float32(
            view.sheet_mm
        )

    total = np.zeros(shape[1:], dtype=np.float32)
    with ThreadPoolExecutor(max_workers=min(8, os.cpu_count() or 1)) as pool:
        for done, sheet in enumerate(pool.map(one, depths), start=1):
            total += sheet
            if progress is not None:
                progress(done / len(depths), "")
    return total


def chest_radiograph(
    parts: Sequence[Part],
    view: Projection,
    seed: int,
    *,
    progress: Progress | None = None,
    cancel: CancelToken | None = None,
) -> NDArray[np.uint16]:
    """12-bit picture (rows, columns), bone bright (MONOCHROME2)."""
    summed = line_integral(parts, view, progress, cancel)
    fine = _enlarge(summed, view.split)
    draw = np.random.default_rng((seed, 4711))
    grain = draw.standard_normal(fine.shape, dtype=np.float32)
    # Fewer photons behind dense parts: noise grows with half the attenuation (Poisson).
    fine += grain * np.float32(0.006) * np.exp(np.clip(fine, 0, 8) * np.float32(0.28))
    return _tone(fine)


def _attenuation(hu: Floats) -> Floats:
    dense = np.maximum(hu - np.float32(90), np.float32(0)) * np.float32(_BONE_EXTRA)
    return np.asarray(np.maximum((hu + dense + 1000) * np.float32(WATER_PER_MM / 1000), 0), dtype=np.float32)


def _enlarge(coarse: Floats, times: int) -> Floats:
    """Cubic enlargement with pixel centres kept in place."""
    if times == 1:
        return coarse.copy()
    from scipy.ndimage import map_coordinates, spline_filter

    rows, columns = coarse.shape
    y = (np.arange(rows * times) + 0.5) / times - 0.5
    x = (np.arange(columns * times) + 0.5) / times - 0.5
    grid: Any = np.meshgrid(y, x, indexing="ij")  # Any: scipy takes any sequence of arrays
    smooth = spline_filter(coarse, order=3, mode="nearest")
    return np.asarray(
        map_coordinates(smooth, grid, order=3, mode="nearest", prefilter=False), dtype=np.float32
    )


def _tone(attenuation: Floats) -> NDArray[np.uint16]:
    """The characteristic curve: logarithmic exposure through an S, with the large-scale contrast held back."""
    from scipy.ndimage import gaussian_filter

    broad = gaussian_filter(attenuation[::4, ::4], 24.0, mode="nearest")
    broad = np.asarray(_enlarge(np.asarray(broad, dtype=np.float32), 4), dtype=np.float32)
    broad = broad[: attenuation.shape[0], : attenuation.shape[1]]
    flat = attenuation - np.float32(0.42) * (broad - np.float32(2.6))
    grey = np.float32(1) / (np.float32(1) + np.exp(-(flat - np.float32(2.55)) * np.float32(1.25)))
    return np.asarray(np.clip(np.rint(grey * np.float32(4095)), 0, 4095), dtype=np.uint16)
