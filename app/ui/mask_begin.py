"""Where a mask begins: an empty one on a series, or an edited copy of a model's or another maker's."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.context import AppContext
from app.domain.errors import OverreadError
from app.domain.masks import MaskHead, MaskSource, Segment, Segmentation, grid_of
from app.domain.volume import Space, Volume
from app.jobs.job import Priority
from app.state.mask_events import MaskModeEntered
from app.studies.display_sets import DisplaySet
from app.support.i18n import explain, text
from app.support.languages import fact_words
from app.ui.mask_sources import CopyRequest, CopySource, copied, sources_for
from app.ui.subject import Subject
from app.workflows import masks as deeds
from app.workflows.measure import new_id
from viewers.masks.palette import color_of

if TYPE_CHECKING:
    from app.ui.main_window import MainWindow


class MaskBegin:
    """Asks for the volume whose grid the mask takes, then writes the beginning."""

    def __init__(self, ctx: AppContext, window: MainWindow) -> None:
        self._ctx, self._window = ctx, window

    def enter(self) -> None:
        """Correct the mask of the active series; a new one if it has none. Raises OverreadError."""
        mine = self.masks_of(self.subject().display_set.display_set_id)
        if mine:
            self.turn_to(next((one for one in mine if one is deeds.chosen(self._ctx)), mine[-1]))
        else:
            self.new()

    def new(self) -> None:
        """One more mask of the active series, empty. Raises OverreadError."""
        subject = self.subject()
        self.with_volume(subject, lambda volume: self._begin(subject, volume))

    def masks_of(self, display_set_id: str) -> tuple[Segmentation, ...]:
        """The masks that readers drew on a display set."""
        reading = self._ctx.store.state.reading.reading
        all_masks = reading.segmentations if reading else ()
        return tuple(one for one in all_masks if one.head.display_set_id == display_set_id)

    def turn_to(self, mask: Segmentation) -> None:
        """Correct this one."""
        number = mask.segments[0].number if mask.segments else 0
        self._ctx.store.apply(MaskModeEntered(mask.head.segmentation_id, number))

    def sources(self) -> tuple[CopySource, ...]:
        """What could be copied onto the active series."""
        try:
            subject = self.subject()
        except OverreadError:
            return ()
        reading = self._ctx.store.state.reading.reading
        return sources_for(reading, subject, self._window.maps, self._window.host.objects)

    def copy(self, key: str) -> None:
        """Begin an edited copy of one of the sources, which stays as it is. Raises OverreadError."""
        subject = self.subject()
        source = next((one for one in self.sources() if one.key == key), None)
        if source is None:
            raise OverreadError("error.mask.no_source")
        self.with_volume(subject, lambda volume: self._copy(subject, source, volume))

    def subject(self) -> Subject:
        """The series that the active viewport shows, if masks can be drawn on it. Raises OverreadError."""
        content = self._window.host.active
        if content is None:
            raise OverreadError("error.mask.no_series")
        subject = content.subject
        if subject.study.study_instance_uid != self._ctx.store.state.workspace.open_study_uid:
            raise OverreadError("error.mask.other_study")
        one = subject.display_set
        if one.is_colour or not (one.volumetric or _is_film(one)):
            single = text("ui.viewport.single")
            why = fact_words(one.why_no_volume, one.why_facts) if one.why_no_volume else single
            raise OverreadError("error.mask.no_volume", why=why)
        return subject

    def with_volume(
        self, subject: Subject, do: Callable[[Volume], None], failed: Callable[[], None] = lambda: None
    ) -> None:
        """Do it when the last image has been read; what fails is said."""

        def tell(sentence: str) -> None:
            failed()
            self._window.messages.warn(sentence)

        self._window.pictures.volume(subject, do, tell)

    def _begin(self, subject: Subject, volume: Volume) -> None:
        reading = self._ctx.store.state.reading.reading
        count = len(reading.segmentations) + 1 if reading else 1
        head = _head(subject, volume, text("ui.mask.own_title", number=count), None)
        first = Segment(1, text("ui.mask.segment", number=1), color_of(1))
        self._say_errors(lambda: deeds.begin(self._ctx, head, first))

    def _copy(self, subject: Subject, source: CopySource, volume: Volume) -> None:
        title = text("ui.mask.copy_title", source=source.source.words)
        head = _head(subject, volume, title, source.source)
        segments = tuple(segment for _, segment in source.segments)
        self._ctx.jobs.submit(
            copied,
            CopyRequest(source, head.grid),
            Priority.INTERACTION,
            lambda blocks: self._say_errors(lambda: deeds.begin_copy(self._ctx, head, segments, blocks)),
            self._window.messages.warn_of,
            kind="mask",
        )

    def _say_errors(self, deed: Callable[[], None]) -> None:
        try:
            deed()
        except OverreadError as error:
            self._window.messages.warn(explain(error))


def _is_film(one: DisplaySet) -> bool:
    """A single projection image with a grid of its own."""
    return one.space is Space.IMAGE and len(one.frames) == 1 and one.affine is not None


def _head(subject: Subject, volume: Volume, title: str, source: MaskSource | None) -> MaskHead:
    one = subject.display_set
    slices, rows, columns = volume.pixels.shape[:3]
    return MaskHead(
        new_id(),
        subject.study.study_instance_uid,
        one.series.series_instance_uid,
        one.display_set_id,
        one.frame_of_reference_uid,
        one.space,
        title,
        grid_of((slices, rows, columns), volume.affine),
        source,
        one.frames[0].ref,
    )
