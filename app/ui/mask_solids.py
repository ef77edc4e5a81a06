"""The mask that a reader draws, as surfaces in 3D: made anew when the hand rests, only of segments that changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer

from app.domain.masks import Segmentation
from app.domain.volume import Space
from app.state.mask_state import MaskMode
from app.ui.live_mask import LiveMask
from app.ui.solid import VolumeContent
from app.ui.subject import Subject

if TYPE_CHECKING:
    from app.ui.view_host import ViewHost
    from viewers.masks.bricks import Index
    from viewers.volume_surfaces import Region

REST_MS = 400
Cut = tuple[NDArray[np.bool_], "Index"]


class MaskSolids(QObject):
    """Gives every 3D view of the same space the segments that are drawn."""

    def __init__(self, host: ViewHost) -> None:
        super().__init__(host)
        self._host = host
        self._mask: Segmentation | None = None
        self._live: LiveMask | None = None
        self._mode = MaskMode()
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._put)

    def show(self, mask: Segmentation | None, live: LiveMask | None, mode: MaskMode) -> None:
        """As soon as nothing has changed for a moment."""
        self._mask, self._live, self._mode = mask, live, mode
        if any(isinstance(content, VolumeContent) for content in self._host.contents.values()):
            self._rest.start()

    def _put(self) -> None:
        for content in self._host.contents.values():
            if not isinstance(content, VolumeContent):
                continue
            fits = self._mask is not None and belongs(self._mask, content.subject)
            serial = self._live.book.serial if self._live is not None and fits else -1
            look = tuple(self._mask.segments) if self._mask is not None and fits else ()
            key = (id(self._live), serial, look, self._mode.hidden)
            if content.mask_key != key:
                content.mask_key = key
                content.show_mask(self._regions if fits and self._live is not None else None)

    def _regions(self) -> tuple[Region, ...]:
        from viewers.volume_surfaces import Region

        mask, live = self._mask, self._live
        if mask is None or live is None:
            return ()
        return tuple(
            Region(
                f"{mask.head.segmentation_id}/{one.number}",
                (live.book.segment(one.number).version, one.color),
                _copy(live, one.number),
                live.book.affine,
                one.color,
            )
            for one in mask.segments
            if one.number not in self._mode.hidden and not live.book.segment(one.number).is_empty
        )


def _copy(live: LiveMask, number: int) -> Callable[[], Cut | None]:
    """The voxels as they are now: a hand may draw on while the surface is made."""
    segment = live.book.segment(number)
    box = segment.bounds()
    if box is None:
        return lambda: None
    voxels = segment.read(box)
    return lambda: (voxels, box.start)


def is_of_others(mask: Segmentation, subject: Subject) -> bool:
    """Whether a mask that belongs on a picture was drawn on other images, as of another phase: it lies by its place."""
    head, target = mask.head, subject.target
    if not target.in_patient:
        return False
    if head.image is None:  # begun before masks named their image
        return head.display_set_id != subject.display_set.display_set_id
    return head.image not in target.members


def belongs(mask: Segmentation, subject: Subject) -> bool:
    """Whether a mask may be drawn on a picture: its own series, or the same frame of reference of the same study.

    One of a projection image belongs to that image alone.
    """
    head, target = mask.head, subject.target
    if head.study_instance_uid != target.study_instance_uid:
        return False
    if head.space is not Space.PATIENT or not target.in_patient:
        frames = subject.display_set.frames
        return not target.in_patient and len(frames) == 1 and frames[0].ref == head.image
    same_frame = head.frame_of_reference_uid == target.frame_of_reference_uid != ""
    return head.series_instance_uid == target.series_instance_uid or same_frame
