"""What the product is told of `ct-emphysema`: applicability, outputs, thresholds, figures."""

from __future__ import annotations

from typing import Any

from ct_emphysema_graph import LOW_HU, PAIRS, PRESENT_PERCENT, SINGLE
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

NAME = "ct-emphysema"
VERSION = "1.0.0"
NOT_FOR = (
    "primary diagnosis",
    "nodules, masses, pneumonia, effusion, pneumothorax: it does not look for them",
    "telling emphysema from cysts, honeycombing or a deep breath",
    "scans in expiration",
    "children",
    "slices more than 6 mm apart, lungs not wholly in the scan",
)
THRESHOLD_SOURCE = (
    "5 % at -950 HU: Amaza et al. 2021, doi:10.2147/COPD.S284477; "
    "there on the scan's own pixels and both lungs together"
)
QUANTITIES = (
    ("laa_percent", "%"),
    ("laa_own_pixels_percent", "%"),
    ("hu_15th", "[hnsf'U]"),
    ("lung_ml", "mL"),
)


def manifest(figures: dict[str, Any]) -> dict[str, Any]:
    """configs/metadata.json without what `package_files` computes."""
    said = {
        "changelog": {"1.0.0": "first release"},
        "task": "low-attenuation share of lung on chest CT",
        "description": f"Share of each lung below {LOW_HU:.0f} HU (LAA-950) and the fifteenth percentile of its HU",
        "references": ["doi:10.2147/COPD.S284477"],
        "intended_use": "Research and teaching: a second look at how much of each lung is as dark as emphysema on CT",
        "network_data_format": {
            "inputs": ct_inputs(),
            "outputs": ct_outputs(("lungs", "low"), PAIRS, SINGLE),
        },
        "eval_metrics": {"mean_error_points_inserted": figures["summary"]["mean_error_points"]},
        "viewer": _viewer(figures),
    }
    return metadata(NAME, VERSION, said)


def _viewer(figures: dict[str, Any]) -> dict[str, Any]:
    low = {"1": "Low-attenuation part of the right lung", "2": "Low-attenuation part of the left lung"}
    return {
        "kind": "whole",
        "regulatory": regulatory(NOT_FOR),
        "applicability": applicability(),
        "preprocess": [{"op": "modality_lut"}, {"op": "orient"}],
        "inputs": INPUTS,
        "inference": {"mode": "simple"},
        "requires": [lungs_needed("emphysema")],
        "maps": [
            label_map("lungs", "Lungs", SIDES),
            label_map("low", f"Lung below {LOW_HU:.0f} HU", low),
            heat_map("Share of low-attenuation lung within 6 mm", 0.25),
        ],
        "outputs": [_finding(0, "right"), _finding(1, "left")],
        "measures": [
            *of_both_lungs(QUANTITIES),
            measure("worse_percent_laa", "worse_percent", "%"),
        ],
        "study_score": {"tensor": "worse_percent", "scale": 0.01},
        "explain": {"method": "segmentation", "heat": "heat"},
        "calibration": None,
        "performance": _performance(figures),
        "known_failures": [
            "sharp kernels: the share on the scan's own pixels is noise (13 % without emphysema); the score is not",
            "bullae deeper than 90 mm from aerated lung are left out; a pneumothorax may be counted as lung",
            "breathing out hides emphysema, contrast medium lifts lung by some HU",
            "no scan with emphysema read by radiologists was at hand: sensitivity and specificity not measured",
        ],
        "resources": resources(4000),
        "golden": golden(2e-1, 5e-1),
        "licence": LICENCE,
    }


def _finding(index: int, side: str) -> dict[str, Any]:
    return {
        "key": f"low_attenuation_{side}",
        "label": {"en": f"Low-attenuation {side} lung (emphysema-like)"},
        "score": {"tensor": "laa_percent", "index": index, "scale": 0.01},
        "threshold": PRESENT_PERCENT / 100.0,
        "threshold_source": THRESHOLD_SOURCE,
        "finding_site": f"{side} lung",
        "side": side,
        "report_when": "above",
        "region": {"map": "low", "label": index + 1},
        "heat": "heat",
        "measures": [measure(key, key, unit, index) for key, unit in QUANTITIES],
    }


def _performance(figures: dict[str, Any]) -> list[dict[str, Any]]:
    """Only what `measure_ct_emphysema.py` measured; the same numbers as on the card."""
    summary = figures["summary"]
    inserted = {
        "dataset": "made-up emphysema in two public chest CTs",
        "n": 2,
        "reference_standard": "what was put in; no interval from two patients",
    }
    return [
        inserted
        | {"metric": "mean error of the share, percentage points", "value": summary["mean_error_points"]},
        inserted
        | {
            "metric": "largest error of the share, percentage points",
            "value": summary["largest_error_points"],
        },
        {
            "dataset": "the same scans as they are",
            "metric": "largest share of a lung, %",
            "value": summary["real_baseline_percent"],
            "n": 2,
            "reference_standard": "none; read by eye as free of emphysema or nearly so",
        },
    ]
