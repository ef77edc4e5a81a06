"""What the manifests of the CT packages have in common: when they apply, what they need, how tensors are described."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ct_lungs_graph import MINIMUM_BALANCE, MINIMUM_ML

INPUTS = [
    {"tensor": "hu", "source": "image", "layout": "NCDHW"},
    {"tensor": "spacing_mm", "source": "spacing_mm"},
]
SIDES = {"1": "Right lung", "2": "Left lung"}
LICENCE = {
    "code": "Apache-2.0",
    "weights": "Apache-2.0",
    "training_data": "none",
    "redistributable": "yes",
}


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


def regulatory(not_for: Sequence[str]) -> dict[str, Any]:
    """For research, for whom, and what not for."""
    return {
        "status": "research_only",
        "content_qualification": "RESEARCH",
        "not_for": list(not_for),
        "users": ["radiologists", "trainees", "quality staff"],
        "age_range": [18, 120],
    }


def resources(ram_mb: int) -> dict[str, Any]:
    """Bounds that the run is held to."""
    return {
        "ram_mb": ram_mb,
        "vram_mb": 0,
        "timeout_s": 390,
        "max_batch": 1,
        "providers": ["CPUExecutionProvider"],
        "fp16_ok": False,
    }


def golden(cpu: float, cuda: float) -> list[dict[str, Any]]:
    """The golden case, and how far devices may stray."""
    return [
        {
            "input": "tests/golden/in_0.npz",
            "expected": "tests/golden/expected.json",
            "atol": {"cpu": cpu, "cuda": cuda},
        }
    ]


def label_map(key: str, label: str, names: dict[str, str]) -> dict[str, Any]:
    """A label map under the name of its tensor."""
    return {"tensor": key, "key": key, "kind": "labels", "label": {"en": label}, "names": names}


def heat_map(label: str, threshold: float) -> dict[str, Any]:
    """The heat of a CT graph."""
    return {
        "tensor": "heat",
        "key": "heat",
        "kind": "heat",
        "label": {"en": label},
        "value_range": [0.0, 1.0],
        "threshold": threshold,
    }


def ct_outputs(maps: Sequence[str], pairs: Sequence[str], single: Sequence[str]) -> dict[str, Any]:
    """Label maps, heat, and figures as (right, left) or alone."""
    fine = ["*", "*", "*"]
    found = {name: tensor("image", "segmentation", fine, "uint8", [0, 4]) for name in maps}
    found["heat"] = tensor("image", "heat", fine, "float32", [0, 1])
    found |= {name: tensor("series", "right, left", [2], "float32", []) for name in pairs}
    return found | {name: tensor("series", "number", [1], "float32", []) for name in single}


def measure(key: str, tensor: str, unit: str, index: int = 0) -> dict[str, Any]:
    """One number with its unit."""
    return {"key": key, "value": {"tensor": tensor, "index": index}, "unit": unit}


def ct_inputs() -> dict[str, Any]:
    """The two inputs that every CT graph has."""
    return {
        "hu": tensor("image", "hounsfield", ["*", "*", "*"], "float32", [-1024, 3071]),
        "spacing_mm": tensor("series", "spacing", [3], "float32", [0.1, 10.0]),
    }


def tensor(kind: str, form: str, shape: Sequence[int | str], dtype: str, span: list[float]) -> dict[str, Any]:
    """One tensor of a CT graph."""
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
