"""The screen that a widget is on: how large its pixels are, and who says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtGui import QScreen
from PySide6.QtWidgets import QWidget

from app.settings.monitors import PX_PER_MM_RANGE, measured_scale, monitor_key

INCH_MM = 25.4


@dataclass(frozen=True, slots=True)
class ScreenScale:
    """px_per_mm: logical pixels. is_measured: by the reader with a ruler, else as the screen says of itself."""

    px_per_mm: float
    is_measured: bool


def key_of(screen: QScreen) -> str:
    """Its name in the settings."""
    size = screen.geometry().size() * screen.devicePixelRatio()
    told = screen.manufacturer(), screen.model(), screen.serialNumber(), screen.name()
    return monitor_key(*told, (round(size.width()), round(size.height())))


def scale_of(widget: QWidget, entries: Sequence[str]) -> ScreenScale | None:
    """Of the screen that shows the widget; None where neither reader nor screen says anything sensible."""
    screen = widget.screen()
    measured = measured_scale(entries, key_of(screen))
    if measured is not None:
        return ScreenScale(measured / screen.devicePixelRatio(), is_measured=True)
    told = screen.physicalDotsPerInch() / INCH_MM
    device = told * screen.devicePixelRatio()
    return (
        ScreenScale(told, is_measured=False) if PX_PER_MM_RANGE[0] <= device <= PX_PER_MM_RANGE[1] else None
    )
