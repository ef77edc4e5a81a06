"""How far answers stray from those that a golden test names."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.errors import Problem, RunRefusedError


def expected_outputs(file: Path, name: str) -> dict[str, Any]:
    """What each output must be. Raises RunRefusedError where the file says nothing that could be compared."""
    try:
        outputs = dict(json.loads(file.read_text(encoding="utf-8"))["outputs"])
        sizes = [len(one["values"]) for one in outputs.values()]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise RunRefusedError(Problem("model.failed.golden_expected", {"file": name})) from error
    if not any(sizes):
        raise RunRefusedError(Problem("model.failed.golden_expected", {"file": name}))
    return outputs


def difference(answers: Mapping[str, NDArray[Any]], expected: Mapping[str, Any]) -> float:
    """The largest distance of any value. Raises RunRefusedError for an output that is missing or of another shape."""
    largest = 0.0
    for name, wanted in expected.items():
        found = answers.get(name)
        if found is None or list(found.shape) != list(wanted["shape"]):
            raise RunRefusedError(Problem("model.failed.golden_shape", {"tensor": name}))
        flat = found.ravel().astype(np.float64)
        if "at" in wanted:  # of a large output only some values are kept, at these places
            flat = flat[np.asarray(wanted["at"], dtype=np.int64)]
        away = np.abs(flat - np.asarray(wanted["values"], dtype=np.float64))
        largest = max(largest, float(away.max(initial=0.0)))
    return largest
