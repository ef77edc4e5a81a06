"""Correcting masks in the window: loads what was kept, gives views the brush, keeps each stroke in the journal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QColorDialog

from app.context import AppContext
from app.domain.errors import OverreadError
from app.domain.masks import Segment, Segmentation
from app.domain.volume import Volume
from app.jobs.job import Priority
from app.state.mask_events import MaskModeLeft, MaskModeSet
from app.state.mask_state import BrushKind, MaskMode
from app.state.model import AppState
from app.support.i18n import explain, text
from app.ui.live_mask import LiveMask, Loaded, LoadRequest, blocks_of, load
from app.ui.mask_begin import MaskBegin
from app.ui.mask_views import MaskViews
from app.ui.mask_words import badge
from app.ui.subject import volume_image
from app.workflows import masks as deeds
from viewers.masks import between, islands
from viewers.masks.bricks import Block, Bricks
from viewers.masks.palette import color_of
from viewers.types import Point

if TYPE_CHECKING:
    from app.ui.main_window import MainWindow
    from viewers.masks.canvas import Edit

SMALL_ML = 0.1  # ours: a ball of 6 mm; smaller pieces are specks of a brush or a threshold
VOLUME_EVERY_MS = 100


class MaskDesk(QObject):
    """What the actions `mask.*` do. One segmentation at a time is shown and corrected."""

    def __init__(self, ctx: AppContext, window: MainWindow) -> None:
        super().__init__(window)
        self._ctx, self._window = ctx, window
        self._live: LiveMask | None = None
        self._loading = ""
        self._refused: set[str] = set()
        self._waits_for_volume = False
        self.begin = MaskBegin(ctx, window)
        self.views = MaskViews(window.host)
        self.views.pointed.connect(self._on_point)
        self._volumes = QTimer(self)
        self._volumes.setSingleShot(True)
        self._volumes.setInterval(VOLUME_EVERY_MS)
        self._volumes.timeout.connect(self._show_volumes)
        panel = window.masks
        panel.sources = lambda: [(one.key, one.source.words) for one in self.begin.sources()]
        panel.mode_asked.connect(lambda mode: ctx.store.apply(MaskModeSet(mode)))
        panel.named.connect(lambda number, name: self._segment(number, lambda one: deeds.renamed(one, name)))
        panel.color_asked.connect(self._ask_color)
        panel.remove_asked.connect(
            lambda number: self._try(lambda mask: deeds.remove_segment(ctx, mask, number))
        )
        panel.picked.connect(self._pick)
        panel.copy_asked.connect(lambda key: self._say_errors(lambda: self.begin.copy(key)))

    @property
    def live(self) -> LiveMask | None:
        """What is loaded, for 3D and for tests."""
        return self._live

    @property
    def is_settled(self) -> bool:
        """Nothing is on its way."""
        return not self._loading and not self._waits_for_volume

    def show_state(self, state: AppState) -> None:
        """Bring views and panel in step with reading and mode."""
        mask, mode = deeds.chosen(self._ctx), state.workspace.masks
        if mode.is_on and (mask is None or mask.head.segmentation_id != mode.segmentation_id):
            self._ctx.store.apply(MaskModeLeft())  # undone, or of another study
            return
        live = self._followed(mask)
        if mask is not None and live is not None:
            numbers = [one.number for one in mask.segments]
            live.book.list(numbers, mode.hidden, mode.locked)
            self._arm(live, mode)
        self._window.masks.setVisible(mode.is_on and mask is not None)
        if mode.is_on and mask is not None:
            mine = self.begin.masks_of(mask.head.display_set_id)
            self._window.masks.show_masks([(one.head.segmentation_id, one.head.title) for one in mine])
            self._window.masks.show_mask(mask, mode, self.views.unit)
            self._show_volumes()
        self.views.show(mask, live, mode, badge(mask, mode, self.views.unit, self.views.length_unit))

    def toggle(self) -> None:
        """Begin, or leave. Raises OverreadError where nothing can be drawn."""
        if self._ctx.store.state.workspace.masks.is_on:
            self._ctx.store.apply(MaskModeLeft())
        else:
            self.begin.enter()

    def add(self) -> None:
        """One more segment, and draw on it. Raises OverreadError."""
        mask = self._mask()
        if mask is None:
            return
        number = mask.next_number
        label = text("ui.mask.segment", number=number)
        added = deeds.add_segment(self._ctx, mask, label, color_of(number))
        mode = self._ctx.store.state.workspace.masks
        self._ctx.store.apply(MaskModeSet(replace(mode, number=added)))

    def reshape(self, what: str) -> None:
        """The chosen segment as a whole. Raises OverreadError where there is nothing to do."""
        live, number = self._live, self._ctx.store.state.workspace.masks.number
        if live is None or live.canvas is None:
            raise OverreadError("error.mask.wait")
        segment = live.book.segment(number)
        small = max(1, round(SMALL_ML / live.book.voxel_ml))
        ways: dict[str, Callable[[Bricks], Block | None]] = {
            "between": lambda voxels: between.filled(voxels, live.book.affine, self.views.axis(live)),
            "largest": islands.largest,
            "small": lambda voxels: islands.at_least(voxels, small),
        }
        block = ways[what](segment)
        edit = live.canvas.put(number, block) if block is not None else None
        if edit is None:
            raise OverreadError("error.mask.no_gap" if what == "between" else "error.mask.nothing")
        self._keep(edit, what)

    def _followed(self, mask: Segmentation | None) -> LiveMask | None:
        """The loaded mask, in step with what counts now; None while it is read."""
        key = mask.head.segmentation_id if mask is not None else ""
        if self._live is not None and self._live.head.segmentation_id != key:
            self._live = None
        if mask is None or key in self._refused:
            return None
        if self._live is None:
            self._load(mask)
            return None
        try:
            self._live.follow(mask)
        except OverreadError as error:
            self._refuse(key, error)
        return self._live

    def _load(self, mask: Segmentation) -> None:
        key = mask.head.segmentation_id
        if self._loading == key:
            return
        self._loading = key

        def done(loaded: Loaded) -> None:
            if self._loading == key:
                self._loading = ""
                self._live = LiveMask(mask, loaded, self._ctx.paths.masks)
                self.show_state(self._ctx.store.state)

        def failed(error: OverreadError) -> None:
            if self._loading == key:
                self._loading = ""
                self._refuse(key, error)

        request = LoadRequest(self._ctx.paths.masks, mask)
        self._ctx.jobs.submit(load, request, Priority.INTERACTION, done, failed, kind="mask")

    def _refuse(self, key: str, error: OverreadError) -> None:
        self._refused.add(key)
        self._live = None
        self._window.messages.warn(explain(error))
        if self._ctx.store.state.workspace.masks.is_on:
            self._ctx.store.apply(MaskModeLeft())

    def _arm(self, live: LiveMask, mode: MaskMode) -> None:
        """The brush as the mode says it is; the canvas comes with the volume whose values it looks at."""
        if not mode.is_on:
            return
        if live.canvas is None:
            subject = self.views.subject_of(live.head.display_set_id)
            if subject is not None and not self._waits_for_volume:
                self._waits_for_volume = True
                self.begin.with_volume(
                    subject, lambda volume: self._give_canvas(live, volume), self._stop_waiting
                )
            return
        from viewers.masks.canvas import Brush

        live.canvas.brush = Brush(
            mode.number,
            mode.kind is BrushKind.ERASER,
            mode.solid,
            mode.radius_mm,
            mode.band if mode.has_band else None,
            mode.kind is BrushKind.ISLAND,
        )

    def _stop_waiting(self) -> None:
        self._waits_for_volume = False

    def _give_canvas(self, live: LiveMask, volume: Volume) -> None:
        from viewers.masks.canvas import Canvas

        self._waits_for_volume = False
        if live is self._live and live.canvas is None:
            canvas = live.canvas = Canvas(live.book, volume_image(volume), self)
            canvas.edited.connect(lambda edit: self._keep(edit, "eraser" if edit.erases else "brush"))
            canvas.refused.connect(lambda: self._window.messages.warn(text("error.mask.locked")))
            canvas.repainted.connect(self._volumes.start)
        self.show_state(self._ctx.store.state)

    def _keep(self, edit: Edit, what: str) -> None:
        """A change counts once it is on the disk; what cannot be written is taken back, and said."""
        live = self._live
        if live is None:
            return
        try:
            deeds.keep(
                self._ctx,
                live.head,
                blocks_of(edit.changes),
                what=what,
                group=edit.stroke_id,
                ends=edit.ends,
                noted=live.note,
            )
        except OverreadError as error:
            if live.canvas is not None:
                live.canvas.take_back(edit)
            self._window.messages.warn(explain(error))

    def _on_point(self, point: Point) -> None:
        """A click while a piece is asked for."""
        live, mode = self._live, self._ctx.store.state.workspace.masks
        if not mode.is_on or mode.kind is not BrushKind.ISLAND or live is None or live.canvas is None:
            return
        block = islands.holding(live.book.segment(mode.number), self.views.voxel(live, point))
        edit = live.canvas.put(mode.number, block) if block is not None else None
        if edit is None:
            self._window.messages.warn(text("error.mask.nothing"))
        else:
            self._keep(edit, "island")

    def _pick(self, segmentation_id: str) -> None:
        """Another mask of the series, or a new one."""
        reading = self._ctx.store.state.reading.reading
        mask = reading.segmentation(segmentation_id) if reading else None
        self._say_errors(self.begin.new if mask is None else lambda: self.begin.turn_to(mask))

    def _ask_color(self, number: int) -> None:
        mask = self._mask()
        segment = mask.segment(number) if mask else None
        if segment is None:
            return
        from PySide6.QtGui import QColor

        chosen = QColorDialog.getColor(QColor(*segment.color), self._window, text("ui.mask.color"))
        if chosen.isValid():
            color = chosen.red(), chosen.green(), chosen.blue()
            self._segment(number, lambda one: deeds.recolored(one, color))

    def _segment(self, number: int, change: Callable[[Segment], Segment]) -> None:
        def set_it(mask: Segmentation) -> None:
            segment = mask.segment(number)
            if segment is not None and change(segment) != segment:
                deeds.set_segment(self._ctx, mask, change(segment))

        self._try(set_it)

    def _try(self, change: Callable[[Segmentation], None]) -> None:
        mask = self._mask()
        if mask is not None:
            self._say_errors(lambda: change(mask))

    def _say_errors(self, deed: Callable[[], None]) -> None:
        try:
            deed()
        except OverreadError as error:
            self._window.messages.warn(explain(error))

    def _mask(self) -> Segmentation | None:
        return deeds.chosen(self._ctx)

    def _show_volumes(self) -> None:
        live = self._live
        if live is not None and self._window.masks.isVisible():
            kind, amount = live.amount(in_mm=self.views.length_unit == "mm")
            self._window.masks.show_amounts(kind, amount)
