"""Which views show the mask, and what of it: colours, brush, and the badge that says what letters mean now."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal

from app.domain.masks import Segmentation
from app.domain.volume import Remark, RemarkKind
from app.state.mask_state import MaskMode
from app.ui.contents import StackContent
from app.ui.flat import FlatContent
from app.ui.live_mask import LiveMask
from app.ui.mask_solids import MaskSolids, belongs, is_of_others
from app.ui.subject import Subject
from viewers import geometry
from viewers.masks.bricks import Index
from viewers.types import Point

if TYPE_CHECKING:
    from app.ui.view_host import ViewHost
    from viewers.painted_view import Masks


class MaskViews(QObject):
    """Gives every flat view of the same space what it should draw."""

    pointed = Signal(object)  # Point that was clicked

    def __init__(self, host: ViewHost) -> None:
        super().__init__()
        self._host = host
        self._shown: Masks | None = None
        self._shown_for: tuple[object, ...] = ()
        self._heard: set[int] = set()
        self._solids = MaskSolids(host)

    def show(self, mask: Segmentation | None, live: LiveMask | None, mode: MaskMode, badge: str) -> None:
        """On all that hangs now."""
        if mask is None or live is None:
            self._shown, self._shown_for = None, ()
        else:
            colors = tuple((one.number, one.color) for one in mask.segments)
            canvas = live.canvas if mode.is_on else None
            chosen = mode.number if mode.is_on else 0
            key = (id(live), colors, chosen, mode.fills, id(canvas), badge, live.book.serial)
            if key != self._shown_for:
                from viewers.painted_view import Masks

                by_hand = mask.head.source is None
                self._shown = Masks(live.book, dict(colors), chosen, mode.fills, canvas, badge, by_hand)
                self._shown_for = key
        for content in self._host.contents.values():
            if isinstance(content, FlatContent):
                fitting = mask is not None and belongs(mask, content.subject)
                content.view.set_masks(self._shown if fitting else None)
                is_shown = fitting and self._shown is not None
                told = _of_others(mask, content.subject) if mask is not None and is_shown else ()
                if told != content.of_mask:
                    content.of_mask = told
                    content.write()
                self._hear(content)
        self._solids.show(mask, live, mode)

    @property
    def unit(self) -> str:
        """Unit of the values in the active view, HU in CT."""
        active = self._host.active
        if isinstance(active, StackContent):
            return active.value_unit
        return "HU" if active is not None and active.subject.display_set.series.modality == "CT" else ""

    @property
    def length_unit(self) -> str:
        """What a length in the active view is in: without a known spacing one "mm" is one pixel."""
        active = self._host.active
        known = not isinstance(active, FlatContent) or active.view.info.spacing_known
        return "mm" if known else "px"

    def subject_of(self, display_set_id: str) -> Subject | None:
        """What hangs of a display set."""
        found = (one.subject for one in self._host.contents.values())
        return next((one for one in found if one.display_set.display_set_id == display_set_id), None)

    def axis(self, live: LiveMask) -> int:
        """The axis of the mask's grid that the active view looks along: 0 slices, 1 rows, 2 columns."""
        active = self._host.active
        plane = active.view.plane if isinstance(active, FlatContent) else None
        if plane is None:
            return 0
        steps = geometry.spatial(live.book.affine)
        return int(np.argmax(np.abs((steps / np.linalg.norm(steps, axis=0)).T @ plane.normal)))

    def voxel(self, live: LiveMask, point: Point) -> Index:
        """The voxel of the mask's grid that a point lies in; it may be outside."""
        i, j, k = np.rint(geometry.index_at(live.book.affine, point)).astype(int).tolist()
        return i, j, k

    def _hear(self, content: FlatContent) -> None:
        key = id(content.view)
        if key not in self._heard:
            self._heard.add(key)
            content.view.clicked_at.connect(self.pointed)
            content.view.destroyed.connect(lambda: self._heard.discard(key))


def _of_others(mask: Segmentation, subject: Subject) -> tuple[Remark, ...]:
    """That a mask was drawn on other images, if so."""
    what = (("what", mask.head.title),)
    return (Remark(RemarkKind.INK_OF_ANOTHER_SERIES, what),) if is_of_others(mask, subject) else ()
