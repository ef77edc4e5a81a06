"""Golden cases: known inputs of the graphs and what they must answer, run in the child (RQ-24)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from inference.bundle import read_manifest
from inference.engine import Engine
from inference.errors import Problem, RunRefusedError
from inference.golden_compare import difference, expected_outputs
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
    strayed = difference(answers, expected_outputs(folder / golden.expected, golden.expected))
    allowed = golden.atol.get(SHORT.get(engine.provider, "cpu"), 1e-4)
    return {"input": golden.input, "difference": strayed, "allowed": allowed}
