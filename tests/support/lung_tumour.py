"""The chest CT with one outlined tumour whose figures the PyRadiomics project has published."""

from __future__ import annotations

import csv
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tests.support.shared import shared_dir


@dataclass(frozen=True)
class LungTumour:
    """values: HU (slices, rows, columns); mask of the tumour; affine: index -> LPS mm; told: the published figures."""

    values: NDArray[np.int16]
    mask: NDArray[np.bool_]
    affine: NDArray[np.float64]
    told: dict[str, float]


def lung_tumour() -> LungTumour:
    """Skips the test where the shared material is not there."""
    import SimpleITK

    folder = shared_dir("data", "ct_chest_tumour_lung1")
    image = SimpleITK.ReadImage(str(folder / "lung1_image.nrrd"))
    label = SimpleITK.ReadImage(str(folder / "lung1_label.nrrd"))
    x_mm, y_mm, z_mm = image.GetSpacing()
    affine = np.eye(4)
    affine[:3, :3] = [[0, 0, x_mm], [0, y_mm, 0], [z_mm, 0, 0]]
    affine[:3, 3] = image.GetOrigin()
    told = {}
    with (folder / "baseline_features.csv").open() as file:
        for row in csv.DictReader(file):
            if row["feature"].startswith("original_"):
                told[row["feature"].removeprefix("original_")] = float(row["value"])
    mask = SimpleITK.GetArrayFromImage(label) == 1
    return LungTumour(SimpleITK.GetArrayFromImage(image), mask, affine, told)
