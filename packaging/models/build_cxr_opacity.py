#!/usr/bin/env python3
"""Build the package `cxr-opacity-starter` from trained weights and measured figures.

python packaging/models/build_cxr_opacity.py --work FOLDER --figures metrics.json --out resources/models
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from build_command import LIBRARIES, build_trained
from card_parts import CARDS, fill_card, interval
from cxr_graph import Scale, build_model, read_weights
from cxr_opacity_manifest import NAME, VERSION, manifest
from package_files import Package
from synthetic import golden_film

SCRIPTS = (
    "onnx_graph.py",
    "onnx_floods.py",
    "cxr_graph.py",
    "cxr_films.py",
    "cxr_looks.py",
    "cxr_network.py",
    "train_cxr_opacity.py",
)
PARTS = ("all", "PA", "AP", "shared_numbers")
LOOKERS = {
    "network": "**this kind of model**",
    "thumbnail_16": "16 x 16 thumbnail, logistic regression",
    "thumbnail_inner": "16 x 16 thumbnail of what the model sees, logistic regression",
    "border_12px": "outer 12 of 224 pixels only, logistic regression",
    "patient_number": "the patient's number in the collection",
}
DATA_LICENCE = """Training data: NIH ChestX-ray14 (NIH Clinical Center), 562 films as JPEG of 512 x 512 from a public
collection that mixes several sources. The NIH Clinical Center states no restriction on use and asks for attribution:
Wang et al., ChestX-ray8, CVPR 2017. The collection itself states no licence. The encoder is that of the package
cxr-lungs-heart (our own, taught by drawings and by these films without labels; see there).
No film and no part of one is in this package; the golden test is a made-up array (packaging/models/synthetic.py),
Apache-2.0 as the package itself.
"""


def package_of(figures: dict[str, Any], work: Path) -> Package:
    """All that is this package's own; work: what training left."""
    weights = read_weights(work / "final.npz")
    figures["parameters"] = {
        "learned": weights.head.size + 1,
        "all": sum(array.size for array in (*weights.kernels, *weights.biases, weights.head)) + 1,
    }
    return Package(
        model=build_model(weights, Scale(**figures["scale"]), NAME, VERSION),
        manifest=manifest(figures),
        card=card(figures),
        data_licence=DATA_LICENCE,
        golden_input=golden_input(),
        golden_outputs=("score", "logit", "cam", "heat"),
    )


def golden_input() -> dict[str, Any]:
    """What the golden test feeds."""
    return {"film": golden_film()[None, None]}


def card(figures: dict[str, Any]) -> str:
    """The card for people, its numbers from the figures."""
    found, first = figures["cross_validated"], figures["cross_validated"]["first_version"]
    shared = found["network"]["shared_numbers"]
    kinds = {name: count for name, count in figures["data"].items() if name.endswith(("PA", "AP"))}
    return fill_card(
        "cxr_opacity_starter",
        figures,
        table="\n".join(row(name, words, found) for name, words in LOOKERS.items()),
        gaps="\n".join(f"| {LOOKERS[name]} | {gap(one)} |" for name, one in found["paired"].items()),
        first=gap(first),
        better=first["better_folds"],
        earlier=", ".join(f"{value:.3f}" for value in first["earlier"]),
        first_remark=certain(first),
        tried="\n".join(map(tried_row, tried())),
        verdict=verdict(found["thumbnail_16"]["all"]["auc"], found["network"]["all"]["auc"]),
        parameters=f"{figures['parameters']['all']:,}",
        learned=figures["parameters"]["learned"],
        looks=f"{figures['training']['looks']:.0f}",
        seed=f"{figures['training']['seed']:.0f}",
        training_seconds=f"{figures['training']['seconds']:.0f}",
        repeated=repeated(figures.get("repeated")),
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
        seconds=f"{figures['seconds_per_film']:.2f}",
        kinds=", ".join(f"{count} {name}" for name, count in kinds.items()),
        list_sha256=figures["data"]["list_sha256"],
        trained_with=figures["trained_with"],
        difference=figures["onnx_against_torch"],
        **other_looks(figures),
    )


def other_looks(figures: dict[str, Any]) -> dict[str, Any]:
    """What the card says of heat, another hospital, the phantom and mirror images."""
    heat, outside, phantom = figures["heat"], figures["outside"], figures["phantom"]
    return {
        "hits": heat["hits"],
        "boxed": heat["films_with_box"],
        "chance": heat["expected_by_chance"],
        "pointing_remark": pointing_remark(heat),
        "outside": share(outside["sensitivity"]),
        "outside_patients": outside["patients"],
        "outside_share": outside["median_outside_lungs"],
        "masked": outside["films_with_mask"],
        "healthy": phantom["healthy"],
        "diseased": phantom["diseased"],
        "phantom_remark": phantom_remark(phantom),
        "mirror_median": figures["mirrored"]["median_change"],
        "mirror_max": figures["mirrored"]["largest_change"],
    }


def repeated(found: dict[str, Any] | None) -> str:
    """The comparison film by film with the first version, as far as that was trained again."""
    if not found:
        return "Its scores film by film were not kept, so a comparison film by film was not possible."
    folds = ", ".join(str(fold + 1) for fold in found["folds"])
    again = ", ".join(f"{value:.3f}" for value in found["auc_again"])
    return (
        f"Its scores film by film were not kept; trained again on fold {folds} (AUC {again}), the mean AUC of these "
        f"folds differs by {gap(found)} ({found['n']} films, 2,000 samples of patients). "
        f"On these alone: {certain(found)}"
    )


def tried() -> list[dict[str, Any]]:
    """What was tried on the same folds, as it was written down."""
    return list(tomllib.loads((CARDS / "cxr_opacity_tried.toml").read_text(encoding="utf-8"))["tried"])


def tried_row(one: dict[str, Any]) -> str:
    """One line of that table."""
    return f"| {one['way']} | {' | '.join(f'{value:.3f}' for value in one['auc'])} |"


def gap(one: dict[str, Any]) -> str:
    """A difference with its interval."""
    low, high = one["ci95"]
    return f"{one['difference']:+.3f} ({low:+.3f} to {high:+.3f})"


def certain(one: dict[str, Any]) -> str:
    """Whether the interval leaves out no difference, in words."""
    return (
        "The interval leaves out 0."
        if one["ci95"][0] > 0
        else "**The interval holds 0: not shown to be better.**"
    )


def row(name: str, words: str, found: dict[str, Any]) -> str:
    """One line of the table."""
    return f"| {words} | {' | '.join(interval(found[name][part], 'auc') for part in PARTS)} |"


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
    build_trained(__doc__, f"{NAME}-{VERSION}", SCRIPTS, package_of, (*LIBRARIES, "scikit-learn", "pillow"))
