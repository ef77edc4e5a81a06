"""The window in Russian: no English sentence is left in it, nothing is cut off, dates and numbers are Russian."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableWidget,
    QToolButton,
    QWidget,
)

from app.domain.comparison import Comparison, How, Pair, ResultSet, SetKind, SetMark
from app.domain.errors import OverreadError
from app.support.i18n import use_language
from app.support.languages import VARIABLE
from app.ui.overlays.sheet import Sheet
from app.ui.studio import Studio
from app.ui.viewer_words import viewer_text
from app.ui.widgets.small import ElidedLabel, GivingButton
from app.workflows.compare_words import cells, summary
from app.workflows.judge import reread
from tests.support.hands import stack
from tests.support.ui import ball_finding, ct_result, paths_in, with_result, write_ct

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
WORDED = {Qt.ToolButtonStyle.ToolButtonTextBesideIcon, Qt.ToolButtonStyle.ToolButtonTextOnly}
SHEETS = (
    "palette", "keys", "settings", "about", "bindings", "remote", "connections", "send", "header", "listener",
    "monitor", "compare", "queue", "inventory", "training", "export",
)  # fmt: skip
# What Russian radiologists call so too, names of keys, and what comes with data.
TERMS = re.compile(
    r"AE title|One button|hot iron|Made-up chest|Chest CT|made-up-model|[\w-]+\.(toml|json)|'[^']*'"
)
ENGLISH = re.compile(r"[A-Za-z]{2,} [a-z]{2,}")
DATA = frozenset({"header", "inventory"})  # what files and packages say of themselves stands in them as it is


@pytest.fixture
def studio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    monkeypatch.setenv(VARIABLE, "ru")
    made = Studio.of(paths_in(tmp_path / "home"), (1400, 860))
    study = write_ct(tmp_path / "ct")
    made.open_folder(tmp_path / "ct")
    with_result(made.ctx, ct_result(study, ball_finding()))
    reread(made.ctx)
    made.spin()
    yield made
    made.close()
    use_language("en")


def walk(studio: Studio) -> Iterator[tuple[str, QWidget]]:
    """The window, and each sheet that opens here while it is open."""
    yield "window", studio.window
    for name in SHEETS:
        try:
            studio.window.desk.show(name)
        except OverreadError:
            continue
        studio.spin()
        for sheet in studio.window.findChildren(Sheet):
            if sheet.isVisible():
                yield name, sheet
        studio.window.desk.dismiss()


def words_on(root: QWidget) -> Iterator[str]:
    for one in root.findChildren(QWidget):
        if not one.isVisible():
            continue
        if isinstance(one, QLabel | QAbstractButton):
            yield one.text()
        elif isinstance(one, QComboBox):
            yield from (one.itemText(row) for row in range(one.count()))
        elif isinstance(one, QLineEdit):
            yield one.placeholderText()
        elif isinstance(one, QTableWidget):
            heads = (one.horizontalHeaderItem(column) for column in range(one.columnCount()))
            yield from (head.text() for head in heads if head is not None)


def room_lacking(one: QWidget) -> int:
    """Pixels by which a line of words is longer than its place; 0 where it wraps or ends in dots."""
    if isinstance(one, QLabel) and (one.wordWrap() or isinstance(one, ElidedLabel)):
        return 0
    if isinstance(one, GivingButton):
        return max(0, one.minimumSizeHint().width() - one.width())
    if (isinstance(one, QLabel | QPushButton | QCheckBox) and one.text()) or (
        isinstance(one, QToolButton) and one.text() and one.toolButtonStyle() in WORDED
    ):
        lacks = one.sizeHint().width() - one.width()
    elif isinstance(one, QComboBox) and one.currentText():
        lacks = one.fontMetrics().horizontalAdvance(one.currentText()) + 24 - one.width()
    else:
        return 0
    return max(0, lacks)


def test_no_english_sentence_is_left(studio: Studio) -> None:
    seen, left = 0, []
    for name, root in walk(studio):
        for words in words_on(root):
            seen += bool(re.search("[а-яё]", words))
            if name not in DATA and ENGLISH.search(TERMS.sub("", words)):
                left.append(f"{name}: {words}")
    assert not left
    assert seen > 150, "the walk saw Russian"


def test_menus_are_russian(studio: Studio) -> None:
    told = [made.text() for made in studio.window.commands.actions.values()]
    assert len(told) > 100
    assert not [words for words in told if ENGLISH.search(TERMS.sub("", words))]


@pytest.mark.parametrize("size", [(1400, 860), (1024, 700)])
def test_nothing_is_cut_off(studio: Studio, size: tuple[int, int]) -> None:
    studio.window.resize(*size)
    studio.spin()
    assert (studio.window.width(), studio.window.height()) == size, "a window as small as the screen"
    cut = []
    for name, root in walk(studio):
        for one in root.findChildren(QWidget):
            if one.isVisible() and room_lacking(one) > 1:
                said = one.currentText() if isinstance(one, QComboBox) else one.text()  # type: ignore[attr-defined]
                cut.append(f"{name}: “{said}” lacks {room_lacking(one)} px")
    assert not cut


def test_dates_and_numbers_are_written_as_in_russian(studio: Studio) -> None:
    corners = stack(studio).view.corners
    said = [
        line for lines in (corners.top_right, corners.bottom_left, corners.bottom_right) for line in lines
    ]
    assert "01.08.2026" in said
    assert any("шаг 5,0 мм" in line for line in said)
    assert any(re.fullmatch(r"\d+,\d\d пикс\./мм", line) for line in said)
    assert not any(re.search(r"\d\.\d+ (мм|пикс)", line) for line in said)
    assert re.search(r"память \d+,\d из \d+ ГБ", studio.window.status.memory.text())


def test_the_journal_speaks_no_language(studio: Studio) -> None:
    studio.act("finding.next")
    studio.act("finding.accept")
    entries = studio.ctx.journal.entries(studio.state.workspace.open_study_uid)
    assert entries
    assert not re.search("[а-яё]", "".join(str(entry) for entry in entries))


def test_the_walk_finds_what_is_cut_off(studio: Studio) -> None:
    short = QLabel("рабочий список", studio.window)
    short.setFixedWidth(30)
    assert room_lacking(short) > 20
    assert ENGLISH.search(TERMS.sub("", "2 studies were found"))
    assert not ENGLISH.search(TERMS.sub("", "AE title сервера"))


def test_numbers_have_a_comma_wherever_they_stand(studio: Studio) -> None:
    """Compare table, slab thickness, brush: what a reader reads or types has the mark of the language."""
    mark = SetMark("2.25.1", "Узел", ball_finding().place, ("1.2.1",), "1.2.3")
    pair = Pair(mark, mark, How.OVERLAP, 0.875, 1.25)
    sets = [ResultSet(key, SetKind.READER, key, "1.2", (mark,)) for key in ("a", "b")]
    told = (*cells(pair), summary(Comparison(sets[0], sets[1], (pair,))))
    assert "0,875" in told
    assert any("1,2 мм" in words or "1,3 мм" in words for words in told)
    assert not [words for words in told if re.search(r"\d\.\d", words)]
    assert viewer_text().number("2.5") == "2,5"
    radius = studio.window.masks.radius
    radius.setValue(2.5)
    assert radius.text() == "2,5 мм"
    assert radius.validate("3,5 мм", 3)
