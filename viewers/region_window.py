"""A window from what a drag encloses: the reader shows the tissue, its values say centre and width."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from viewers.types import WindowLevel

LEAST = 4  # values: fewer say nothing about a tissue
SHARE = 1.0  # per cent left out at either end, so that a clip or a calculus does not stretch the window


def window_of(values: NDArray[np.floating[Any]], smallest_width: float) -> WindowLevel | None:
    """Window from the 1st to the 99th percentile of modality values (any shape); None if there are too few."""
    usable = values[np.isfinite(values)]
    if usable.size < LEAST:
        return None
    low, high = (float(end) for end in np.percentile(usable, [SHARE, 100.0 - SHARE]))
    return WindowLevel((low + high) / 2, max(high - low, smallest_width))
