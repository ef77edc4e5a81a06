"""A presentation state in force on one stack: each frame looks as it says, and the picture says what is not done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QObject

from app.domain.display import LookupTable
from app.domain.presentation import PresentationState
from app.domain.volume import Remark, RemarkKind
from app.studies.objects.grey_chain import Chain, chain_of, facts_of, is_same_table
from app.studies.objects.looks import FrameLook, look_of
from app.studies.stack_frame import StackFrame
from app.support.i18n import text
from app.ui.presented_ink import Ground, ink_of, part_of
from viewers.presented import framed
from viewers.showing import VoiTable
from viewers.types import Stamp, ViewState, WindowLevel

if TYPE_CHECKING:
    from app.ui.subject import Subject
    from viewers.slice_view import SliceView


class Presenting(QObject):
    """Frames that the state is not about are shown as the reader left them, and say so."""

    def __init__(
        self, state: PresentationState, subject: Subject, view: SliceView, changed: Callable[[], None]
    ) -> None:
        super().__init__(view)
        self._state = state
        self._subject = subject
        self._view = view
        self._changed = changed
        self._own = view.state  # the reader's, for frames that the state is not about
        self._look: FrameLook | None = None
        self._chain = Chain()
        self._told: tuple[object, ...] | None = None  # what the chain was made of
        self._put: ViewState | None = None
        self._index: int | None = None
        view.index_changed.connect(self._follow)
        view.late_picture.connect(self._follow)
        view.installEventFilter(self)
        self._follow()

    @property
    def stamp(self) -> Stamp:
        """What the image that is shown says of itself; grave where the state is not about it."""
        key = "ui.presented.on" if self._look is not None else "ui.presented.not_this"
        return Stamp(text(key, title=self._title), grave=self._look is None)

    @property
    def _title(self) -> str:
        return self._state.head.label or self._state.head.title or text("ui.presented.nameless")

    def remarks(self) -> tuple[Remark, ...]:
        """What the state asks for on this image that is not done."""
        unapplied = () if self._look is None else self._look.unapplied + self._chain.lost
        if not unapplied:
            return ()
        parts = ", ".join(text(f"ui.presented.part.{one}") for one in dict.fromkeys(unapplied))
        return (Remark(RemarkKind.PRESENTATION_IN_PART, (("parts", parts),)),)

    def close(self) -> None:
        """The picture as it was before."""
        self._view.index_changed.disconnect(self._follow)
        self._view.late_picture.disconnect(self._follow)
        self._view.removeEventFilter(self)
        self._view.set_presented(None)
        if self._look is not None:
            self._view.show_state(self._own)
        self.deleteLater()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """The displayed area keeps filling a view that is resized, unless the reader has moved it."""
        if event.type() is QEvent.Type.Resize and self._view.state == self._put and self._look is not None:
            self._show(self._look, again=True)
        return False

    def _follow(self, _index: int = 0) -> None:
        """The frame on the screen may be another one than the wanted one, which is not decoded yet."""
        index = self._view.shown_index
        if index is None or index == self._index or self._view.picture is None:
            return
        self._index = index
        affine = self._subject.display_set.affines[index]
        sizes = np.linalg.norm(affine[:3, 1:3], axis=0)
        aspect = float(sizes[0] / max(sizes[1], 1e-9))
        look = look_of(self._state, self._subject.display_set.frames[index].ref, aspect)
        former, self._look = self._look, look
        if look is None:
            self._view.set_presented(None)
            if former is not None:
                self._view.show_state(self._own)
        else:
            if former is None:
                self._own = self._view.state
            self._show(
                look, again=self._chain_changed(look) or former is None or _seen(former) != _seen(look)
            )
        self._changed()

    def _chain_changed(self, look: FrameLook) -> bool:
        """Whether grey is made in another way than on the frame before; a table is made once for frames alike."""
        source = self._view.picture.source if self._view.picture is not None else None
        told = (_grey_of(look), facts_of(source) if isinstance(source, StackFrame) else None)
        if told == self._told:
            return False
        former, self._told = self._chain, told
        self._chain = chain_of(look, source, self._title) if isinstance(source, StackFrame) else Chain()
        return not is_same_table(self._chain.table, former.table)

    def _show(self, look: FrameLook, *, again: bool) -> None:
        """again: look at it anew; else only the ink changes, and what the reader has done since stays."""
        view, picture, box = self._view, self._view.picture, self._view.box
        if picture is None or box is None:
            return
        state = self._turned(look, inverted=picture.source.inverted)
        rows, columns = picture.shape[1:3]
        ground = Ground(picture.affine, rows, columns, box, state)
        part = part_of(look, ground, view.devicePixelRatioF())
        view.set_presented(ink_of(look, ground, part))
        if again:
            self._put = framed(part, state, view.size_px)
            view.show_state(self._put)
            self._put = view.state

    def _turned(self, look: FrameLook, *, inverted: bool) -> ViewState:
        own, table = self._own, self._chain.table
        shown = look.shown.window if look.shown is not None else None
        if table is not None:
            own = replace(own.windowed(self._near(table)), stored_table=_view_table(table))
        elif shown is not None:
            own = own.windowed(WindowLevel(shown.center, shown.width))
        return replace(
            own,
            quarter_turns=look.quarter_turns,
            flip_horizontal=look.is_flipped,
            flip_vertical=False,
            invert=own.invert if look.is_inverted is None else inverted != look.is_inverted,
        )

    def _near(self, table: LookupTable) -> WindowLevel:
        """The window of the image's own values that comes nearest to a table over stored ones; a drag starts there."""
        center, width = table.nearest
        source = self._view.picture.source if self._view.picture is not None else None
        slope, intercept = (1.0, 0.0) if source is None else (source.slope, source.intercept)
        return WindowLevel(center * slope + intercept, max(width * abs(slope), 1e-6))


def _view_table(table: LookupTable) -> VoiTable:
    return VoiTable(table.first, table.table, table.bits, table.explanation, table.nearest)


def _seen(look: FrameLook) -> tuple[object, ...]:
    """What of a look is in the state of the view."""
    area = look.area and (look.area.top_left, look.area.bottom_right, look.area.mode, look.area.magnification)
    return *_grey_of(look), look.quarter_turns, look.is_flipped, look.is_inverted, area


def _grey_of(look: FrameLook) -> tuple[object, ...]:
    return look.shown, look.presentation_table
