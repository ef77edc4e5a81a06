"""How a picture's own file offers to show it: its VOI tables, then its windows, one after the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.domain.volume import Window
from app.support.i18n import text
from app.support.languages import decimal_words
from viewers.types import WindowLevel

if TYPE_CHECKING:
    from viewers.showing_view import ShowingView


class OwnViews:
    """Counted from 1, tables first; `windows` gives those of the picture that is shown now."""

    def __init__(self, view: ShowingView, windows: Callable[[], tuple[Window, ...]]) -> None:
        self._view = view
        self._windows = windows

    @property
    def names(self) -> tuple[str, ...]:
        """What a menu says of each."""
        tables = (
            table.explanation or text("ui.own.table", number=number)
            for number, table in enumerate(self._view.tables, start=1)
        )
        return (*tables, *(_name(window) for window in self._windows()))

    def use(self, number: int) -> None:
        """One of them; a number without one changes nothing."""
        tables, windows = len(self._view.tables), self._windows()
        if 1 <= number <= tables:
            self._view.use_table(number - 1)
        elif 1 <= number - tables <= len(windows):
            self._view.set_window(_level(windows[number - tables - 1]))

    def use_next(self) -> None:
        """The one after the one in force; after the last, and from any other window, the first."""
        count = len(self._view.tables) + len(self._windows())
        if count:
            self.use(self._in_force() % count + 1)

    def words(self) -> str:
        """What makes grey now, for the corner: a table by its name, else the window, and what is not in force."""
        if self._view.picture is not None and self._view.picture.is_colour:
            return text("ui.corner.colour")
        window, table = self._view.state.window, self._view.table
        if table is not None:
            return text(
                "ui.corner.table", name=table.explanation or text("ui.own.table", number=self._in_force())
            )
        said = [text("ui.corner.window", width=_number(window.width), center=_number(window.center))]
        if self._function() == "SIGMOID":
            said.append(text("ui.corner.sigmoid"))
        if self._view.tables:
            said.append(text("ui.corner.table_left"))
        return ", ".join(said)

    def _function(self) -> str:
        picture = self._view.picture
        return picture.source.voi_function if picture is not None else "LINEAR"

    def _in_force(self) -> int:
        """Number of the one in force, 0 if none is."""
        tables, state = self._view.tables, self._view.state
        if self._view.table is not None and state.table is not None:
            return state.table + 1
        same = (number for number, one in enumerate(self._windows(), start=1) if _level(one) == state.window)
        found = next(same, None)
        return 0 if found is None else len(tables) + found


def _level(window: Window) -> WindowLevel:
    return WindowLevel(window.center, window.width)


def _name(window: Window) -> str:
    numbers = text("ui.corner.window", width=_number(window.width), center=_number(window.center))
    return f"{window.explanation} ({numbers})" if window.explanation else numbers


def _number(value: float) -> str:
    """Whole where that says enough, else three significant digits."""
    return f"{value:.0f}" if abs(value) >= 10 or value == int(value) else decimal_words(f"{value:.3g}")
