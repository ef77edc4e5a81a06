"""The image area: makes the views that the workspace says should hang, and keeps ink, tool and text in step."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from app.domain.errors import OverreadError
from app.domain.finding import Finding, Judgement
from app.domain.volume import Space, Volume
from app.state.model import AppState, Arrangement, Hung, Plane, Viewport
from app.support.i18n import explain, text
from app.ui.contents import (
    Content,
    FlatContent,
    PlaneContent,
    StackContent,
    Subject,
    VolumeContent,
    volume_image,
)
from app.ui.marks import GetMap, fits, marks_for
from app.ui.pictures import Pictures
from app.ui.viewport import ViewportFrame
from viewers.mouse_profiles import PROFILES, STANDARD, MouseProfile

if TYPE_CHECKING:
    from viewers.mpr_view import MprGroup


class ViewHost(QWidget):
    """Watches nothing by itself: the window tells it of the state."""

    activated = Signal(str)
    maximise_asked = Signal(str)
    dropped = Signal(str, str, str)
    marker_clicked = Signal(str)
    finding_step = Signal(int)
    menu_asked = Signal(QPoint)
    failed = Signal(str)
    first_picture = Signal()
    hung_changed = Signal()

    def __init__(self, pictures: Pictures, get_map: GetMap) -> None:
        super().__init__()
        self._pictures = pictures
        self._get_map = get_map
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(3)
        self.frames: dict[str, ViewportFrame] = {}
        self.contents: dict[str, Content] = {}
        self._hung: dict[str, Hung | None] = {}
        self._groups: dict[str, MprGroup] = {}
        self._mouse: MouseProfile = STANDARD
        self._state = AppState()
        self.setMinimumSize(320, 240)

    def show_state(self, state: AppState) -> None:
        """Bring frames, views, ink, tool and text in step with the state."""
        before, self._state = self._state, state
        workspace, former = state.workspace, before.workspace
        if (
            workspace.arrangement is not former.arrangement
            or workspace.studies is not former.studies
            or not self.frames
        ):
            self._arrange(workspace.arrangement)
        if workspace.tool != former.tool:
            self._each(lambda content: content.set_tool(workspace.tool))
        if workspace.text_amount is not former.text_amount:
            self._each(lambda content: content.set_text_amount(workspace.text_amount))
        if workspace.ink is not former.ink or state.reading is not before.reading:
            self.refresh_ink()

    def refresh_ink(self) -> None:
        """Draw results and verdicts as they are now."""
        for content in self.contents.values():
            self._put_ink(content)

    def set_mouse(self, profile_id: str) -> None:
        """Another mouse profile for every view."""
        self._mouse = PROFILES.get(profile_id, STANDARD)
        for content in self.contents.values():
            self._put_hands(content)

    def peek(self, *, down: bool) -> None:
        """Bare pictures while a key is held."""
        self._each(lambda content: content.peek(down=down))

    @property
    def active(self) -> Content | None:
        """What hangs in the active viewport."""
        return self.contents.get(self._state.workspace.arrangement.active.viewport_id)

    @property
    def control(self) -> FlatContent | None:
        """The active viewport as far as keys change it."""
        return self.active if isinstance(self.active, FlatContent) else None

    def go_to(self, judgement: Judgement) -> bool:
        """Show a finding in every view that can; false if none can."""
        reading = self._state.reading.reading
        finding: Finding = judgement.finding
        place = judgement.place or finding.place
        result = (
            next((r for r in reading.results if r.result_id == finding.result_id), None) if reading else None
        )
        if result is None:
            return False
        able = [content for content in self.contents.values() if fits(result, content.subject.target)]
        for content in able:
            same_space = content.subject.target.in_patient == (place.space is Space.PATIENT)
            if same_space and not isinstance(content, PlaneContent):
                content.go_to(place)
        linked = {id(self._groups[key]): self._groups[key] for key in self._keys_of(able)}
        if place.center is not None and place.space is Space.PATIENT:
            for group in linked.values():
                group.jump_to(place.center)
        return bool(able)

    def _keys_of(self, contents: list[Content]) -> list[str]:
        return [
            content.subject.display_set.display_set_id
            for content in contents
            if isinstance(content, PlaneContent)
            and content.subject.display_set.display_set_id in self._groups
        ]

    def _arrange(self, arrangement: Arrangement) -> None:
        wanted = {viewport.viewport_id for viewport in arrangement.viewports}
        for gone in [key for key in self.frames if key not in wanted]:
            self._take_down(gone)
            frame = self.frames.pop(gone)
            frame.hide()
            frame.deleteLater()
        changed = [v for v in arrangement.viewports if self._hung.get(v.viewport_id, ...) != v.hung]
        changed += self._siblings(arrangement, changed)
        for viewport in arrangement.viewports:
            if viewport.viewport_id not in self.frames:
                self._add_frame(viewport.viewport_id)
        self._lay_out(arrangement)
        for viewport in changed:
            self._take_down(viewport.viewport_id)
        for viewport in changed:
            self._hang(viewport)
        self._link(changed)
        for viewport in arrangement.viewports:
            self.frames[viewport.viewport_id].set_active(viewport.viewport_id == arrangement.active_id)
        if changed:
            self.hung_changed.emit()

    def _siblings(self, arrangement: Arrangement, changed: list[Viewport]) -> list[Viewport]:
        """Planes of a volume are linked anew together."""
        sets = {v.hung.display_set_id for v in changed if v.hung and v.hung.plane is not Plane.STACK}
        return [
            v
            for v in arrangement.viewports
            if v not in changed
            and v.hung
            and v.hung.plane is not Plane.STACK
            and v.hung.display_set_id in sets
        ]

    def _add_frame(self, viewport_id: str) -> None:
        frame = ViewportFrame(viewport_id)
        frame.activated.connect(self.activated)
        frame.maximise_asked.connect(self.maximise_asked)
        frame.dropped.connect(self.dropped)
        self.frames[viewport_id] = frame

    def _lay_out(self, arrangement: Arrangement) -> None:
        for place, viewport in enumerate(arrangement.viewports):
            frame = self.frames[viewport.viewport_id]
            alone = not arrangement.maximised_id or arrangement.maximised_id == viewport.viewport_id
            row, column = divmod(place, arrangement.layout.columns)
            self._grid.addWidget(frame, row, column)
            frame.setVisible(alone)
        for row in range(2):
            shown = [v for n, v in enumerate(arrangement.viewports) if n // arrangement.layout.columns == row]
            self._grid.setRowStretch(row, int(any(self._is_shown(arrangement, v) for v in shown)))
        for column in range(2):
            shown = [
                v for n, v in enumerate(arrangement.viewports) if n % arrangement.layout.columns == column
            ]
            self._grid.setColumnStretch(column, int(any(self._is_shown(arrangement, v) for v in shown)))

    @staticmethod
    def _is_shown(arrangement: Arrangement, viewport: Viewport) -> bool:
        return not arrangement.maximised_id or arrangement.maximised_id == viewport.viewport_id

    def _take_down(self, viewport_id: str) -> None:
        content = self.contents.pop(viewport_id, None)
        self._hung.pop(viewport_id, None)
        if content is not None:
            self._groups.pop(content.subject.display_set.display_set_id, None)
            content.close()
            self.frames[viewport_id].put(None)

    def _hang(self, viewport: Viewport) -> None:
        frame = self.frames[viewport.viewport_id]
        self._hung[viewport.viewport_id] = viewport.hung
        if viewport.hung is None:
            frame.put(None)
            frame.say(text("ui.viewport.empty"))
            return
        subject = self._pictures.subject(viewport.hung)
        if subject is None:
            frame.say(text("ui.viewport.gone"))
            return
        try:
            content = self._make(subject, viewport.hung.plane, frame)
        except OverreadError as error:
            frame.say(explain(error))
            return
        self.contents[viewport.viewport_id] = content
        frame.put(content.view, text("ui.viewport.of", series=subject.display_set.title))
        self._wire(viewport.viewport_id, content)

    def _make(self, subject: Subject, plane: Plane, frame: ViewportFrame) -> Content:
        if plane is Plane.STACK:
            source, info, windows = self._pictures.stack(subject)
            return StackContent(subject, source, info, windows)
        if plane is Plane.VOLUME:
            content = VolumeContent(subject)

            def show(volume: Volume) -> None:
                content.show_volume(volume)
                frame.show_view()

            self._await_volume(frame, subject, show)
            return content
        return PlaneContent(subject, plane)

    def _await_volume(self, frame: ViewportFrame, subject: Subject, show: Callable[[Volume], None]) -> None:
        hung = self._hung[frame.viewport_id]

        def arrived(volume: Volume) -> None:
            if self._hung.get(frame.viewport_id) is hung and frame.viewport_id in self.contents:
                show(volume)

        def failed(sentence: str) -> None:
            if self._hung.get(frame.viewport_id) is hung:
                frame.say(sentence)

        self._pictures.volume(subject, arrived, failed)

    def _wire(self, viewport_id: str, content: Content) -> None:
        frame = self.frames[viewport_id]
        if isinstance(content, FlatContent):
            view = content.view
            view.marker_clicked.connect(self.marker_clicked)
            view.finding_step.connect(self.finding_step)
            view.activated.connect(lambda: self.maximise_asked.emit(viewport_id))
            view.menu_requested.connect(lambda at: self.menu_asked.emit(view.mapToGlobal(at)))
            view.first_picture.connect(self.first_picture)
        if not isinstance(content, StackContent):
            frame.say(text("ui.viewport.loading", series=content.subject.display_set.title))
        self._put_hands(content)
        self._put_ink(content)

    def _link(self, changed: list[Viewport]) -> None:
        """Planes and 3D of one volume share one point."""
        fresh = {v.hung.display_set_id for v in changed if v.hung and v.hung.plane is not Plane.STACK}
        for key in fresh:
            planes = [c for c in self._of(key) if isinstance(c, PlaneContent)]
            solids = [c for c in self._of(key) if isinstance(c, VolumeContent)]
            if planes:
                self._link_planes(key, planes, solids)

    def _link_planes(self, key: str, planes: list[PlaneContent], solids: list[VolumeContent]) -> None:
        from viewers.mpr_view import MprGroup

        group = MprGroup([content.planes for content in planes], self)
        self._groups[key] = group
        for solid in solids:
            group.point_changed.connect(solid.volume_view.set_crosshair)
            solid.volume_view.picked.connect(group.jump_to)
        frames = [self.frames[name] for name, content in self.contents.items() if content in planes]
        subject = planes[0].subject

        def show(volume: Volume) -> None:
            info, windows = self._pictures.looks(subject, volume)
            group.set_volume(volume_image(volume), windows, info)
            for content in planes:
                content.show_volume(volume)
            for frame in frames:
                frame.show_view()
            selected = self._selected()
            if selected is not None:
                self.go_to(selected)

        def failed(sentence: str) -> None:
            for frame in frames:
                frame.say(sentence)

        self._pictures.volume(
            subject, lambda volume: show(volume) if self._groups.get(key) is group else None, failed
        )

    def _selected(self) -> Judgement | None:
        reading = self._state.reading
        return (
            reading.reading.judgement(reading.selected_id)
            if reading.reading and reading.selected_id
            else None
        )

    def _of(self, display_set_id: str) -> list[Content]:
        return [c for c in self.contents.values() if c.subject.display_set.display_set_id == display_set_id]

    def _put_hands(self, content: Content) -> None:
        if isinstance(content, FlatContent):
            content.view.set_mouse_profile(self._mouse)
        content.set_tool(self._state.workspace.tool)
        content.set_text_amount(self._state.workspace.text_amount)

    def _put_ink(self, content: Content) -> None:
        state = self._state
        target = content.subject.target
        ink = state.workspace.ink
        is_open = target.study_instance_uid == state.workspace.open_study_uid
        reading = state.reading.reading if is_open else None
        marks = marks_for(reading, target, ink, state.reading.selected_id, self._get_map)
        content.show_marks(marks, shown=ink.shown)

    def _each(self, change: Callable[[Content], None]) -> None:
        for content in self.contents.values():
            change(content)
