"""Stacks that scroll together: by position in the patient where they share it, else by the way scrolled in mm."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject

from viewers import geometry
from viewers.geometry import spatial
from viewers.slice_view import SliceView
from viewers.types import Point

Shares = Callable[[SliceView, SliceView], bool]
PARALLEL_DEG = 30.0  # a gantry tilt between two scans of a head is no reason to part


class SliceSync(QObject):
    """Links stacks of any length, order and slice distance, with nearly parallel slices.

    `shares` says whether a position of one view is a position of another, which a view cannot know: only who read
    the frames of reference can. Where it is not, a follower keeps the distance that it has when the link is made,
    also after it was held up by its first or last slice. A stack of the patient and one that is not never follow each
    other; two that are not go image by image.
    """

    def __init__(
        self, views: Sequence[SliceView], parent: QObject | None = None, shares: Shares | None = None
    ) -> None:
        super().__init__(parent)
        self.views = tuple(views)
        self._shares: Shares = shares or (lambda _one, _other: True)
        self._base = {id(view): view.index for view in self.views}  # from which the way is counted
        self._is_moving = False
        self._slots = [(view, partial(self._on_index, view)) for view in self.views]
        for view, slot in self._slots:
            view.index_changed.connect(slot)

    def close(self) -> None:
        """Each scrolls alone again."""
        for view, slot in self._slots:
            view.index_changed.disconnect(slot)
        self._slots = []
        self.views = ()

    def _on_index(self, leader: SliceView, _index: int) -> None:
        if self._is_moving:
            return
        self._is_moving = True
        try:
            for follower in self.views:
                if follower is not leader:
                    self._bring(leader, follower)
        finally:
            self._is_moving = False

    def _bring(self, leader: SliceView, follower: SliceView) -> None:
        placed = _is_placed(leader), _is_placed(follower)
        if placed[0] != placed[1] or (all(placed) and not are_parallel(leader, follower)):
            return
        if all(placed) and self._shares(leader, follower):
            follower.show_nearest(middle_of(leader))
            return
        way = leader.index - self._base[id(leader)]
        share = _signed_step(leader) / _signed_step(follower)
        follower.show_index(self._base[id(follower)] + round(way * share))


def middle_of(view: SliceView) -> Point:
    """The middle of the wanted frame, LPS mm, decoded or not: its place is known from the header."""
    affine = view.affine_at(view.index)
    rows, columns = view.picture.source.pixels.shape[:2] if view.picture else (1, 1)
    x, y, z = spatial(affine) @ (0, (rows - 1) / 2, (columns - 1) / 2) + affine[:3, 3]
    return (float(x), float(y), float(z))


def are_parallel(one: SliceView, other: SliceView) -> bool:
    """Whether the wanted frames of two views lie nearly in the same plane."""
    cosine = abs(float(normal_of(one) @ normal_of(other)))
    return cosine > float(np.cos(np.radians(PARALLEL_DEG)))


def normal_of(view: SliceView) -> NDArray[np.float64]:
    """Unit vector across the wanted frame."""
    return geometry.normal_of(view.affine_at(view.index))


def _is_placed(view: SliceView) -> bool:
    """A view knows from its first picture whether it shows slices of the patient or a projection."""
    return view.layer_count > 0 and (view.picture is None or view.picture.source.in_patient)


def _signed_step(view: SliceView) -> float:
    """Way in mm from one image to the next along the nearest axis, signed: opposite orders then go the same way."""
    count = view.layer_count
    if not _is_placed(view) or count < 2:
        return 1.0
    whole = view.affine_at(count - 1)[:3, 3] - view.affine_at(0)[:3, 3]
    step = float(whole[int(np.argmax(np.abs(whole)))]) / (count - 1)
    return step if abs(step) > 1e-6 else 1.0
