"""What a model's numbers depend on besides the model: runtime, graphics driver, machine. Nothing of it is imported."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import platform
import re
import subprocess
from functools import lru_cache
from pathlib import Path

RUNTIMES = ("onnxruntime-gpu", "onnxruntime")
CUDA_LIBRARIES = (
    "nvidia-cudnn-cu12",
    "nvidia-cudnn-cu13",
    "nvidia-cublas-cu12",
    "nvidia-cublas",
    "nvidia-cuda-runtime-cu12",
    "nvidia-cuda-runtime",
    "tensorrt",
)
DRIVER_FILE = Path("/proc/driver/nvidia/version")
ASK_S = 10


@lru_cache(maxsize=1)
def runtime_facts() -> dict[str, str]:
    """Versions by name; asked once a process, for none of them changes while it runs."""
    facts = {"machine": platform.machine(), "system": platform.system()}
    for name in (*RUNTIMES, *CUDA_LIBRARIES):
        try:
            facts[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    facts["driver"] = _driver()
    return facts


def fingerprint(facts: dict[str, str]) -> str:
    """One word for all of it."""
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:16]


def _driver() -> str:
    """Version of the NVIDIA driver; '' without one."""
    try:
        told = re.search(r"\b(\d+\.\d+(?:\.\d+)?)\b", DRIVER_FILE.read_text(encoding="utf-8"))
    except OSError:
        return "" if platform.system() == "Linux" else _asked()
    return told[1] if told else ""


def _asked() -> str:
    """Of the driver's own program, where the system keeps no file of it."""
    command = ["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=ASK_S, check=False)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip().splitlines()[0] if done.stdout.strip() else ""
