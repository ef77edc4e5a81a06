"""What the product is told of `ct-dense-lung`: applicability, outputs, thresholds, figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ct_dense_lung_graph import (
    CEILING_HU,
    CONSOLIDATION_HU,
    DENSE_HU,
    GRADE_PERCENT,
    MINIMUM_BALANCE,
    MINIMUM_ML,
)

NAME = "ct-dense-lung"
VERSION = "1.0.0"
NOT_FOR = (
    "primary diagnosis",
    "telling pneumonia from oedema, fibrosis, tumour, atelectasis or breathing out",
    "consolidation broader than 2 cm at the chest wall, effusion, hilar masses: they are taken for chest wall",
    "nodules and vessels under 7.5 mm",
    "children",
    "slices more than 6 mm apart, lungs not wholly in the scan",
)
THRESHOLD_SOURCE = (
    "5 % per lung, ours: above the largest share measured on lungs without diffuse disease (card, 'Baseline')"
)


def manifest(figures: dict[str, Any]) -> dict[str, Any]:
    """configs/metadata.json without what `package_files` computes."""
    return {
        "schema": "urn:overread:model-package:1",
        "name": NAME,
        "version": VERSION,
        "changelog": {"1.0.0": "first release"},
        "task": "lungs and dense share of lung on chest CT",
        "description": "Right and left lung by attenuation, and the share of each that is denser than aerated lung",
        "authors": "The Overread authors",
        "copyright": "The Overread authors, Apache-2.0",
        "references": [
            "doi:10.1007/s10278-022-00593-z",
            "doi:10.1186/s12879-021-06556-z",
            "doi:10.1186/cc12738",
        ],
        "intended_use": "Research and teaching: a second look at how much of each lung is dense on adult chest CT",
        "required_packages_version": {"onnxruntime": "1.22.0"},
        "network_data_format": {"inputs": _inputs(), "outputs": _outputs()},
        "eval_metrics": {"largest_error_points_phantom": figures["summary"]["largest_error_points"]},
        "viewer": _viewer(figures),
    }


def _viewer(figures: dict[str, Any]) -> dict[str, Any]:
    return {
        "kind": "whole",
        "regulatory": {
            "status": "research_only",
            "content_qualification": "RESEARCH",
            "not_for": list(NOT_FOR),
            "users": ["radiologists", "trainees", "quality staff"],
            "age_range": [18, 120],
        },
        "applicability": _applicability(),
        "preprocess": [{"op": "modality_lut"}, {"op": "orient"}],
        "inputs": [
            {"tensor": "hu", "source": "image", "layout": "NCDHW"},
            {"tensor": "spacing_mm", "source": "spacing_mm"},
        ],
        "inference": {"mode": "simple"},
        "requires": [_lungs_needed()],
        "maps": _maps(),
        "outputs": [_finding(0, "right"), _finding(1, "left")],
        "measures": [
            _measure("lung_ml_right", "lung_ml", "mL"),
            _measure("lung_ml_left", "lung_ml", "mL", 1),
            _measure("dense_percent_right", "dense_percent", "%"),
            _measure("dense_percent_left", "dense_percent", "%", 1),
            _measure("worse_percent", "worse_percent", "%"),
            _measure("ct_grade", "grade", "1"),
        ],
        "study_score": {"tensor": "worse_percent", "scale": 0.01},
        "explain": {"method": "segmentation", "heat": "heat"},
        "calibration": None,
        "performance": _performance(figures),
        "known_failures": [
            "8 mm slices: partial volume at diaphragm and hilum makes 4 to 9 % (Lung-PET-CT-Dx A0002); refused",
            "a hilar mass that joins the mediastinum stays outside the lung (same scan)",
            "scans in expiration: normal lung comes near -700 HU and counts as dense",
            "severe emphysema below -945 HU throughout: lungs are not found",
        ],
        "resources": {
            "ram_mb": 3000,
            "vram_mb": 0,
            "timeout_s": 390,
            "max_batch": 1,
            "providers": ["CPUExecutionProvider"],
            "fp16_ok": False,
        },
        "golden": [
            {
                "input": "tests/golden/in_0.npz",
                "expected": "tests/golden/expected.json",
                "atol": {"cpu": 1e-2, "cuda": 5e-2},
            }
        ],
        "licence": {
            "code": "Apache-2.0",
            "weights": "Apache-2.0",
            "training_data": "none",
            "redistributable": "yes",
        },
    }


def _applicability() -> dict[str, Any]:
    """A file that names another body part is refused unread; one that names none is judged by its lungs."""
    parts = (
        "CHEST THORAX LUNG CHESTABDOMEN CHESTABDPELVIS NECKCHEST NECKCHESTABDOMEN NECKCHESTABDPELV WHOLEBODY"
    )
    return {
        "modality": ["CT"],
        "body_part": parts.split(),
        "min_slices": 20,
        "spacing_mm": [0.3, 3.0],
        "slice_spacing_mm_max": 6.0,
        "needs_patient_space": True,
        "needs_spacing": True,
    }


def _lungs_needed() -> dict[str, Any]:
    english = (
        f"No pair of whole lungs was found (both over {MINIMUM_ML:.0f} mL together, neither under "
        f"{MINIMUM_BALANCE:.0%} of the other): this may be another body part, lungs cut off by the scan, "
        "or a lung so dense that it looks like chest wall. Nothing is said about its density."
    )
    return {"value": {"tensor": "lungs_found"}, "at_least": 0.5, "reason": {"en": english}}


def _maps() -> list[dict[str, Any]]:
    sides = {"1": "Right lung", "2": "Left lung"}
    dense = {"1": "Dense part of the right lung", "2": "Dense part of the left lung"}
    texture = {
        "1": f"{DENSE_HU:.0f} to {CONSOLIDATION_HU:.0f} HU",
        "2": f"{CONSOLIDATION_HU:.0f} to {CEILING_HU:.0f} HU",
    }
    return [
        {"tensor": "lungs", "key": "lungs", "kind": "labels", "label": {"en": "Lungs"}, "names": sides},
        {"tensor": "dense", "key": "dense", "kind": "labels", "label": {"en": "Dense lung"}, "names": dense},
        {
            "tensor": "texture",
            "key": "texture",
            "kind": "labels",
            "label": {"en": "Density"},
            "names": texture,
        },
        {
            "tensor": "heat",
            "key": "heat",
            "kind": "heat",
            "label": {"en": "Share of dense lung within 6 mm"},
            "value_range": [0.0, 1.0],
            "threshold": 0.25,
        },
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
        "measures": [
            _measure("dense_percent", "dense_percent", "%", index),
            _measure("solid_percent", "solid_percent", "%", index),
            _measure("lung_ml", "lung_ml", "mL", index),
        ],
    }


def _measure(key: str, tensor: str, unit: str, index: int = 0) -> dict[str, Any]:
    return {"key": key, "value": {"tensor": tensor, "index": index}, "unit": unit}


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
    ]


def _inputs() -> dict[str, Any]:
    return {
        "hu": _tensor("image", "hounsfield", ["*", "*", "*"], "float32", [-1024, 3071]),
        "spacing_mm": _tensor("series", "spacing", [3], "float32", [0.1, 10.0]),
    }


def _outputs() -> dict[str, Any]:
    fine = ["*", "*", "*"]
    maps = {
        name: _tensor("image", "segmentation", fine, "uint8", [0, 2])
        for name in ("lungs", "dense", "texture")
    }
    maps["heat"] = _tensor("image", "heat", fine, "float32", [0, 1])
    pairs = {
        name: _tensor("series", "right, left", [2], "float32", [])
        for name in ("lung_ml", "dense_percent", "solid_percent")
    }
    single = {
        name: _tensor("series", "number", [1], "float32", [])
        for name in ("worse_percent", "grade", "lungs_found")
    }
    return maps | pairs | single


def _tensor(
    kind: str, form: str, shape: Sequence[int | str], dtype: str, span: list[float]
) -> dict[str, Any]:
    return {
        "type": kind,
        "format": form,
        "modality": "CT",
        "num_channels": 1,
        "spatial_shape": list(shape),
        "dtype": dtype,
        "value_range": span,
        "is_patch_data": False,
        "channel_def": {},
    }
