"""Viewports of one group scroll together: by position within a frame of reference, else by the way scrolled in mm."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import QObject

from app.domain.volume import Space
from app.state.model import Arrangement, ScrollLink
from app.ui.contents import Content, StackContent
from viewers.types import Point


class ScrollSync(QObject):
    """Told of the contents after each change of the screen, and of the reader's wish.

    Two examinations lie in different frames of reference: no position of one is a position of the other. They keep
    the distance that they have when the group is made, or when it is switched on again after one was scrolled alone.
    """

    def __init__(self) -> None:
        super().__init__()
        self._link = ScrollLink.GROUPS
        self._groups: dict[str, list[StackContent]] = {}
        self._base: dict[int, int] = {}  # image of each stack from which the way is counted
        self._is_moving = False
        self._tied: set[int] = set()

    def follow(self, arrangement: Arrangement, contents: Mapping[str, Content], link: ScrollLink) -> None:
        """The groups of this screen; with another link than before each way is counted anew."""
        groups: dict[str, list[StackContent]] = {}
        for viewport in arrangement.viewports:
            content = contents.get(viewport.viewport_id)
            group = viewport.sync if link is ScrollLink.GROUPS else link.value
            if group and link is not ScrollLink.NONE and isinstance(content, StackContent):
                groups.setdefault(group, []).append(content)
        self._groups = groups
        if link is not self._link:
            self._link = link
            self._base.clear()
        alive = {id(content) for content in contents.values()}
        self._tied &= alive
        self._base = {key: index for key, index in self._base.items() if key in alive}
        for content in (one for group in groups.values() for one in group):
            self._base.setdefault(id(content), content.slices.index)
            if id(content) not in self._tied:
                self._tied.add(id(content))
                content.slices.index_changed.connect(lambda _index, one=content: self._scrolled(one))

    def _scrolled(self, leader: StackContent) -> None:
        if self._is_moving:
            return
        group = next((some for some in self._groups.values() if leader in some), [])
        self._is_moving = True
        try:
            for follower in group:
                if follower is not leader:
                    self._bring(leader, follower)
        finally:
            self._is_moving = False

    def _bring(self, leader: StackContent, follower: StackContent) -> None:
        if share_positions(leader, follower):
            follower.slices.show_nearest(_position(leader))
            return
        way = leader.slices.index - self._base.get(id(leader), 0)
        share = _signed_step(leader) / _signed_step(follower)
        follower.slices.show_index(self._base.get(id(follower), 0) + round(way * share))


def share_positions(one: StackContent, other: StackContent) -> bool:
    """Whether a position of one is a position of the other: both placed in the same frame of reference."""
    sets = (one.subject.display_set, other.subject.display_set)
    uids = {each.series.frame_of_reference_uid for each in sets}
    return len(uids) == 1 and "" not in uids and all(each.space is Space.PATIENT for each in sets)


def _position(content: StackContent) -> Point:
    """The middle of the image that is shown, LPS mm."""
    display_set = content.subject.display_set
    affine = display_set.affines[content.slices.index]
    x, y, z = affine[:3, :3] @ (0, (display_set.rows - 1) / 2, (display_set.columns - 1) / 2) + affine[:3, 3]
    return (float(x), float(y), float(z))


def _signed_step(content: StackContent) -> float:
    """Way in mm from one image to the next along the nearest axis, signed: opposite orders then go the same way."""
    affines = content.subject.display_set.affines
    if content.subject.display_set.space is not Space.PATIENT or len(affines) < 2:
        return 1.0
    whole = affines[-1][:3, 3] - affines[0][:3, 3]
    step = float(whole[int(np.argmax(np.abs(whole)))]) / (len(affines) - 1)
    return step if abs(step) > 1e-6 else 1.0
