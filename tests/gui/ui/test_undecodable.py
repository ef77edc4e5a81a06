"""What cannot be decoded says which syntax on the picture, and its header can be read all the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.encaps import encapsulate
from pydicom.uid import UID
from PySide6.QtWidgets import QApplication, QTreeWidgetItemIterator

from app.ui.overlays.tag_table import TagSheet
from app.ui.studio import Studio
from tests.support.presentations import image
from tests.support.ui import paths_in

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
NAMED = [
    ("1.2.840.10008.1.2.4.94", "JPIP"),
    ("1.2.840.10008.1.2.4.102", "MPEG-4"),
    ("1.3.6.1.4.1.99999.1", "1.3.6.1.4.1.99999.1"),  # nobody knows its name
]


@pytest.fixture
def studio(tmp_path: Path, qapp: QApplication) -> Iterator[Studio]:
    made = Studio.of(paths_in(tmp_path / "home"), size=(1200, 800))
    yield made
    made.close()


@pytest.mark.parametrize(("syntax", "name"), NAMED)
def test_the_picture_names_the_syntax_and_the_header_is_shown(
    studio: Studio, tmp_path: Path, syntax: str, name: str
) -> None:
    image(tmp_path / "study", np.zeros((8, 10), dtype=np.int16))
    file = tmp_path / "study" / "1.dcm"
    changed = dcmread(file)
    changed.PixelData = encapsulate([b"\0\0\0\x0cftypmp42"])
    changed["PixelData"].is_undefined_length = True
    changed.file_meta.TransferSyntaxUID = UID(syntax)
    changed.save_as(file, implicit_vr=False, little_endian=True)
    studio.open_folder(tmp_path / "study")
    studio.wait_idle()
    [sentence] = studio.window.host.failures
    assert name in sentence
    assert "1.dcm" in sentence
    studio.act("file.header")
    [sheet] = studio.window.findChildren(TagSheet)
    walker, tags = QTreeWidgetItemIterator(sheet.tree), set()
    while walker.value() is not None:
        tags.add(walker.value().text(0))
        walker += 1
    assert {"(0010,0010)", "(0028,0010)"} <= tags
