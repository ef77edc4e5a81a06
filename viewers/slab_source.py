"""A stack whose every frame is made of its neighbours too: thick slices of a tomosynthesis."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from viewers.slabs import Projection, SlabMode
from viewers.types import Affine, Frame, FrameSource

KEPT = 6


class SlabSource:
    """`FrameSource` over another one. Frames keep index, place and look of their middle one; values are projected."""

    def __init__(self, source: FrameSource) -> None:
        self._source = source
        self.mode = SlabMode.OFF
        self.reach = 0  # frames on each side of the middle one
        self._made: OrderedDict[int, tuple[Any, Frame]] = OrderedDict()

    @property
    def count(self) -> int:
        """Number of frames."""
        return self._source.count

    @property
    def is_on(self) -> bool:
        """Whether frames are more than themselves."""
        return self.mode is not SlabMode.OFF and self.reach > 0

    def members(self, index: int) -> range:
        """Frames that one is made of; fewer at the ends."""
        reach = self.reach if self.is_on else 0
        return range(max(index - reach, 0), min(index + reach, self.count - 1) + 1)

    def frame(self, index: int) -> Frame | None:
        """The slab, once all its frames are there; those that are missing are fetched, the middle one first."""
        middle = self._source.frame(index)
        if middle is None or not self.is_on:
            return middle
        wanted = [each for each in self.members(index) if not self._source.failure(each)]
        found = [self._source.frame(each) for each in wanted if each != index]
        self._source.frame(index)  # what is looked at stays what is looked at
        if any(one is None for one in found):
            return None
        frames = (middle, *(one for one in found if one is not None))
        key = (self.mode, self.reach, *(id(one) for one in frames))
        kept = self._made.get(index)
        if kept is not None and kept[0] == key:
            return kept[1]
        made = _projected(frames, self.mode)
        self._made[index] = (key, made)
        while len(self._made) > KEPT:
            self._made.popitem(last=False)
        return made

    def affine_at(self, index: int) -> Affine:
        """Of the middle frame."""
        return self._source.affine_at(index)

    def failure(self, index: int) -> str | None:
        """Of the middle frame: without it there is no picture."""
        return self._source.failure(index)

    def listen(self, arrived: Callable[[int], None]) -> Callable[[], None]:
        """A frame that comes may complete the slabs around it."""

        def tell(index: int) -> None:
            for each in self.members(index):
                arrived(each)

        return self._source.listen(tell)


def _projected(frames: tuple[Frame, ...], mode: SlabMode) -> Frame:
    middle = frames[0]
    alike = [one for one in frames if one.pixels.shape == middle.pixels.shape and one.pixels.ndim == 2]
    projection = Projection(
        _as_seen(mode, inverted=middle.inverted), middle.pixels.shape, middle.pixels.dtype
    )
    for one in alike:
        projection.add(one.pixels, None)
    values, _void = projection.result()
    # Frames of the app have the fields of the viewers' own, beside others.
    return replace(middle, pixels=np.ascontiguousarray(values))


def _as_seen(mode: SlabMode, *, inverted: bool) -> SlabMode:
    """The brightest of what is shown is the smallest value where small ones are shown bright."""
    swapped = {SlabMode.MIP: SlabMode.MINIP, SlabMode.MINIP: SlabMode.MIP}
    return swapped.get(mode, mode) if inverted else mode
