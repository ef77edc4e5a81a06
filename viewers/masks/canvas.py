"""What brushes of all views work on: the book of segments, how the brush is set, and the stroke that is being drawn.

A stroke is handed out for keeping when it ends, and while it lasts about once a second, so that no more than that can
ever be lost.
"""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from viewers.geometry import Vector
from viewers.masks.book import Change, MaskBook
from viewers.masks.bricks import Block, Box, Mask
from viewers.masks.brush import ball, disc
from viewers.picture import padding_of
from viewers.types import Point, VolumeImage

KEPT_EVERY_S = 1.0


@dataclass(frozen=True, slots=True)
class Brush:
    """number: the segment that is drawn. solid: a ball, else a disc in the plane of the view.

    band: smallest and largest modality value (HU in CT) that is painted; None paints all. The eraser takes all.
    rests: a press draws nothing, it only points.
    """

    number: int = 0
    erases: bool = False
    solid: bool = False
    radius_mm: float = 5.0
    band: tuple[float, float] | None = None
    rests: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Edit:
    """Changes to keep. Those of one stroke are taken back together; it goes on until `ends`."""

    stroke_id: str
    changes: tuple[Change, ...]
    erases: bool
    ends: bool


class Canvas(QObject):
    """One segmentation under the hand. Main thread."""

    repainted = Signal()  # the book is another
    edited = Signal(object)  # Edit
    refused = Signal()  # the segment is locked, or there is none

    def __init__(self, book: MaskBook, image: VolumeImage, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.book, self.image = book, image
        self.brush = Brush()
        self._stroke_id = ""
        self._last: Point | None = None
        self._kept: list[Change] = []
        self._kept_at = 0.0
        self._timer = QTimer(self)
        self._timer.setInterval(round(KEPT_EVERY_S * 1000))
        self._timer.timeout.connect(self._keep)

    @property
    def is_drawing(self) -> bool:
        """A stroke is under way."""
        return bool(self._stroke_id)

    def begin(self) -> bool:
        """A stroke begins; false if there is nothing that may be drawn on."""
        if self.brush.rests:
            return False
        if self.brush.number not in self.book.listed or self.brush.number in self.book.locked:
            self.refused.emit()
            return False
        self._stroke_id, self._last, self._kept = uuid.uuid4().hex, None, []
        self._kept_at = time.monotonic()
        self._timer.start()
        return True

    def draw_to(self, point: Point, normal: Vector) -> Box | None:
        """From where the brush was to here. normal: unit vector across the plane that is drawn in."""
        if not self.is_drawing:
            return None
        way = (self._last or point, point)
        self._last = point
        geometry = self.book.affine, self.book.shape, way, self.brush.radius_mm
        block = ball(*geometry) if self.brush.solid else disc(*geometry, normal)
        changed = self._apply(block) if block is not None else None
        if changed is not None:
            self.repainted.emit()
        if time.monotonic() - self._kept_at >= KEPT_EVERY_S:
            self._keep()
        return changed

    def end(self) -> None:
        """The hand was lifted."""
        if self.is_drawing:
            self._hand_out(ends=True)

    def cancel(self) -> None:
        """As if the stroke had never been begun; what was kept of it is taken back."""
        if not self.is_drawing:
            return
        kept = self._kept
        self.book.toggle(self.book.taken())
        self.book.toggle(kept)
        self._close()
        if kept:
            self.edited.emit(Edit(self._stroke_id, tuple(kept), self.brush.erases, ends=True))
        self._stroke_id = ""
        self.repainted.emit()

    def take_back(self, edit: Edit) -> None:
        """It could not be kept: as if it had not been drawn."""
        self.book.toggle(edit.changes)
        self._kept = [one for one in self._kept if one not in edit.changes]
        self.repainted.emit()

    def put(self, number: int, block: Block) -> Edit | None:
        """A segment becomes this within the block, as one deed; None where nothing changed or nothing may."""
        if number in self.book.locked:
            self.refused.emit()
            return None
        self.book.put(number, block)
        changes = self.book.taken()
        self.repainted.emit()
        return Edit(uuid.uuid4().hex, changes, erases=False, ends=True) if changes else None

    def _apply(self, block: Block) -> Box | None:
        if self.brush.erases:
            return self.book.erase(self.brush.number, block)
        if self.brush.band is not None:
            block = Block(block.start, block.voxels & within(self.image, block.box, self.brush.band))
        return self.book.paint(self.brush.number, block)

    def _keep(self) -> None:
        self._kept_at = time.monotonic()
        if self.is_drawing:
            self._hand_out(ends=False)

    def _hand_out(self, *, ends: bool) -> None:
        changes, stroke, any_kept = self.book.taken(), self._stroke_id, bool(self._kept)
        if ends:
            self._close()
            self._stroke_id = ""
        else:
            self._kept += changes
        if changes or (ends and any_kept):
            self.edited.emit(Edit(stroke, changes, self.brush.erases, ends))

    def _close(self) -> None:
        self._timer.stop()
        self._last, self._kept = None, []


def within(image: VolumeImage, box: Box, band: tuple[float, float]) -> Mask:
    """Voxels of a box whose modality value lies in a band, both ends included; padding has no value."""
    stored = image.pixels[box.slices]
    ends = sorted((end - image.intercept) / image.slope for end in band)
    found: Mask = (stored >= ends[0]) & (stored <= ends[1])
    padding = padding_of(image)
    if padding is not None:
        found &= (stored < padding[0]) | (stored > padding[1])
    return np.asarray(found)
