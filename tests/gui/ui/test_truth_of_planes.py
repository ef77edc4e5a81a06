"""A plane says on its picture whether it was imaged so or cut from what was imaged."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from app.domain.volume import RemarkKind
from app.ui.contents import PlaneContent
from app.ui.studio import Studio
from tests.support.dicom_files import write_stack
from tests.support.ui import paths_in

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
SIZE = 64
OWN = {
    "axial": ([1, 0, 0, 0, 1, 0], (0, 0, 1)),
    "coronal": ([1, 0, 0, 0, 0, -1], (0, 1, 0)),
    "sagittal": ([0, 1, 0, 0, 0, -1], (1, 0, 0)),
}


@pytest.fixture
def studio(tmp_path: Path, qapp: QApplication) -> Iterator[Studio]:
    made = Studio.of(paths_in(tmp_path), size=(1000, 700))
    yield made
    made.close()


@pytest.mark.parametrize("acquired", list(OWN))
def test_only_the_plane_that_was_imaged_does_not_say_reformatted(
    studio: Studio, tmp_path: Path, acquired: str
) -> None:
    orientation, step = OWN[acquired]
    write_stack(
        tmp_path / "in",
        [tuple(4.0 * number * part for part in step) for number in range(20)],
        ImageOrientationPatient=orientation,
        Rows=SIZE,
        Columns=SIZE,
        PixelData=np.arange(SIZE * SIZE, dtype="<i2").tobytes(),
    )
    studio.open_folder(tmp_path / "in")
    studio.show_mpr()
    studio.wait_idle()
    planes = [one for one in studio.window.host.contents.values() if isinstance(one, PlaneContent)]
    assert len(planes) == 3
    told = {
        one.plane.value: any(remark.kind is RemarkKind.REFORMATTED for remark in one.remarks())
        for one in planes
    }
    assert told == {plane: plane != acquired for plane in OWN}
    studio.window.grab().save(str(tmp_path / f"{acquired}.png"))
