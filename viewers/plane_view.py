"""The layer of a view that draws one plane: geometry, state, picture, and what lies over it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QTimer
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from viewers import geometry
from viewers.file_planes import FilePlanes
from viewers.geometry import PictureBox, ScreenPlane
from viewers.overlay_view import OverlayView, paint_overlays
from viewers.picture import Picture, PictureSampler, Screen
from viewers.presented import Presented
from viewers.scene import CrossLine, Letters, Scene
from viewers.showing import OverlayPlane, Shutter
from viewers.slabs import inside
from viewers.types import (
    HeatLayer,
    Marker,
    OutlineLayer,
    PictureInfo,
    Point,
    ViewState,
    VolumeImage,
    WindowLevel,
)
from viewers.vtk_bridge import Resampler
from viewers.whole_paint import whole_painting

Ink = TypeVar("Ink", HeatLayer, OutlineLayer, Marker)
Fitter = Callable[[PictureBox, ViewState, geometry.Size], ViewState]
_START = ViewState(window=WindowLevel(40.0, 400.0), fitted=True)


class PlaneView(OverlayView):
    """One plane of one picture. Subclasses say which, through `put_picture`."""

    presented: Presented | None = None  # what somebody wanted over the picture on the screen

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = _START
        self.info = PictureInfo()
        self.picture: Picture | None = None
        self.box: PictureBox | None = None
        self.fitter: Fitter = geometry.fit  # how a picture is brought into the view
        self.half_slab_mm = 0.0
        self.failure = ""
        self.notices: tuple[str, ...] = ()
        self.cross_point: Point | None = None
        self.cross_lines: tuple[CrossLine, ...] = ()
        self._sampler = PictureSampler()
        self._file_planes = FilePlanes()
        # Kept beside those of the whole view: one pair for both would draw each anew in every paint.
        self._enlarging, self._enlarged_planes = PictureSampler(), FilePlanes()
        self._first_painted = False

    @property
    def state(self) -> ViewState:
        """How the picture is looked at now."""
        return self._state

    @property
    def size_px(self) -> tuple[int, int]:
        """Logical width and height."""
        return self.width(), self.height()

    @property
    def plane(self) -> ScreenPlane | None:
        """Where the pixels of the view lie, or None without a picture."""
        return geometry.screen_plane(self.box, self._state, self.size_px) if self.box else None

    def screen_of(self, plane: ScreenPlane) -> Screen:
        """The view's device pixels in this plane."""
        ratio = self.devicePixelRatioF()
        size = (max(1, round(self.width() * ratio)), max(1, round(self.height() * ratio)))
        return Screen(plane, size, ratio)

    def set_state(self, state: ViewState) -> None:
        """Look at the picture this way, from now on."""
        self.show_state(state)

    def show_state(self, state: ViewState) -> None:
        """Draw with this state and tell listeners, once, if it is another."""
        if state.fitted and self.box is not None:
            state = self.fitter(self.box, state, self.size_px)
        if state != self._state:
            self._state = state
            self.plane_changed()
            self.state_changed.emit(state)
            self.update()

    def put_picture(self, picture: Picture | None, box: PictureBox | None, half_slab_mm: float) -> None:
        """Show another picture or another plane of it, looked at as before."""
        self.picture, self.box, self.half_slab_mm = picture, box, half_slab_mm
        self.show_state(self._state)
        self.plane_changed()
        self.update()

    def plane_changed(self) -> None:
        """For subclasses: geometry or state is another."""

    @property
    def stack_frame(self) -> int | None:
        """Which frame of a stack is on the screen, from 0; None where there is no stack, or nothing of it is shown."""
        return None

    def mm_at(self, x_px: float, y_px: float) -> Point | None:
        """The point in mm under a logical pixel position, or None without a picture."""
        plane = self.plane
        return geometry.mm_at(plane, x_px, y_px) if plane else None

    def px_of(self, point_mm: Point) -> tuple[float, float] | None:
        """Logical pixel position of a point dropped onto the plane, or None without a picture."""
        plane = self.plane
        return geometry.px_of(plane, point_mm)[:2] if plane else None

    def letters(self) -> Letters:
        """Edge letters (left, right, top, bottom); empty where nobody knows."""
        plane = self.plane
        if plane is None or self.picture is None:
            return "", "", "", ""
        if self.picture.source.in_patient:
            return geometry.edge_letters(plane)
        return geometry.turned_letters(self.info.row_letters, self.info.column_letters, self._state)

    def scene(self) -> Scene:
        """What to paint now; nothing that lies in another space than the picture."""
        plane, picture = self.plane, self.picture
        scene = Scene(self.size_px, self._state, info=self.info, text=self.texts, level=self.level)
        scene = replace(
            scene, corners=self.corners, stamps=self.stamps, badge=self.badge, failure=self.failure
        )
        if plane is None or picture is None or self.failure:
            return replace(scene, notices=self.notices)
        space = picture.source.in_patient
        ink = self.overlays_visible and not self.peeking
        return replace(
            scene,
            plane=plane,
            letters=self.letters(),
            half_slab_mm=self.half_slab_mm,
            heat=self._here(self.heat, space) if ink else (),
            outlines=self._here(self.outlines, space) if ink else (),
            markers=self._here(self.markers, space) if ink else (),
            cross=self.cross_lines,
            cross_point=self.cross_point if self.cross_lines else None,
            notices=self.notices + _left_out(self, space),
        )

    def _here(self, inks: tuple[Ink, ...], in_patient: bool) -> tuple[Ink, ...]:
        """What lies in the space of the picture, and where frames share one plane, on the frame that is shown."""
        shown = self.stack_frame
        return tuple(
            one
            for one in inks
            if one.in_patient == in_patient and (one.frames is None or shown is None or shown in one.frames)
        )

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Picture, heat, outlines, then what is written and drawn over them."""
        painted = False
        with whole_painting(self, self.texts.not_drawn) as painter:
            scene = self.scene()
            if scene.plane is not None and self.picture is not None:
                screen = self.screen_of(scene.plane)
                self.paint_picture(painter, self.picture, screen)
                self._paint_file_planes(painter, self._file_planes, self.picture, screen)
                scene = _paint_layers(painter, self, scene, screen)
                self.paint_ink(painter)
                painted = True
            paint_overlays(painter, scene, ink=self.overlays_visible, bare=self.peeking)
        if painted and not self._first_painted:
            self._first_painted = True
            QTimer.singleShot(0, self, self.first_picture.emit)

    def paint_picture(self, painter: QPainter, picture: Picture, screen: Screen) -> None:
        """The grey or coloured picture itself."""
        self._sampler.paint(painter, picture, screen, self._state)

    def paint_enlarged(self, painter: QPainter, picture: Picture, screen: Screen) -> None:
        """A part of the picture on a screen of its own, with whatever of the file covers it."""
        self._enlarging.paint(painter, picture, screen, self._state)
        self._paint_file_planes(painter, self._enlarged_planes, picture, screen)

    def values_in(self, region: QRectF) -> NDArray[np.float64] | None:
        """Modality values at the device pixels of a logical rectangle that show the image; None for colour."""
        plane, picture = self.plane, self.picture
        if plane is None or picture is None or picture.is_colour:
            return None
        screen = self.screen_of(plane)
        stored, shown = self.stored_shown(picture, screen)
        ratio = screen.ratio
        left, top = max(0, round(region.left() * ratio)), max(0, round(region.top() * ratio))
        part = np.s_[
            top : max(top, round(region.bottom() * ratio)), left : max(left, round(region.right() * ratio))
        ]
        values: NDArray[np.float64] = stored[part][shown[part]].astype(np.float64)
        return values * picture.source.slope + picture.source.intercept

    def stored_shown(self, picture: Picture, screen: Screen) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        """Stored values at the device pixels of a view, and which of them are image."""
        stored = self._sampler.sampled(picture, screen)
        matrix = geometry.index_from_pixels(picture.affine, screen.plane, screen.ratio)
        within = inside(matrix, screen.size, picture.shape)
        shown: NDArray[np.bool_] = np.ones(stored.shape[:2], dtype=np.bool_) if within is None else within
        padded = picture.padded()
        if padded is not None:  # also what is mixed with padding at its edge
            shown = shown & (Resampler().sample(padded, matrix, screen.size) == 0)
        return stored, shown

    def paint_ink(self, painter: QPainter) -> None:
        """For subclasses: what the reader has drawn."""

    def own_planes(self, picture: Picture) -> tuple[tuple[OverlayPlane, ...], Shutter | None]:
        """Overlays and shutter that came with a picture, or are wanted over it; planes of a volume have none."""
        source = picture.source
        if isinstance(source, VolumeImage):
            return (), None
        if self.presented is None:
            return source.overlays, source.shutter
        return source.overlays + self.presented.overlays, self.presented.shutter or source.shutter

    def _paint_file_planes(
        self, painter: QPainter, planes: FilePlanes, picture: Picture, screen: Screen
    ) -> None:
        """What came with the picture, as far as it is switched on; a peek is bare of ink, never of the shutter."""
        overlays, shutter = self.own_planes(picture)
        inked = self._state.overlays and not self.peeking
        image = planes.image(
            overlays if inked else (), shutter if self._state.shutter else None, picture.affine, screen
        )
        if image is not None:
            painter.drawImage(QPointF(0, 0), image)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """A fitted picture stays fitted."""
        super().resizeEvent(event)
        self.show_state(self._state)
        self.plane_changed()


def _paint_layers(painter: QPainter, view: PlaneView, scene: Scene, screen: Screen) -> Scene:
    """Heat, then outlines; the scene knows then which regions are seen."""
    images = [view.layers.heat_image(scene.heat, screen)]
    if view.picture is not None and view.box is not None:
        affine = view.picture.affine
        steps = geometry.step_along(affine, view.box.right), geometry.step_along(affine, view.box.down)
        images.append(view.layers.outline_image(scene.outlines, view.box, steps, screen))
    for image in images:
        if image is not None:
            painter.drawImage(QPointF(0, 0), image)
    return replace(scene, drawn=view.layers.drawn)


def _left_out(view: PlaneView, in_patient: bool) -> tuple[str, ...]:
    """What is not drawn: hidden by the reader, or in another space than the picture."""
    said = list(_switched_off(view))
    if not view.overlays_visible:
        return (*said, *((view.texts.hidden,) if view.heat or view.outlines or view.markers else ()))
    if any(layer.in_patient != in_patient for layer in view.heat):
        said.append(view.texts.heat_elsewhere)
    marks = [mark.in_patient for mark in view.markers] + [layer.in_patient for layer in view.outlines]
    if any(space != in_patient for space in marks):
        said.append(view.texts.marks_elsewhere)
    return tuple(said)


def _switched_off(view: PlaneView) -> tuple[str, ...]:
    """What came with the picture and the reader has switched off."""
    overlays, shutter = view.own_planes(view.picture) if view.picture is not None else ((), None)
    drawn = view.presented is not None and (view.presented.strokes or view.presented.notes)
    ink = (view.texts.overlays_off,) if (overlays or drawn) and not view.state.overlays else ()
    if view.picture is not None and view.picture.ground is not None and not view.state.ground:
        ink = (*ink, view.texts.ground_off)
    return (*ink, view.texts.shutter_off) if shutter is not None and not view.state.shutter else ink
