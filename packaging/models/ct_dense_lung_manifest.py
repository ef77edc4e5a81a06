"""What the product is told of `ct-dense-lung`: applicability, outputs, thresholds, figures."""

from __future__ import annotations

from typing import Any

from ct_dense_lung_graph import CEILING_HU, CONSOLIDATION_HU, DENSE_HU, GRADE_PERCENT, PAIRS, SINGLE
from ct_manifest_parts import (
    INPUTS,
    SIDES,
    applicability,
    ct_inputs,
    ct_outputs,
    lungs_needed,
    of_both_lungs,
)
from manifest_parts import (
    LICENCE,
    golden,
    heat_map,
    label_map,
    measure,
    metadata,
    regulatory,
    resources,
)

NAME = "ct-dense-lung"
VERSION = "1.1.0"
NOT_FOR = (
    "primary diagnosis",
    "telling pneumonia from oedema, fibrosis, tumour, atelectasis or breathing out",
    "consolidation broader than 2 cm at the chest wall, effusion, hilar masses: they are taken for chest wall",
    "nodules and vessels under 7.5 mm",
    "children",
    "slices more than 6 mm apart, lungs not wholly in the scan",
)
QUANTITIES = (("dense_percent", "%"), ("glass_percent", "%"), ("solid_percent", "%"), ("lung_ml", "mL"))
THRESHOLD_SOURCE = (
    "5 % per lung, ours: above the largest share measured on lungs without diffuse disease (card, 'Baseline')"
)


def manifest(figures: dict[str, Any]) -> dict[str, Any]:
    """configs/metadata.json without what `package_files` computes."""
    said = {
        "changelog": {
            "1.0.0": "first release",
            "1.1.0": "ground glass and consolidation apart, per lung; share and grade of both lungs together as well",
        },
        "task": "lungs and dense share of lung on chest CT",
        "description": "Right and left lung by attenuation, and the share of each that is denser than aerated lung",
        "references": [
            "doi:10.1007/s10278-022-00593-z",
            "doi:10.1186/s12879-021-06556-z",
            "doi:10.1186/cc12738",
        ],
        "intended_use": "Research and teaching: a second look at how much of each lung is dense on adult chest CT",
        "network_data_format": {
            "inputs": ct_inputs(),
            "outputs": ct_outputs(("lungs", "dense", "texture"), PAIRS, SINGLE),
        },
        "eval_metrics": {"largest_error_points_phantom": figures["summary"]["largest_error_points"]},
        "viewer": _viewer(figures),
    }
    return metadata(NAME, VERSION, said)


def _viewer(figures: dict[str, Any]) -> dict[str, Any]:
    return {
        "kind": "whole",
        "regulatory": regulatory(NOT_FOR),
        "applicability": applicability(),
        "preprocess": [{"op": "modality_lut"}, {"op": "orient"}],
        "inputs": INPUTS,
        "inference": {"mode": "simple"},
        "requires": [lungs_needed("its density")],
        "maps": _maps(),
        "outputs": [_finding(0, "right"), _finding(1, "left")],
        "measures": [
            *of_both_lungs(QUANTITIES),
            measure("worse_percent", "worse_percent", "%"),
            measure("both_percent", "both_percent", "%"),
            measure("ct_grade", "grade", "1"),
            measure("ct_grade_both", "grade_both", "1"),
        ],
        "study_score": {"tensor": "worse_percent", "scale": 0.01},
        "explain": {"method": "segmentation", "heat": "heat"},
        "calibration": None,
        "performance": _performance(figures),
        "known_failures": [
            "8 mm slices: partial volume at diaphragm and hilum makes 4 to 9 % (Lung-PET-CT-Dx A0002); refused",
            "more than about half of both lungs solid: lungs are not found, not applicable (card)",
            "a hilar mass that joins the mediastinum stays outside the lung (same scan)",
            "scans in expiration: normal lung comes near -700 HU and counts as dense",
            "severe emphysema below -945 HU throughout: lungs are not found",
        ],
        "resources": resources(3000),
        "golden": golden(1e-2, 5e-2),
        "licence": LICENCE,
    }


def _maps() -> list[dict[str, Any]]:
    glass = f"Ground glass ({DENSE_HU:.0f} to {CONSOLIDATION_HU:.0f} HU)"
    solid = f"Consolidation ({CONSOLIDATION_HU:.0f} to {CEILING_HU:.0f} HU)"
    names = [f"{kind}, {side} lung" for kind in (glass, solid) for side in ("right", "left")]
    return [
        label_map("lungs", "Lungs", SIDES),
        label_map(
            "dense", "Dense lung", {"1": "Dense part of the right lung", "2": "Dense part of the left lung"}
        ),
        label_map(
            "texture",
            "Ground glass and consolidation",
            {str(n): name for n, name in enumerate(names, start=1)},
        ),
        heat_map("Share of dense lung within 6 mm", 0.25),
    ]


def _finding(index: int, side: str) -> dict[str, Any]:
    return {
        "key": f"dense_lung_{side}",
        "label": {"en": f"Dense {side} lung"},
        "code": {"value": "112001", "scheme": "DCM", "meaning": "Opacity"},
        "score": {"tensor": "dense_percent", "index": index, "scale": 0.01},
        "threshold": GRADE_PERCENT[0] / 100.0,
        "threshold_source": THRESHOLD_SOURCE,
        "finding_site": f"{side} lung",
        "side": side,
        "report_when": "above",
        "region": {"map": "dense", "label": index + 1},
        "heat": "heat",
        "measures": [measure(key, key, unit, index) for key, unit in QUANTITIES],
    }


def _performance(figures: dict[str, Any]) -> list[dict[str, Any]]:
    """Only what `measure_ct_dense_lung.py` measured; the same numbers as on the card."""
    summary = figures["summary"]
    phantom = {
        "dataset": "Overread phantom, six grids",
        "reference_standard": "analytic truth",
        "n": len(figures["phantom"]),
    }
    real = sum(row["lungs_found"] and row["slice_mm"] <= 6 for row in figures["scans"])
    return [
        phantom
        | {
            "metric": "largest error of the dense share, percentage points",
            "value": summary["largest_error_points"],
        },
        phantom | {"metric": "largest dense share of a healthy lung, %", "value": summary["healthy_percent"]},
        phantom | {"metric": "lowest Dice of a lung", "value": summary["lowest_lung_dice"]},
        {
            "dataset": "public chest CTs with slices up to 6 mm and no diffuse disease",
            "metric": "largest dense share of a lung, %",
            "value": summary["real_baseline_percent"],
            "n": real,
            "reference_standard": "none; read by eye as free of diffuse disease",
        },
        *(
            {
                "dataset": "made-up ground glass and consolidation in two public chest CTs",
                "metric": f"mean error of the share of {words}, percentage points",
                "value": summary["inserted_mean_error_points"][kind],
                "n": 2,
                "reference_standard": "what was put in; no interval from two patients",
            }
            for kind, words in (("glass", "ground glass"), ("solid", "consolidation"))
        ),
    ]
