"""The phantoms and real scans that the CT packages are measured on, and how they are read. None of it is shipped."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from package_files import ROOT

sys.path.insert(0, str(ROOT))
from app.phantom.chest import chest_ct
from app.phantom.spec import PhantomSpec, covering_spec

sitk: Any = import_module("SimpleITK")  # Any: the library brings no types
Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]
PHANTOMS = {
    "thin slices": covering_spec(200, 256, 256),
    "3 mm slices": covering_spec(100, 256, 256),
    "3 mm slices, strong noise": covering_spec(100, 256, 256, noise_hu=60.0),
    "5 mm slices": covering_spec(60, 256, 256),
    "3 mm slices, healthy": covering_spec(100, 256, 256, healthy=True),
    "5 mm slices, healthy": covering_spec(60, 256, 256, healthy=True),
}
SCANS = (
    ("CPTAC C3N-00247", "ct_chest_cptac_C3N-00247", "nodules and a spiculated mass, lungs else clear"),
    ("PyRadiomics lung1", "ct_chest_tumour_lung1/lung1_image.nrrd", "a tumour at the right base"),
    (
        "Lung-PET-CT-Dx A0002",
        "ct_chest_lungdx_A0002",
        "8 mm slices: the manifest refuses them; a large hilar tumour",
    ),
    ("TotalSegmentator test", "ct_totalsegmentator_tests/example_ct.nii.gz", "abdomen; lung bases only"),
    ("Slicer head", "ct_head_slicer_small", "a head"),
    ("GE head, gantry tilt", "ct_gantry_tilt_ge", "a head"),
)
GLASS_HU, SOLID_HU = -550.0, 20.0  # what made-up disease is filled with
CHESTS = 2  # the first so many have whole lungs on slices that the packages accept


def read_scan(place: Path) -> tuple[Floats, tuple[float, ...]]:
    """HU with columns to the patient's left and rows to the back, and spacing (slice, row, column)."""
    source: Any = str(place)
    if place.is_dir():
        source = max(series_in(place), key=len)
    image = sitk.DICOMOrient(sitk.ReadImage(source), "LPS")
    return sitk.GetArrayFromImage(image).astype(np.float32), tuple(reversed(image.GetSpacing()))


def whole_scan() -> tuple[Floats, tuple[float, ...]]:
    """The phantom as `read_scan` gives scans, 200 x 512 x 512: time and memory of a run are told on it."""
    spec = PhantomSpec()
    pixels, _ = chest_ct(spec)
    return pixels.astype(np.float32), spec.spacing_mm


def series_in(folder: Path) -> list[tuple[str, ...]]:
    """File names of every DICOM series below a folder."""
    reader = sitk.ImageSeriesReader
    folders = [folder, *(path for path in folder.rglob("*") if path.is_dir())]
    return [
        tuple(reader.GetGDCMSeriesFileNames(str(one), uid))
        for one in folders
        for uid in reader.GetGDCMSeriesIDs(str(one))
    ]


def given(volume: Floats, spacing: tuple[float, ...]) -> dict[str, NDArray[Any]]:
    """Inputs of the graphs."""
    return {"hu": volume[None, None], "spacing_mm": np.array(spacing, dtype=np.float32)}


def to_grid(labels: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    """Nearest label at the centre of every voxel of another grid over the same box."""
    places = [
        np.minimum((np.arange(count) + 0.5) * have / count, have - 1).astype(int)
        for count, have in zip(shape, labels.shape, strict=True)
    ]
    return labels[np.ix_(*places)]


def dice(one: Mask, other: Mask) -> float:
    """Overlap of two masks."""
    return float(2 * (one & other).sum() / max(int(one.sum() + other.sum()), 1))


def sides_of(lungs: NDArray[Any]) -> tuple[Mask, Mask]:
    """Right and left lung of a label map."""
    return lungs == 1, lungs == 2


def blobs(lung: Mask, spacing: tuple[float, ...], share: float, seed: int) -> Mask:
    """About this share of a mask as smooth random clouds of some 15 mm, the same for the same seed."""
    from scipy.ndimage import gaussian_filter

    noise = np.random.default_rng(seed).standard_normal(lung.shape, dtype=np.float32)
    cloud = gaussian_filter(noise, [7.0 / step for step in spacing])
    return lung & (cloud > np.quantile(cloud[lung], 1 - share))


__all__ = [
    "CHESTS",
    "GLASS_HU",
    "PHANTOMS",
    "SCANS",
    "SOLID_HU",
    "PhantomSpec",
    "blobs",
    "dice",
    "given",
    "read_scan",
    "sides_of",
    "to_grid",
    "whole_scan",
]
