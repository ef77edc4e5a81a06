"""Which stacks on the screen scroll, zoom and pan together, and how: said on each of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject

from app.state.model import Arrangement, ScrollLink, Workspace
from app.studies.display_sets import may_link
from app.support.i18n import text
from app.support.languages import number_words
from app.ui.contents import Content, StackContent

if TYPE_CHECKING:  # VTK comes with the first picture, not with the window
    from viewers.slice_view import SliceView
    from viewers.sync import SliceSync
    from viewers.zoom_sync import ZoomSync


class ScrollSync(QObject):
    """Told of the contents after each change of the screen, and of the reader's wish.

    Two examinations lie in different frames of reference: no position of one is a position of the other. They keep
    the distance that they have when the group is made, or when it is made anew after one was scrolled alone. Linked
    by hand, all keep the distance that the reader gave them, also within a frame of reference.
    """

    def __init__(self) -> None:
        super().__init__()
        self._link = ScrollLink.GROUPS
        self._syncs: dict[str, SliceSync] = {}
        self._zooms: dict[str, ZoomSync] = {}

    def follow(self, workspace: Workspace, contents: Mapping[str, Content]) -> None:
        """The groups of this screen. One that is as it was keeps its distances; with another link all begin anew."""
        arrangement, link = workspace.arrangement, workspace.scroll_link
        groups = _groups(arrangement, contents, link)
        is_other, self._link = link is not self._link, link
        for name in list(self._syncs):
            members = tuple(one.slices for one in groups.get(name, ()))
            if is_other or self._syncs[name].views != members:
                self._syncs.pop(name).close()
        for content in contents.values():
            if isinstance(content, StackContent):
                content.say_link("")
        for name, group in groups.items():
            if name not in self._syncs:
                self._syncs[name] = _linked(group, self, by_hand=link is ScrollLink.BY_HAND)
            for content in group:
                content.say_link(_words(content, group, link))
        self._follow_zoom(groups if workspace.zoom_link else {})

    def _follow_zoom(self, groups: Mapping[str, Sequence[StackContent]]) -> None:
        for name in list(self._zooms):
            if self._zooms[name].views != tuple(one.slices for one in groups.get(name, ())):
                self._zooms.pop(name).close()
        for name, group in groups.items():
            if name not in self._zooms:
                self._zooms[name] = _zoomed(group, self)


def _groups(
    arrangement: Arrangement, contents: Mapping[str, Content], link: ScrollLink
) -> dict[str, list[StackContent]]:
    groups: dict[str, list[StackContent]] = {}
    for viewport in arrangement.viewports:
        content = contents.get(viewport.viewport_id)
        name = viewport.sync if link is ScrollLink.GROUPS else link.value
        if name and link is not ScrollLink.NONE and isinstance(content, StackContent):
            groups.setdefault(name, []).append(content)
    return {name: group for name, group in groups.items() if len(group) > 1}


def _linked(group: list[StackContent], parent: QObject, *, by_hand: bool) -> SliceSync:
    from viewers.sync import SliceSync

    content_of = {id(one.slices): one for one in group}

    def shares(one: SliceView, other: SliceView) -> bool:
        return not by_hand and share_positions(content_of[id(one)], content_of[id(other)])

    return SliceSync([one.slices for one in group], parent, shares)


def _zoomed(group: Sequence[StackContent], parent: QObject) -> ZoomSync:
    from viewers.zoom_sync import ZoomSync

    return ZoomSync([one.slices for one in group], parent)


def _words(content: StackContent, group: list[StackContent], link: ScrollLink) -> str:
    """How this one goes with the others; by hand within a frame of reference also how far apart."""
    from viewers.sync import are_parallel, middle_of, normal_of

    if link is ScrollLink.BY_HAND:
        first = next((one for one in group if one is not content), content)
        if share_positions(content, first) and are_parallel(content.slices, first.slices):
            way = np.subtract(middle_of(content.slices), middle_of(first.slices))
            return text(
                "ui.linked.by_hand_mm", mm=number_words(abs(float(way @ normal_of(content.slices))), 1)
            )
        return text("ui.linked.by_hand")
    if all(share_positions(content, one) for one in group if one is not content):
        return text("ui.linked.position")
    return text("ui.linked.distance")


def share_positions(one: StackContent, other: StackContent) -> bool:
    """Whether a position of one is a position of the other."""
    return may_link(one.subject.display_set, other.subject.display_set)
