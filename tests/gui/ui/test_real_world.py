"""The probe tells what a value stands for in the world, where the file says so (PS3.3 C.7.6.16.2.11)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.ui.studio import Studio
from tests.support.hands import stack
from tests.support.presentations import image
from tests.support.ui import paths_in

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


def mapping(slope: float, intercept: float, first: int, last: int, unit: str) -> Dataset:
    made, units = Dataset(), Dataset()
    units.CodeValue, units.CodingSchemeDesignator, units.CodeMeaning = unit, "UCUM", unit
    made.RealWorldValueSlope, made.RealWorldValueIntercept = slope, intercept
    made.RealWorldValueFirstValueMapped, made.RealWorldValueLastValueMapped = first, last
    made.LUTLabel, made.LUTExplanation, made.MeasurementUnitsCodeSequence = "M", "made up", [units]
    return made


@pytest.fixture
def studio(tmp_path: Path, qapp: QApplication) -> Iterator[Studio]:
    made = Studio.of(paths_in(tmp_path / "home"), size=(1200, 800))
    yield made
    made.close()


@pytest.mark.parametrize(
    ("maps", "line"),
    [
        ([mapping(0.01, 1.0, 0, 1000, "g/ml")], "stands for 5.0 g/ml"),
        ([mapping(0.01, 1.0, 0, 300, "g/ml")], ""),  # 400 is not one of its values
        ([mapping(0.01, 1.0, 0, 300, "g/ml"), mapping(2, 0, 301, 999, "mm/s")], "stands for 800.0 mm/s"),
        ([mapping(2, 100, 0, 1000, "[hnsf'U]")], ""),  # the value is in HU already
    ],
)
def test_a_probed_pixel_says_it(studio: Studio, tmp_path: Path, maps: list[Dataset], line: str) -> None:
    pixels = np.full((40, 60), 400, dtype=np.int16)
    image(
        tmp_path / "study", pixels, RealWorldValueMappingSequence=maps, RescaleSlope=2, RescaleIntercept=100
    )
    studio.open_folder(tmp_path / "study")
    studio.act("tool.probe")
    view = stack(studio).slices
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(view.width() // 2, view.height() // 2))
    studio.wait_idle()
    reading = studio.ctx.store.state.reading.reading
    assert reading is not None
    [measured] = reading.measurements
    assert measured.quantities[0].value == 900.0
    [shape] = view.shapes
    assert [one for one in shape.lines if "stands for" in one] == ([line] if line else [])
