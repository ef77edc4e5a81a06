#!/usr/bin/env python3
"""Build the package `ct-dense-lung`: an ONNX graph written by hand, nothing trained.

    python packaging/models/build_ct_dense_lung.py --out resources/models [--figures FILE]

The figures on its card come from `measure_ct_dense_lung.py`; --figures names the file that it wrote, else those of the
package that lies there already are kept.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
from ct_dense_lung_graph import CEILING_HU, CONSOLIDATION_HU, DENSE_HU, GRADE_PERCENT, build_model
from ct_dense_lung_manifest import NAME, VERSION, manifest
from package_files import ROOT, Package, library_versions, source_hash, write_package
from synthetic import SPACING_MM, golden_torso

SCRIPTS = ("onnx_graph.py", "ct_dense_lung_graph.py")
DATA_LICENCE = """No data went into this package: thresholds are from the papers named on its card, the rest is ours.
The golden test is a made-up array (packaging/models/synthetic.py), Apache-2.0 as the package itself.
Real scans were used to measure it, not to make it; none of their pixels is in this package.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--figures", type=Path)
    options = parser.parse_args()
    folder = options.out / f"{NAME}-{VERSION}"
    figures = json.loads((options.figures or folder / "docs/metrics.json").read_text(encoding="utf-8"))
    figures["made_with"] = library_versions("numpy", "onnx", "onnxruntime-gpu")
    figures["scripts_sha256"] = source_hash(*SCRIPTS)
    package = Package(
        model=build_model(NAME, VERSION),
        manifest=manifest(figures),
        card=card(figures),
        data_licence=DATA_LICENCE,
        golden_input={
            "hu": golden_torso()[None, None],
            "spacing_mm": np.array(SPACING_MM, dtype=np.float32),
        },
        golden_outputs=("lung_ml", "dense_percent", "solid_percent", "worse_percent", "grade", "lungs_found"),
        extra={"docs/metrics.json": json.dumps(figures, indent=2) + "\n"},
    )
    write_package(folder, package)


def card(figures: dict[str, Any]) -> str:
    """The card for people, its numbers from the figures."""
    template = (ROOT / "packaging/models/cards/ct_dense_lung.md").read_text(encoding="utf-8")
    scans = "\n".join(
        f"| {row['name']} | {row['slice_mm']:.1f} | {pair(row['lung_ml'], 0)} | {pair(row['dense_percent'], 1)} | "
        f"{pair(row['solid_percent'], 1)} | {'yes' if row['lungs_found'] else 'no: not applicable'} | {row['remark']} |"
        for row in figures["scans"]
    )
    phantom = "\n".join(
        f"| {row['name']} | {row['slice_mm']:.1f} x {row['pixel_mm']:.2f} | {pair(row['dense_percent'], 2)} | "
        f"{pair(row['true_percent'], 2)} | {row['error_points']:+.2f} | {pair(row['volume_error_percent'], 1)} | "
        f"{pair(row['dice'], 3)} | {row['glass_dice']} |"
        for row in figures["phantom"]
    )
    return template.format(
        scans=scans,
        phantom=phantom,
        dense=int(DENSE_HU),
        solid=int(CONSOLIDATION_HU),
        ceiling=int(CEILING_HU),
        grades=GRADE_PERCENT,
        worst_points=figures["summary"]["largest_error_points"],
        healthy=figures["summary"]["healthy_percent"],
        real=figures["summary"]["real_baseline_percent"],
        seconds=figures["speed"]["seconds"],
        peak_mb=figures["speed"]["peak_mb"],
        made_with=", ".join(f"{name} {number}" for name, number in figures["made_with"].items()),
        scripts_sha256=figures["scripts_sha256"],
    )


def pair(values: list[float], digits: int) -> str:
    """Right / left."""
    return " / ".join(f"{number:.{digits}f}" for number in values)


if __name__ == "__main__":
    main()
