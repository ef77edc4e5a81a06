#!/usr/bin/env python3
"""Measure `ct-dense-lung` on the phantom (known truth) and on real scans (no truth; what it says of them).

    python packaging/models/measure_ct_dense_lung.py --data ../shared/data --out metrics.json

Runs in the product's own environment (the phantom is the product's). Nothing is learned or tuned here.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
from ct_dense_lung_graph import build_model
from ct_scans import (
    CHESTS,
    GLASS_HU,
    PHANTOMS,
    SCANS,
    SOLID_HU,
    Floats,
    PhantomSpec,
    blobs,
    dice,
    given,
    read_scan,
    sides_of,
    to_grid,
    whole_scan,
)
from measuring import asked_paths, cost_of, write_figures
from package_files import run_model
from scipy.ndimage import gaussian_filter

from app.phantom.chest import chest_ct
from app.phantom.labels import GROUND_GLASS, chest_labels

NUMBERS = ("lung_ml", "dense_percent", "glass_percent", "solid_percent")
INSERTED = ((0.05, 0.0), (0.15, 0.05), (0.3, 0.1), (0.5, 0.1), (0.6, 0.25))  # ground glass, consolidation


def main() -> None:
    options = asked_paths(__doc__, "data", "out")
    model = build_model("ct-dense-lung", "0.0.0").SerializeToString()
    phantom = [measure_phantom(model, name, spec) for name, spec in PHANTOMS.items()]
    scans = [measure_scan(model, name, options.data / place, remark) for name, place, remark in SCANS]
    inserted = [row for name, place, _ in SCANS[:CHESTS] for row in insert(model, name, options.data / place)]
    figures = {
        "phantom": phantom,
        "inserted": inserted,
        "scans": scans,
        "summary": summary(phantom, scans, inserted),
        "speed": cost_of(run_model, model, given(*whole_scan())),
    }
    write_figures(options.out, figures)


def measure_phantom(model: bytes, name: str, spec: PhantomSpec) -> dict[str, Any]:
    """Shares, volumes and overlap beside the phantom's own truth."""
    pixels, _ = chest_ct(spec)
    truth = chest_labels(spec)
    answer = run_model(model, given(pixels.astype(np.float32), spec.spacing_mm))
    labels = to_grid(answer["lungs"][0, 0], truth.shape)
    dense = to_grid(answer["dense"][0, 0], truth.shape)
    middle = truth.shape[2] // 2
    columns = np.arange(truth.shape[2]) < middle  # its right lung has the lower columns
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


def insert(model: bytes, name: str, place: Path) -> list[dict[str, Any]]:
    """Made-up ground glass and consolidation in a real scan: how much of what was put in is found, and as what."""
    volume, spacing = read_scan(place)
    before = run_model(model, given(volume, spacing))
    sides = sides_of(to_grid(before["lungs"][0, 0], volume.shape))
    rows = []
    for number, (glass, solid) in enumerate(INSERTED):
        changed, true = volume.copy(), {"glass": [0.0, 0.0], "solid": [0.0, 0.0]}
        for side, lung in enumerate(sides):
            cloud = blobs(lung, spacing, glass + solid, 100 * number + side)
            core = (
                cloud & blobs(cloud, spacing, solid / (glass + solid), 7000 + 100 * number + side)
                if solid
                else cloud & False
            )
            for mask, target, kind in ((cloud & ~core, GLASS_HU, "glass"), (core, SOLID_HU, "solid")):
                filled(changed, volume, mask, target)
                true[kind][side] = 100.0 * float(mask.sum()) / float(lung.sum())
        answer = run_model(model, given(changed, spacing))
        rows.append(
            {
                "name": name,
                "true_glass_percent": [round(one, 2) for one in true["glass"]],
                "true_solid_percent": [round(one, 2) for one in true["solid"]],
                "lungs_found": bool(answer["lungs_found"][0] > 0.5),
                "grade": int(answer["grade"][0]),
                "lung_ml_change_percent": [
                    round(100 * (float(new) / float(old) - 1), 2)
                    for new, old in zip(answer["lung_ml"], before["lung_ml"], strict=True)
                ],
            }
            | {key: [round(float(one), 2) for one in answer[key]] for key in NUMBERS[1:]}
        )
    return rows


def filled(changed: Floats, volume: Floats, mask: Any, target: float) -> None:
    """Lift a part of the lung to a mean of `target`; vessels in it stay, its grain stays."""
    lift = target - float(np.median(volume[mask])) if mask.any() else 0.0
    soft = gaussian_filter(mask.astype(np.float32), (0, 1, 1))
    lifted = np.minimum(volume + lift, np.maximum(volume, 60.0))
    changed[mask] = (volume + (lifted - volume) * np.maximum(soft, 0.5))[mask] if target < 0 else lifted[mask]


def summary(
    phantom: list[dict[str, Any]], scans: list[dict[str, Any]], inserted: list[dict[str, Any]]
) -> dict[str, Any]:
    """The few figures that the card's text names."""
    sick = [row for row in phantom if max(row["true_percent"])]
    healthy = [max(row["dense_percent"]) for row in phantom if not max(row["true_percent"])]
    real = [max(row["dense_percent"]) for row in scans if row["lungs_found"] and row["slice_mm"] <= 6]
    away = {
        kind: [
            abs(found - true)
            for row in inserted
            if row["lungs_found"]
            for found, true in zip(row[f"{kind}_percent"], row[f"true_{kind}_percent"], strict=True)
        ]
        for kind in ("glass", "solid")
    }
    return {
        "inserted_mean_error_points": {kind: round(float(np.mean(some)), 2) for kind, some in away.items()},
        "inserted_largest_error_points": {kind: round(max(some), 2) for kind, some in away.items()},
        "inserted_refused": sum(not row["lungs_found"] for row in inserted),
        "largest_error_points": max(abs(row["error_points"]) for row in sick),
        "healthy_percent": max(healthy),
        "real_baseline_percent": max(real),
        "lowest_lung_dice": min(min(row["dice"]) for row in phantom),
    }


if __name__ == "__main__":
    main()
