#!/usr/bin/env python3
"""Build the package `ct-dense-lung`: an ONNX graph written by hand, nothing trained.

    python packaging/models/build_ct_dense_lung.py --out resources/models [--figures FILE]

The figures on its card come from `measure_ct_dense_lung.py`; --figures names the file that it wrote, else those of the
package that lies there already are kept.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from build_command import build
from card_parts import fill_card, pair
from ct_dense_lung_graph import (
    CEILING_HU,
    CONSOLIDATION_HU,
    DENSE_HU,
    GRADE_PERCENT,
    PAIRS,
    SINGLE,
    build_model,
)
from ct_dense_lung_manifest import NAME, VERSION, manifest
from ct_manifest_parts import DATA_LICENCE
from ct_scans import GLASS_HU, SOLID_HU
from package_files import Package
from synthetic import SPACING_MM, golden_torso

SCRIPTS = ("onnx_graph.py", "onnx_floods.py", "ct_lungs_graph.py", "ct_dense_lung_graph.py")
SCAN_NUMBERS = (("lung_ml", 0), ("dense_percent", 1), ("glass_percent", 1), ("solid_percent", 1))


def package_of(figures: dict[str, Any]) -> Package:
    """All that is this package's own."""
    return Package(
        model=build_model(NAME, VERSION),
        manifest=manifest(figures),
        card=card(figures),
        data_licence=DATA_LICENCE,
        golden_input=golden_input(),
        golden_outputs=(*PAIRS, *SINGLE),
    )


def golden_input() -> dict[str, Any]:
    """What the golden test feeds."""
    return {"hu": golden_torso()[None, None], "spacing_mm": np.array(SPACING_MM, dtype=np.float32)}


def card(figures: dict[str, Any]) -> str:
    """The card for people, its numbers from the figures."""
    summary = figures["summary"]
    mean, largest = summary["inserted_mean_error_points"], summary["inserted_largest_error_points"]
    return fill_card(
        "ct_dense_lung",
        figures,
        version=VERSION,
        scans="\n".join(scan_row(row) for row in figures["scans"]),
        phantom="\n".join(phantom_row(row) for row in figures["phantom"]),
        inserted="\n".join(inserted_row(row) for row in figures["inserted"]),
        inserted_n=len(figures["inserted"]),
        refused=summary["inserted_refused"],
        mean_glass=mean["glass"],
        mean_solid=mean["solid"],
        worst_glass=largest["glass"],
        worst_solid=largest["solid"],
        glass_hu=int(GLASS_HU),
        solid_hu=int(SOLID_HU),
        dense=int(DENSE_HU),
        solid=int(CONSOLIDATION_HU),
        ceiling=int(CEILING_HU),
        grades=GRADE_PERCENT,
        worst_points=summary["largest_error_points"],
        healthy=summary["healthy_percent"],
        real=summary["real_baseline_percent"],
        seconds=figures["speed"]["seconds"],
        peak_mb=figures["speed"]["peak_mb"],
    )


def scan_row(row: dict[str, Any]) -> str:
    """What was said of one real scan."""
    numbers = " | ".join(pair(row[key], digits) for key, digits in SCAN_NUMBERS)
    found = "yes" if row["lungs_found"] else "no: not applicable"
    return f"| {row['name']} | {row['slice_mm']:.1f} | {numbers} | {found} | {row['remark']} |"


def phantom_row(row: dict[str, Any]) -> str:
    """One phantom beside its truth."""
    return (
        f"| {row['name']} | {row['slice_mm']:.1f} x {row['pixel_mm']:.2f} | {pair(row['dense_percent'], 2)} | "
        f"{pair(row['true_percent'], 2)} | {row['error_points']:+.2f} | {pair(row['volume_error_percent'], 1)} | "
        f"{pair(row['dice'], 3)} | {row['glass_dice']} |"
    )


def inserted_row(row: dict[str, Any]) -> str:
    """One real scan with made-up disease beside what was put in."""
    true = [row[f"true_{kind}_percent"] for kind in ("glass", "solid")]
    if not row["lungs_found"]:
        return f"| {row['name']} | {pair(true[0], 1)} | - | {pair(true[1], 1)} | - | - | no: not applicable |"
    return (
        f"| {row['name']} | {pair(true[0], 1)} | {pair(row['glass_percent'], 1)} | {pair(true[1], 1)} | "
        f"{pair(row['solid_percent'], 1)} | CT-{row['grade']} | yes |"
    )


if __name__ == "__main__":
    build(__doc__, f"{NAME}-{VERSION}", SCRIPTS, package_of)
