"""On every stack of the same frame of reference: where the image in the active viewport cuts through it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from weakref import WeakSet

from PySide6.QtCore import QObject

from app.domain.volume import Space
from app.state.model import Arrangement
from app.ui.contents import Content, StackContent
from app.ui.sync import share_positions

if TYPE_CHECKING:
    from viewers.reference_lines import Line
    from viewers.slice_view import SliceView


class ReferenceLines(QObject):
    """Told of the contents after each change of the screen; follows the active stack as it is scrolled."""

    def __init__(self) -> None:
        super().__init__()
        self._leader: StackContent | None = None
        self._stacks: tuple[StackContent, ...] = ()
        self._heard: WeakSet[SliceView] = WeakSet()

    def follow(self, arrangement: Arrangement, contents: Mapping[str, Content]) -> None:
        """The stacks of this screen, and which of them leads."""
        self._stacks = tuple(one for one in contents.values() if isinstance(one, StackContent))
        active = contents.get(arrangement.active_id)
        self._leader = active if isinstance(active, StackContent) else None
        for stack in self._stacks:
            if stack.slices not in self._heard:
                self._heard.add(stack.slices)
                stack.slices.index_changed.connect(self._draw)
                stack.slices.late_picture.connect(self._draw)
        self._draw()

    def _draw(self, _index: int = 0) -> None:
        for stack in self._stacks:
            stack.slices.set_reference(self._line_on(stack))

    def _line_on(self, stack: StackContent) -> Line | None:
        leader = self._leader
        if leader is None or stack is leader or not share_positions(stack, leader):
            return None
        if any(one.subject.display_set.space is not Space.PATIENT for one in (stack, leader)):
            return None
        from viewers.reference_lines import cut

        # Of the pictures that are really shown: the wanted ones may still be on their way.
        number, frames = leader.slices.frame_index, leader.subject.display_set.frames
        if not 0 <= number < len(frames):
            return None
        instance, there = frames[number].instance, stack.slices.affine_at(stack.slices.frame_index)
        return cut(leader.slices.affine_at(number), (instance.rows, instance.columns), there)
