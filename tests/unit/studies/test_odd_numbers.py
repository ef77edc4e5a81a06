"""Numbers that no scanner can have meant: they are taken for none, and never drawn, measured or divided by."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.domain.calibration import pixel_size
from app.domain.errors import PixelsUnreadableError
from app.studies.headers import read_header
from app.studies.pixel_header import read_pixel_header
from app.ui.studio import Studio
from tests.support.dicom_files import ct_dataset, write
from tests.support.ui import paths_in


@pytest.mark.parametrize(
    "pair", [(1e-300, 1e-300), (1e30, 1e30), (0.0, 1.0), (-1.0, 1.0), (1.0, float("nan")), (1.0,), ()]
)
def test_what_no_pixel_measures_is_no_size(pair: tuple[float, ...]) -> None:
    assert pixel_size(pair) is None


@pytest.mark.parametrize("pair", [(0.00025, 0.00025), (0.05, 0.07), (20.0, 4.0)])
def test_slides_mammograms_and_gamma_cameras_keep_theirs(pair: tuple[float, float]) -> None:
    assert pixel_size(pair) == pair


@pytest.mark.parametrize("spacing", ["1e-300", "1E30"])
def test_a_header_with_such_a_spacing_has_none(tmp_path: Path, spacing: str) -> None:
    file = write(ct_dataset(PixelSpacing=[spacing, spacing]), tmp_path / "a.dcm")
    found = read_header(file)
    assert found is not None
    assert (found.instance.spacing_mm, found.instance.spacing_source) == (None, "")


@pytest.mark.parametrize("slope", ["1e300", "-1e20"])
def test_a_slope_beyond_all_numbers_is_refused_in_words(tmp_path: Path, slope: str) -> None:
    file = write(ct_dataset(RescaleSlope=slope, RescaleIntercept=0), tmp_path / "a.dcm")
    with pytest.raises(PixelsUnreadableError, match="rescale"):
        read_pixel_header(file)


def test_values_under_a_slope_of_nothing_are_not_called_hounsfield(tmp_path: Path) -> None:
    file = write(ct_dataset(RescaleSlope=0, RescaleIntercept=-1024, RescaleType="HU"), tmp_path / "a.dcm")
    header = read_pixel_header(file)
    assert (header.slope, header.unit) == (1.0, "")


@pytest.mark.qt_log_ignore("propagateSizeHints")
def test_a_study_with_such_numbers_is_drawn_without_an_error(tmp_path: Path, qtbot: object) -> None:
    for number in range(3):
        slice_ = ct_dataset(PixelSpacing=["1e-300", "1e-300"], InstanceNumber=number + 1)
        slice_.ImagePositionPatient = [0, 0, 5 * number]
        write(slice_, tmp_path / "in" / f"{number}.dcm")
    studio = Studio.of(paths_in(tmp_path / "home"), size=(900, 700))
    try:
        studio.open_folder(tmp_path / "in")
        studio.wait_idle()
        assert studio.window.host.active is not None
        studio.grab()
    finally:
        studio.close()
