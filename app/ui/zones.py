"""Zones of the window that can stand in windows of their own, on another monitor: lists, images, findings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from app.support.i18n import text

if TYPE_CHECKING:
    from app.ui.main_window import MainWindow

ORDER = ("lists", "images", "findings")
SIZES = {"lists": (380, 900), "images": (1200, 950), "findings": (440, 900)}


class ZoneWindow(QWidget):
    """A window around one zone; closing it puts the zone back."""

    closed = Signal(str)

    def __init__(self, zone: str, content: QWidget, owner: QWidget) -> None:
        super().__init__(None, Qt.WindowType.Window)
        self.zone = zone
        self.setObjectName("zone")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowTitle(text("zone.title", zone=text(f"zone.{zone}")))
        self.setAccessibleName(text(f"zone.{zone}"))
        self.setWindowIcon(owner.windowIcon())
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.addWidget(content)
        content.show()
        self.resize(*SIZES[zone])

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """The zone goes back first."""
        self.closed.emit(self.zone)
        super().closeEvent(event)


class Zones:
    """Takes zones out of the window and puts them back; keys work in every window."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self.torn: dict[str, ZoneWindow] = {}

    def toggle(self, zone: str) -> None:
        """Into a window of its own, or back."""
        if zone in self.torn:
            self.put_back(zone)
        else:
            self._tear(zone)

    def together(self) -> None:
        """All back into the one window."""
        for zone in list(self.torn):
            self.put_back(zone)

    def put_back(self, zone: str) -> None:
        """To its place among the others."""
        outer = self.torn.pop(zone)
        splitter, content = self._window.zones, self._content(zone)
        after = [name for name in ORDER if name not in self.torn]
        splitter.insertWidget(after.index(zone), content)
        splitter.setCollapsible(splitter.indexOf(content), zone != "images")
        content.setVisible(zone == "images" or self._window.ctx.store.state.workspace.panels_shown)
        splitter.setStretchFactor(splitter.indexOf(content), 1 if zone == "images" else 0)
        self._window.share_room()
        outer.hide()
        outer.deleteLater()
        self._window.activateWindow()

    def put(self, told: Mapping[str, str]) -> None:
        """Zones in windows of their own as they were; places off every screen are brought onto one by Qt."""
        for zone, geometry in told.items():
            if zone in ORDER and zone not in self.torn:
                self._tear(zone)
                self.torn[zone].restoreGeometry(QByteArray.fromBase64(geometry.encode("ascii", "replace")))

    def told(self) -> Mapping[str, str]:
        """Zones in windows of their own, and where these stand."""
        return {
            zone: bytes(outer.saveGeometry().toBase64().data()).decode("ascii")
            for zone, outer in self.torn.items()
        }

    def show_panels(self, *, shown: bool) -> None:
        """Side panels shown or hidden, wherever they are."""
        for zone in ("lists", "findings"):
            self._content(zone).setVisible(shown)
            if zone in self.torn:
                self.torn[zone].setVisible(shown)
        if self.torn and QApplication.activeWindow() is None:  # the one that had the keyboard is hidden
            self._window.activateWindow()

    def toggle_full_screen(self) -> None:
        """The window that has the keyboard fills its screen, or not."""
        active = QApplication.activeWindow()
        target = active if active in self.torn.values() and active is not None else self._window
        if target.isFullScreen():
            target.showNormal()
        else:
            target.showFullScreen()

    def close(self) -> None:
        """With the window."""
        for outer in self.torn.values():
            outer.closed.disconnect()
            outer.hide()
            outer.deleteLater()
        self.torn.clear()

    def _tear(self, zone: str) -> None:
        outer = ZoneWindow(zone, self._content(zone), self._window)
        outer.closed.connect(self._closed)
        outer.addActions(list(self._window.commands.actions.values()))
        self._window.guard.also(outer)
        self.torn[zone] = outer
        outer.show()
        self._window.share_room()

    def _closed(self, zone: str) -> None:
        if zone in self.torn:
            self.put_back(zone)

    def _content(self, zone: str) -> QWidget:
        return {"lists": self._window.left, "images": self._window.middle, "findings": self._window.right}[
            zone
        ]
