"""What the product is told of `ct-nodule-candidates`: applicability, steps, threshold, figures."""

from __future__ import annotations

from typing import Any

from ct_manifest_parts import applicability, lungs_needed, tensor
from ct_nodule_graph import GRID_MM
from manifest_parts import LICENCE, golden, metadata, regulatory, resources

NAME = "ct-nodule-candidates"
VERSION = "1.0.0"
THRESHOLD = 0.4
NOT_FOR = (
    "primary diagnosis",
    "ruling out cancer: no candidate found is no statement about cancer",
    "masses over 30 mm: it does not look for them",
    "ground-glass nodules: it does not see them",
    "nodules under 6 mm, at the hilum, or broad on the pleura: it is not made for them",
    "telling benign from malignant, or nodules from vessel knots, scars and granulomas",
    "follow-up of sizes: the size of a candidate is that of a spot on 1.5 mm cubes",
    "children",
    "slices more than 6 mm apart, lungs not wholly in the scan",
)
THRESHOLD_SOURCE = (
    "ours: made-up nodules in two public CTs, other copies than those of the card, some eight alarms a scan"
)


def manifest(figures: dict[str, Any]) -> dict[str, Any]:
    """configs/metadata.json without what `package_files` computes."""
    said = {
        "changelog": {"1.0.0": "first release"},
        "task": "nodule candidates on chest CT",
        "description": "Round bright spots of 5 to 26 mm inside the lungs, found by shape; nothing trained",
        "references": [],
        "intended_use": "Research and teaching: places to look at twice on adult chest CT, never a reason not to look",
        "network_data_format": {
            "inputs": {"hu": tensor("image", "hounsfield", ["*", "*", "*"], "float32", [-1024, 3071])},
            "outputs": _outputs(),
        },
        "eval_metrics": {
            "sensitivity_solid_6mm": figures["operating"]["sensitivity"]["solid, 6 mm and more"]["value"]
        },
        "viewer": _viewer(figures),
    }
    return metadata(NAME, VERSION, said)


def _outputs() -> dict[str, Any]:
    fine = ["*", "*", "*"]
    return {
        "score": tensor("image", "score", fine, "float32", [0, 1]),
        "lung": tensor("image", "segmentation", fine, "uint8", [0, 1]),
        "lung_ml": tensor("series", "right, left", [2], "float32", []),
        "lungs_found": tensor("series", "number", [1], "float32", []),
        "top_score": tensor("series", "number", [1], "float32", [0, 1]),
    }


def _viewer(figures: dict[str, Any]) -> dict[str, Any]:
    return {
        "kind": "regions",
        "regulatory": regulatory(NOT_FOR),
        "applicability": applicability(),
        "preprocess": [
            {"op": "modality_lut"},
            {"op": "orient"},
            {"op": "resample", "args": {"spacing_mm": [GRID_MM] * 3}},
        ],
        "inputs": [{"tensor": "hu", "source": "image", "layout": "NCDHW"}],
        "inference": {"mode": "simple"},
        "requires": [lungs_needed("nodules")],
        "maps": [
            {
                "tensor": "score",
                "key": "candidates",
                "kind": "labels",
                "label": {"en": "Nodule candidates"},
            }
        ],
        "postprocess": [
            {"op": "threshold", "args": {"at": THRESHOLD}},
            {"op": "components", "args": {"min_voxels": 4}},
        ],
        "ranking": {"by": "score", "at_most": 20},
        "outputs": [
            {
                "key": "nodule_candidate",
                "label": {"en": "Nodule candidate (round spot)"},
                "code": {"value": "427359005", "scheme": "SCT", "meaning": "Solitary nodule of lung"},
                "score": {"tensor": "score"},
                "threshold": THRESHOLD,
                "threshold_source": THRESHOLD_SOURCE,
                "finding_site": "lung",
                "side": "by_place",
                "report_when": "above",
                "region": {"map": "candidates", "label": 0},
            }
        ],
        "explain": {"method": "segmentation"},
        "calibration": None,
        "performance": _performance(figures),
        "known_failures": [
            "'no nodule candidates' never means 'no cancer': masses and ground glass are not seen",
            "knots and crossings of vessels near the hilum are most of the false alarms",
            "a large tumour at the hilum (Lung-PET-CT-Dx A0002) was not marked: a spot in it scored, too low",
            "the measured scans are those of two patients; real nodules in them count as false alarms",
        ],
        "resources": resources(4000),
        "golden": golden(1e-2, 5e-2),
        "licence": LICENCE,
    }


def _performance(figures: dict[str, Any]) -> list[dict[str, Any]]:
    """Only what `measure_ct_nodules.py` measured; the same numbers as on the card."""
    made = {
        "dataset": "made-up nodules in two public chest CTs, two patients",
        "reference_standard": "what was put in",
        "ci_method": "Wilson over nodules; too narrow for other patients",
    }
    operating = figures["operating"]
    rows = [
        made
        | {
            "metric": f"sensitivity at the threshold that ships, {kind}",
            "value": one["value"],
            "ci95": one["ci95"],
            "n": one["n"],
        }
        for kind, one in operating["sensitivity"].items()
    ]
    rows.append(made | {"metric": "false alarms per scan there", "value": operating["false_alarms_per_scan"]})
    for rate, one in figures["froc"]["solid, 6 mm and more"].items():
        rows.append(
            made
            | {
                "metric": f"sensitivity for solid nodules of 6 mm and more at {rate} false alarms per scan",
                "value": one["value"],
                "ci95": one["ci95"],
                "n": one["n"],
            }
        )
    return rows
