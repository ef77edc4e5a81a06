#!/usr/bin/env python3
"""Build the package `ct-emphysema`: an ONNX graph written by hand, nothing trained.

    python packaging/models/build_ct_emphysema.py --out resources/models [--figures FILE]

The figures on its card come from `measure_ct_emphysema.py`; --figures names the file that it wrote, else those of the
package that lies there already are kept.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from build_command import build
from card_parts import fill_card, pair
from ct_emphysema_graph import LOW_HU, PAIRS, PRESENT_PERCENT, SINGLE, build_model
from ct_emphysema_manifest import NAME, VERSION, manifest
from ct_manifest_parts import DATA_LICENCE
from ct_windpipe_graph import WINDPIPE_HU
from package_files import Package
from synthetic import SPACING_MM, golden_bullae

SCRIPTS = (
    "onnx_graph.py",
    "onnx_floods.py",
    "ct_lungs_graph.py",
    "ct_windpipe_graph.py",
    "ct_emphysema_graph.py",
)
NUMBERS = (("laa_percent", 2), ("laa_own_pixels_percent", 2), ("hu_15th", 0))


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
    return {"hu": golden_bullae()[None, None], "spacing_mm": np.array(SPACING_MM, dtype=np.float32)}


def card(figures: dict[str, Any]) -> str:
    """The card for people, its numbers from the figures."""
    summary = figures["summary"]
    return fill_card(
        "ct_emphysema",
        figures,
        version=VERSION,
        low=int(LOW_HU),
        windpipe=int(WINDPIPE_HU),
        present=PRESENT_PERCENT,
        mean=summary["mean_error_points"],
        worst=summary["largest_error_points"],
        own_worst=summary["own_pixels_largest_error_points"],
        inserted="\n".join(
            f"| {row['name']} | {pair(row['true_percent'], 1)} | {numbers(row)} |"
            for row in figures["inserted"]
        ),
        noise="\n".join(f"| {row['noise_hu']:.0f} | {numbers(row)} |" for row in figures["noise"]),
        scans="\n".join(scan_row(row) for row in figures["scans"]),
        seconds=figures["speed"]["seconds"],
        peak_mb=figures["speed"]["peak_mb"],
    )


def numbers(row: dict[str, Any]) -> str:
    """Score, own pixels, percentile, each right / left."""
    return " | ".join(pair(row[key], digits) for key, digits in NUMBERS)


def scan_row(row: dict[str, Any]) -> str:
    """What was said of one real scan."""
    found = "yes" if row["lungs_found"] else "no: not applicable"
    start = f"| {row['name']} | {row['slice_mm']:.1f} | "
    if not row["lungs_found"]:
        return f"{start}- | - | - | - | {found} | {row['remark']} |"
    return f"{start}{pair(row['lung_ml'], 0)} | {numbers(row)} | {found} | {row['remark']} |"


if __name__ == "__main__":
    build(__doc__, f"{NAME}-{VERSION}", SCRIPTS, package_of)
