"""How large a pixel of this screen is: a bar, a ruler, and the number that the reader reads off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QWidget

from app.settings.monitors import PX_PER_MM_RANGE, with_scale
from app.settings.schema import Settings
from app.support.i18n import text
from app.support.languages import number_words
from app.ui.overlays.sheet import Sheet
from app.ui.screens import key_of, scale_of
from app.ui.widgets.small import button, label, number_locale, tell

BAR_PX = 500  # logical; long enough that half a millimetre at the ruler is under half a percent
FAR_OFF = 0.1  # a screen says of itself what differs by more: a projector, or a wrong reading


class _Bar(QWidget):
    """White on black, with sharp ends."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(BAR_PX + 40, 70)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Two upright lines exactly BAR_PX apart, outer edge to outer edge."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(0, 0, 0))
        painter.fillRect(QRectF(20, 30, BAR_PX, 10), QColor(255, 255, 255))
        painter.setPen(QPen(QColor(255, 200, 60), 1))
        for x_px in (20.0, 20.0 + BAR_PX):
            painter.drawLine(QPointF(x_px, 12), QPointF(x_px, 58))
        painter.end()


class MonitorSheet(Sheet):
    """One screen at a time: the one that the window is on."""

    def __init__(
        self, window: QWidget, current: Callable[[], Settings], save: Callable[[Settings], None]
    ) -> None:
        super().__init__(window, text("ui.monitor.title"), (640, 400))
        self._current, self._save = current, save
        self.screen_name = label(role="quiet", wraps=True)
        self.said = label(wraps=True)
        self.bar = _Bar()
        self.length = QDoubleSpinBox()
        self.length.setDecimals(1)
        self.length.setLocale(number_locale())
        self.length.setSuffix(f" {text('unit.mm')}")
        self.length.setAccessibleName(text("ui.monitor.length"))
        line = QHBoxLayout()
        line.addWidget(label(text("ui.monitor.length")))
        line.addWidget(self.length)
        line.addStretch(1)
        buttons = QHBoxLayout()
        buttons.addWidget(button(text("ui.monitor.save"), text("ui.monitor.save"), self._take))
        buttons.addWidget(button(text("ui.monitor.forget"), text("ui.monitor.forget"), self._forget))
        buttons.addStretch(1)
        self.body.addWidget(self.screen_name)
        self.body.addWidget(label(text("ui.monitor.how"), wraps=True))
        self.body.addWidget(self.bar, alignment=Qt.AlignmentFlag.AlignHCenter)
        self.body.addLayout(line)
        self.body.addWidget(self.said)
        self.body.addLayout(buttons)
        self.body.addStretch(1)

    def open(self) -> None:
        """What is known of the screen now."""
        screen = self._window.screen()
        ratio = screen.devicePixelRatio()
        self.length.setRange(*(BAR_PX * ratio / end for end in reversed(PX_PER_MM_RANGE)))
        found = scale_of(self._window, self._current().monitor_scales)
        self.screen_name.setText(text("ui.monitor.screen", name=key_of(screen)))
        if found is not None:
            self.length.setValue(BAR_PX / found.px_per_mm)
        key = "unknown" if found is None else "measured" if found.is_measured else "told"
        tell(self.said, text(f"ui.monitor.{key}"), is_warning=key != "measured")
        super().open()
        self.length.setFocus()
        self.length.selectAll()

    def _take(self) -> None:
        px_per_mm = BAR_PX * self._window.screen().devicePixelRatio() / self.length.value()
        told = scale_of(self._window, ())
        self._put(px_per_mm)
        if told is not None and abs(told.px_per_mm * self.length.value() / BAR_PX - 1) > FAR_OFF:
            tell(
                self.said,
                text("ui.monitor.far_off", mm=number_words(BAR_PX / told.px_per_mm, 1)),
                is_warning=True,
            )
            return
        self.dismiss()

    def _forget(self) -> None:
        self._put(None)
        self.open()

    def _put(self, px_per_mm: float | None) -> None:
        settings = self._current()
        scales = with_scale(settings.monitor_scales, key_of(self._window.screen()), px_per_mm)
        self._save(replace(settings, monitor_scales=scales))
