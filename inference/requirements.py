"""What a graph must say of its own input before its answer counts: below that the run is not applicable."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from numpy.typing import NDArray

from inference.errors import Problem, RunRefusedError
from inference.vocabulary import Requirement, ValueRef


def number_of(answers: Mapping[str, NDArray[Any]], ref: ValueRef) -> float:
    """One number of an output tensor. Raises RunRefusedError if it is not there."""
    flat = answers[ref.tensor].ravel() if ref.tensor in answers else None
    if flat is None or not 0 <= ref.index < flat.size:
        raise RunRefusedError(
            Problem("model.failed.no_value", {"tensor": ref.tensor, "index": str(ref.index)})
        )
    return float(flat[ref.index]) * ref.scale


def check_requirements(requirements: Iterable[Requirement], answers: Mapping[str, NDArray[Any]]) -> None:
    """Raises RunRefusedError, not applicable, in the words of the first requirement that is not met."""
    for one in requirements:
        if not number_of(answers, one.value) >= one.at_least:  # a NaN meets nothing
            words = one.reason.get("en", "")
            raise RunRefusedError(Problem("model.not_applicable.stated", {"reason": words}), applicable=False)
