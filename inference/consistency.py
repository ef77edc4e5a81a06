"""An output that contradicts itself is inconsistent, and never counted as negative (RQ-07)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from inference.errors import Problem
from inference.types import ModelOutput, OutputState

ANSWERED = (OutputState.POSITIVE, OutputState.NEGATIVE)


def settle(output: ModelOutput) -> ModelOutput:
    """The output as it is, or as inconsistent with the first reason."""
    if output.state not in ANSWERED:
        return output
    problem = next(_contradictions(output), None)
    if problem is None:
        return output
    return replace(
        output, state=OutputState.INCONSISTENT, reason_key=problem.key, reason_facts=dict(problem.facts)
    )


def _contradictions(output: ModelOutput) -> Iterator[Problem]:
    numbers = [one.value for one in output.measures]
    numbers += [measure.value for one in output.detections for measure in one.measures]
    numbers += [one.score for one in output.detections if one.score is not None]
    numbers += [] if output.study_score is None else [output.study_score]
    if not np.isfinite(numbers).all():
        yield Problem("model.inconsistent.not_finite")
    labels = {one.key: one for one in output.label_maps}
    for one in output.detections:
        region = labels.get(one.label_map)
        if region is not None and not (region.values == one.label).any():
            yield Problem("model.inconsistent.empty_region", {"finding": one.key})
        if one.score is not None and not -1e-6 <= one.score <= 1 + 1e-6:
            yield Problem("model.inconsistent.score_range", {"finding": one.key, "score": f"{one.score:.3g}"})
    if output.state is OutputState.POSITIVE and not output.detections:
        yield Problem("model.inconsistent.positive_without_finding")
