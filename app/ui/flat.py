"""What stacks and planes in a viewport have in common: corner texts, badge, presets, ink."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.domain.finding import Place
from app.domain.volume import Remark, Window
from app.state.model import TextAmount
from app.ui import corners
from app.ui.beside import beside_words
from app.ui.marks import Marks, ink_remarks
from app.ui.own_views import OwnViews
from app.ui.presets import named_window, preset
from app.ui.scales import Scales
from app.ui.stamps import Stamps
from app.ui.subject import Subject, level_of
from app.ui.viewer_words import viewer_text
from viewers.types import ViewState

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
        self._of_ink: tuple[Remark, ...] = ()
        self.of_mask: tuple[Remark, ...] = ()  # what must be known of a mask that lies over the picture
        self._wish = ""
        view.set_viewer_text(viewer_text())
        self.stamps = Stamps(view)
        self.scales = Scales(view)
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
        window, zoom = self.own.words(), self.scales.words(told.bottom_right[1])
        told = replace(told, bottom_right=(window, zoom, *told.bottom_right[2:]))
        # Lines of their own: in a narrow view the end of a long line is cut off.
        first, *rest = told.bottom_left or ("",)
        told = replace(told, bottom_left=tuple(part for part in (first, *self.notes(), *rest) if part))
        if self.subject.read is not None:
            said = beside_words(study, self.subject.read)
            told = replace(told, top_right=(said, *told.top_right), warns=True)
        self.view.set_corner_text(told)
        slab = getattr(self.view, "slab", None)  # planes alone have one
        self.stamps.put_looks(self.state, is_slab=slab is not None and slab.is_on)
        self._remarks = self.remarks()
        self.view.set_badge(corners.badge((*self._remarks, *self._of_ink, *self.of_mask)))

    def windows(self) -> tuple[Window, ...]:
        """The file's own windows for the picture that is shown."""
        return ()

    def remarks(self) -> tuple[Remark, ...]:
        """What must be known of the picture."""
        return self.subject.display_set.remarks

    def where(self) -> tuple[str, str]:
        """(image n of N, position) in words."""
        return "", ""

    def notes(self) -> tuple[str, ...]:
        """What else must be known of the image that is shown, a line each."""
        return ()

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
        told = ink_remarks(marks) if shown else ()
        if told != self._of_ink:
            self._of_ink = told
            self.write()

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

    def next_slab(self) -> None:
        """Planes have slabs; single images have nothing behind them."""

    def slab_by(self, steps: int) -> None:
        """See `next_slab`."""

    def fit(self) -> None:
        """The whole picture."""
        self.view.fit()

    def reset(self) -> None:
        """As it came."""
        self.view.reset()

    def close(self) -> None:
        """Let go of the picture."""
