#!/usr/bin/env python3
"""Build the package `cxr-lungs-heart` from trained weights and measured figures.

    python packaging/models/build_cxr_lungs_heart.py --work WORK --figures metrics.json --out resources/models

WORK holds what `train_cxr_lungs.py` left; metrics.json is what `measure_cxr_lungs.py` wrote.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from build_cxr_opacity import pinned_versions
from cxr_lungs_manifest import NAME, VERSION, manifest
from lungs_graph import SIZE, build_model, read_weights
from package_files import ROOT, Package, library_versions, source_hash, write_package
from synthetic import golden_chest

SCRIPTS = (
    "onnx_graph.py",
    "onnx_floods.py",
    "lungs_graph.py",
    "lungs_rules.py",
    "lungs_network.py",
    "drawn_chest.py",
    "drawn_film.py",
    "draw_cxr_lungs.py",
    "train_cxr_lungs.py",
)
DATA_LICENCE = """Shapes were learned from drawings of the product's own phantom (app/phantom, Apache-2.0). After that
the network saw films of NIH ChestX-ray14 (NIH Clinical Center) without labels, and outlines that it had made itself.
The NIH Clinical Center states no restriction on use and asks for attribution: Wang et al., ChestX-ray8, CVPR 2017.
Masks of others (Hannover films, CC BY 3.0; V7 Labs) were used to measure it, not to make it. No film and no part of
one is in this package; the golden test is a made-up array (packaging/models/synthetic.py), Apache-2.0 as the rest.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--figures", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    figures = json.loads(options.figures.read_text(encoding="utf-8"))
    figures["made_with"] = library_versions("numpy", "onnx", "onnxruntime-gpu", "scipy", "pillow")
    figures["scripts_sha256"] = source_hash(*SCRIPTS)
    figures["trained_with"] = pinned_versions()
    weights = read_weights(options.work / "lungs.npz")
    figures["parameters"] = sum(array.size for array in (*weights.kernels, *weights.biases))
    package = Package(
        model=build_model(weights, NAME, VERSION),
        manifest=manifest(figures),
        card=card(figures),
        data_licence=DATA_LICENCE,
        golden_input=golden_input(),
        golden_outputs=("chance_coarse",),  # outlines and ratios jump by whole pixels
        extra={"docs/metrics.json": json.dumps(figures, indent=2) + "\n"},
    )
    write_package(options.out / f"{NAME}-{VERSION}", package)


def golden_input() -> dict[str, Any]:
    """What the golden test feeds."""
    return {"film": golden_chest()[None, None]}


def card(figures: dict[str, Any]) -> str:
    """The card for people, its numbers from the figures."""
    template = (ROOT / "packaging/models/cards/cxr_lungs_heart.md").read_text(encoding="utf-8")
    masks, peer, drawn, training = (figures[key] for key in ("masks", "peer", "drawn", "training"))
    return template.format(
        version=VERSION,
        size=SIZE,
        parameters=figures["parameters"],
        drawn_films=training["drawn_films"],
        kept=training["kept"],
        held_out=training["held_out"],
        films_sha256=training["films_sha256"],
        masks_n=masks["n"],
        masks_patients=masks["patients"],
        outside_heart=shown(masks["outside_heart"]),
        all_mask=shown(masks["all"]),
        pa=shown(masks["pa"]),
        pa_n=masks["pa"]["n"],
        ap=shown(masks["ap"]),
        ap_n=masks["ap"]["n"],
        said=masks["said"],
        said_dice=shown(masks["said_outside_heart"]) if masks["said"] else "-",
        lowest=masks["lowest_outside_heart"],
        peer_n=peer["n"],
        peer_films=peer["films"],
        peer_said=peer["said"],
        peer_lungs=shown(peer["lungs"]),
        peer_heart=shown(peer["heart"]),
        peer_ratio=shown(peer["ratio_difference"]),
        limits=f"{peer['ratio_limits'][0]:+.3f} to {peer['ratio_limits'][1]:+.3f}",
        drawn_n=drawn["n"],
        drawn_all=drawn["films"],
        right=shown(drawn["right lung"]),
        left=shown(drawn["left lung"]),
        heart=shown(drawn["heart"]),
        ratio_error=shown(drawn["ratio_error"]),
        odd="\n".join(f"| {row['kind']} | {row['n']} | {row['refused']} |" for row in figures["odd"]),
        made_with=", ".join(f"{name} {number}" for name, number in figures["made_with"].items()),
        trained_with=figures["trained_with"],
        scripts_sha256=figures["scripts_sha256"],
    )


def shown(one: dict[str, Any]) -> str:
    """A mean with its interval."""
    return f"{one['mean']:.3f} ({one['ci95'][0]:.3f} to {one['ci95'][1]:.3f})"


if __name__ == "__main__":
    main()
