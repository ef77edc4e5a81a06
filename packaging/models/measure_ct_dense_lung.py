#!/usr/bin/env python3
"""Measure `ct-dense-lung` on the phantom (known truth) and on real scans (no truth; what it says of them).

    python packaging/models/measure_ct_dense_lung.py --data ../shared/data --out metrics.json

Runs in the product's own environment (the phantom is the product's). Nothing is learned or tuned here.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from ct_dense_lung_graph import build_model
from numpy.typing import NDArray
from package_files import ROOT, run_model

sys.path.insert(0, str(ROOT))
from app.phantom.chest import chest_ct
from app.phantom.labels import GROUND_GLASS, chest_labels
from app.phantom.spec import PhantomSpec, covering_spec

sitk: Any = import_module("SimpleITK")  # Any: the library brings no types
Floats = NDArray[np.float32]
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
NUMBERS = ("lung_ml", "dense_percent", "solid_percent")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    model = build_model("ct-dense-lung", "0.0.0").SerializeToString()
    phantom = [measure_phantom(model, name, spec) for name, spec in PHANTOMS.items()]
    scans = [measure_scan(model, name, options.data / place, remark) for name, place, remark in SCANS]
    figures = {"phantom": phantom, "scans": scans, "summary": summary(phantom, scans), "speed": speed(model)}
    options.out.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


def measure_phantom(model: bytes, name: str, spec: PhantomSpec) -> dict[str, Any]:
    """Shares, volumes and overlap beside the phantom's own truth."""
    pixels, _ = chest_ct(spec)
    truth = chest_labels(spec)
    answer = run_model(model, given(pixels.astype(np.float32), spec.spacing_mm))
    labels = to_grid(answer["lungs"][0, 0], truth.shape)
    dense = to_grid(answer["dense"][0, 0], truth.shape)
    middle = truth.shape[2] // 2
    columns = (
        np.arange(truth.shape[2]) < middle
    )  # the phantom stands upright: its right lung has the lower columns
    pleura = [(truth > 0) & columns, (truth > 0) & ~columns]
    glass = truth == GROUND_GLASS
    true = [100.0 * float((glass & side).sum()) / float(side.sum()) for side in pleura]
    voxel_ml = float(np.prod(spec.spacing_mm)) / 1000.0
    found = [float(share) for share in answer["dense_percent"]]
    volumes = [float(side.sum()) * voxel_ml for side in pleura]
    worse = int(np.argmax(true))
    return {
        "name": name,
        "slice_mm": round(spec.spacing_mm[0], 2),
        "pixel_mm": round(spec.spacing_mm[1], 2),
        "dense_percent": [round(share, 2) for share in found],
        "true_percent": [round(share, 2) for share in true],
        "error_points": round(found[worse] - true[worse], 2) if max(true) else round(max(found), 2),
        "volume_error_percent": [
            round(100 * (float(ml) / volume - 1), 2)
            for ml, volume in zip(answer["lung_ml"], volumes, strict=True)
        ],
        "dice": [round(dice(labels == number, side), 3) for number, side in zip((1, 2), pleura, strict=True)],
        "glass_dice": round(dice(dense > 0, glass), 3) if glass.any() else "-",
        "grade": int(answer["grade"][0]),
    }


def measure_scan(model: bytes, name: str, place: Path, remark: str) -> dict[str, Any]:
    """What the graph says of a real scan."""
    volume, spacing = read_scan(place)
    start = time.monotonic()
    answer = run_model(model, given(volume, spacing))
    row: dict[str, Any] = {"name": name, "slice_mm": round(spacing[0], 2), "remark": remark}
    row |= {number: [round(float(one), 2) for one in answer[number]] for number in NUMBERS}
    row |= {"grade": int(answer["grade"][0]), "lungs_found": bool(answer["lungs_found"][0] > 0.5)}
    return row | {"seconds": round(time.monotonic() - start, 1)}


def read_scan(place: Path) -> tuple[Floats, tuple[float, ...]]:
    """HU with columns to the patient's left and rows to the back, and spacing (slice, row, column)."""
    source: Any = str(place)
    if place.is_dir():
        source = max(series_in(place), key=len)
    image = sitk.DICOMOrient(sitk.ReadImage(source), "LPS")
    return sitk.GetArrayFromImage(image).astype(np.float32), tuple(reversed(image.GetSpacing()))


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
    """Inputs of the graph."""
    return {"hu": volume[None, None], "spacing_mm": np.array(spacing, dtype=np.float32)}


def to_grid(labels: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    """Nearest label at the centre of every voxel of another grid over the same box."""
    places = [
        np.minimum((np.arange(count) + 0.5) * have / count, have - 1).astype(int)
        for count, have in zip(shape, labels.shape, strict=True)
    ]
    return labels[np.ix_(*places)]


def dice(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    """Overlap of two masks."""
    return float(2 * (one & other).sum() / max(int(one.sum() + other.sum()), 1))


def summary(phantom: list[dict[str, Any]], scans: list[dict[str, Any]]) -> dict[str, Any]:
    """The few figures that the card's text names."""
    sick = [row for row in phantom if max(row["true_percent"])]
    healthy = [max(row["dense_percent"]) for row in phantom if not max(row["true_percent"])]
    real = [max(row["dense_percent"]) for row in scans if row["lungs_found"] and row["slice_mm"] <= 5]
    return {
        "largest_error_points": max(abs(row["error_points"]) for row in sick),
        "healthy_percent": max(healthy),
        "real_baseline_percent": max(real),
        "lowest_lung_dice": min(min(row["dice"]) for row in phantom),
    }


def speed(model: bytes) -> dict[str, float]:
    """Seconds of one run on 200 x 512 x 512 with one thread, and the peak memory of this whole process."""
    pixels, _ = chest_ct(PhantomSpec())
    arrays = given(pixels.astype(np.float32), PhantomSpec().spacing_mm)
    start = time.monotonic()
    run_model(model, arrays)
    seconds = time.monotonic() - start
    return {
        "seconds": round(seconds, 1),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


if __name__ == "__main__":
    main()
