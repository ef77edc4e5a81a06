"""A header with a damaged element is shown with all the others."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QTreeWidgetItem

from app.studies.slow_headers import read_dataset
from app.support.i18n import text
from app.ui.overlays.tag_table import fill_tree
from tests.support.dicom_files import ct_dataset, write


def test_an_element_of_an_unknown_kind_says_so_and_leaves_the_rest(tmp_path: Path) -> None:
    path = write(ct_dataset(), tmp_path / "x")
    kept = path.read_bytes()
    at = kept.find(b"\x08\x00\x30\x00TM")
    path.write_bytes(kept[: at + 4] + b"Q?" + kept[at + 6 :])
    top = QTreeWidgetItem()
    fill_tree(top, read_dataset(path, force=True))
    children = [one for n in range(top.childCount()) if (one := top.child(n)) is not None]
    rows = {one.text(0): one.text(3) for one in children}
    assert rows["(0008,0030)"] == text("ui.tags.damaged")
    assert rows["(0010,0010)"] == "Doe^Jane"
