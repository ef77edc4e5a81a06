"""Images that may show who somebody is, one after another; each must be answered before anything leaves (RQ-61).

There is no answer for all of them, a held key counts once, and no image can be let go before all of it was shown: of
many frames those with letters, the first, the last and two between; all others can be seen too. Each answer is in the
journal before the next image comes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.context import AppContext
from app.domain.errors import OverreadError
from app.domain.volume import CancelToken, Progress
from app.export.looks import Asked, Decided, Look
from app.jobs.job import Job, Priority
from app.support.i18n import explain, text
from app.ui.overlays.look_frames import FRAME_KEYS, FrameWalk
from app.ui.overlays.look_picture import LookPicture
from app.ui.widgets.small import button, label, tell
from app.workflows.looks import Questions, all_frames, frames_to_see, looked, one_frame

if TYPE_CHECKING:
    from app.export.preview import FramesToSee

_KEYPAD = Qt.KeyboardModifier.KeypadModifier
Opened = tuple["FramesToSee", NDArray[np.uint8]]
_KEYS = (Qt.Key.Key_Y, Qt.Key.Key_N, Qt.Key.Key_Backspace)


class LookPane(QWidget):
    """export: pressed once every image is answered. leave: back to the choice."""

    def __init__(self, ctx: AppContext, export: Callable[[], None], leave: Callable[[], None]) -> None:
        super().__init__()
        self._ctx = ctx
        self._questions = Questions((), frozenset(), {})
        self._unseen: dict[Path, str] = {}
        self._looks: dict[str, Look] = {}
        self._place = 0
        self._frames: FramesToSee | None = None
        self._is_sheet = False
        self._job: Job | None = None
        self.head = label("", "title", wraps=True)
        self.reason = label("", "quiet", wraps=True)
        self.area = LookPicture(text("export_sheet.look.picture"))
        self.view = self.area.view
        self.area.end_shown.connect(self._note_seen)
        self.walk = FrameWalk()
        self.walk.wanted.connect(self._fetch_frame)
        self.walk.sheet_wanted.connect(self._fetch_sheet)
        self.said = label("", "quiet", wraps=True)
        self.clean = button(
            text("export_sheet.look.clean"), text("export_sheet.look.clean_tip"), self._answer_clean
        )
        self.out = button(text("export_sheet.look.out"), text("export_sheet.look.out_tip"), self._answer_out)
        self.back = button(text("export_sheet.look.back"), text("export_sheet.look.back_tip"), self._go_back)
        self.leave = button(text("export_sheet.look.leave"), text("export_sheet.look.leave"), leave)
        self.go = button(text("export_sheet.go"), text("export_sheet.look.go_tip"), export)
        self._lay_out()

    def _lay_out(self) -> None:
        foot = QHBoxLayout()
        foot.addWidget(self.leave)
        foot.addWidget(self.back)
        foot.addStretch(1)
        for part in (self.out, self.clean, self.go):
            foot.addWidget(part)
        made = QVBoxLayout(self)
        made.setContentsMargins(0, 0, 0, 0)
        made.addWidget(self.head)
        made.addWidget(self.reason)
        made.addWidget(self.area, 1)
        made.addWidget(self.walk)
        made.addWidget(self.said)
        made.addLayout(foot)

    def ask(self, questions: Questions) -> None:
        """Show the first image that has no answer yet."""
        self.stop()
        self._questions, self._unseen, self._place = questions, {}, 0
        self._show_next()

    def answers(self) -> tuple[dict[str, Look], frozenset[Path]]:
        """Looks by sha256 of their file, and files that stay here because nobody could look at them."""
        looks = {
            one.sha256: self._looks[one.sha256] for one in self._questions.asked if one.sha256 in self._looks
        }
        return looks, self._questions.left_out | frozenset(self._unseen)

    def forget(self) -> None:
        """Looks were used, or are another reader's."""
        self._looks = {}

    def stop(self) -> None:
        """Give up the picture that is on its way."""
        if self._job is not None:
            self._job.drop()
            self._job = None
        self.area.take_away()

    def knows(self, event: QKeyEvent) -> bool:
        """Whether a key is one of ours."""
        return event.key() in (*_KEYS, *FRAME_KEYS) and not (event.modifiers() & ~_KEYPAD)

    def press(self, event: QKeyEvent) -> None:
        """Y: no identity; N: leave out; Backspace: one back. A held key counts once; frames may run by."""
        if event.key() in FRAME_KEYS:
            self.walk.press(event)
            return
        if event.isAutoRepeat():
            return
        done = {_KEYS[0]: self._answer_clean, _KEYS[1]: self._answer_out, _KEYS[2]: self._go_back}
        done[Qt.Key(event.key())]()

    def _is_answered(self, one: Asked) -> bool:
        return one.sha256 in self._looks or one.file in self._unseen

    def _show_next(self) -> None:
        self._frames, self._is_sheet = None, False
        self.area.take_away(clear=True)
        self.walk.hide()
        while self._place < len(self._questions.asked) and self._is_answered(
            self._questions.asked[self._place]
        ):
            self._place += 1
        is_over = self._place >= len(self._questions.asked)
        for part in (self.clean, self.out):
            part.setVisible(not is_over)
            part.setEnabled(False)
        self.go.setVisible(is_over)
        self.back.setEnabled(bool(self._looks) and self._last() is not None)
        if is_over:
            self._sum_up()
        else:
            self._fetch(self._questions.asked[self._place])

    def _sum_up(self) -> None:
        looks, left_out = self.answers()
        out = sum(look.decided is Decided.LEAVE_OUT for look in looks.values())
        self.head.setText(text("export_sheet.look.all_answered"))
        self.reason.setText(text("export_sheet.look.sum", clean=len(looks) - out, out=out))
        names = ", ".join(sorted(file.name for file in left_out)[:5])
        words = text("export_sheet.look.unseen", count=len(left_out), names=names) if left_out else ""
        tell(self.said, words, is_warning=bool(left_out))
        self.go.setFocus()

    def _fetch(self, one: Asked) -> None:
        self.head.setText(
            text(
                "export_sheet.look.head",
                number=self._place + 1,
                count=len(self._questions.asked),
                file=one.file.name,
            )
        )
        self.reason.setText(" ".join(self._why(one)))
        tell(self.said, text("export_sheet.look.reading"))

        first = self.walk.begin(one)

        def read(_request: None, _progress: Progress, _cancel: CancelToken) -> Opened:
            frames = frames_to_see(one)
            return frames, one_frame(frames, one, first)

        self._job = self._ctx.jobs.submit(
            read, None, Priority.INTERACTION, self._opened, lambda error: self._fail(one, error), kind="look"
        )

    def _opened(self, found: Opened) -> None:
        self._frames = found[0]
        self._show(found[1])

    def _fetch_frame(self, number: int) -> None:
        """Another frame of the same image; one that is not wanted any more by then is not shown."""
        one, frames = self._questions.asked[self._place], self._frames
        if frames is None:
            return
        self._ask_for(one, lambda _progress, _cancel: one_frame(frames, one, number), self._show)

    def _fetch_sheet(self) -> None:
        """All frames small; C once more goes back."""
        one, frames = self._questions.asked[self._place], self._frames
        if frames is None or self._is_sheet:
            if self._is_sheet:
                self._fetch_frame(self.walk.here)
            return
        self._ask_for(
            one, lambda progress, cancel: all_frames(frames, one, progress, cancel), self._show_sheet
        )

    def _ask_for(
        self,
        one: Asked,
        make: Callable[[Progress, CancelToken], NDArray[np.uint8]],
        shown: Callable[[NDArray[np.uint8]], None],
    ) -> None:
        self.stop()

        def read(_request: None, progress: Progress, cancel: CancelToken) -> NDArray[np.uint8]:
            return make(progress, cancel)

        self._job = self._ctx.jobs.submit(
            read, None, Priority.INTERACTION, shown, lambda error: self._fail(one, error), kind="look"
        )

    def _show_sheet(self, picture: NDArray[np.uint8]) -> None:
        self._put(picture, is_sheet=True)
        tell(self.said, text("export_sheet.look.sheet"))

    def _why(self, one: Asked) -> Iterator[str]:
        yield text("export_sheet.look.why", reason=text(one.reason_key))
        if one.boxes:
            yield text("export_sheet.look.boxes")
        if one.frames > 1:
            yield text("export_sheet.look.frames", count=one.frames)

    def _show(self, picture: NDArray[np.uint8]) -> None:
        self._put(picture, is_sheet=False)
        tell(self.said, text("export_sheet.look.question"))

    def _put(self, picture: NDArray[np.uint8], *, is_sheet: bool) -> None:
        self._job, self._is_sheet = None, is_sheet
        for part in (self.clean, self.out):
            part.setEnabled(True)
        self.area.put(picture)

    def _fail(self, one: Asked, _error: OverreadError) -> None:
        """Nobody can look at it, so it stays."""
        self._job = None
        self._unseen[one.file] = one.sha256
        self._show_next()

    def _note_seen(self) -> None:
        if not self._is_sheet:
            self.walk.note_seen()

    def _answer_clean(self) -> None:
        if not self.area.is_there:
            return
        if self._is_sheet:
            self._fetch_frame(self.walk.here)
            return
        if self.walk.here not in self.walk.seen:
            self.area.scroll_on()
            tell(self.said, text("export_sheet.look.below"), is_warning=True)
            return
        if self.walk.go_to_missing():
            count = len(self.walk.missing)
            tell(self.said, text("export_sheet.look.missing", count=count), is_warning=True)
            return
        self._answer(Decided.CLEAN)

    def _answer_out(self) -> None:
        if self.area.is_there:
            self._answer(Decided.LEAVE_OUT)

    def _answer(self, decided: Decided) -> None:
        one = self._questions.asked[self._place]
        who = self._ctx.reader or text("export.unknown_reader")
        look = Look(one.sha256, decided, (), who, len(self.walk.seen), is_recorded=True)
        try:
            self._ctx.journal.append(looked(self._questions, one, look, who))
        except OverreadError as error:  # not written down, not answered
            tell(self.said, explain(error), is_warning=True)
            return
        self._looks[one.sha256] = look
        self._show_next()

    def _last(self) -> int | None:
        """The image before this one that a person answered."""
        return next(
            (n for n in range(self._place - 1, -1, -1) if self._questions.asked[n].sha256 in self._looks),
            None,
        )

    def _go_back(self) -> None:
        last = self._last()
        if last is None:
            return
        self.stop()
        del self._looks[self._questions.asked[last].sha256]
        self._place = last
        self._show_next()
