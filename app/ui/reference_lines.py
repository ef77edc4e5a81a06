"""On every stack of the same frame of reference: where the image or plane in the active viewport cuts through it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from weakref import WeakSet

import numpy as np
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from app.domain.volume import Affine, Space
from app.state.model import Arrangement
from app.studies.display_sets import may_link
from app.ui.contents import Content, PlaneContent, StackContent

if TYPE_CHECKING:
    from viewers.reference_lines import Line

Shape = tuple[int, int]


class ReferenceLines(QObject):
    """Told of the contents after each change of the screen; follows the active picture as it is scrolled or turned."""

    def __init__(self) -> None:
        super().__init__()
        self._leader: StackContent | PlaneContent | None = None
        self._stacks: tuple[StackContent, ...] = ()
        self._heard: WeakSet[QWidget] = WeakSet()
        self._shown = True

    def show(self, shown: bool) -> None:
        """Draw them, or none."""
        if shown is not self._shown:
            self._shown = shown
            self._draw()

    def follow(self, arrangement: Arrangement, contents: Mapping[str, Content]) -> None:
        """The stacks of this screen, and which picture leads."""
        self._stacks = tuple(one for one in contents.values() if isinstance(one, StackContent))
        active = contents.get(arrangement.active_id)
        self._leader = active if isinstance(active, StackContent | PlaneContent) else None
        for content in contents.values():
            if isinstance(content, StackContent | PlaneContent) and content.view not in self._heard:
                self._heard.add(content.view)
                self._listen(content)
        self._draw()

    def _listen(self, content: StackContent | PlaneContent) -> None:
        if isinstance(content, StackContent):
            content.slices.index_changed.connect(self._draw)
            content.slices.late_picture.connect(self._draw)
        else:
            content.planes.position_changed.connect(self._draw)
            content.planes.turned.connect(self._draw)

    def _draw(self, _moved: object = None) -> None:
        for stack in self._stacks:
            stack.slices.set_reference(self._line_on(stack))

    def _line_on(self, stack: StackContent) -> Line | None:
        leader = self._leader
        if not self._shown or leader is None or stack is leader:
            return None
        mine, theirs = stack.subject.display_set, leader.subject.display_set
        if not may_link(mine, theirs) or Space.IMAGE in {mine.space, theirs.space}:
            return None
        from viewers.reference_lines import cut

        here = _image_of(stack)
        if here is None:
            return None
        if isinstance(
            leader, PlaneContent
        ):  # a plane ends where the volume does: the whole width of the image
            plane = _plane_of(leader)
            return None if plane is None else cut(here[0], here[1], plane)
        there = _image_of(leader)
        return None if there is None else cut(there[0], there[1], here[0])


def _image_of(stack: StackContent) -> tuple[Affine, Shape] | None:
    """Of the picture that is really shown: the wanted one may still be on its way."""
    number, frames = stack.slices.frame_index, stack.subject.display_set.frames
    if not 0 <= number < len(frames):
        return None
    instance = frames[number].instance
    return stack.slices.affine_at(number), (instance.rows, instance.columns)


def _plane_of(content: PlaneContent) -> Affine | None:
    """A plane as an image of 1 mm pixels from its point on."""
    point, basis = content.planes.position, content.planes.basis
    if point is None:
        return None
    affine = np.eye(4)
    affine[:3, :3] = np.column_stack([basis[:, 2], basis[:, 1], basis[:, 0]])
    affine[:3, 3] = point
    return affine
