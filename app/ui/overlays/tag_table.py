"""The header of the image that hangs: every element, sequences nested, with a search. For this screen only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QLineEdit, QTreeWidget, QTreeWidgetItem

from app.context import AppContext
from app.domain.errors import OverreadError
from app.studies.slow_headers import damage, read_dataset
from app.support.i18n import explain, text
from app.support.shown_text import without_controls
from app.ui.contents import StackContent
from app.ui.overlays.sheet import Sheet
from app.ui.widgets.small import label
from app.ui.widgets.tips import tip

if TYPE_CHECKING:
    from pydicom.dataelem import DataElement
    from pydicom.dataset import Dataset
    from pydicom.tag import BaseTag

    from app.ui.main_window import MainWindow

COLUMNS = ("tag", "vr", "name", "value")
LONGEST = 256
DEEPEST = 16
MOST_ITEMS = 200  # of one sequence; the count says how many there are


class TagSheet(Sheet):
    """Read anew whenever it is opened."""

    def __init__(self, _ctx: AppContext, window: MainWindow) -> None:
        super().__init__(window, text("ui.tags.title"), (1000, 700))
        self._main = window
        self.field = QLineEdit()
        self.field.setPlaceholderText(text("ui.tags.search"))
        self.field.setAccessibleName(text("ui.tags.search"))
        self.field.setClearButtonEnabled(True)
        self.field.textChanged.connect(self._search)
        self.tree = QTreeWidget()
        self.tree.setAccessibleName(text("ui.tags.title"))
        self.tree.setHeaderLabels([text(f"ui.tags.{name}") for name in COLUMNS])
        self.tree.setAlternatingRowColors(True)
        for column, width in enumerate((170, 60, 280)):
            self.tree.setColumnWidth(column, width)
        self.said = label(role="warning", wraps=True)
        self.body.addWidget(self.field)
        self.body.addWidget(self.said)
        self.body.addWidget(self.tree, 1)
        self.body.addWidget(label(text("ui.tags.identity"), "quiet"))

    def open(self) -> None:
        """The header of the image in the active viewport."""
        self.tree.clear()
        self.said.hide()
        active = self._main.host.active
        if active is not None:
            frames = active.subject.display_set.frames
            index = active.slices.index if isinstance(active, StackContent) else 0
            try:
                fill_tree(
                    self.tree.invisibleRootItem(), read_dataset(frames[index].instance.path, force=True), 0
                )
            except OverreadError as error:
                self._fail(explain(error))
            except OSError as error:
                file, reason = frames[index].instance.path.name, error.strerror or type(error).__name__
                self._fail(text("error.study.unreadable_file", file=file, reason=reason))
        super().open()
        self.field.setFocus()
        self._search(self.field.text())

    def _fail(self, sentence: str) -> None:
        self.said.setText(sentence)
        self.said.show()

    def _search(self, wanted: str) -> None:
        asked = wanted.casefold().split()
        for item in _inner(self.tree.invisibleRootItem()):
            _filter(item, asked)


def _filter(item: QTreeWidgetItem, asked: list[str]) -> bool:
    """Show what holds every word, and what such a thing lies in."""
    said = " ".join(item.text(column) for column in range(len(COLUMNS))).casefold()
    own = all(word in said for word in asked)
    inner = [_filter(one, [] if own else asked) for one in _inner(item)]
    item.setHidden(not own and not any(inner))
    item.setExpanded(bool(asked) and any(inner))
    return own or any(inner)


def _inner(item: QTreeWidgetItem) -> list[QTreeWidgetItem]:
    return [one for place in range(item.childCount()) if (one := item.child(place)) is not None]


def fill_tree(parent: QTreeWidgetItem, dataset: Dataset, depth: int = 0) -> None:
    """Every element under `parent`, sequences within bounds."""
    meta = getattr(dataset, "file_meta", None)
    for whole in filter(None, (meta, dataset)):
        for tag in sorted(whole.keys()):
            item = QTreeWidgetItem([f"({tag.group:04X},{tag.element:04X})"])
            parent.addChild(item)
            _fill_row(item, whole, tag, depth)


def _fill_row(item: QTreeWidgetItem, dataset: Dataset, tag: BaseTag, depth: int) -> None:
    """One element; what is damaged in itself says so and leaves the others to be read."""
    try:
        element = dataset[tag]
        said = (str(element.VR), element.name, _value(element))
        inner = list(element.value[:MOST_ITEMS]) if element.VR == "SQ" and depth < DEEPEST else []
    except damage():
        said, inner = ("", "", text("ui.tags.damaged")), []
    for column, part in enumerate(said, start=1):
        item.setText(column, part)
    item.setToolTip(3, tip(item.text(3)))
    for number, one in enumerate(inner, start=1):
        node = QTreeWidgetItem([f"#{number}", "", "", ""])
        item.addChild(node)
        fill_tree(node, one, depth + 1)


def _value(element: DataElement) -> str:
    value = element.value
    if element.VR == "SQ":
        return text("ui.tags.items", count=len(value))
    if isinstance(value, bytes):
        return text("ui.tags.bytes", count=len(value))
    said = without_controls("\\".join(map(str, value)) if element.VM > 1 else str(value))
    return said if len(said) <= LONGEST else f"{said[:LONGEST]}…"
