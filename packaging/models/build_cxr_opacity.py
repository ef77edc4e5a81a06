#!/usr/bin/env python3
"""Build the package `cxr-opacity-starter` from trained weights and measured figures.

python packaging/models/build_cxr_opacity.py --work FOLDER --figures metrics.json --out resources/models
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from cxr_graph import Scale, build_model, read_weights
from cxr_opacity_manifest import NAME, VERSION, manifest
from package_files import ROOT, Package, library_versions, source_hash, write_package
from synthetic import golden_film

SCRIPTS = ("onnx_graph.py", "cxr_graph.py", "cxr_films.py", "cxr_network.py", "train_cxr_opacity.py")
PARTS = ("all", "PA", "AP", "shared_numbers")
LOOKERS = {
    "network": "**this kind of network**",
    "thumbnail_16": "16 x 16 thumbnail, logistic regression",
    "border_12px": "outer 12 of 224 pixels only, logistic regression",
    "patient_number": "the patient's number in the collection",
}
DATA_LICENCE = """Training data: NIH ChestX-ray14 (NIH Clinical Center), 562 films as JPEG of 512 x 512 from a public
collection that mixes several sources. The NIH Clinical Center states no restriction on use and asks for attribution:
Wang et al., ChestX-ray8, CVPR 2017. The collection itself states no licence. No film and no part of one is in this
package; the golden test is a made-up array (packaging/models/synthetic.py), Apache-2.0 as the package itself.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--figures", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    figures = json.loads(options.figures.read_text(encoding="utf-8"))
    figures["made_with"] = library_versions("numpy", "onnx", "onnxruntime-gpu", "scikit-learn", "pillow")
    figures["scripts_sha256"] = source_hash(*SCRIPTS)
    figures["trained_with"] = pinned_versions()
    weights = read_weights(options.work / "final.npz")
    figures["parameters"] = sum(array.size for array in (*weights.kernels, *weights.biases, weights.head)) + 1
    package = Package(
        model=build_model(weights, Scale(**figures["scale"]), NAME, VERSION),
        manifest=manifest(figures),
        card=card(figures),
        data_licence=DATA_LICENCE,
        golden_input={"film": golden_film()[None, None]},
        golden_outputs=("score", "logit", "cam", "heat"),
        extra={"docs/metrics.json": json.dumps(figures, indent=2) + "\n"},
    )
    write_package(options.out / f"{NAME}-{VERSION}", package)


def pinned_versions() -> str:
    """What the training environment was made of."""
    lines = (ROOT / "packaging/models/requirements.txt").read_text(encoding="utf-8").splitlines()
    return ", ".join(line.replace("==", " ") for line in lines if "==" in line)


def card(figures: dict[str, Any]) -> str:
    """The card for people, its numbers from the figures."""
    template = (ROOT / "packaging/models/cards/cxr_opacity_starter.md").read_text(encoding="utf-8")
    found, training = figures["cross_validated"], figures["training"]
    shared = found["network"]["shared_numbers"]
    outside, phantom = figures["outside"], figures["phantom"]
    kinds = {name: count for name, count in figures["data"].items() if name.endswith(("PA", "AP"))}
    return template.format(
        table="\n".join(row(name, words, found) for name, words in LOOKERS.items()),
        verdict=verdict(found["thumbnail_16"]["all"]["auc"], found["network"]["all"]["auc"]),
        parameters=f"{figures['parameters']:,}",
        films=figures["data"]["films"],
        patients=figures["data"]["patients"],
        low=found["shared_number_span"][0],
        high=found["shared_number_span"][1],
        shared_n=shared["n"],
        shared_pos=shared["n_positive"],
        per_fold=", ".join(f"{value:.3f}" for value in found["per_fold"]),
        operating=figures["scale"]["operating_logit"],
        top=figures["scale"]["top_logit"],
        sens=share(figures["operating_point"]["sensitivity"]),
        spec=share(figures["operating_point"]["specificity"]),
        hits=figures["heat"]["hits"],
        boxed=figures["heat"]["films_with_box"],
        chance=figures["heat"]["expected_by_chance"],
        pointing_remark=pointing_remark(figures["heat"]),
        outside=share(outside["sensitivity"]),
        outside_patients=outside["patients"],
        outside_share=outside["median_outside_lungs"],
        masked=outside["films_with_mask"],
        healthy=phantom["healthy"],
        diseased=phantom["diseased"],
        phantom_remark=phantom_remark(phantom),
        mirror_median=figures["mirrored"]["median_change"],
        mirror_max=figures["mirrored"]["largest_change"],
        kinds=", ".join(f"{count} {name}" for name, count in kinds.items()),
        list_sha256=figures["data"]["list_sha256"],
        seeds=", ".join(f"{part['seed']:.0f}" for part in training.values()),
        epochs=f"{training['final']['epochs']:.0f}",
        seconds=f"{sum(part['seconds'] for part in training.values()):.0f}",
        made_with=", ".join(f"{name} {number}" for name, number in figures["made_with"].items()),
        trained_with=figures["trained_with"],
        difference=figures["onnx_against_torch"],
        scripts_sha256=figures["scripts_sha256"],
    )


def row(name: str, words: str, found: dict[str, Any]) -> str:
    """One line of the table."""
    cells = (
        f"{part['auc']:.3f} ({part['ci95'][0]:.3f}-{part['ci95'][1]:.3f})"
        for part in map(found[name].get, PARTS)
    )
    return f"| {words} | {' | '.join(cells)} |"


def verdict(thumbnail: float, network: float) -> str:
    """How the thumbnail compares, in words."""
    if thumbnail > network:
        return "better than"
    return "about as good as" if network - thumbnail < 0.02 else "not far behind"


def share(one: dict[str, Any]) -> str:
    """A share with its interval and counts."""
    low, high = one["ci95"]
    return f"{one['value']:.3f} ({low:.3f}-{high:.3f}; {one['hits']} of {one['n']})"


def pointing_remark(heat: dict[str, float]) -> str:
    """What that means, in words."""
    if heat["hits"] <= 2 * heat["expected_by_chance"]:
        return "**So the heat does not find opacities: do not read its peak as a place.**"
    return "Better than chance, far from a detector."


def phantom_remark(phantom: dict[str, float]) -> str:
    """What that means, in words."""
    called = {name for name, score in phantom.items() if score >= 0.5}
    words = {
        frozenset(): "It calls both negative: the made-up film is unlike those it learned from.",
        frozenset(
            {"healthy", "diseased"}
        ): "It calls both positive: the made-up film is unlike those it learned from.",
        frozenset({"diseased"}): "It calls the right one; on one made-up film that proves nothing.",
        frozenset({"healthy"}): "It calls the wrong one: the made-up film is unlike those it learned from.",
    }
    return words[frozenset(called)]


if __name__ == "__main__":
    main()
