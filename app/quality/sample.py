"""The monthly sample that checkers go through: drawn at random, with a seed that draws it again (RQ-51)."""

from __future__ import annotations

import random
from collections.abc import Sequence

from app.domain.errors import QualityError
from app.quality.forms import SampleForm
from app.quality.records import Call

LEAST, MOST = 20, 400


def draw(calls: Sequence[Call], month: str, model: str, version: str, size: int, seed: int) -> SampleForm:
    """Draw studies of a month (YYYY-MM) that a version ran on; all of them where there are fewer than `size`.

    Raises QualityError for a size outside 20 to 400 or a month without runs.
    """
    if not LEAST <= size <= MOST:
        raise QualityError("error.quality.sample_size", size=size, least=LEAST, most=MOST)
    known = sorted(
        {c.study for c in calls if c.model == model and c.version == version and c.at.startswith(month)}
    )
    if not known:
        raise QualityError("error.quality.no_runs", model=model, version=version, month=month)
    chosen = random.Random(seed).sample(
        known, min(size, len(known))
    )  # a draw that can be repeated, no secret
    return SampleForm(month, model, version, seed, len(known), tuple(sorted(chosen)))
