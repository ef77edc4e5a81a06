"""A name as long as a file allows changes nothing but itself: the window keeps its size, usual names are whole."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from app.ui.panels.header import NAME_PX, HeaderPanel
from app.ui.studio import Studio
from tests.support.ui import paths_in, study, write_ct

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


@pytest.mark.filterwarnings("ignore:The PN component length")
def test_a_name_of_five_thousand_signs_does_not_widen_the_window(tmp_path: Path, qtbot: object) -> None:
    write_ct(tmp_path / "in", 3, name="W" * 5000)
    studio = Studio.of(paths_in(tmp_path / "home"), size=(1000, 700))
    try:
        studio.open_folder(tmp_path / "in")
        studio.wait_idle()
        assert studio.window.width() == 1000
        assert studio.window.header.patient.text().endswith("…")
    finally:
        studio.close()


@pytest.mark.usefixtures("qapp")
def test_a_usual_name_is_never_cut() -> None:
    header = HeaderPanel()
    header.resize(420, 40)
    header.show_study(study(name="PETROVSKAYA^ANNA^SERGEYEVNA"))
    header.show()
    QApplication.processEvents()
    assert header.patient.width() >= min(header.patient.sizeHint().width(), NAME_PX)
    header.show_study(study(name="DOE^JANE"))
    QApplication.processEvents()
    assert header.patient.width() == header.patient.sizeHint().width()
    header.close()
