#!/usr/bin/env python3
"""Build the package `mg-asymmetry`: an ONNX graph written by hand, nothing trained.

    python packaging/models/build_mg_asymmetry.py --out resources/models [--figures FILE]

The figures on its card, and its threshold, come from `measure_mg_asymmetry.py`; --figures names the file that it wrote,
else those of the package that lies there already are kept.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from build_command import LIBRARIES, build
from card_parts import fill_card, interval
from mg_asymmetry_graph import (
    DENSE_FROM,
    DENSE_TO,
    HEAT_FROM,
    LEAST_SPAN,
    MARKED_SHARE,
    OUTLINE_DICE,
    SHAPE_RATIO,
    SPAN_SHARE,
    VIEWS,
    build_model,
    figures,
)
from mg_asymmetry_manifest import NAME, VERSION, manifest
from package_files import Package
from synthetic import mammogram

SCRIPTS = (
    "onnx_graph.py",
    "onnx_floods.py",
    "mg_breast_parts.py",
    "mg_common_grid.py",
    "mg_asymmetry_graph.py",
)
DATA_LICENCE = """No data went into this package: its limits are ours, its threshold comes from made-up pairs
(packaging/models/mg_made_pairs.py). The golden test is a made-up array (packaging/models/synthetic.py), Apache-2.0 as
the package itself. Real films were used to measure it, not to make it (CBIS-DDSM, CC BY 3.0: Lee et al., Sci Data
2017); none of their pixels is in this package.
"""


def package_of(told: dict[str, Any]) -> Package:
    """All that is this package's own."""
    return Package(
        model=build_model(NAME, VERSION),
        manifest=manifest(told),
        card=card(told),
        data_licence=DATA_LICENCE,
        golden_input=golden_input(),
        golden_outputs=figures(),
    )


def golden_input() -> dict[str, Any]:
    """A right breast with its chest wall on the right, a left one with more dense tissue, and oblique ones."""
    films = {"rcc": mammogram()[:, ::-1], "rmlo": mammogram(muscle=True)[:, ::-1]}
    films |= {"lcc": with_more(mammogram()), "lmlo": mammogram(muscle=True)}
    given: dict[str, Any] = {name: np.ascontiguousarray(film)[None, None] for name, film in films.items()}
    return given | {f"{view.lower()}_mm": np.array([1.0, 0.4, 0.4], np.float32) for view in VIEWS}


def with_more(film: Any) -> Any:
    """With another dense box, below the one that is there."""
    changed = film.copy()
    changed[340:400, 60:140] = 2000.0
    return changed


def card(told: dict[str, Any]) -> str:
    """The card for people, its numbers from the figures."""
    at = told["at_threshold"]
    return fill_card(
        "mg_asymmetry",
        told,
        version=VERSION,
        least=LEAST_SPAN,
        span=SPAN_SHARE,
        dense_from=DENSE_FROM,
        dense_to=DENSE_TO,
        heat=HEAT_FROM,
        marked=MARKED_SHARE,
        outline=OUTLINE_DICE,
        shape=SHAPE_RATIO,
        threshold=at["threshold"],
        found=", ".join(f"{one['value']:.0%} of those {size}" for size, one in at["sensitivity"].items()),
        alarm_share=at["false_alarms"]["value"],
        alarms=interval(at["false_alarms"]),
        wrong=interval(at["wrong_side"]),
        n=at["false_alarms"]["n"],
        points="\n".join(point_row(one) for one in told["operating_points"]),
        sizes=" | ".join(at["sensitivity"]),
        density="\n".join(density_row(one) for one in told["by_density"]),
        place=told["place_mm"],
        index=told["index_without_blob"],
        compared=told["compared"],
        real="\n".join(real_row(row) for row in told["real"]["pairs"]),
        seconds=max(row["seconds"] for row in told["real"]["pairs"]),
        peak_mb=told["real"]["peak_mb"],
    )


def point_row(one: dict[str, Any]) -> str:
    """One threshold."""
    found = " | ".join(interval(each) for each in one["sensitivity"].values())
    return f"| {one['threshold']:.3f} | {interval(one['false_alarms'])} | {found} |"


def density_row(one: dict[str, Any]) -> str:
    """Breasts of one amount of dense tissue."""
    return f"| {one['share']:.0%} | {interval(one['alarms'])} | {interval(one['found'])} |"


def real_row(row: dict[str, Any]) -> str:
    """One real pair."""
    done = "yes" if row["ok"] else "no"
    scores = f"{row['right']:.3f} | {row['left']:.3f} | {row['marked']:.1f} | {row['index']:.1f}"
    return f"| {row['case']} | {row['pair'].upper()} | {done} | {row['outline']:.1f} | {scores} |"


if __name__ == "__main__":
    build(__doc__, f"{NAME}-{VERSION}", SCRIPTS, package_of, (*LIBRARIES, "scipy"))
