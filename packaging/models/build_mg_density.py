#!/usr/bin/env python3
"""Build the package `mg-density`: an ONNX graph written by hand, nothing trained.

    python packaging/models/build_mg_density.py --out resources/models [--figures FILE]

The figures on its card come from `measure_mg_density.py`; --figures names the file that it wrote, else those of the
package that lies there already are kept.
"""

from __future__ import annotations

from typing import Any

from build_command import LIBRARIES, build
from card_parts import fill_card, interval
from mg_breast_graph import CLUSTER_SPOTS, FIGURES, SPOT_DEVIATIONS, SPOT_SHARE, build_model
from mg_breast_parts import EDGE_SHARE, MUSCLE_STEP, TOP_SHARE
from mg_density_manifest import NAME, VERSION, manifest
from package_files import Package
from synthetic import golden_mammogram

SCRIPTS = ("onnx_graph.py", "onnx_floods.py", "mg_breast_parts.py", "mg_breast_graph.py")
LETTERS = "abcd"
DATA_LICENCE = """No data went into this package: every limit is ours. The golden test is a made-up array
(packaging/models/synthetic.py), Apache-2.0 as the package itself. Real films were used to measure it, not to make it
(CBIS-DDSM, CC BY 3.0: Lee et al., Sci Data 2017); none of their pixels is in this package.
"""


def package_of(figures: dict[str, Any]) -> Package:
    """All that is this package's own."""
    return Package(
        model=build_model(NAME, VERSION),
        manifest=manifest(figures),
        card=card(figures),
        data_licence=DATA_LICENCE,
        golden_input=golden_input(),
        golden_outputs=FIGURES,
    )


def golden_input() -> dict[str, Any]:
    """What the golden test feeds."""
    return {"film": golden_mammogram()[None, None]}


def card(figures: dict[str, Any]) -> str:
    """The card for people, its numbers from the figures."""
    summary = figures["summary"]
    return fill_card(
        "mg_density",
        figures,
        version=VERSION,
        edge=EDGE_SHARE,
        top=TOP_SHARE,
        step=MUSCLE_STEP,
        deviations=SPOT_DEVIATIONS,
        spot=SPOT_SHARE,
        cluster=CLUSTER_SPOTS,
        mean=summary["mean_error_points"],
        worst=summary["largest_error_points"],
        muscle=summary["muscle_right"],
        made_n=len(figures["made"]),
        per_film=summary["clusters_per_film"],
        made="\n".join(made_row(row) for row in figures["made"]),
        clusters="\n".join(
            f"| {kind} | {one['n']} | {interval(one)} |" for kind, one in figures["clusters"].items()
        ),
        real="\n".join(real_row(row) for row in figures["real"]),
        seconds=figures["speed"]["seconds"],
        peak_mb=figures["speed"]["peak_mb"],
    )


def made_row(row: dict[str, Any]) -> str:
    """One made-up breast beside what was drawn."""
    view = "oblique" if row["oblique"] else "from above"
    muscle = "found" if row["muscle_found"] else "none"
    letter = LETTERS[row["quarter"] - 1]
    return f"| {view} | {row['true_percent']:.1f} | {row['found_percent']:.1f} | {letter} | {muscle} |"


def real_row(row: dict[str, Any]) -> str:
    """What one real film got."""
    muscle = "found" if row["muscle_found"] else "none"
    return (
        f"| {row['film']} | {row['view']} | {row['dense_percent']:.1f} | {LETTERS[row['quarter'] - 1]} | {muscle} | "
        f"{row['spots']} | {row['clusters']} |"
    )


if __name__ == "__main__":
    build(__doc__, f"{NAME}-{VERSION}", SCRIPTS, package_of, (*LIBRARIES, "scipy"))
