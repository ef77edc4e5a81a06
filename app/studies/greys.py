"""Modality values to shares of white, for pictures made without a view (PS3.3 C.11.2)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.domain.display import LookupTable, VoiFunction
from app.domain.volume import Window

STEEPEST = 500.0


def by_table(values: NDArray[Any], table: LookupTable) -> NDArray[np.float32]:
    """0 black to 1 white through a VOI LUT."""
    share: NDArray[np.float32] = table.look_up(values).astype(np.float32) / np.float32(2**table.bits - 1)
    return share


def by_window(values: NDArray[Any], window: Window, function: VoiFunction) -> NDArray[np.float32]:
    """0 black to 1 white through a window."""
    if function == "SIGMOID":
        steep = np.clip(-4 * (values - window.center) / max(window.width, 1e-12), -STEEPEST, STEEPEST)
        return np.asarray(1 / (1 + np.exp(steep)), dtype=np.float32)
    whole = function == "LINEAR" and window.width >= 1  # narrower ones are exact: the view does the same
    if whole and window.width == 1:
        return np.asarray(values > window.center - 0.5, dtype=np.float32)
    middle, span = (window.center - 0.5, window.width - 1) if whole else (window.center, window.width)
    return np.asarray(np.clip((values - middle) / max(span, 1e-12) + 0.5, 0, 1), dtype=np.float32)
