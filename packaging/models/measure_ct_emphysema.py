#!/usr/bin/env python3
"""Measure `ct-emphysema` on real scans (what it says of them) and on made-up emphysema put into them (known truth).

    python packaging/models/measure_ct_emphysema.py --data ../shared/data --out metrics.json

Runs in the product's own environment. Nothing is learned or tuned here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from ct_emphysema_graph import build_model
from ct_scans import CHESTS, SCANS, Floats, blobs, given, read_scan, sides_of, to_grid, whole_scan
from measuring import asked_paths, cost_of, write_figures
from package_files import run_model

from app.phantom.chest import chest_ct
from app.phantom.spec import covering_spec

NUMBERS = ("lung_ml", "laa_percent", "laa_own_pixels_percent", "hu_15th")
INSERTED = (0.03, 0.10, 0.25, 0.45)
TARGET_HU = -985.0
VESSEL_HU = -700.0  # what is denser stays as it is
NOISES = (12.0, 30.0, 60.0)


def main() -> None:
    options = asked_paths(__doc__, "data", "out")
    model = build_model("ct-emphysema", "0.0.0").SerializeToString()
    scans = [measure_scan(model, name, options.data / place, remark) for name, place, remark in SCANS]
    inserted = [row for name, place, _ in SCANS[:CHESTS] for row in insert(model, name, options.data / place)]
    noise = [healthy_phantom(model, hu) for hu in NOISES]
    found = [
        (abs(got - true), abs(own - true))
        for row in inserted
        for got, own, true in zip(
            row["laa_percent"], row["laa_own_pixels_percent"], row["true_percent"], strict=True
        )
    ]
    figures = {
        "scans": scans,
        "inserted": inserted,
        "noise": noise,
        "summary": {
            "mean_error_points": round(float(np.mean([one for one, _ in found])), 2),
            "largest_error_points": round(max(one for one, _ in found), 2),
            "own_pixels_largest_error_points": round(max(own for _, own in found), 2),
            "real_baseline_percent": max(max(row["laa_percent"]) for row in scans[:CHESTS]),
            "healthy_percent": max(max(row["laa_percent"]) for row in noise),
        },
        "speed": cost_of(run_model, model, given(*whole_scan())),
    }
    write_figures(options.out, figures)


def numbers_of(answer: dict[str, Any]) -> dict[str, Any]:
    """The answer's pairs, rounded."""
    return {key: [round(float(one), 2) for one in answer[key]] for key in NUMBERS}


def measure_scan(model: bytes, name: str, place: Path, remark: str) -> dict[str, Any]:
    """What the graph says of a real scan."""
    volume, spacing = read_scan(place)
    answer = run_model(model, given(volume, spacing))
    found = bool(answer["lungs_found"][0] > 0.5)
    return {
        "name": name,
        "slice_mm": round(spacing[0], 2),
        "remark": remark,
        "lungs_found": found,
    } | numbers_of(answer)


def insert(model: bytes, name: str, place: Path) -> list[dict[str, Any]]:
    """Clouds of lung lowered to a mean of -985 HU, vessels kept: what was put in beside what is found.

    The true share counts what was lowered and what was low before, on pixels of 1.5 mm.
    """
    volume, spacing = read_scan(place)
    before = run_model(model, given(volume, spacing))
    sides = sides_of(to_grid(before["lungs"][0, 0], volume.shape))
    rows = []
    for number, share in enumerate(INSERTED):
        changed, true = volume.copy(), []
        for side, lung in enumerate(sides):
            cloud = blobs(lung, spacing, share, 100 * number + side) & (volume < VESSEL_HU)
            changed[cloud] = made_of_air(volume[cloud])
            held = float(cloud.sum()) / float(lung.sum())
            true.append(round(100.0 * held + float(before["laa_percent"][side]) * (1 - held), 2))
        answer = run_model(model, given(changed, spacing))
        rows.append({"name": name, "true_percent": true} | numbers_of(answer))
    return rows


def made_of_air(lung: Floats) -> Floats:
    """Mean -985 HU and half the deviation: where tissue is gone, structure is too; half of the grain stays."""
    return np.asarray(np.maximum(TARGET_HU + 0.5 * (lung - float(np.mean(lung))), -1024.0), dtype=np.float32)


def healthy_phantom(model: bytes, noise_hu: float) -> dict[str, Any]:
    """A phantom without disease under more and more noise: the true share is that of its airways."""
    spec = covering_spec(100, 384, 384, healthy=True, noise_hu=noise_hu)
    pixels, _ = chest_ct(spec)
    answer = run_model(model, given(pixels.astype(np.float32), spec.spacing_mm))
    return {"noise_hu": noise_hu} | numbers_of(answer)


if __name__ == "__main__":
    main()
