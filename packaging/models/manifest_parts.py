"""What all manifests have in common: who made them, for whom, what they need, how maps and numbers are described."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

LICENCE = {
    "code": "Apache-2.0",
    "weights": "Apache-2.0",
    "training_data": "none",
    "redistributable": "yes",
}
USERS = ("radiologists", "trainees", "quality staff")


def metadata(name: str, version: str, said: dict[str, Any]) -> dict[str, Any]:
    """configs/metadata.json without what `package_files` computes.

    said: changelog, task, description, references, intended_use, network_data_format, eval_metrics and viewer.
    """
    return {
        "schema": "urn:overread:model-package:1",
        "name": name,
        "version": version,
        "changelog": said["changelog"],
        "task": said["task"],
        "description": said["description"],
        "authors": "The Overread authors",
        "copyright": "The Overread authors, Apache-2.0",
        "references": said["references"],
        "intended_use": said["intended_use"],
        "required_packages_version": {"onnxruntime": "1.22.0"},
        "network_data_format": said["network_data_format"],
        "eval_metrics": said["eval_metrics"],
        "viewer": said["viewer"],
    }


def regulatory(not_for: Sequence[str], users: Sequence[str] = USERS) -> dict[str, Any]:
    """For research, for whom, and what not for."""
    return {
        "status": "research_only",
        "content_qualification": "RESEARCH",
        "not_for": list(not_for),
        "users": list(users),
        "age_range": [18, 120],
    }


def resources(ram_mb: int, vram_mb: int = 0, timeout_s: int = 390) -> dict[str, Any]:
    """Bounds that the run is held to; it may go to a card where it is said how much memory it takes there."""
    card = ["CUDAExecutionProvider"] if vram_mb else []
    return {
        "ram_mb": ram_mb,
        "vram_mb": vram_mb,
        "timeout_s": timeout_s,
        "max_batch": 1,
        "providers": [*card, "CPUExecutionProvider"],
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


def heat_map(label: str, threshold: float, key: str = "heat") -> dict[str, Any]:
    """Heat from 0 to 1, of the tensor `heat`."""
    return {
        "tensor": "heat",
        "key": key,
        "kind": "heat",
        "label": {"en": label},
        "value_range": [0.0, 1.0],
        "threshold": threshold,
    }


def measure(key: str, tensor: str, unit: str, index: int = 0) -> dict[str, Any]:
    """One number with its unit."""
    return {"key": key, "value": {"tensor": tensor, "index": index}, "unit": unit}


def tensor_of(
    modality: str, form: str, shape: Sequence[int | str], dtype: str = "float32", span: Sequence[float] = ()
) -> dict[str, Any]:
    """One tensor of a picture of this modality: one channel, `*` in the shape for any size."""
    return {
        "type": "image",
        "format": form,
        "modality": modality,
        "num_channels": 1,
        "spatial_shape": list(shape),
        "dtype": dtype,
        "value_range": list(span),
        "is_patch_data": False,
        "channel_def": {},
    }
