"""Golden cases: known inputs of the graphs and what they must answer, run in the child (RQ-24)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from inference.bundle import read_manifest
from inference.engine import Engine
from inference.errors import Problem, RunRefusedError
from inference.manifest import Golden
from inference.sandbox import limit_to_package

SHORT = {"CUDAExecutionProvider": "cuda", "TensorrtExecutionProvider": "tensorrt"}
LARGEST_GOLDEN = 64 * 1024 * 1024


def run_golden(folder: Path, providers: tuple[str, ...]) -> dict[str, Any]:
    """{"provider", "cases": [{"input", "difference", "allowed"}]}. Raises RunRefusedError."""
    manifest = read_manifest(folder, [])
    if manifest is None:
        raise RunRefusedError(
            Problem("model.problem.manifest", {"where": "configs/metadata.json", "what": "unreadable"})
        )
    limit_to_package(manifest.viewer.resources.ram_mb)
    engine = Engine(requested=[name for name in providers if name in manifest.viewer.resources.providers])
    cases = [_run(folder, golden, engine) for golden in manifest.viewer.golden]
    return {"provider": engine.provider, "cases": cases}


def _run(folder: Path, golden: Golden, engine: Engine) -> dict[str, Any]:
    file = folder / golden.input
    if file.stat().st_size > LARGEST_GOLDEN:
        raise RunRefusedError(Problem("model.problem.too_large", {"file": golden.input}))
    with np.load(file, allow_pickle=False) as stored:
        feeds = {name: stored[name] for name in stored.files}
    answers = engine.open(folder / golden.model).run(feeds)
    expected = json.loads((folder / golden.expected).read_text(encoding="utf-8"))["outputs"]
    difference = 0.0
    for name, wanted in expected.items():
        found = answers.get(name)
        if found is None or list(found.shape) != list(wanted["shape"]):
            raise RunRefusedError(Problem("model.failed.golden_shape", {"tensor": name}))
        away = np.abs(found.ravel().astype(np.float64) - np.asarray(wanted["values"], dtype=np.float64))
        difference = max(difference, float(away.max(initial=0.0)))
    allowed = golden.atol.get(SHORT.get(engine.provider, "cpu"), 1e-4)
    return {"input": golden.input, "difference": difference, "allowed": allowed}
