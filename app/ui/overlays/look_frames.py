"""Frames of one image that is looked at before it leaves: which is shown, which were seen, which nobody may skip."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QSlider, QWidget

from app.export.looks import Asked
from app.support.i18n import text
from app.ui.widgets.small import label

_STEPS = {
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_PageDown: 10,
    Qt.Key.Key_PageUp: -10,
    Qt.Key.Key_Home: -(10**6),
    Qt.Key.Key_End: 10**6,
}
_NEXT, _SHEET = Qt.Key.Key_T, Qt.Key.Key_C
_NAMED = 12  # frames with letters that are named; the rest are counted
FRAME_KEYS = (*_STEPS, _NEXT, _SHEET)


class FrameWalk(QWidget):
    """Hidden for an image of one frame. A frame is seen once it was shown to its lower end."""

    wanted = Signal(int)
    sheet_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._asked: Asked | None = None
        self.here = 0
        self.seen: set[int] = set()
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName(text("export_sheet.look.slider"))
        self.slider.valueChanged.connect(self.go_to)
        self.said = label("", "quiet", wraps=True)
        made = QHBoxLayout(self)
        made.setContentsMargins(0, 0, 0, 0)
        made.addWidget(self.slider, 2)
        made.addWidget(self.said, 3)
        self.hide()

    def begin(self, asked: Asked) -> int:
        """Another image; returns the frame to begin with: one with letters where there is any."""
        self._asked, self.seen = asked, set()
        self.here = asked.must_see[0] if asked.frames > 1 else 0
        self.slider.blockSignals(True)
        self.slider.setRange(0, asked.frames - 1)
        self.slider.setValue(self.here)
        self.slider.blockSignals(False)
        self.setVisible(asked.frames > 1)
        self._tell()
        return self.here

    @property
    def count(self) -> int:
        """Frames of the image."""
        return self._asked.frames if self._asked is not None else 0

    @property
    def missing(self) -> tuple[int, ...]:
        """Frames that nobody may skip and that were not seen yet, in their order."""
        needed = self._asked.must_see if self._asked is not None else ()
        return tuple(sorted(set(needed) - self.seen))

    def note_seen(self) -> None:
        """The frame that is shown was seen in full."""
        if self.here not in self.seen:
            self.seen.add(self.here)
            self._tell()

    def go_to(self, number: int) -> None:
        """Ask for another frame, from 0; stops at the ends."""
        number = min(max(number, 0), max(self.count - 1, 0))
        if number != self.here:
            self.here = number
            self.slider.setValue(number)
            self._tell()
            self.wanted.emit(number)

    def go_to_missing(self) -> bool:
        """The next frame that nobody may skip, after this one or else from the beginning; false where all were seen."""
        missing = self.missing
        if not missing:
            return False
        self.go_to(next((number for number in missing if number > self.here), missing[0]))
        return True

    def press(self, event: QKeyEvent) -> None:
        """Arrows go frame by frame, PgUp and PgDown ten, T to the next with letters, C to all of them."""
        key = Qt.Key(event.key())
        if self.count < 2:
            return
        if key == _SHEET:
            self.sheet_wanted.emit()
        elif key == _NEXT:
            self._next_with_letters()
        else:
            self.go_to(self.here + _STEPS[key])

    def _next_with_letters(self) -> None:
        marked = self._asked.text_on if self._asked is not None else ()
        if marked:
            self.go_to(next((number for number in marked if number > self.here), marked[0]))

    def _tell(self) -> None:
        asked = self._asked
        if asked is None:
            return
        number, seen = self.here + 1, len(self.seen)
        parts = [text("export_sheet.look.frame", number=number, count=asked.frames, seen=seen)]
        if asked.text_on:
            named = ", ".join(str(number + 1) for number in asked.text_on[:_NAMED])
            rest = len(asked.text_on) - _NAMED
            named += text("export_sheet.look.and_more", count=rest) if rest > 0 else ""
            parts.append(text("export_sheet.look.letters_on", frames=named))
        self.said.setText("  ".join(parts))
