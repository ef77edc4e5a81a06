#!/usr/bin/env python3
"""Measure `ct-nodule-candidates`: made-up nodules in real lungs, and lesions that real scans are known to hold.

    python packaging/models/measure_ct_nodules.py --data ../shared/data --out metrics.json

Nothing is learned: the graph is closed form, its limits were set on the first copies of each scan (seed 100 up), and
the figures come from other copies (seed 500 up). The scans themselves are the same two, which is why the intervals
below are too narrow for scans of other patients. Runs in the product's own environment.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
from ct_nodule_graph import GRID_MM, build_model
from ct_nodule_manifest import THRESHOLD
from ct_nodules_made import Made, Spot, froc, meets, spots_in, with_nodules
from ct_scans import CHESTS, SCANS, Floats, read_scan, sitk, to_grid, whole_scan
from measuring import asked_paths, cost_of, wilson_share, write_figures
from numpy.typing import NDArray
from package_files import run_model

from app.phantom import disease
from app.phantom.chest import chest_ct
from app.phantom.spec import covering_spec, grid_affine
from inference.image import Image
from inference.preprocess.resample import OP

ALARMS = (1.0, 2.0, 4.0, 8.0)
COPIES = 2
SEED = 500
LOWEST = 0.2
KINDS = {
    "all": lambda one: True,
    "solid, 6 mm and more": lambda one: not one.is_glass and one.radius_mm >= 3,
    "solid, under 6 mm": lambda one: not one.is_glass and one.radius_mm < 3,
    "ground glass": lambda one: one.is_glass,
}


def main() -> None:
    options = asked_paths(__doc__, "data", "out")
    model = build_model("ct-nodule-candidates", "0.0.0").SerializeToString()
    runs = [run for _, place, _ in SCANS[:CHESTS] for run in made_runs(model, options.data / place)]
    shares, limits, best = froc(runs, ALARMS)
    figures = {
        "froc": {
            kind: {rate: share_of(best, KINDS[kind], limit) for rate, limit in limits.items()}
            for kind in KINDS
        },
        "thresholds": {rate: round(limit, 3) for rate, limit in limits.items()},
        "sensitivity_all": {rate: round(share, 3) for rate, share in shares.items()},
        "operating": operating(runs, best),
        "lesions": [lesion(model, options.data, *one) for one in LESIONS],
        "phantom": phantom(model),
        "speed": cost_of(run_model, model, {"hu": on_grid(*whole_scan())[0][None, None]}),
    }
    write_figures(options.out, figures)


def on_grid(
    volume: Floats, spacing: tuple[float, ...]
) -> tuple[Floats, tuple[float, ...], NDArray[np.float64]]:
    """As the product gives it to the graph: cubes of 1.5 mm, their true spacing, and the first one's centre in mm."""
    image = OP.forward(Image(volume, np.diag([*spacing, 1.0])), {"spacing_mm": [GRID_MM] * 3})
    return image.values, tuple(float(one) for one in np.diag(image.affine)[:3]), image.affine[:3, 3]


def found_in(model: bytes, volume: Floats, spacing: tuple[float, ...], at: float) -> list[Spot]:
    """Candidates in mm of the scan's own axes, best first; none where there are no lungs."""
    values, steps, first = on_grid(volume, spacing)
    answer = run_model(model, {"hu": values[None, None]})
    if answer["lungs_found"][0] < 0.5:
        return []
    spots = spots_in(answer["score"][0, 0], steps, at)
    return [Spot(tuple(np.asarray(one.center_mm) + first), one.radius_mm, one.score) for one in spots]


def made_runs(model: bytes, place: Path) -> list[tuple[list[Spot], list[Made]]]:
    """Copies of one scan with made-up nodules, and what was found. Real nodules count as false alarms here."""
    volume, spacing = read_scan(place)
    values, _, _ = on_grid(volume, spacing)
    lung = to_grid(run_model(model, {"hu": values[None, None]})["lung"][0, 0], volume.shape) > 0
    runs = []
    for copy in range(COPIES):
        changed, made = with_nodules(volume, lung, spacing, SEED + copy)
        runs.append((found_in(model, changed, spacing, LOWEST), made))
        print(f"{place.name}: copy {copy + 1}", flush=True)
    return runs


def share_of(best: list[tuple[Made, float]], kind: Any, limit: float) -> dict[str, Any]:
    """Share of one kind above a limit, with its Wilson interval."""
    hits = [score > limit for made, score in best if kind(made)]
    return wilson_share(sum(hits), len(hits))


def operating(runs: list[tuple[list[Spot], list[Made]]], best: list[tuple[Made, float]]) -> dict[str, Any]:
    """At the threshold that ships: sensitivity by kind, and false alarms per scan."""
    false = [
        sum(spot.score > THRESHOLD and not any(meets(spot, one) for one in made) for spot in spots)
        for spots, made in runs
    ]
    return {
        "threshold": THRESHOLD,
        "false_alarms_per_scan": round(float(np.mean(false)), 1),
        "sensitivity": {kind: share_of(best, chosen, THRESHOLD) for kind, chosen in KINDS.items()},
    }


LESIONS = (
    ("PyRadiomics lung1", "ct_chest_tumour_lung1/lung1_image.nrrd", "ct_chest_tumour_lung1/lung1_label.nrrd"),
    ("Lung-PET-CT-Dx A0002", "ct_chest_lungdx_A0002", "ct_chest_lungdx_A0002/labels.csv"),
    ("CPTAC C3N-00247", "ct_chest_cptac_C3N-00247", ""),
)


def lesion(model: bytes, data: Path, name: str, scan: str, truth: str) -> dict[str, Any]:
    """Rank and score of the first candidate on the known lesion, and the first candidates of all."""
    volume, spacing = read_scan(data / scan)
    spots = found_in(model, volume, spacing, LOWEST)
    row: dict[str, Any] = {
        "name": name,
        "candidates": sum(one.score > THRESHOLD for one in spots),
        "first": [
            {
                "slice": round(one.center_mm[0] / spacing[0]),
                "row": round(one.center_mm[1] / spacing[1]),
                "column": round(one.center_mm[2] / spacing[2]),
                "score": round(one.score, 2),
                "size_mm": round(2 * one.radius_mm, 1),
            }
            for one in spots[:8]
        ],
    }
    if not truth:
        return row | {"truth": "none"}
    mask = mask_of(data, scan, data / truth, volume.shape)
    index = [
        tuple(
            int(np.clip(round(at / step), 0, size - 1))
            for at, step, size in zip(one.center_mm, spacing, volume.shape, strict=True)
        )
        for one in spots
    ]
    hit = next((place for place, at in enumerate(index) if mask[at]), None)
    return row | {
        "truth": "voxel mask" if truth.endswith("nrrd") else "boxes",
        "rank": None if hit is None else hit + 1,
        "score": None if hit is None else round(spots[hit].score, 2),
        "found": hit is not None and spots[hit].score > THRESHOLD,
    }


def mask_of(data: Path, scan: str, truth: Path, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Where the known lesion lies, in the order of `read_scan`."""
    if truth.suffix == ".nrrd":
        label = sitk.DICOMOrient(sitk.ReadImage(str(truth)), "LPS")
        return np.asarray(sitk.GetArrayFromImage(label) > 0)
    import pydicom

    mask = np.zeros(shape, dtype=bool)
    files = sorted((data / scan).rglob("*.dcm"))
    heads = [pydicom.dcmread(path, stop_before_pixels=True) for path in files]
    heights = sorted(float(one.ImagePositionPatient[2]) for one in heads)
    place = {str(one.SOPInstanceUID): heights.index(float(one.ImagePositionPatient[2])) for one in heads}
    names = {path.name: str(one.SOPInstanceUID) for path, one in zip(files, heads, strict=True)}
    with truth.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            uid = row.get("sop_instance_uid") or names[Path(row["file"]).name]
            left, top, right, bottom = (int(float(row[key])) for key in ("xmin", "ymin", "xmax", "ymax"))
            mask[place[uid], top : bottom + 1, left : right + 1] = True
    return mask


def phantom(model: bytes) -> dict[str, Any]:
    """The phantom's own nodules: which are found, and false alarms."""
    spec = covering_spec(150, 320, 320)
    pixels, _ = chest_ct(spec)
    spots = found_in(model, pixels.astype(np.float32), spec.spacing_mm, LOWEST)
    inverse = np.linalg.inv(grid_affine(spec))
    made = [
        Made(
            tuple((inverse @ [*nodule.center_lps_mm, 1.0])[:3] * np.asarray(spec.spacing_mm)),
            nodule.radius_mm,
            nodule.hu < -300,
        )
        for nodule in disease.NODULES
    ]
    above = [one for one in spots if one.score > THRESHOLD]
    return {
        "nodules": len(made),
        "found": sum(any(meets(spot, one) for spot in above) for one in made),
        "false_alarms": sum(not any(meets(spot, one) for one in made) for spot in above),
        "missed": [
            {"diameter_mm": 2 * one.radius_mm, "ground_glass": one.is_glass}
            for one in made
            if not any(meets(spot, one) for spot in above)
        ],
    }


if __name__ == "__main__":
    main()
