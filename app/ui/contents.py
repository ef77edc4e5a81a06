"""What hangs in a viewport: a view of the viewers' room together with what only the app knows of the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from app.domain.finding import Place, Quantity
from app.domain.geometry import is_acquired_plane, normal_of
from app.domain.volume import FrameRef, Remark, RemarkKind, Space, Volume, Window
from app.state.model import Plane
from app.studies.stack_source import StackSource
from app.support.i18n import text
from app.ui import corners
from app.ui.flat import FlatContent
from app.ui.frame_windows import FrameWindows
from app.ui.modality_facts import facts_words
from app.ui.presenting import Presenting
from app.ui.real_world import with_real_world
from app.ui.solid import VolumeContent
from app.ui.subject import Subject, window_levels
from app.ui.thick_slices import ThickSlices, is_tomosynthesis
from viewers.types import FrameSource, PictureInfo, Point, Stamp

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.domain.presentation import PresentationState


class StackContent(FlatContent):
    """One display set, image by image."""

    cine_words = ""  # pace and way, while it plays
    link_words = ""  # how it scrolls with others
    presenting: Presenting | None = None  # somebody's presentation state, while it is in force
    own_words: tuple[str, ...] = ()  # what else stands beside the image's number
    first_remarks: tuple[Remark, ...] = ()  # graver than what the files say of themselves
    key_frames: frozenset[FrameRef] = frozenset()  # those that a reader marked

    def __init__(self, subject: Subject, source: StackSource, info: PictureInfo) -> None:
        from viewers.slice_view import SliceView

        self.slices = SliceView()
        self.slices.backwards = corners.counts_down(subject.display_set)
        self._source = source
        super().__init__(subject, self.slices)
        # Heard before the view hears of it, so that the first picture is painted in the file's own window.
        self._stop = source.listen(self._on_arrival)
        middle = (source.count - 1) // 2
        # Its frames have the fields of the viewers' own; the rooms share no class.
        frames = cast(FrameSource, source)
        self.slab = ThickSlices(self.slices, frames) if is_tomosynthesis(subject.display_set) else None
        frames = self.slab.source if self.slab is not None else frames
        self.slices.engine.slab_turned.connect(self.slab_by)
        self.slices.set_source(frames, window_levels(source.windows(middle)), info)
        self._own_windows = FrameWindows(self.slices, source)
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

    def told(self, quantities: Iterable[Quantity], index: int) -> tuple[Quantity, ...]:
        """What was measured on an image, with what its values stand for in the world where the file says so."""
        frame = self._source.frame(index)
        if frame is None:
            return tuple(quantities)
        return with_real_world(quantities, frame.real_world, frame.slope, frame.intercept)

    def remarks(self) -> tuple[Remark, ...]:
        """Of the series, and of what has been decoded so far."""
        presented = self.presenting.remarks() if self.presenting is not None else ()
        thick = self.slab.words if self.slab is not None else ""
        slab = (Remark(RemarkKind.THICK_SLICES, (("words", thick),)),) if thick else ()
        return (*self.first_remarks, *presented, *self._source.remarks(), *slab)

    def present(self, state: PresentationState | None) -> None:
        """Show each frame as this state says; None as the reader had it."""
        if self.presenting is not None:
            former, self.presenting = self.presenting, None
            former.close()
        if state is not None:
            self.presenting = Presenting(state, self.subject, self.slices, self.write)
        self.write()

    def reset(self) -> None:
        """As it came: without a presentation state too."""
        self.present(None)
        super().reset()

    @property
    def frame_rate(self) -> float | None:
        """Images a second as the file asks for, or None."""
        return self._source.frame_rate()

    def where(self) -> tuple[str, str]:
        """Image number, and position in the patient where it is known."""
        index, count = self.slices.index, self.slices.layer_count
        if not count:
            return "", ""
        affine = self._source.affine_at(index)
        if self.subject.display_set.space is not Space.PATIENT:
            return self._layer(index), ""
        origin = affine[:3, 3]
        point: Point = (float(origin[0]), float(origin[1]), float(origin[2]))
        return self._layer(index), corners.position_words(point, normal_of(affine))

    def _layer(self, index: int) -> str:
        own = corners.own_words(self.subject.display_set, self.slices.frame_index)
        return corners.layer_words(self.slices.number_of(index), self.slices.layer_count, own)

    def _step(self) -> str:
        shown, count = self.subject.display_set, self.slices.layer_count
        turns = any(remark.kind is RemarkKind.MIXED_ORIENTATION for remark in shown.remarks)
        if not count or turns or not shown.moves_in_space or shown.space is not Space.PATIENT:
            return ""
        return corners.step_words(corners.step_mm(self._source.affine_at(self.slices.index)), count)

    def notes(self) -> tuple[str, ...]:
        """How it plays and scrolls with others, what else is known, and what readers of its modality want to see."""
        facts = facts_words(self.subject.display_set, self.slices.frame_index)
        said = (self.cine_words, self.link_words, *self.own_words, facts, self._step())
        return tuple(part for part in said if part)

    def write(self) -> None:
        """Also whether the image that is shown is a key image, and as whose state it is shown."""
        frames, index = self.subject.display_set.frames, self.slices.frame_index
        is_key = 0 <= index < len(frames) and frames[index].ref in self.key_frames
        self.stamps.put("key", Stamp(text("ui.key_image.mark")) if is_key else None)
        self.stamps.put("presented", self.presenting.stamp if self.presenting is not None else None)
        super().write()

    def next_slab(self) -> None:
        """Tomosynthesis: single slices, largest, smallest, mean of several."""
        if self.slab is not None:
            self.slab.next_mode()
            self.write()

    def slab_by(self, steps: int) -> None:
        """More or fewer slices in one picture."""
        if self.slab is not None:
            self.slab.thicker(steps)
            self.write()

    def say_link(self, words: str) -> None:
        """How it scrolls with others, in words; '' where it scrolls alone."""
        if words != self.link_words:
            self.link_words = words
            self.write()

    def mark_key_frames(self, frames: frozenset[FrameRef]) -> None:
        """Say on these images that a reader marked them."""
        if frames != self.key_frames:
            self.key_frames = frames
            self.write()

    @property
    def is_settled(self) -> bool:
        """Decoded and handed to the view, or failed."""
        return (
            bool(self.failure) or not self.slices.layer_count or self.slices.shown_index == self.slices.index
        )

    def go_to(self, place: Place) -> None:
        """By position in the patient, else by the image that a finding names."""
        shown = self.subject.display_set
        here = [n for n, frame in enumerate(shown.frames) if frame.ref == place.frame]
        if shown.moves_in_space and place.space is Space.PATIENT:
            here = []
        if here:
            self.slices.show_index(here[0])
        elif place.center is not None and shown.moves_in_space:
            self.slices.jump_to(place.center)
        if place.center is not None:
            self.slices.bring_into_view(place.center)

    def close(self) -> None:
        """Stop listening."""
        self._stop()
        self.present(None)
        self.slices.set_source(None)


class PlaneContent(FlatContent):
    """One plane cut from a volume; the host links the planes of one volume."""

    def __init__(self, subject: Subject, plane: Plane) -> None:
        from viewers.mpr_view import MprView, PlaneKind

        self.planes = MprView(PlaneKind(plane.value))
        self.plane = plane
        self._of_volume = subject.display_set.remarks
        self._windows: tuple[Window, ...] = ()
        self._volume: Volume | None = None
        super().__init__(subject, self.planes)
        self.planes.position_changed.connect(lambda _point: self.write())
        self.planes.turned.connect(self.write)

    @property
    def value_unit(self) -> str:
        """Of the volume."""
        return self._volume.unit if self._volume is not None else ""

    def show_volume(self, volume: Volume) -> None:
        """The group has put the volume; say what it is."""
        self._of_volume, self._windows, self._volume = volume.remarks, volume.windows, volume
        self.write()

    def windows(self) -> tuple[Window, ...]:
        """Of the volume."""
        return self._windows

    def remarks(self) -> tuple[Remark, ...]:
        """Of the volume; planes that were not acquired as such say so, and so do all as long as nobody knows."""
        known, volume = self._of_volume, self._volume
        if volume is not None and is_acquired_plane(
            volume.affine, volume.pixels.shape, self.planes.basis[:, 2]
        ):
            return known
        return (*known, Remark(RemarkKind.REFORMATTED))

    def where(self) -> tuple[str, str]:
        """Which plane, and its position."""
        point = self.planes.position
        name = corners.plane_words(self.plane)
        name = text("ui.plane.oblique", plane=name.lower()) if self.planes.is_oblique else name
        if point is None:
            return name, ""
        return name, corners.position_words(point, self.planes.basis[:, 2])

    def next_slab(self) -> None:
        """The plane alone, largest, smallest, mean."""
        self.planes.set_slab(self.planes.slab.next_mode())

    def slab_by(self, steps: int) -> None:
        """Thicker or thinner."""
        self.planes.slab_by(steps)

    def close(self) -> None:
        """Let go of the volume."""
        self._volume = None
        self.planes.set_volume(None)


Content = StackContent | PlaneContent | VolumeContent
