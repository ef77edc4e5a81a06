"""The image area: makes the views that the workspace says should hang, and keeps ink, tool and text in step."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QWidget

from app.domain.errors import OverreadError
from app.domain.finding import Judgement
from app.domain.volume import Space
from app.state.model import AppState, Arrangement, Hung, Plane, Viewport
from app.support.i18n import explain, text
from app.ui.compared_marks import ink_of
from app.ui.contents import Content, PlaneContent, StackContent
from app.ui.extent_shape import extent_shape
from app.ui.flat import FlatContent
from app.ui.grid import ViewportGrid
from app.ui.linking import Links
from app.ui.mammography import Mammography
from app.ui.marks import GetMap, belongs
from app.ui.measuring import draft_lines, shapes_of
from app.ui.object_layers import ObjectLayers
from app.ui.pictures import Pictures
from app.ui.reference_lines import ReferenceLines
from app.ui.solid import VolumeContent
from app.ui.subject import Subject
from app.ui.sync import ScrollSync
from app.ui.viewport import ViewportFrame
from viewers.mouse_profiles import STANDARD, MouseProfile
from viewers.types import WindowLevel


class ViewHost(QWidget):
    """Watches nothing by itself: the window tells it of the state."""

    activated = Signal(str)
    maximise_asked = Signal(str)
    dropped = Signal(str, str, str)
    marker_clicked = Signal(str)
    drawn = Signal(object, object)  # FlatContent, Drawn
    shape_chosen = Signal(str)
    finding_step = Signal(int)
    menu_asked = Signal(QPoint)
    first_picture = Signal()

    def __init__(self, pictures: Pictures, get_map: GetMap) -> None:
        super().__init__()
        self._pictures = pictures
        self._get_map = get_map
        self._grid = ViewportGrid(self)
        self._links = Links(pictures, self._volume_shown)
        self.sync = ScrollSync()
        self.reference = ReferenceLines()
        self.objects = ObjectLayers()
        self.mammography = Mammography()
        self.frames: dict[str, ViewportFrame] = {}
        self.contents: dict[str, Content] = {}
        self._hung: dict[str, Hung | None] = {}
        # What a series was last looked at with: a window, and the number of a VOI table where one was in its place.
        self._windows: dict[tuple[str, str], tuple[WindowLevel, int | None]] = {}
        self._mouse: MouseProfile = STANDARD
        self._up_raises_level = False
        self._state = AppState()
        self.setMinimumSize(320, 240)

    def show_state(self, state: AppState) -> None:
        """Bring frames, views, ink, tool and text in step with the state."""
        before, self._state = self._state, state
        workspace, former = state.workspace, before.workspace
        self.mammography.linked = workspace.zoom_link
        rearranged = workspace.arrangement is not former.arrangement
        if rearranged or workspace.studies is not former.studies or not self.frames:
            self._arrange(workspace.arrangement)
            self._each(lambda content: content.write())
        elif (workspace.scroll_link, workspace.zoom_link) != (former.scroll_link, former.zoom_link):
            self.sync.follow(workspace, self.contents)
        if workspace.tool != former.tool:
            self._each(lambda content: content.set_tool(workspace.tool))
        if workspace.text_amount is not former.text_amount:
            self._each(lambda content: content.set_text_amount(workspace.text_amount))
        if workspace.ink is not former.ink or state.reading is not before.reading:
            self.refresh_ink()

    def refresh_ink(self) -> None:
        """Draw results and verdicts as they are now."""
        self._each(self._put_ink)

    def set_mouse(self, profile: MouseProfile, window_drag: str = "") -> None:
        """Another mouse profile for every view, and what dragging up with the window tool does."""
        self._mouse = profile
        self._up_raises_level = window_drag == "level"
        self._each(self._put_hands)

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

    @property
    def solids(self) -> tuple[VolumeContent, ...]:
        """All 3D pictures."""
        return tuple(content for content in self.contents.values() if isinstance(content, VolumeContent))

    @property
    def is_settled(self) -> bool:
        """Every view shows what it should, or says why it cannot."""
        return not self._links.is_waiting and all(content.is_settled for content in self.contents.values())

    @property
    def failures(self) -> tuple[str, ...]:
        """Sentences that stand in place of pictures."""
        said = [content.failure for content in self.contents.values()]
        said += [frame.failure for frame in self.frames.values()]
        return tuple(words for words in said if words)

    def go_to(self, judgement: Judgement) -> bool:
        """Show a finding in every view that can; false if none can."""
        reading = self._state.reading.reading
        place = judgement.place or judgement.finding.place
        in_patient = place.space is Space.PATIENT
        able = [
            content
            for content in self.contents.values()
            if belongs(reading, judgement.finding, content.subject.target)
            and content.subject.target.in_patient == in_patient
        ]
        for content in able:
            content.go_to(place)
        return bool(able)

    def _arrange(self, arrangement: Arrangement) -> None:
        wanted = {viewport.viewport_id for viewport in arrangement.viewports}
        for gone in [key for key in self.frames if key not in wanted]:
            self._take_down(gone)
            frame = self.frames.pop(gone)
            frame.hide()
            frame.deleteLater()
        for viewport_id in wanted - self.frames.keys():
            self._add_frame(viewport_id)
        changed = self._changed(arrangement)
        self._grid.lay_out(arrangement, self.frames)
        for viewport in changed:
            self._take_down(viewport.viewport_id)
        for viewport in changed:
            self._hang(viewport)
        for key in {v.hung.display_set_id for v in changed if v.hung and v.hung.plane is not Plane.STACK}:
            self._links.link(key, self.contents, self.frames)
        self.sync.follow(self._state.workspace, self.contents)
        self.reference.follow(arrangement, self.contents)
        self.mammography.follow(self.contents)
        for viewport in arrangement.viewports:
            frame = self.frames[viewport.viewport_id]
            frame.set_active(viewport.viewport_id == arrangement.active_id)
            if viewport.hung is None:
                frame.say(text("ui.viewport.empty" if self._state.workspace.studies else "ui.viewport.first"))

    def _changed(self, arrangement: Arrangement) -> list[Viewport]:
        """Viewports that show something else now, and planes of the same volume, which are linked anew together."""
        changed = [v for v in arrangement.viewports if self._is_other(v)]
        sets = {v.hung.display_set_id for v in changed if v.hung and v.hung.plane is not Plane.STACK}
        for viewport in arrangement.viewports:
            hung = viewport.hung
            if (
                viewport not in changed
                and hung
                and hung.plane is not Plane.STACK
                and hung.display_set_id in sets
            ):
                changed.append(viewport)
        return changed

    def _is_other(self, viewport: Viewport) -> bool:
        """Hung otherwise, or the scan has since found more images of it."""
        key = viewport.viewport_id
        if key not in self._hung or self._hung[key] != viewport.hung:
            return True
        content = self.contents.get(key)
        subject = self._pictures.subject(viewport.hung) if viewport.hung else None
        if content is None or subject is None:
            return viewport.hung is not None and (content is None) != (subject is None)
        return not subject.display_set.shows_same(content.subject.display_set)

    def _add_frame(self, viewport_id: str) -> None:
        frame = ViewportFrame(viewport_id)
        frame.activated.connect(self.activated)
        frame.maximise_asked.connect(self.maximise_asked)
        frame.dropped.connect(self.dropped)
        self.frames[viewport_id] = frame

    def _take_down(self, viewport_id: str) -> None:
        content = self.contents.pop(viewport_id, None)
        hung = self._hung.pop(viewport_id, None)
        if content is not None:
            if hung and isinstance(content, FlatContent) and content.view.start_window is not None:
                seen = content.state
                self._windows[hung.display_set_id, hung.window] = seen.window, seen.table
            if not isinstance(content, StackContent):
                self._links.drop(content.subject.display_set.display_set_id)
            content.close()
            self.frames[viewport_id].put(None)

    def _hang(self, viewport: Viewport) -> None:
        frame = self.frames[viewport.viewport_id]
        self._hung[viewport.viewport_id] = viewport.hung
        if viewport.hung is None:
            return
        subject = self._pictures.subject(viewport.hung)
        if subject is None:
            frame.fail(text("ui.viewport.gone"))
            return
        try:
            content = self._make(subject, viewport.hung.plane)
        except OverreadError as error:
            frame.fail(explain(error))
            return
        self.contents[viewport.viewport_id] = content
        frame.put(content.view, text("ui.viewport.of", series=subject.display_set.title))
        if not isinstance(content, StackContent):
            frame.say(text("ui.viewport.loading", series=subject.display_set.title))
        self._wire(viewport.viewport_id, content)

    def _make(self, subject: Subject, plane: Plane) -> Content:
        if plane is Plane.STACK:
            return StackContent(subject, *self._pictures.stack(subject))
        return VolumeContent(subject) if plane is Plane.VOLUME else PlaneContent(subject, plane)

    def _wire(self, viewport_id: str, content: Content) -> None:
        if isinstance(content, FlatContent):
            view = content.view
            view.marker_clicked.connect(self.marker_clicked)
            view.finding_step.connect(self.finding_step)
            view.activated.connect(lambda: self.maximise_asked.emit(viewport_id))
            view.menu_requested.connect(lambda at: self.menu_asked.emit(view.mapToGlobal(at)))
            view.first_picture.connect(self.first_picture)
            view.shape_chosen.connect(self.shape_chosen)
            view.measure_words = lambda _tool, measured: draft_lines(content, measured)
            view.drawn.connect(lambda drawn: self.drawn.emit(content, drawn))
        elif isinstance(content, VolumeContent):
            content.volume_view.activated.connect(lambda: self.maximise_asked.emit(viewport_id))
            content.volume_view.marker_clicked.connect(self.marker_clicked)
        self._put_hands(content)
        self._put_ink(content)
        self._put_window(viewport_id, content)

    def _put_window(self, viewport_id: str, content: Content) -> None:
        """A series that hung before, in whatever way, comes back as it was windowed; else as its place asks."""
        hung = self._hung.get(viewport_id)
        if hung is None or not isinstance(content, FlatContent):
            return
        seen = self._windows.get((hung.display_set_id, hung.window))
        if seen is not None and content.view.start_window is not None:
            content.view.set_window(seen[0])
            if seen[1] is not None:
                content.view.use_table(seen[1])
        elif seen is None and hung.window:
            content.begin_with(hung.window)

    def _volume_shown(self) -> None:
        """Planes have just been cut: windowed as before, and to the selected finding with them."""
        for viewport_id, content in self.contents.items():
            if isinstance(content, PlaneContent):
                self._put_window(viewport_id, content)
        reading = self._state.reading
        selected = reading.reading.judgement(reading.selected_id) if reading.reading else None
        if selected is not None:
            self.go_to(selected)

    def _put_hands(self, content: Content) -> None:
        if isinstance(content, FlatContent):
            content.view.set_mouse_profile(self._mouse)
            content.view.up_raises_level = self._up_raises_level
        content.set_tool(self._state.workspace.tool)
        content.set_text_amount(self._state.workspace.text_amount)

    def _put_ink(self, content: Content) -> None:
        state = self._state
        target = content.subject.target
        ink = state.workspace.ink
        is_open = target.study_instance_uid == state.workspace.open_study_uid
        reading = state.reading.reading if is_open else None
        marks = ink_of(state, reading, target, self._get_map)
        content.show_marks(self.objects.over(marks, target), shown=ink.shown)
        if isinstance(content, FlatContent):
            shapes = shapes_of(reading, content, state.reading.measurement_id)
            content.view.set_shapes((*shapes, *extent_shape(state, content)))

    def _each(self, change: Callable[[Content], None]) -> None:
        for content in self.contents.values():
            change(content)
