"""Tools, orientation, layouts: the same actions as menus and keys."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QToolButton, QWidget

from app.ui import icons

GROUPS: tuple[tuple[tuple[str, str], ...], ...] = (
    (
        ("tool.window", "window"),
        ("tool.zoom", "zoom"),
        ("tool.pan", "pan"),
        ("tool.scroll", "scroll"),
        ("tool.crosshair", "crosshair"),
    ),
    (
        ("view.fit", "fit"),
        ("view.invert", "invert"),
        ("view.rotate", "rotate"),
        ("view.flip_horizontal", "flip_horizontal"),
        ("view.flip_vertical", "flip_vertical"),
    ),
    (
        ("layout.one", "layout_one"),
        ("layout.side_by_side", "layout_side_by_side"),
        ("layout.stacked", "layout_stacked"),
        ("layout.four", "layout_four"),
        ("layout.mammography", "mammography"),
    ),
    (("layout.planes", "planes"), ("layout.volume", "volume")),
    (("ai.ink", "ink"), ("ai.run", "run")),
)
NAMED = {"layout.planes": "MPR", "layout.volume": "3D", "ai.ink": "AI", "ai.run": ""}


class Toolbar(QWidget):
    """Icons with tooltips that name action and key."""

    def __init__(self, actions: Mapping[str, QAction]) -> None:
        super().__init__()
        self.setObjectName("toolbar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.line = QHBoxLayout(self)
        self.line.setContentsMargins(8, 4, 8, 4)
        self.line.setSpacing(2)
        for number, group in enumerate(GROUPS):
            if number:
                self.line.addWidget(_gap())
            for action_id, icon_name in group:
                self.line.addWidget(_button(actions[action_id], action_id, icon_name))
        self.line.addStretch(1)


def _button(action: QAction, action_id: str, icon_name: str) -> QToolButton:
    made = QToolButton()
    action.setIcon(icons.icon(icon_name, 22))
    made.setDefaultAction(action)
    made.setIconSize(icons.icon_size(22))
    made.setAccessibleName(action.text())
    made.setProperty("tool", "true")
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    if NAMED.get(action_id):
        action.setIconText(NAMED[action_id])
        made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    return made


def _gap() -> QFrame:
    line = QFrame()
    line.setFixedWidth(1)
    line.setStyleSheet("background: #55585b; margin: 4px 6px;")
    line.setFixedSize(13, 26)
    return line
