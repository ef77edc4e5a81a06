"""Thick slices of a tomosynthesis: several brought together, and said how many, how and how thick."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain.volume import Space
from app.studies.display_sets import DisplaySet
from app.support.i18n import template, text
from app.support.languages import number_words

if TYPE_CHECKING:  # VTK comes with the first picture, not with the window
    from viewers.slice_view import SliceView
    from viewers.types import FrameSource

START_REACH, LARGEST_REACH = 2, 15  # slices on each side


def is_tomosynthesis(display_set: DisplaySet) -> bool:
    """A mammogram of several slices."""
    grey = not display_set.is_colour
    return grey and display_set.series.modality == "MG" and len(display_set.frames) > 1


class ThickSlices:
    """Stands between the frames and the view."""

    def __init__(self, view: SliceView, frames: FrameSource) -> None:
        from viewers.slab_source import SlabSource

        self.source = SlabSource(frames)
        self._view = view

    def next_mode(self) -> None:
        """Single slices, largest, smallest, mean value, in turn."""
        from viewers.slabs import SlabMode

        modes = list(SlabMode)
        self.source.mode = modes[(modes.index(self.source.mode) + 1) % len(modes)]
        self.source.reach = self.source.reach or START_REACH
        self._view.renew()

    def thicker(self, steps: int) -> None:
        """So many slices more on each side; from single slices the first step begins with the largest value."""
        from viewers.slabs import SlabMode

        if not self.source.is_on:
            self.source.mode, self.source.reach = SlabMode.MIP, START_REACH
        else:
            self.source.reach = min(max(self.source.reach + steps, 1), LARGEST_REACH)
        self._view.renew()

    @property
    def words(self) -> str:
        """How many slices the picture is made of, and over how many mm; '' for single slices."""
        if not self.source.is_on:
            return ""
        members = self.source.members(self._view.frame_index)
        mode = template(f"viewer.slab_modes.{self.source.mode.value}")
        depth = abs(self.mm_of(members[-1]) - self.mm_of(members[0])) if members else 0.0
        if not depth:
            return text("mammo.slab_pixels", mode=mode, count=len(members))
        return text("mammo.slab", mode=mode, count=len(members), mm=number_words(depth, 1))

    def mm_of(self, index: int) -> float:
        """Distance of a slice from the first one along their normal; 0 where slices have no place."""
        from viewers.geometry import normal_of

        first, here = self.source.affine_at(0), self.source.affine_at(index)
        return float((here[:3, 3] - first[:3, 3]) @ normal_of(first))


def has_places(display_set: DisplaySet) -> bool:
    """Whether slices lie at known places."""
    return display_set.space is Space.PATIENT
