"""One mammogram in one view: turned so that chest walls meet, the air beside the breast black, walked through."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QEvent, QObject

from app.domain.volume import Remark, RemarkKind, Space
from app.hanging.breast_sides import Told, Turn, turn_of
from app.studies.display_sets import DisplaySet
from app.support.i18n import text
from app.support.languages import number_words
from app.ui.contents import StackContent
from app.ui.thick_slices import has_places

if TYPE_CHECKING:  # VTK comes with the first picture, not with the window
    from PySide6.QtGui import QPainter

    from viewers.breast import Breast
    from viewers.breast_fit import BreastBox
    from viewers.geometry import PictureBox, Size
    from viewers.overlays.slice_ruler import Ruler
    from viewers.picture import Picture
    from viewers.types import ViewState

SAME_SCALE = 1e-9
WHOLE = 0.97  # as much of the breast seen counts as all of it
Placed = tuple[float, tuple[float, float], bool]
_SIDES = ("told", "seen")


class Group(Protocol):
    """All mammograms on the screen, as far as one of them asks."""

    def fit_later(self) -> None:
        """A view has another size, or more is known of one."""
        ...

    def scale_for(self, one: HungBreast) -> float | None:
        """The scale that all share."""
        ...

    def lead(self, leader: HungBreast) -> None:
        """One was moved by hand."""
        ...


class HungBreast(QObject):
    """One mammogram in one view: what is known of its breast, and how it therefore hangs."""

    def __init__(self, content: StackContent, group: Group) -> None:
        super().__init__(content.slices)
        self.content, self.view, self._group = content, content.slices, group
        self.breast: Breast | None = None
        self.turn = Turn()
        shown = content.subject.display_set
        first = shown.frames[0].instance
        self.told = Told(
            first.laterality.strip().upper(), first.view_position.strip().upper(), directions_of(shown)
        )
        kinds = {remark.kind for remark in content.subject.display_set.remarks}
        self.has_scale = RemarkKind.NO_SPACING not in kinds
        self._is_looked_at = False
        self._was = self.placed
        self._part: tuple[int, int] | None = None  # of the walk: which part, of how many
        self.view.look_at = self._look
        self.view.fitter = self._fit
        self.view.guide = self.guide
        self.view.installEventFilter(self)
        self.view.state_changed.connect(self._moved)
        if self.view.picture is not None:
            self._look(self.view.picture)
            self.view.fit()

    def walk(self, step: int) -> None:
        """Show the next part at 1:1, or the one before; beyond the ends the whole breast again."""
        from viewers.walk import at_part

        scale, stops = self.view.scale_of_pixels(), self._stops()
        if scale is None or not stops:
            return
        number = self._part_of(stops, scale)
        beyond = len(stops) if step > 0 else -1
        there = (0 if step > 0 else len(stops) - 1) if number is None else number + step
        if there in {beyond, -1, len(stops)}:
            self._part = None
            self.view.fit()
            return
        self.view.show_state(at_part(self.view.state, stops[there], scale))
        self.view.settle_on_pixels()
        self._part = (there, len(stops))

    def _stops(self) -> tuple[tuple[float, float], ...]:
        """The parts of a walk, without those that show air alone."""
        from viewers.walk import parts, with_tissue

        one, scale, picture, box = self.box, self.view.scale_of_pixels(), self.view.picture, self.view.box
        if one is None or scale is None or picture is None or box is None or self.breast is None:
            return ()
        state, size = self.view.state, self.view.size_px
        stops = parts(one, state, size, scale)
        per_mm = (picture.pixels.shape[2] / box.width_mm, picture.pixels.shape[1] / box.height_mm)
        return with_tissue(stops, self.breast, replace(state, scale=scale), size, per_mm)

    def _part_of(self, stops: tuple[tuple[float, float], ...], scale: float) -> int | None:
        """Which part is seen, if it is one of them still: the reader may have moved on by hand."""
        state = self.view.state
        if self._part is None or self._part[0] >= len(stops) or state.scale != scale:
            return None
        away = [abs(one - other) for one, other in zip(state.pan_px, stops[self._part[0]], strict=True)]
        return self._part[0] if max(away) <= 1.0 else None  # it was moved onto the pixels of the screen

    def guide(self, painter: QPainter) -> None:
        """Where one is: a map where the breast is larger than the view, a ruler beside slices."""
        from viewers.breast_fit import part_seen
        from viewers.geometry import turn_matrix
        from viewers.overlays import slice_ruler, walk_map

        one, size, state = self.box, self.view.size_px, self.view.state
        chest_at_right = one is not None and float((turn_matrix(state) @ one.towards_chest)[0]) > 0
        if one is not None:
            seen = part_seen(one, state, size)
            wide, high = (float(v) for v in abs(turn_matrix(state)) @ one.size_mm)
            if (seen[2] - seen[0]) * (seen[3] - seen[1]) < WHOLE:
                shown = walk_map.WalkMap(seen, wide / high, chest_at_right, self._part_words())
                walk_map.paint(painter, size, shown)
        if self.content.slab is not None:
            slice_ruler.paint(painter, size, self._ruler(chest_at_right))

    def _part_words(self) -> str:
        scale = self.view.scale_of_pixels()
        if scale is None or self._part is None:
            return ""
        stops = self._stops()
        number = self._part_of(stops, scale)
        return "" if number is None else text("mammo.part", number=number + 1, count=len(stops))

    def _ruler(self, on_left: bool) -> Ruler:
        from viewers.overlays.slice_ruler import Ruler

        index, count, slab = self.view.frame_index, self.view.layer_count, self.content.slab
        members = slab.source.members(index) if slab is not None else range(index, index + 1)
        said = text("mammo.ruler", number=index + 1, count=count)
        if slab is not None and has_places(self.content.subject.display_set):
            depth = number_words(abs(slab.mm_of(index)), 1)
            said = text("mammo.ruler_mm", number=index + 1, count=count, mm=depth)
        return Ruler(index + 1, count, members[0] + 1, members[-1] + 1, said, on_left)

    @property
    def box(self) -> BreastBox | None:
        """Where the breast lies in its picture; None where it was not found."""
        from viewers.breast_fit import breast_box

        if self.breast is None or self.view.box is None or self.view.picture is None:
            return None
        return breast_box(self.breast, self.view.box, self.view.picture.pixels.shape[1:3])

    @property
    def placed(self) -> Placed:
        """How the view is placed now, whatever its window is."""
        state = self.view.state
        return state.scale, state.pan_px, state.fitted

    def _moved(self, _state: ViewState) -> None:
        before, self._was = self._was, self.placed
        if before != self._was and not (before[2] and self._was[2]):  # not a fitted view that was fitted anew
            self._group.lead(self)

    def take(self, leader: HungBreast) -> None:
        """Follow another mammogram: fitted with it, at its scale; of the same view, at the mirrored place."""
        from viewers.breast_fit import at_from_chest, from_chest

        there, mine = leader.view.state, self.view.state
        if there.fitted:
            self.view.fit()
            return
        one, other = leader.box, self.box
        place = from_chest(one, there) if one is not None else None
        if place is None or other is None or self.told.view != leader.told.view or not self.breast_side:
            self.view.zoom_by(there.scale / mine.scale)
        else:
            self.view.show_state(at_from_chest(other, mine, place, there.scale))
        own = self.view.scale_of_pixels()
        if own is not None and abs(self.view.state.scale / own - 1) < SAME_SCALE:
            self.view.settle_on_pixels()

    @property
    def breast_side(self) -> str:
        """The side of the stored picture where the chest wall is, '' where nobody knows."""
        return self.breast.chest if self.breast is not None else ""

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Another size of one view is another scale of all."""
        if event.type() in {QEvent.Type.Resize, QEvent.Type.Show, QEvent.Type.Hide}:
            self._group.fit_later()
        return False

    def _look(self, picture: Picture) -> None:
        """Find the breast in a new picture, before it is drawn; slices of a tomosynthesis share the first one's."""
        from viewers.breast import find_breast
        from viewers.ground import ground
        from viewers.picture import padding_of

        if picture.is_colour:
            return
        if self.breast is None or self.view.layer_count == 1:
            source = picture.source
            stored = picture.pixels[0]
            self.breast = find_breast(stored, inverted=source.inverted, padding=padding_of(source))
        if self.breast is not None:
            picture.ground = ground(self.breast.air, self.breast.step, picture.affine)
        if not self._is_looked_at:
            self._is_looked_at = True
            self._hang(picture)

    def _hang(self, picture: Picture) -> None:
        self.turn = turn_of(self.told, self.breast.chest if self.breast else "")
        self.view.start_flips = (self.turn.flip_horizontal, self.turn.flip_vertical)
        state = replace(
            self.view.state,
            flip_horizontal=self.turn.flip_horizontal,
            flip_vertical=self.turn.flip_vertical,
            fitted=True,
        )
        self.view.show_state(state)
        self._window(picture)
        if self.turn.remark is not None:
            self.content.first_remarks = (_in_words(self.turn.remark),)
        if not self.has_scale:
            self.content.own_words = (*self.content.own_words, text("mammo.by_pixels"))
        self.content.write()
        self._group.fit_later()

    def _window(self, picture: Picture) -> None:
        """Where the file asks for no window, the breast's own values do."""
        from viewers.types import WindowLevel

        tables = getattr(picture.source, "voi_tables", ())
        if self.breast is None or tables or self.content.windows():
            return
        low, high = (v * picture.source.slope + picture.source.intercept for v in self.breast.values)
        window = WindowLevel((low + high) / 2, max(abs(high - low), picture.smallest_window()))
        was_untouched = self.view.start_window is None or self.view.state.window == self.view.start_window
        self.view.start_window = window
        if was_untouched:
            self.view.set_window(window)

    def _fit(self, box: PictureBox, state: ViewState, size_px: Size) -> ViewState:
        from viewers import geometry
        from viewers.breast_fit import placed

        one = self.box
        if one is None:
            scale = self._group.scale_for(self)
            fitted = geometry.fit(box, state, size_px)
            return fitted if scale is None else replace(fitted, scale=min(scale, fitted.scale))
        scale = self._group.scale_for(self) or 1.0
        return placed(one, state, size_px, scale)


def directions_of(shown: DisplaySet) -> tuple[str, ...]:
    """Where rows and columns run to: by the place in the patient where there is one, else by Patient Orientation."""
    from viewers.geometry import direction_letters

    if shown.space is not Space.PATIENT:
        return shown.frames[0].instance.patient_orientation
    return tuple(direction_letters(shown.affines[0][:3, axis]) for axis in (2, 1))


def _in_words(remark: Remark) -> Remark:
    facts = tuple(
        (name, text(f"mammo.side.{value}") if name in _SIDES else value) for name, value in remark.facts
    )
    return Remark(remark.kind, facts)
