"""Regions on the source images, worked out once for an export, for every format that needs them.

Only the part of the images that holds something is kept, so that hundreds of CT studies fit.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

MOST_BYTES = 256 * 2**20


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """An array that is zero outside a box. where: the box on each axis."""

    shape: tuple[int, ...]
    where: tuple[slice, ...]
    values: NDArray[np.uint8]

    @classmethod
    def of(cls, whole: NDArray[np.uint8]) -> Part:
        """The smallest box of an array, copied out of it."""
        axes = range(whole.ndim)
        filled = [np.flatnonzero(whole.any(axis=tuple(a for a in axes if a != axis))) for axis in axes]
        where = tuple(slice(int(at[0]), int(at[-1]) + 1) if len(at) else slice(0, 0) for at in filled)
        return cls(whole.shape, where, whole[where].copy())

    def whole(self) -> NDArray[np.uint8]:
        """The array as it was."""
        made = np.zeros(self.shape, dtype=np.uint8)
        made[self.where] = self.values
        return made


@dataclass(slots=True, eq=False)
class PlanStore:
    """What was worked out in one export, up to MOST_BYTES; what does not fit is worked out anew."""

    _found: dict[Hashable, tuple[object, Any]] = field(default_factory=dict)  # Any: its maker's own
    _size: int = 0

    def get(self, key: Hashable) -> Any:
        """What was put under the key, or None."""
        return self._found.get(key, (None, None))[1]

    def put(self, key: Hashable, owner: object, made: Any, size: int) -> None:
        """Keep what was made if its bytes fit. owner: holds what the key names by identity, and lives as long."""
        if key not in self._found and self._size + size <= MOST_BYTES:
            self._found[key] = (owner, made)
            self._size += size
