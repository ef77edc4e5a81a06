"""How a model's maps are drawn: on or off, outlines or heat, threshold, opacity."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.state.model import HeatMode, Ink
from app.support.i18n import text
from app.ui.widgets.small import label

STEPS = 100
MAX_OPACITY = 0.6  # RQ-43: heat never covers more of the grey


class InkPanel(QWidget):
    """Reflects the state and asks for changes of it."""

    mode_asked = Signal(object)
    threshold_asked = Signal(float)
    opacity_asked = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        self._quiet = False
        self.modes = QButtonGroup(self)
        line = QHBoxLayout()
        line.setSpacing(4)
        for number, mode in enumerate(HeatMode):
            line.addWidget(self._mode_button(number, mode))
        self.threshold, self.threshold_words = _slider(text("ui.ink.threshold"), self._on_threshold)
        self.opacity, self.opacity_words = _slider(text("ui.ink.opacity"), self._on_opacity)
        grid = QGridLayout()
        grid.setVerticalSpacing(4)
        sliders = ((self.threshold, self.threshold_words), (self.opacity, self.opacity_words))
        for row, (slider, words) in enumerate(sliders):
            grid.addWidget(label(slider.accessibleName(), "quiet"), row, 0)
            grid.addWidget(slider, row, 1)
            grid.addWidget(words, row, 2)
        grid.setColumnStretch(1, 1)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(5)
        rows.addWidget(label(text("ui.ink.title"), "title"))
        rows.addLayout(line)
        rows.addLayout(grid)
        rows.addWidget(label(text("ui.ink.caution"), "quiet", wraps=True))

    def show_ink(self, ink: Ink, maker_threshold: float | None) -> None:
        """maker_threshold: share of the map's range that the model's maker set, None without a map."""
        self._quiet = True
        self.modes.button(list(HeatMode).index(ink.mode)).setChecked(True)
        threshold = ink.threshold if ink.threshold is not None else maker_threshold
        self.threshold.setEnabled(maker_threshold is not None and ink.shown)
        self.opacity.setEnabled(maker_threshold is not None and ink.shown)
        self.threshold.setValue(round((threshold or 0.0) * STEPS))
        self.opacity.setValue(round(ink.opacity / MAX_OPACITY * STEPS))
        self.threshold_words.setText(
            f"{(threshold or 0.0) * 100:.0f} %" if maker_threshold is not None else "–"
        )
        self.opacity_words.setText(f"{ink.opacity * 100:.0f} %" if maker_threshold is not None else "–")
        self._quiet = False

    def _mode_button(self, number: int, mode: HeatMode) -> QToolButton:
        made = QToolButton()
        made.setText(text(f"ui.ink.mode.{mode.value}"))
        made.setAccessibleName(text(f"ui.ink.mode.{mode.value}"))
        made.setCheckable(True)
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        made.clicked.connect(lambda _checked=False: self.mode_asked.emit(mode))
        self.modes.addButton(made, number)
        return made

    def _on_threshold(self, value: int) -> None:
        if not self._quiet:
            self.threshold_asked.emit(value / STEPS)

    def _on_opacity(self, value: int) -> None:
        if not self._quiet:
            self.opacity_asked.emit(value / STEPS * MAX_OPACITY)


def _slider(name: str, moved: Callable[[int], None]) -> tuple[QSlider, QLabel]:
    slider = QSlider(Qt.Orientation.Horizontal)
    slider.setRange(0, STEPS)
    slider.setAccessibleName(name)
    slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    slider.valueChanged.connect(moved)
    words = label("–")
    words.setMinimumWidth(48)
    words.setAlignment(Qt.AlignmentFlag.AlignRight)
    return slider, words
