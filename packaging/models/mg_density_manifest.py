"""What the product is told of `mg-density`: applicability, outputs, thresholds, figures."""

from __future__ import annotations

from typing import Any

from manifest_parts import (
    LICENCE,
    golden,
    heat_map,
    label_map,
    measure,
    metadata,
    regulatory,
    resources,
    tensor_of,
)
from mg_breast_graph import CLUSTER_SCORE, CLUSTER_SPOTS, FIGURES

NAME = "mg-density"
VERSION = "1.1.0"
NOT_FOR = (
    "primary diagnosis",
    "finding or ruling out breast cancer: it is not a cancer detector",
    "masses, distortion, asymmetry, skin and nodes: it does not look for them",
    "telling benign from malignant calcification",
    "comparing density between sites or years: the percentage is not calibrated",
    "a breast composition category: its letter is worked out from the percentage, not read from the pattern",
    "implants, spot and magnification views, tomosynthesis, images for processing",
)
SOP_CLASSES = (
    "1.2.840.10008.5.1.4.1.1.1.2",  # digital mammography, for presentation
    "1.2.840.10008.5.1.4.1.1.7",  # secondary capture: digitised film
)
CLUSTER_SOURCE = (
    f"ours: {CLUSTER_SPOTS} spots in a square of about 1 cm (a score of 1 is {2 * CLUSTER_SPOTS} or more)"
)


def manifest(figures: dict[str, Any]) -> dict[str, Any]:
    """configs/metadata.json without what `package_files` computes."""
    said = {
        "changelog": {
            "1.1.0": "the quarter of density is told as a letter a to d, with its cut-points",
            "1.0.0": "first release: one view at a time",
        },
        "task": "percent density and bright clusters on one mammogram",
        "description": "Breast, pectoral muscle, share of dense tissue, and clusters of small bright spots",
        "references": [
            "ACR BI-RADS Mammography, fourth edition (2003): area percent of the four compositions",
            "ACR BI-RADS Mammography, fifth edition (2013): letters a to d by pattern, without a percentage",
            "Accuracy of assigned BI-RADS breast density category definitions, Acad Radiol, September 2006",
        ],
        "intended_use": "Research and teaching: a second look at density and at clusters of bright spots; no screening",
        "network_data_format": {
            "inputs": {"film": tensor_of("MG", "film", ["*", "*"])},
            "outputs": _outputs(),
        },
        "eval_metrics": {"mean_density_error_points_made": figures["summary"]["mean_error_points"]},
        "viewer": _viewer(figures),
    }
    return metadata(NAME, VERSION, said)


def _outputs() -> dict[str, Any]:
    found = {name: tensor_of("MG", "segmentation", ["*", "*"], "uint8") for name in ("tissue", "clusters")}
    found["heat"] = tensor_of("MG", "heat", ["*", "*"])
    return found | {name: tensor_of("MG", "number", [1]) for name in FIGURES}


def _viewer(figures: dict[str, Any]) -> dict[str, Any]:
    tissue = {"1": "Breast", "2": "Dense tissue", "3": "Pectoral muscle"}
    return {
        "kind": "whole",
        "regulatory": regulatory(NOT_FOR),
        "applicability": {
            "modality": ["MG"],
            "body_part": ["BREAST"],
            "sop_class_uids": list(SOP_CLASSES),
            "max_slices": 1,
        },
        "preprocess": [{"op": "invert_monochrome1"}],
        "inputs": [{"tensor": "film", "source": "image", "layout": "NCHW"}],
        "inference": {"mode": "simple"},
        "requires": [_breast_needed()],
        "maps": [
            label_map("tissue", "Breast, dense tissue, muscle", tissue),
            label_map("clusters", "Clusters of bright spots", {"1": "Cluster of bright spots"}),
            heat_map(f"Bright spots within about 1 cm (1 is {2 * CLUSTER_SPOTS})", 0.3),
        ],
        "outputs": [
            {
                "key": "bright_cluster",
                "label": {"en": "Cluster of bright spots (calcification candidate)"},
                "score": {"tensor": "cluster_score"},
                "threshold": CLUSTER_SCORE,
                "threshold_source": CLUSTER_SOURCE,
                "finding_site": "breast",
                "side": "",
                "report_when": "above",
                "region": {"map": "clusters", "label": 1},
                "heat": "heat",
                "measures": [measure("largest_cluster", "largest_cluster", "1")],
            }
        ],
        "measures": [
            measure("density_percent", "dense_percent", "%"),
            measure("density_letter", "density_class", "1"),
            measure("muscle_found", "muscle_found", "1"),
            measure("bright_spots", "spots", "1"),
            measure("largest_cluster", "largest_cluster", "1"),
        ],
        "study_score": {"tensor": "cluster_score"},
        "explain": {"method": "segmentation", "heat": "heat"},
        "calibration": None,
        "performance": _performance(figures),
        "known_failures": [
            "dust, scratches and markers on digitised film look like bright spots",
            "vessels with calcified walls and skin calcifications count as well",
            "the muscle's border is a straight line; a curved or faint one is missed or misplaced, and so is density",
            "a breast that is dense throughout looks less dense: limits come from the breast itself",
        ],
        "resources": resources(3000),
        "golden": golden(5e-2, 2e-1),
        "licence": LICENCE,
    }


def _breast_needed() -> dict[str, Any]:
    english = (
        "No breast at an edge of the film was found (3 to 70 % of it, at the chest wall): this may be another picture, "
        "a magnified view or an implant. Nothing is said about density or spots."
    )
    return {"value": {"tensor": "breast_found"}, "at_least": 0.5, "reason": {"en": english}}


def _performance(figures: dict[str, Any]) -> list[dict[str, Any]]:
    """Only what `measure_mg_density.py` measured; the same numbers as on the card."""
    summary = figures["summary"]
    made = {"dataset": "made-up breasts of known density", "n": len(figures["made"])}
    rows = [
        made
        | {
            "metric": "mean error of percent density, points",
            "value": summary["mean_error_points"],
            "reference_standard": "what was drawn",
        },
        made
        | {
            "metric": "largest error of percent density, points",
            "value": summary["largest_error_points"],
            "reference_standard": "what was drawn",
        },
    ]
    real = {
        "dataset": "made-up clusters in eight digitised films of two patients (CBIS-DDSM)",
        "reference_standard": "what was put in",
        "ci_method": "Wilson over clusters; too narrow for other patients",
    }
    for kind, one in figures["clusters"].items():
        rows.append(
            real
            | {
                "metric": f"share of made-up clusters found, {kind}",
                "value": one["value"],
                "ci95": one["ci95"],
                "n": one["n"],
            }
        )
    rows.append(
        real
        | {"metric": "clusters marked per film without any put in", "value": summary["clusters_per_film"]}
    )
    return rows
