"""What the product is told of `cxr-lungs-heart`: applicability, outputs, thresholds, figures."""

from __future__ import annotations

from typing import Any

from lungs_graph import SIZE, UNSURE_SHARE
from lungs_rules import BALANCE, HEART_SHARE, LUNG_SHARE, RATIO
from manifest_parts import LICENCE, golden, label_map, measure, metadata, regulatory, resources, tensor_of

NAME = "cxr-lungs-heart"
VERSION = "1.0.0"
WIDE_RATIO = 0.5
NOT_FOR = (
    "primary diagnosis",
    "any disease of the lung: it outlines lungs and heart and looks for nothing in them",
    "telling a large heart from fluid round it, fat, a deep or shallow breath, or a turned patient",
    "cardiomegaly on films taken from the front (AP), lying or sitting: the heart is drawn larger there",
    "lateral views, children, one lung, a mirrored heart",
)
RATIO_SOURCE = (
    "0.5, the usual limit on films taken from the back (PA) in deep breath; AP films show larger hearts"
)
TRAINING_DATA = "own drawings; NIH ChestX-ray14 films without labels, see docs/data_license.txt"
SINGLE = ("ratio", "heart_percent", "chest_percent", "lungs_ok", "heart_ok", "order_ok", "sure_ok")


def manifest(figures: dict[str, Any]) -> dict[str, Any]:
    """configs/metadata.json without what `package_files` computes."""
    said = {
        "changelog": {"1.0.0": "first release"},
        "task": "lungs, heart and cardiothoracic ratio on frontal chest radiographs",
        "description": f"A small U-Net at {SIZE} pixels, taught by drawn chests, with a check of its own outlines",
        "references": ["doi:10.1007/978-3-319-24574-4_28", "Wang et al., ChestX-ray8, CVPR 2017 (films)"],
        "intended_use": "Research and teaching: outlines and a ratio to be looked at on adult frontal chest films",
        "network_data_format": {
            "inputs": {"film": tensor_of("DX", "film", ["*", "*"])},
            "outputs": _outputs(),
        },
        "eval_metrics": {"lung_dice_real": figures["masks"]["outside_heart"]["mean"]},
        "viewer": _viewer(figures),
    }
    return metadata(NAME, VERSION, said)


def _outputs() -> dict[str, Any]:
    shape = [SIZE, SIZE]
    found = {name: tensor_of("DX", "segmentation", shape, "uint8") for name in ("lungs", "heart")}
    found["chance"] = tensor_of("DX", "probabilities", shape) | {"num_channels": 3}
    found["chance_coarse"] = tensor_of("DX", "probabilities", [SIZE // 16] * 2) | {"num_channels": 3}
    found |= {name: tensor_of("DX", "number", [1]) for name in SINGLE}
    return found | {"area_percent": tensor_of("DX", "right lung, left lung, heart", [3])}


def _viewer(figures: dict[str, Any]) -> dict[str, Any]:
    return {
        "kind": "whole",
        "regulatory": regulatory(NOT_FOR),
        "applicability": {
            "modality": ["DX", "CR", "RG", "RF"],
            "body_part": ["CHEST", "THORAX", "LUNG"],
            "view_position": ["PA", "AP"],
            "max_slices": 1,
        },
        "preprocess": [{"op": "invert_monochrome1"}],
        "inputs": [{"tensor": "film", "source": "image", "layout": "NCHW"}],
        "inference": {"mode": "simple"},
        "requires": _checks(),
        "maps": [
            label_map("lungs", "Lungs", {"1": "Right lung", "2": "Left lung"}),
            label_map("heart", "Heart", {"1": "Heart"}),
        ],
        "outputs": [_wide_heart()],
        "measures": [
            measure("cardiothoracic_ratio", "ratio", "1"),
            measure("right_lung_area", "area_percent", "%", 0),
            measure("left_lung_area", "area_percent", "%", 1),
            measure("heart_area", "area_percent", "%", 2),
        ],
        "study_score": {"tensor": "ratio"},
        "explain": {"method": "segmentation"},
        "calibration": None,
        "performance": _performance(figures),
        "known_failures": [
            "an arm beside the chest can be taken for lung, unseen by the check: the ratio is then too small",
            "consolidation, effusion and collapse hide the edge of a lung: the outline stops there or is guessed",
            "a mirrored film (or heart) may be outlined with right and left exchanged",
            "the heart's lower edge lies in the shadow of the liver and is guessed; its width is what the ratio needs",
        ],
        "resources": resources(1000, vram_mb=200, timeout_s=60),
        "golden": golden(1e-3, 1e-2),
        "licence": LICENCE | {"training_data": TRAINING_DATA},
    }


def _wide_heart() -> dict[str, Any]:
    return {
        "key": "wide_heart",
        "label": {"en": "Heart shadow wider than half the chest"},
        "score": {"tensor": "ratio"},
        "threshold": WIDE_RATIO,
        "threshold_source": RATIO_SOURCE,
        "finding_site": "heart",
        "report_when": "above",
        "region": {"map": "heart", "label": 1},
        "measures": [measure("cardiothoracic_ratio", "ratio", "1")],
    }


def _checks() -> list[dict[str, Any]]:
    """The quality check: what the outlines must look like before anything is said."""
    after = "Nothing is said about heart or lungs; look whether this is a frontal chest film, and how it was taken."
    lung = f"{LUNG_SHARE[0]:.0%} to {LUNG_SHARE[1]:.0%} of the film"
    heart = f"{HEART_SHARE[0]:.0%} to {HEART_SHARE[1]:.0%} of the film"
    width = f"{RATIO[0]:.0%} to {RATIO[1]:.0%} of the chest's width"
    words = {
        "lungs_ok": f"Two lungs of {lung}, the smaller over {BALANCE:.0%} of the larger, were not found.",
        "heart_ok": f"The outline taken for the heart is no heart of {heart} and {width}.",
        "order_ok": "The outlines do not stand in the order right lung, heart, left lung.",
        "sure_ok": f"The outlines are unsure: over {UNSURE_SHARE:.0%} of one of them is neither yes nor no.",
    }
    return [
        {"value": {"tensor": name}, "at_least": 0.5, "reason": {"en": f"{text} {after}"}}
        for name, text in words.items()
    ]


def _performance(figures: dict[str, Any]) -> list[dict[str, Any]]:
    """Only what `measure_cxr_lungs.py` measured; the same numbers as on the card."""
    masks, peer, drawn = figures["masks"], figures["peer"], figures["drawn"]
    real = {
        "dataset": "Hannover COVID-19 films with lung masks, never seen in training",
        "reference_standard": "V7 Labs lung masks, which hold the lung behind the heart as well",
        "ci_method": "bootstrap over patients, 2,000 replicates",
        "n": masks["n"],
    }
    other = {
        "dataset": "NIH films of patients never seen in training",
        "reference_standard": "none: outlines of another network (HybridGNet U-Net, JSRT)",
        "ci_method": "bootstrap over patients, 2,000 replicates",
        "n": peer["n"],
    }
    own = {
        "dataset": "drawn films, other draws than in training",
        "reference_standard": "what was drawn",
        "ci_method": "bootstrap over films, 2,000 replicates",
        "n": drawn["n"],
    }
    rows = [
        real | _figure("mean Dice of the lungs outside the heart", masks["outside_heart"]),
        real | _figure("mean Dice of the lungs, all of the mask", masks["all"]),
        other | _figure("mean Dice of the lungs with it", peer["lungs"]),
        other | _figure("mean Dice of the heart with it", peer["heart"]),
        other | _figure("mean difference of the ratio", peer["ratio_difference"]),
    ]
    rows += [
        own | _figure(f"mean Dice, {part}", drawn[part]) for part in ("right lung", "left lung", "heart")
    ]
    rows.append(own | _figure("mean absolute error of the ratio", drawn["ratio_error"]))
    return rows


def _figure(metric: str, one: dict[str, Any]) -> dict[str, Any]:
    return {"metric": metric, "value": one["mean"], "ci95": one["ci95"]}
