"""Tools, orientation, layouts: the same actions as menus and keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QSizePolicy, QToolButton, QWidget

from app.support.i18n import text
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


# In a narrow window these go to the menu behind the last button first; the tools and the switch of AI stay longest.
LEAVES_FIRST = (1, 2, 3, 0)
GAP, MARGIN, SPACING = 9, 8, 2


class Toolbar(QWidget):
    """Icons with tooltips that name action and key; those without room stand in a menu behind the last button."""

    def __init__(self, actions: Mapping[str, QAction]) -> None:
        super().__init__()
        self.setObjectName("toolbar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.line = QHBoxLayout(self)
        self.line.setContentsMargins(MARGIN, 4, MARGIN, 4)
        self.line.setSpacing(SPACING)
        self.groups: list[tuple[QWidget, ...]] = []
        for number, group in enumerate(GROUPS):
            gap = (_gap(),) if number else ()
            buttons = tuple(_button(actions[action_id], action_id, icon) for action_id, icon in group)
            for widget in (*gap, *buttons):
                self.line.addWidget(widget)
            self.groups.append((*gap, *buttons))
        self._actions = [[actions[action_id] for action_id, _icon in group] for group in GROUPS]
        self.menu = QMenu(self)
        self.more = QToolButton()
        self.more.setText("»")
        self.more.setAccessibleName(text("ui.toolbar.more"))
        self.more.setToolTip(text("ui.toolbar.more"))
        self.more.setProperty("tool", "true")
        self.more.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.more.setMenu(self.menu)
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.line.addWidget(self.more)
        self.line.addStretch(1)
        self._hidden: frozenset[int] | None = None
        self._make_room()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """What has no room goes behind the last button."""
        super().resizeEvent(event)
        self._make_room()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """The buttons know how large they are once they wear the window's theme."""
        super().showEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        widths = [_width(group) for group in self.groups]
        room = self.width() - 2 * MARGIN
        hidden: set[int] = set()
        for number in LEAVES_FIRST:
            kept = sum(width for place, width in enumerate(widths) if place not in hidden)
            if kept + (_width((self.more,)) if hidden else 0) <= room:
                break
            hidden.add(number)
        if self._hidden == frozenset(hidden):
            return
        self._hidden = frozenset(hidden)
        self.menu.clear()
        for number, group in enumerate(self.groups):
            for widget in group:
                widget.setVisible(number not in hidden)
            if number in hidden:
                self.menu.addActions(self._actions[number])
                self.menu.addSeparator()
        self.more.setVisible(bool(hidden))


def _width(widgets: Sequence[QWidget]) -> int:
    return sum(max(one.sizeHint().width(), one.minimumWidth()) + SPACING for one in widgets)


def _button(action: QAction, action_id: str, icon_name: str) -> QToolButton:
    made = QToolButton()
    made.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
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
    line.setObjectName("barLine")
    line.setFixedSize(GAP, 26)
    return line
