"""What the product is told of `cxr-opacity-starter`: applicability, output, threshold, figures."""

from __future__ import annotations

from typing import Any

from manifest_parts import LICENCE, golden, heat_map, metadata, regulatory, resources, tensor_of

NAME = "cxr-opacity-starter"
VERSION = "2.0.0"
NOT_FOR = (
    "any patient: a starter for trying the workflow",
    "primary diagnosis",
    "children",
    "lateral views",
    "nodules, pneumothorax, effusion, fractures, small opacities",
)
CELLS = [10, 10]


def manifest(figures: dict[str, Any]) -> dict[str, Any]:
    """configs/metadata.json without what `package_files` computes."""
    said = {
        "changelog": {
            "2.0.0": "a linear model on an encoder that knows lungs and heart; heat on a grid of 10 x 10",
            "1.0.0": "first release",
        },
        "task": "opacity score on frontal chest radiographs",
        "description": "A linear model on a small network with an exact class activation map, for trying the workflow",
        "references": [
            "Wang et al., ChestX-ray8, CVPR 2017",
            "Zhou et al., Learning deep features, CVPR 2016",
        ],
        "intended_use": "Trying how a model package runs, shows its heat and is judged; not for any patient",
        "network_data_format": _tensors(),
        "eval_metrics": {"auc_cross_validated": figures["cross_validated"]["network"]["all"]["auc"]},
        "viewer": _viewer(figures),
    }
    return metadata(NAME, VERSION, said)


def _viewer(figures: dict[str, Any]) -> dict[str, Any]:
    return {
        "kind": "whole",
        "regulatory": regulatory(NOT_FOR, users=("anybody who tries the product",)),
        "applicability": {
            "modality": ["CR", "DX"],
            "body_part": ["CHEST", "THORAX", "LUNG"],
            "view_position": ["PA", "AP"],
            "photometric": ["MONOCHROME1", "MONOCHROME2"],
            "max_slices": 1,
        },
        "preprocess": [{"op": "modality_lut"}, {"op": "invert_monochrome1"}],
        "inputs": [{"tensor": "film", "source": "image", "layout": "NCHW"}],
        "inference": {"mode": "simple"},
        "maps": [heat_map("Attention map: opacity", 0.0, key="opacity_heat")],
        "outputs": [_opacity()],
        "study_score": {"tensor": "score"},
        "explain": {"method": "cam", "heat": "opacity_heat", "reference_corr": None},
        "calibration": None,
        "performance": _performance(figures),
        "subgroups": _subgroups(figures),
        "known_failures": [
            "16 x 16 thumbnails and film borders tell the two classes of its training set apart: see the card",
            "clearly worse on AP than on PA films",
            "what lies outside the lungs moves the score at least as much as what lies inside: see the card",
        ],
        "resources": resources(1500, vram_mb=300, timeout_s=60),
        "golden": golden(1e-4, 2e-2),  # TF32 moved the map by 0.007 when it was imitated
        "licence": LICENCE | {"training_data": "NIH ChestX-ray14, see docs/data_license.txt"},
    }


def _opacity() -> dict[str, Any]:
    return {
        "key": "opacity",
        "label": {"en": "Opacity (starter)"},
        "code": {"value": "112001", "scheme": "DCM", "meaning": "Opacity"},
        "score": {"tensor": "score"},
        "threshold": 0.5,
        "threshold_source": "Youden's index on out-of-fold scores of the training films (card)",
        "finding_site": "lung",
        "side": "by_place",
        "report_when": "above",
        "heat": "opacity_heat",
    }


def _performance(figures: dict[str, Any]) -> list[dict[str, Any]]:
    """The cross-validated figures, and the baselines beside them."""
    found, point = figures["cross_validated"], figures["operating_point"]
    names = {
        "network": "auc",
        "thumbnail_16": "auc of a 16 x 16 thumbnail",
        "thumbnail_inner": "auc of a 16 x 16 thumbnail without the border",
        "border_12px": "auc of the film border",
    }
    rows = [_auc(words, found[name]["all"], "all films") for name, words in names.items()]
    for metric in ("sensitivity", "specificity"):
        rows.append(
            {
                "dataset": "cxr_nih_512, all films",
                "metric": metric,
                "value": point[metric]["value"],
                "ci95": point[metric]["ci95"],
                "ci_method": "Wilson, per film, cut chosen on the same out-of-fold scores",
                "n": point[metric]["n"],
                "reference_standard": "text-mined labels",
            }
        )
    return rows


def _subgroups(figures: dict[str, Any]) -> list[dict[str, Any]]:
    found = figures["cross_validated"]["network"]
    words = {"PA": "PA films", "AP": "AP films", "shared_numbers": "patient numbers that both classes share"}
    return [_auc("auc", found[part], name) for part, name in words.items()]


def _auc(metric: str, one: dict[str, Any], part: str) -> dict[str, Any]:
    return {
        "dataset": f"cxr_nih_512, {part}",
        "metric": metric,
        "value": one["auc"],
        "ci95": one["ci95"],
        "ci_method": "2,000 bootstrap samples of patients; five-fold cross-validation by patient",
        "n": one["n"],
        "n_pos": one["n_positive"],
        "reference_standard": "text-mined labels",
        "overlap_with_training": False,
    }


def _tensors() -> dict[str, Any]:
    film = _tensor(["*", "*"], [0.0, 65535.0])
    maps = {"heat": _tensor(CELLS, [0.0, 1.0]), "cam": _tensor(CELLS, [])}
    return {
        "inputs": {"film": film},
        "outputs": {"score": _tensor([], [0.0, 1.0]), "logit": _tensor([], []), **maps},
    }


def _tensor(shape: list[Any], span: list[float]) -> dict[str, Any]:  # Any: numbers or "*"
    if shape:
        return tensor_of("DX", "magnitude", shape, span=span)
    return tensor_of("DX", "classes", shape, span=span) | {"type": "probabilities"}
