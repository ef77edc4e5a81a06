#!/usr/bin/env python3
"""Build the package `cxr-lungs-heart` from trained weights and measured figures.

    python packaging/models/build_cxr_lungs_heart.py --work WORK --figures metrics.json --out resources/models

WORK holds what `train_cxr_lungs.py` left; metrics.json is what `measure_cxr_lungs.py` wrote.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from build_command import LIBRARIES, build_trained
from card_parts import fill_card
from cxr_lungs_manifest import NAME, VERSION, manifest
from lungs_graph import SIZE, build_model, read_weights
from package_files import Package
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


def package_of(figures: dict[str, Any], work: Path) -> Package:
    """All that is this package's own; work: what training left."""
    weights = read_weights(work / "lungs.npz")
    figures["parameters"] = sum(array.size for array in (*weights.kernels, *weights.biases))
    return Package(
        model=build_model(weights, NAME, VERSION),
        manifest=manifest(figures),
        card=card(figures),
        data_licence=DATA_LICENCE,
        golden_input=golden_input(),
        golden_outputs=("chance_coarse",),  # outlines and ratios jump by whole pixels
    )


def golden_input() -> dict[str, Any]:
    """What the golden test feeds."""
    return {"film": golden_chest()[None, None]}


def card(figures: dict[str, Any]) -> str:
    """The card for people, its numbers from the figures."""
    masks, peer, drawn, training = (figures[key] for key in ("masks", "peer", "drawn", "training"))
    return fill_card(
        "cxr_lungs_heart",
        figures,
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
        trained_with=figures["trained_with"],
    )


def shown(one: dict[str, Any]) -> str:
    """A mean with its interval."""
    return f"{one['mean']:.3f} ({one['ci95'][0]:.3f} to {one['ci95'][1]:.3f})"


if __name__ == "__main__":
    build_trained(__doc__, f"{NAME}-{VERSION}", SCRIPTS, package_of, (*LIBRARIES, "scipy", "pillow"))
