"""The layer of a view that can draw a thick slab around its plane."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QTimer
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from viewers.painted_view import PaintedView
from viewers.picture import Picture, Screen
from viewers.scene import Scene
from viewers.slab_sampler import COSTLY, SlabSampler, coarser
from viewers.slabs import Slab, SlabMode

STILL_MS = 150  # so long without a change, and a slab is drawn at full size


class SlabView(PaintedView):
    """Off until asked for. Values under the pointer stay those of the plane itself, and the picture says so."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.engine.slab_turned.connect(self.slab_by)
        self.slab = Slab()
        self._slabs = SlabSampler()
        self._enlarged_slabs = SlabSampler()
        self._still_for: tuple[object, ...] = ()
        self._still = QTimer(self)
        self._still.setSingleShot(True)
        self._still.setInterval(STILL_MS)
        self._still.timeout.connect(self._settle)

    def set_slab(self, slab: Slab) -> None:
        """Draw what lies within this distance of the plane, from now on."""
        if slab != self.slab:
            self.slab = slab
            self.slab_changed()
            self.update()

    def slab_by(self, steps: int) -> None:
        """Thicker or thinner; the first turn switches a maximum on."""
        self.set_slab(
            self.slab.thicker(steps) if self.slab.is_on else Slab(SlabMode.MIP, self.slab.thickness_mm)
        )

    def slab_changed(self) -> None:
        """For subclasses: more or less belongs to the picture now."""

    def scene(self) -> Scene:
        """With what must be known of a slab."""
        scene, slab = super().scene(), self.slab
        if not slab.is_on or scene.plane is None or scene.failure:
            return scene
        mode = dict(self.texts.slab_modes)[slab.mode.value]
        said = [self.texts.slab.format(mode=mode, mm=self.texts.number(f"{slab.thickness_mm:g}"))]
        moving = self._is_moving(self.screen_of(scene.plane))
        if scene.heat or scene.outlines or self.masks is not None:
            said.append(self.texts.slab_middle if moving else self.texts.slab_through)
        if moving:
            said.append(self.texts.slab_reduced)
        return replace(scene, notices=(*said, *scene.notices))

    def paint_picture(self, painter: QPainter, picture: Picture, screen: Screen) -> None:
        """The plane, or the slab around it: at half size while it moves, if the whole takes long.

        What lies over it is of the whole slab as soon as it rests; what a brush paints is seen in its plane.
        """
        self.layers.reach_mm = 0.0 if self._is_moving(screen) else self.slab.reach_mm
        self.mask_reach_mm = 0.0 if self.is_painted else self.layers.reach_mm
        if not self.slab.is_on:
            super().paint_picture(painter, picture, screen)
            return
        drawn = coarser(screen) if self._is_moving(screen) else screen
        if drawn is not screen:
            self._still.start()
        self._slabs.paint(painter, picture, drawn, self.state, self.slab)

    def paint_enlarged(self, painter: QPainter, picture: Picture, screen: Screen) -> None:
        """Of the slab, where there is one."""
        if self.slab.is_on:
            self._enlarged_slabs.paint(painter, picture, screen, self.state, self.slab)
        else:
            super().paint_enlarged(painter, picture, screen)

    def stored_shown(self, picture: Picture, screen: Screen) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        """Of the slab, where there is one: a region window is for what is seen."""
        if not self.slab.is_on:
            return super().stored_shown(picture, screen)
        stored, void = self._slabs.sampled(picture, screen, self.slab)
        return stored, ~void

    def _is_moving(self, screen: Screen) -> bool:
        if self.picture is None or self._still_for == self._slab_key(screen):
            return False
        return self._slabs.cost(self.picture, screen, self.slab) > COSTLY

    def _slab_key(self, screen: Screen) -> tuple[object, ...]:
        plane = screen.plane
        place = (plane.origin.tobytes(), plane.right.tobytes(), plane.down.tobytes())
        return (*place, screen.size, self.slab)

    def _settle(self) -> None:
        plane = self.plane
        self._still_for = self._slab_key(self.screen_of(plane)) if plane is not None else ()
        self.update()
