#!/usr/bin/env python3
"""Build the package `ct-nodule-candidates`: an ONNX graph written by hand, nothing trained.

    python packaging/models/build_ct_nodule_candidates.py --out resources/models [--figures FILE]

The figures on its card come from `measure_ct_nodules.py`; --figures names the file that it wrote, else those of the
package that lies there already are kept.
"""

from __future__ import annotations

from typing import Any

from build_command import LIBRARIES, build
from card_parts import fill_card, interval
from ct_manifest_parts import DATA_LICENCE
from ct_nodule_graph import COARSE_FROM_MM, CONTRAST_HU, CROWD, GRID_MM, RADII_MM, SPOT_HU, build_model
from ct_nodule_manifest import NAME, THRESHOLD, VERSION, manifest
from package_files import Package
from synthetic import golden_spots

SCRIPTS = (
    "onnx_graph.py",
    "onnx_floods.py",
    "ct_lungs_graph.py",
    "ct_windpipe_graph.py",
    "ct_nodule_graph.py",
)


def package_of(figures: dict[str, Any]) -> Package:
    """All that is this package's own."""
    return Package(
        model=build_model(NAME, VERSION),
        manifest=manifest(figures),
        card=card(figures),
        data_licence=DATA_LICENCE,
        golden_input=golden_input(),
        golden_outputs=("lung_ml", "lungs_found", "top_score"),
    )


def golden_input() -> dict[str, Any]:
    """What the golden test feeds."""
    return {"hu": golden_spots()[None, None]}


def card(figures: dict[str, Any]) -> str:
    """The card for people, its numbers from the figures."""
    operating, phantom = figures["operating"], figures["phantom"]
    rates = list(figures["thresholds"])
    froc = "\n".join(
        f"| {kind} | {rows[rates[0]]['n']} | " + " | ".join(interval(rows[rate]) for rate in rates) + " |"
        for kind, rows in figures["froc"].items()
    )
    return fill_card(
        "ct_nodule_candidates",
        figures,
        version=VERSION,
        grid=GRID_MM,
        radii=", ".join(f"{2 * radius:g}" for radius in RADII_MM),
        coarse=2 * COARSE_FROM_MM,
        contrast=int(CONTRAST_HU),
        crowd=1 / CROWD,
        spot=int(SPOT_HU),
        threshold=THRESHOLD,
        false=operating["false_alarms_per_scan"],
        operating="\n".join(
            f"| {kind} | {one['n']} | {interval(one)} |" for kind, one in operating["sensitivity"].items()
        ),
        froc=froc,
        limits=" | ".join(f"{figures['thresholds'][rate]:.2f}" for rate in rates),
        lesions="\n".join(lesion_row(row) for row in figures["lesions"]),
        first="\n".join(first_rows(row) for row in figures["lesions"]),
        phantom_found=phantom["found"],
        phantom_nodules=phantom["nodules"],
        phantom_false=phantom["false_alarms"],
        seconds=figures["speed"]["seconds"],
        peak_mb=figures["speed"]["peak_mb"],
    )


def lesion_row(row: dict[str, Any]) -> str:
    """What became of a known lesion."""
    if row["truth"] == "none":
        return f"| {row['name']} | {row['candidates']} | no reference marks | - |"
    rank = (
        "not among the candidates"
        if row["rank"] is None
        else f"candidate {row['rank']}, score {row['score']:.2f}"
    )
    return f"| {row['name']} | {row['candidates']} | {rank} | {'yes' if row['found'] else 'no'} |"


def first_rows(row: dict[str, Any]) -> str:
    """The best candidates of one scan, one line."""
    spots = "; ".join(
        f"slice {one['slice']} row {one['row']} column {one['column']} ({one['size_mm']} mm, {one['score']:.2f})"
        for one in row["first"][:5]
    )
    return f"- {row['name']}: {spots}"


if __name__ == "__main__":
    build(__doc__, f"{NAME}-{VERSION}", SCRIPTS, package_of, (*LIBRARIES, "scipy"))
