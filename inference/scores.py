"""Numbers of output tensors as scores."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inference.errors import Problem, RunRefusedError
from inference.task_types import Feeds
from inference.vocabulary import Output, ValueRef


def value_of(answers: Feeds, ref: ValueRef) -> float:
    """One number of a tensor, flattened. Raises RunRefusedError if it is not there or is no number."""
    flat = answers[ref.tensor].ravel()
    if not 0 <= ref.index < flat.size:
        facts = {"tensor": ref.tensor, "index": str(ref.index)}
        raise RunRefusedError(Problem("model.failed.no_value", facts))
    value = float(flat[ref.index]) * ref.scale
    if not np.isfinite(value):
        raise RunRefusedError(Problem("model.failed.not_finite", {"tensor": ref.tensor}))
    return value


def scaled(output: Output, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values on the output's own scale: as they are, through a sigmoid, or normalised to the operating point."""
    scale = output.score.scale if output.score else 1.0
    values = values * scale
    if output.score_transform == "sigmoid":
        return 1 / (1 + np.exp(-np.clip(values, -500, 500)))
    if output.score_transform == "op_norm" and output.threshold:
        t = output.threshold
        return np.where(values < t, values / (2 * t), 1 - (1 - values) / (2 * (1 - t)))
    return values


def score_of(output: Output, answers: Feeds) -> float | None:
    """The score of an output that has one."""
    if output.score is None:
        return None
    bare = output.score.model_copy(update={"scale": 1.0})
    return float(scaled(output, np.array([value_of(answers, bare)]))[0])
