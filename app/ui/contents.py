"""What hangs in a viewport: a view of the viewers' room together with what only the app knows of the picture."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

import numpy as np
from PySide6.QtCore import QObject

from app.domain.finding import Place
from app.domain.volume import Remark, RemarkKind, Space, Volume, Window
from app.state.model import Plane, TextAmount
from app.studies.stack_source import StackSource
from app.support.i18n import text
from app.ui import corners
from app.ui.marks import Marks
from app.ui.own_views import OwnViews
from app.ui.presets import named_window, preset
from app.ui.solid import VolumeContent
from app.ui.subject import Subject, level_of, window_levels
from viewers.types import FrameSource, PictureInfo, Point, ViewState

if TYPE_CHECKING:
    from viewers.mpr_view import MprView
    from viewers.slice_view import SliceView


class FlatContent(QObject):
    """A stack or a plane: corner texts, badge, presets. `PictureView` of the actions."""

    def __init__(self, subject: Subject, view: SliceView | MprView) -> None:
        super().__init__(view)
        self.subject = subject
        self.view = view
        self._remarks: tuple[Remark, ...] = ()
        self._wish = ""
        self.own = OwnViews(view, self.windows)
        view.state_changed.connect(lambda _state: self.write())

    @property
    def state(self) -> ViewState:
        """How the picture is looked at."""
        return self.view.state

    def write(self) -> None:
        """Corner texts and badge as they are now."""
        layer, place = self.where()
        study, display_set = self.subject.study, self.subject.display_set
        told = corners.corner_text(study, display_set, self.state, place, layer)
        told = replace(told, bottom_right=(self.own.words(), *told.bottom_right[1:]))
        if self.subject.is_beside:
            told = replace(told, top_right=(text("ui.corner.beside"), *told.top_right))
        self.view.set_corner_text(told)
        self._remarks = self.remarks()
        self.view.set_badge(corners.badge(self._remarks))

    def windows(self) -> tuple[Window, ...]:
        """The file's own windows for the picture that is shown."""
        return ()

    def remarks(self) -> tuple[Remark, ...]:
        """What must be known of the picture."""
        return self.subject.display_set.remarks

    def where(self) -> tuple[str, str]:
        """(image n of N, position) in words."""
        return "", ""

    @property
    def is_settled(self) -> bool:
        """Whether the wanted picture is the one on the screen."""
        return True

    @property
    def failure(self) -> str:
        """The sentence that stands in place of the picture."""
        return self.view.failure

    def show_marks(self, marks: Marks, *, shown: bool) -> None:
        """Ink over the picture."""
        self.view.set_heat(marks.heat)
        self.view.set_outlines(marks.outlines)
        self.view.set_markers(marks.markers)
        self.view.set_overlays_visible(shown)

    def set_tool(self, tool_id: str) -> None:
        """What the left button does."""
        self.view.set_tool(tool_id)

    def set_text_amount(self, amount: TextAmount) -> None:
        """How much is written."""
        self.view.set_text_level(level_of(amount))

    def peek(self, *, down: bool) -> None:
        """The bare picture."""
        self.view.peek(down)

    def go_to(self, place: Place) -> None:
        """Show where a finding lies."""
        if place.center is not None:
            self.view.jump_to(place.center)

    def scroll_by(self, images: int) -> None:
        """Images onwards."""
        self.view.next_image(images)

    def scroll_to_end(self, *, last: bool) -> None:
        """First or last image."""
        self.view.next_image(self.view.layer_count if last else -self.view.layer_count)

    def use_preset(self, number: int) -> None:
        """Window preset; 0 is the picture's own."""
        own = self.view.start_window
        if own is None:
            return
        if number == 0 and self.view.start_table is not None:
            self.view.use_table(self.view.start_table)
            return
        wanted = own if number == 0 else preset(self.subject.display_set.series.modality, number, own)
        if wanted is not None:
            self.view.set_window(wanted)

    def use_own(self, number: int) -> None:
        """One of the file's own VOI tables and windows, counted from 1; 0 is the next of them."""
        if number:
            self.own.use(number)
        else:
            self.own.use_next()

    def toggle_overlays(self) -> None:
        """The file's own ink."""
        self.view.toggle_overlays()

    def toggle_shutter(self) -> None:
        """The file's own shutter."""
        self.view.toggle_shutter()

    def begin_with(self, words: str) -> None:
        """The window to begin with, as soon as there is a picture: a preset's name, or "centre,width"."""
        self._wish = words
        wanted = named_window(self.subject.display_set.series.modality, words)
        if wanted is not None and self.view.start_window is not None:
            self._wish = ""
            self.view.set_window(wanted)

    def turn(self, quarter_turns: int) -> None:
        """Clockwise."""
        self.view.rotate(quarter_turns)

    def flip(self, *, horizontal: bool) -> None:
        """Mirror."""
        if horizontal:
            self.view.flip_horizontal()
        else:
            self.view.flip_vertical()

    def invert(self) -> None:
        """Black for white."""
        self.view.invert()

    def zoom(self, factor: float) -> None:
        """About the middle."""
        self.view.zoom_by(factor)

    def fit(self) -> None:
        """The whole picture."""
        self.view.fit()

    def reset(self) -> None:
        """As it came."""
        self.view.reset()

    def close(self) -> None:
        """Let go of the picture."""


class StackContent(FlatContent):
    """One display set, image by image."""

    def __init__(self, subject: Subject, source: StackSource, info: PictureInfo) -> None:
        from viewers.slice_view import SliceView

        self.slices = SliceView()
        self._source = source
        super().__init__(subject, self.slices)
        # Heard before the view hears of it, so that the first picture is painted in the file's own window.
        self._stop = source.listen(self._on_arrival)
        middle = (source.count - 1) // 2
        # Its frames have the fields of the viewers' own; the rooms share no class.
        frames = cast(FrameSource, source)
        self.slices.set_source(frames, window_levels(source.windows(middle)), info)
        self.slices.index_changed.connect(lambda _index: self.write())
        self.slices.late_picture.connect(lambda _index: self.write())
        self.write()

    def _on_arrival(self, index: int) -> None:
        if self.slices.start_window is None and index == self.slices.index:
            for window in window_levels(self._source.windows(index))[:1]:
                self.slices.start_window = window
                self.slices.set_window(window)
            if self._wish:
                self.begin_with(self._wish)
        if self.remarks() != self._remarks:
            self.write()

    def windows(self) -> tuple[Window, ...]:
        """Of the image that is shown; nothing that stands in for a file's silence."""
        index = self.slices.shown_index
        return () if index is None else self._source.file_windows(index)

    @property
    def value_unit(self) -> str:
        """Unit of the modality values on the screen, HU in CT; '' where the file names none."""
        return self._source.unit(self.slices.frame_index)

    def remarks(self) -> tuple[Remark, ...]:
        """Of the series, and of what has been decoded so far."""
        return self._source.remarks()

    def where(self) -> tuple[str, str]:
        """Image number, and position in the patient where it is known."""
        index, count = self.slices.index, self.slices.layer_count
        if not count:
            return "", ""
        affine = self._source.affine_at(index)
        if self.subject.display_set.space is not Space.PATIENT:
            return corners.layer_words(index, count, None), ""
        normal = np.cross(affine[:3, 2], affine[:3, 1])
        origin = affine[:3, 3]
        point: Point = (float(origin[0]), float(origin[1]), float(origin[2]))
        step = corners.step_mm(affine) if count > 1 else None
        return corners.layer_words(index, count, step), corners.position_words(point, normal)

    @property
    def is_settled(self) -> bool:
        """Decoded and handed to the view, or failed."""
        return (
            bool(self.failure) or not self.slices.layer_count or self.slices.shown_index == self.slices.index
        )

    def go_to(self, place: Place) -> None:
        """By position in the patient, else by the image that a finding names."""
        frames = self.subject.display_set.frames
        if place.space is Space.IMAGE and place.frame is not None:
            here = [n for n, frame in enumerate(frames) if frame.ref == place.frame]
            if here:
                self.slices.show_index(here[0])
        elif place.center is not None:
            self.slices.jump_to(place.center)

    def close(self) -> None:
        """Stop listening."""
        self._stop()
        self.slices.set_source(None)


class PlaneContent(FlatContent):
    """One plane cut from a volume; the host links the planes of one volume."""

    def __init__(self, subject: Subject, plane: Plane) -> None:
        from viewers.mpr_view import MprView, PlaneKind

        self.planes = MprView(PlaneKind(plane.value))
        self.plane = plane
        self._of_volume = subject.display_set.remarks
        self._windows: tuple[Window, ...] = ()
        super().__init__(subject, self.planes)
        self.planes.position_changed.connect(lambda _point: self.write())

    def show_volume(self, volume: Volume) -> None:
        """The group has put the volume; say what it is."""
        self._of_volume, self._windows = volume.remarks, volume.windows
        self.write()

    def windows(self) -> tuple[Window, ...]:
        """Of the volume."""
        return self._windows

    def remarks(self) -> tuple[Remark, ...]:
        """Of the volume; planes that were not acquired as such say so."""
        known = self._of_volume
        return known if self.plane is Plane.AXIAL else (*known, Remark(RemarkKind.REFORMATTED))

    def where(self) -> tuple[str, str]:
        """Which plane, and its position."""
        point = self.planes.position
        if point is None:
            return corners.plane_words(self.plane), ""
        return corners.plane_words(self.plane), corners.position_words(point, self.planes.basis[:, 2])

    def close(self) -> None:
        """Let go of the volume."""
        self.planes.set_volume(None)


Content = StackContent | PlaneContent | VolumeContent
