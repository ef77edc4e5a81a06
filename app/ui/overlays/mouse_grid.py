"""Every drag and wheel turn of the mouse, one choice each."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QComboBox, QGridLayout, QWidget

from app.support.i18n import text
from app.ui.mouse import BUTTONS, MODIFIERS, TOOLS, WHEEL, drag_words, name_of, tool_words
from app.ui.widgets.small import label
from viewers.mouse_profiles import Modifier, MouseProfile


class MouseGrid(QWidget):
    """Rows are buttons and the wheel, columns the key that is held."""

    def __init__(self, changed: Callable[[str, str, str], None]) -> None:
        """changed: table of the keymap ("drags" or "wheel"), name in it, what it does."""
        super().__init__()
        self.boxes: dict[tuple[str, str], QComboBox] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        for column, modifier in enumerate(MODIFIERS, start=1):
            grid.addWidget(label(text(f"hands.modifier.{modifier.value}"), "quiet"), 0, column)
            grid.setColumnStretch(column, 1)
        for row, button in enumerate(BUTTONS, start=1):
            grid.addWidget(label(text(f"hands.button.{button.value}")), row, 0)
            for column, modifier in enumerate(MODIFIERS, start=1):
                made = _box(TOOLS, drag_words(button, modifier))
                self._add(made, ("drags", name_of(button, modifier)), changed)
                grid.addWidget(made, row, column)
        last = len(BUTTONS) + 1
        grid.addWidget(label(text("hands.button.wheel")), last, 0)
        for column, modifier in enumerate(MODIFIERS, start=1):
            said = text("hands.button.wheel")
            name = (
                said
                if modifier is Modifier.PLAIN
                else f"{text(f'hands.modifier.{modifier.value}')}+{said.lower()}"
            )
            made = _box(WHEEL, name)
            self._add(made, ("wheel", modifier.value), changed)
            grid.addWidget(made, last, column)

    def show_profile(self, profile: MouseProfile) -> None:
        """What is in force; a drag without a choice of its own shows that of the plain button, as it acts."""
        for button in BUTTONS:
            for modifier in MODIFIERS:
                found = profile.drags.get((button, modifier), profile.drags.get((button, Modifier.PLAIN), ""))
                self._put("drags", name_of(button, modifier), found)
        for modifier in MODIFIERS:
            self._put("wheel", modifier.value, profile.wheel_for(modifier) or "")

    def _add(self, box: QComboBox, key: tuple[str, str], changed: Callable[[str, str, str], None]) -> None:
        box.activated.connect(lambda _index: changed(*key, str(box.currentData())))
        self.boxes[key] = box

    def _put(self, table: str, name: str, value: str) -> None:
        box = self.boxes[table, name]
        box.setCurrentIndex(max(box.findData(value), 0))


def _box(values: tuple[str, ...], name: str) -> QComboBox:
    made = QComboBox()
    made.setAccessibleName(name)
    made.addItem(text("hands.nothing"), "")
    for value in values:
        said = text(f"hands.wheel.{value}") if values is WHEEL else tool_words(value)
        made.addItem(said, value)
    made.setMinimumContentsLength(9)
    return made
