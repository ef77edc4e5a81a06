"""Every control of the window and of every sheet has a name for screen readers and is reached by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QHeaderView,
    QLineEdit,
    QPlainTextEdit,
    QScrollBar,
    QTabBar,
    QToolButton,
    QWidget,
)

from app.domain.errors import OverreadError
from app.ui import theme
from app.ui.overlays.key_list import KeySheet
from app.ui.overlays.sheet import Sheet
from app.ui.palette import DARK, HIGH_CONTRAST
from app.ui.studio import Studio
from tests.support.hands import press, stack
from tests.support.ui import paths_in, write_ct

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
CONTROLS = (
    QAbstractButton, QAbstractItemView, QAbstractSlider, QAbstractSpinBox, QComboBox, QLineEdit, QPlainTextEdit,
    QTabBar,
)  # fmt: skip
SHEETS = (
    "palette", "keys", "settings", "about", "bindings", "remote", "connections", "send", "header", "listener",
    "monitor", "compare",
)  # fmt: skip


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    write_ct(tmp_path / "ct")
    made = Studio.of(paths_in(tmp_path / "home"), (1400, 950))
    made.open_folder(tmp_path / "ct")
    made.window.desk.sheets.hands.ask()
    made.spin()
    yield made
    made.window.desk.sheets.save(replace(made.ctx.settings, theme="dark"))
    made.close()


def is_part(control: QWidget) -> bool:
    """Inner parts that Qt makes: a combo box's list, a spin box's field, scroll bars, a table's corner and headers."""
    parent = control.parentWidget()
    inner = isinstance(parent, QComboBox | QAbstractSpinBox | QLineEdit | QTabBar | QHeaderView)
    popup = type(control).__name__ in {"QComboBoxListView", "QTableCornerButton", "QLineEditIconButton"}
    table_corner = isinstance(control, QAbstractButton) and isinstance(parent, QAbstractItemView)
    in_popup = (
        control.window() is not None
        and control.window().metaObject().className() == "QComboBoxPrivateContainer"
    )
    qt_own = control.objectName().startswith("qt_")
    return (
        isinstance(control, QScrollBar | QHeaderView) or inner or popup or table_corner or in_popup or qt_own
    )


def controls(root: QWidget) -> list[QWidget]:
    return [one for one in root.findChildren(QWidget) if isinstance(one, CONTROLS) and not is_part(one)]


def words_of(control: QWidget) -> str:
    said = control.accessibleName()
    return said or (control.text().replace("&", "") if isinstance(control, QAbstractButton) else "")


def key_leads_to(control: QWidget, studio: Studio) -> bool:
    """A button that no Tab reaches must do what a key does: its action has one, or is named on it."""
    if isinstance(control, QToolButton) and control.defaultAction() is not None:
        return bool(control.defaultAction().shortcuts())
    with_keys = {made.text() for made in studio.window.commands.actions.values() if made.shortcuts()}
    return control.accessibleName() in with_keys


def opened(studio: Studio, name: str) -> QWidget | None:
    try:
        studio.window.desk.show(name)
    except OverreadError:
        return None
    studio.spin()
    shown = [one for one in studio.window.findChildren(Sheet) if one.isVisible()]
    return shown[0] if shown else None


def test_every_control_has_a_name(studio: Studio) -> None:
    seen = 0
    for name in ("", *SHEETS):
        root = opened(studio, name) if name else studio.window
        if root is None:
            continue
        nameless = [f"{type(one).__name__} {one.objectName()}" for one in controls(root) if not words_of(one)]
        assert not nameless, f"{name or 'window'}: {nameless}"
        seen += len(controls(root))
        studio.window.desk.dismiss()
    assert seen > 100, "the walk saw them"


def test_every_control_is_reached_by_keyboard(studio: Studio) -> None:
    lost = []
    for name in ("", *SHEETS):
        root = opened(studio, name) if name else studio.window
        if root is None:
            continue
        for one in controls(root):
            by_tab = bool(one.focusPolicy() & Qt.FocusPolicy.TabFocus)
            arrows = name == "palette" and isinstance(one, QAbstractItemView)  # arrows move it from the box
            if not (by_tab or arrows or key_leads_to(one, studio)):
                lost.append(f"{name or 'window'}: {type(one).__name__} “{words_of(one)}”")
        studio.window.desk.dismiss()
    assert not lost


@pytest.mark.parametrize("sheet", SHEETS)
def test_tab_goes_through_a_sheet_and_escape_leaves_it(studio: Studio, sheet: str) -> None:
    root = opened(studio, sheet)
    if root is None:
        pytest.skip(f"{sheet} does not open here")
    tab = Qt.FocusPolicy.TabFocus
    wanted = {
        one for one in controls(root) if one.isVisible() and one.isEnabled() and one.focusPolicy() & tab
    }
    reached = set()
    for _ in range(3 * len(wanted) + 5):
        focus = QApplication.focusWidget()
        if focus is None:
            break
        reached.add(focus)
        press(studio, Qt.Key.Key_Tab)
    missed = [f"{type(one).__name__} {words_of(one)}" for one in wanted if one not in reached]
    assert not missed
    press(studio, Qt.Key.Key_Escape)
    assert not root.isVisible()


def test_the_key_list_scrolls_by_keys_and_the_picture_below_does_not(studio: Studio) -> None:
    before = stack(studio).slices.index
    press(studio, Qt.Key.Key_Question, Qt.KeyboardModifier.ShiftModifier)
    keys = studio.window.findChild(KeySheet)
    assert isinstance(keys, KeySheet)
    bar = keys.area.verticalScrollBar()
    assert bar.maximum() > 0
    press(studio, Qt.Key.Key_PageDown)
    assert bar.value() > 0
    press(studio, Qt.Key.Key_End)
    assert bar.value() == bar.maximum()
    assert stack(studio).slices.index == before


def test_no_text_is_smaller_than_eleven_points(studio: Studio) -> None:
    for name in SHEETS:
        opened(studio, name)
        studio.window.desk.dismiss()
    small = {
        type(one).__name__ for one in studio.window.findChildren(QWidget) if 0 < one.font().pointSizeF() < 11
    }
    assert small == set()


def test_the_theme_changes_at_once_and_is_kept(studio: Studio, tmp_path: Path) -> None:
    assert theme.colors() is DARK
    studio.window.desk.sheets.save(replace(studio.ctx.settings, theme="high_contrast"))
    studio.spin()
    assert theme.colors() is HIGH_CONTRAST
    picture = studio.grab(part="window").toImage()
    left = studio.window.left.geometry()
    ground = picture.pixelColor(left.left() + 3, left.bottom() - 3)
    assert ground.lightness() < 8, "the panel is black"
    second = Studio.of(paths_in(tmp_path / "home"), (900, 700))
    assert theme.colors() is HIGH_CONTRAST, "the next window wears it too"
    second.close()
