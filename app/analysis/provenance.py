"""Who found what, on which pixels, when: the facts that make a result traceable (RQ-04)."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Mapping

import numpy as np

from app.domain.volume import Volume
from app.support.clock import Clock, utc_now

STAGES = ("pre_start", "pre_end", "main_start", "main_end", "post_start", "post_end")


def pixel_sha256(volume: Volume) -> str:
    """sha256 over the stored pixels in order of space, little endian, slice by slice."""
    digest = hashlib.sha256()
    for slice_ in volume.pixels:
        plain = np.ascontiguousarray(slice_)
        if plain.dtype.byteorder == ">" or (plain.dtype.byteorder == "=" and sys.byteorder == "big"):
            plain = plain.astype(plain.dtype.newbyteorder("<"))
        digest.update(plain.data)
    return digest.hexdigest()


class Stamps:
    """The six stamps of a run: begun and ended preparing, running, finishing; ISO-8601 with zone."""

    def __init__(self, clock: Clock = utc_now) -> None:
        self._clock = clock
        self._at: dict[str, str] = {}

    def mark(self, *stages: str) -> None:
        """Now, for each of these stages."""
        now = self._clock()
        for stage in stages:
            self._at[stage] = now

    def take(self, inner: Mapping[str, str]) -> None:
        """Finer stamps from within the run replace ours, but for the very first and last."""
        for stage in STAGES[1:-1]:
            if inner.get(stage):
                self._at[stage] = inner[stage]

    def pairs(self) -> tuple[tuple[str, str], ...]:
        """What was marked, in order of time of day."""
        return tuple((stage, self._at[stage]) for stage in STAGES if stage in self._at)
