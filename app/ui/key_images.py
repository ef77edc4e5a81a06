"""Key images in the window: mark the one that is shown, say so on it, list them, go to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeGuard

from app.context import AppContext
from app.domain.errors import OverreadError
from app.domain.key_image import KeyImage
from app.domain.volume import FrameRef
from app.state.model import AppState
from app.studies.display_sets import DisplaySet
from app.support.i18n import explain, text
from app.ui.contents import StackContent
from app.ui.corners import image_words
from app.workflows.key_images import marked, next_of, toggle

if TYPE_CHECKING:
    from app.ui.main_window import MainWindow


class KeyImages:
    """What the actions `mark.*` do, and what the list of key images shows."""

    def __init__(self, ctx: AppContext, window: MainWindow) -> None:
        self._ctx = ctx
        self._window = window
        window.key_images.chosen.connect(self._chosen)

    def show_state(self, state: AppState) -> None:
        """Say on each marked image that it is one, and list them all."""
        reading = state.reading.reading
        frames = marked(reading)
        for content in self._window.host.contents.values():
            if isinstance(content, StackContent):
                is_open = content.subject.study.study_instance_uid == state.workspace.open_study_uid
                content.mark_key_frames(frames if is_open else frozenset())
        listed = tuple((one, self._words(one)) for one in reading.key_images) if reading else ()
        self._window.key_images.show_images(listed, self._shown())

    def toggle(self) -> None:
        """Mark the shown image of the open study, or take its mark away. Raises OverreadError."""
        content = self._window.host.active
        frame = self._shown()
        study = self._ctx.store.state.workspace.open_study_uid
        if not isinstance(content, StackContent) or frame is None:
            raise OverreadError("error.key_image.no_image")
        if content.subject.study.study_instance_uid != study:
            raise OverreadError("error.key_image.other_study")
        series = content.subject.display_set.series.series_instance_uid
        is_key = toggle(self._ctx, KeyImage(study, series, frame))
        self._window.messages.note(text("ui.key_image.now") if is_key else text("ui.key_image.no_more"))

    def step(self, step: int) -> None:
        """Go to the next or previous one. Raises OverreadError where there is none, or its image is gone."""
        there = next_of(self._ctx.store.state.reading.reading, self._shown(), step)
        if there is None:
            raise OverreadError("error.key_image.none")
        self.go_to(there.frame)

    def _shown(self) -> FrameRef | None:
        """The frame that is really on the screen in the active viewport, not one that is still being decoded."""
        content = self._window.host.active
        if not isinstance(content, StackContent) or content.slices.shown_index is None:
            return None
        if content.slices.shown_index != content.slices.index:
            return None
        return content.subject.display_set.frames[content.slices.shown_index].ref

    def _chosen(self, sop_instance_uid: str, frame: int) -> None:
        try:
            self.go_to(FrameRef(sop_instance_uid, frame))
        except OverreadError as error:
            self._window.messages.warn(explain(error))

    def go_to(self, frame: FrameRef) -> None:
        """In the viewport that shows its series already, else in the active one."""
        found = self.found(frame)
        if found is None:
            raise OverreadError("error.key_image.gone")
        display_set, index = found
        host = self._window.host
        active = [host.active] if host.active is not None else []
        for content in (*active, *host.contents.values()):
            if _is_stack_of(content, display_set):
                content.slices.show_index(index)
                return
        self._window.desk.hang(display_set.display_set_id)
        hung = host.active
        if _is_stack_of(hung, display_set):
            hung.slices.show_index(index)

    def found(self, frame: FrameRef) -> tuple[DisplaySet, int] | None:
        """The display set of the open study that holds an image, and its number there."""
        study = self._ctx.store.state.workspace.open_study_uid
        for display_set in self._window.pictures.sets_of_uid(study):
            for index, address in enumerate(display_set.frames):
                if address.ref == frame:
                    return display_set, index
        return None

    def _words(self, image: KeyImage) -> str:
        found = self.found(image.frame)
        if found is None:
            return text("ui.key_image.gone")
        return text("ui.key_image.row", series=found[0].title, image=image_words(*found))


def _is_stack_of(content: object, display_set: DisplaySet) -> TypeGuard[StackContent]:
    return (
        isinstance(content, StackContent)
        and content.subject.display_set.display_set_id == display_set.display_set_id
    )
