"""What the manifests of the CT packages have in common: where from, when they apply, tensors, both lungs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ct_lungs_graph import MINIMUM_BALANCE, MINIMUM_ML
from manifest_parts import measure, tensor_of

INPUTS = [
    {"tensor": "hu", "source": "image", "layout": "NCDHW"},
    {"tensor": "spacing_mm", "source": "spacing_mm"},
]
SIDES = {"1": "Right lung", "2": "Left lung"}
DATA_LICENCE = """No data went into this package: thresholds are from the papers named on its card, the rest is ours.
The golden test is a made-up array (packaging/models/synthetic.py), Apache-2.0 as the package itself.
Real scans were used to measure it, not to make it; none of their pixels is in this package.
"""


def applicability() -> dict[str, Any]:
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


def lungs_needed(about: str) -> dict[str, Any]:
    """Both lungs, whole; else the run is not applicable, in these words."""
    english = (
        f"No pair of whole lungs was found (both over {MINIMUM_ML:.0f} mL together, neither under "
        f"{MINIMUM_BALANCE:.0%} of the other): this may be another body part, lungs cut off by the scan, "
        f"or a lung so dense that it looks like chest wall. Nothing is said about {about}."
    )
    return {"value": {"tensor": "lungs_found"}, "at_least": 0.5, "reason": {"en": english}}


def ct_outputs(maps: Sequence[str], pairs: Sequence[str], single: Sequence[str]) -> dict[str, Any]:
    """Label maps, heat, and figures as (right, left) or alone."""
    fine = ["*", "*", "*"]
    found = {name: tensor("image", "segmentation", fine, "uint8", [0, 4]) for name in maps}
    found["heat"] = tensor("image", "heat", fine, "float32", [0, 1])
    found |= {name: tensor("series", "right, left", [2], "float32", []) for name in pairs}
    return found | {name: tensor("series", "number", [1], "float32", []) for name in single}


def ct_inputs() -> dict[str, Any]:
    """The two inputs that every CT graph has."""
    return {
        "hu": tensor("image", "hounsfield", ["*", "*", "*"], "float32", [-1024, 3071]),
        "spacing_mm": tensor("series", "spacing", [3], "float32", [0.1, 10.0]),
    }


def tensor(kind: str, form: str, shape: Sequence[int | str], dtype: str, span: list[float]) -> dict[str, Any]:
    """One tensor of a CT graph."""
    return tensor_of("CT", form, shape, dtype, span) | {"type": kind}


def of_both_lungs(quantities: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
    """Numbers of the study: these quantities, with their units, of the right and of the left lung."""
    return [
        measure(f"{key}_{side}", key, unit, index)
        for key, unit in quantities
        for index, side in enumerate(("right", "left"))
    ]
