"""Values and grey of real files beside pydicom's and dcmtk's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.pixels.processing import apply_modality_lut, apply_voi_lut

from app.domain.volume import RemarkKind
from app.studies.pixel_header import read_pixel_header
from app.studies.stack_frame import showing_remarks
from tests.support.dicom_files import ct_dataset, write
from tests.support.pictures import by_dcmtk, frame_at, grey, packaged
from tests.support.shared import shared_dir
from viewers.showing import VoiTable
from viewers.types import WindowLevel
from viewers.windowing import Voi

MAMMOGRAM = ("data", "dicom_breadth", "fo-dicom", "GH133.dcm")
ANY = WindowLevel(0, 1)


@pytest.mark.parametrize(
    "path",
    [
        packaged("mlut_18.dcm"),
        packaged("vlut_04.dcm"),
        packaged("RG1_UNCR.dcm"),
        packaged("MR-SIEMENS-DICOM-WithOverlays.dcm"),
    ],
    ids=lambda path: path.name,
)
def test_modality_values_are_those_of_pydicom(path: Path) -> None:
    dataset = dcmread(path)
    frame = frame_at(path)
    wanted = apply_modality_lut(dataset.pixel_array, dataset)
    assert np.array_equal(frame.pixels * frame.slope + frame.intercept, wanted)


@pytest.mark.parametrize("number", [0, 1, 2])
def test_each_voi_table_of_a_mammogram_gives_what_pydicom_and_dcmtk_give(number: int, tmp_path: Path) -> None:
    path = shared_dir(*MAMMOGRAM)
    dataset, frame = dcmread(path), frame_at(path)
    table = frame.voi_tables[number]
    assert table.explanation == ("NORMAL", "HARDER", "SOFTER")[number]
    shown = grey(frame, Voi(ANY, table=VoiTable(table.first, table.table, table.bits)))
    modality = apply_modality_lut(dataset.pixel_array, dataset).astype(np.int64)
    wanted = apply_voi_lut(modality, dataset, index=number) / (2**table.bits - 1) * 255
    assert np.abs(shown - wanted).max() <= 0.501
    assert np.abs(shown - by_dcmtk(path, tmp_path, "-O", "+Wl", str(number + 1))).max() <= 1


@pytest.mark.parametrize("number", [0, 1, 2])
def test_sigmoid_windows_of_a_mammogram_give_what_dcmtk_gives(number: int, tmp_path: Path) -> None:
    path = shared_dir(*MAMMOGRAM)
    frame, window = frame_at(path), read_pixel_header(path).windows[number]
    assert frame.voi_function == "SIGMOID"
    shown = grey(frame, Voi(WindowLevel(window.center, window.width), "SIGMOID"))
    assert np.abs(shown - by_dcmtk(path, tmp_path, "-O", "+Wi", str(number + 1), "+Wfs")).max() <= 1


def test_the_window_nearest_to_a_vendors_table_is_the_vendors_own() -> None:
    frame, header = frame_at(shared_dir(*MAMMOGRAM)), read_pixel_header(shared_dir(*MAMMOGRAM))
    for table, window in zip(frame.voi_tables, header.windows, strict=True):
        center, width = table.nearest
        assert center == pytest.approx(window.center, abs=3)
        assert width * 0.728 == pytest.approx(window.width, rel=0.02)  # a sigmoid's window for a line's


def test_a_voi_table_of_64_k_gives_what_pydicom_and_dcmtk_give(tmp_path: Path) -> None:
    path = packaged("vlut_04.dcm")
    dataset, frame = dcmread(path), frame_at(path)
    (table,) = frame.voi_tables
    shown = grey(frame, Voi(ANY, table=VoiTable(table.first, table.table, table.bits)))
    wanted = apply_voi_lut(apply_modality_lut(dataset.pixel_array, dataset), dataset) / 65535 * 255
    assert np.abs(shown - wanted).max() <= 0.501
    assert np.array_equal(shown, by_dcmtk(path, tmp_path, "-O", "+Wl", "1"))


@pytest.mark.parametrize("name", ["RG1_UNCR.dcm", "MR-SIEMENS-DICOM-WithOverlays.dcm"])
def test_windows_give_what_dcmtk_gives_monochrome1_too(name: str, tmp_path: Path) -> None:
    frame = frame_at(packaged(name))
    for number, window in enumerate(read_pixel_header(packaged(name)).windows, start=1):
        shown = grey(frame, Voi(WindowLevel(window.center, window.width)))
        assert np.abs(shown - by_dcmtk(packaged(name), tmp_path, "-O", "+Wi", str(number))).max() <= 1


def test_monochrome1_that_says_inverse_is_turned_over_once(tmp_path: Path) -> None:
    path = shared_dir("data", "dicom_breadth", "highdicom", "dx_image.dcm")
    assert read_pixel_header(path).lut_shape == "INVERSE"
    frame, window = frame_at(path), read_pixel_header(path).windows[0]
    shown = grey(frame, Voi(WindowLevel(window.center, window.width)))
    assert np.array_equal(shown, by_dcmtk(path, tmp_path, "-O", "+Wi", "1"))


def test_an_overlay_has_the_bits_that_pydicom_finds() -> None:
    path = packaged("MR-SIEMENS-DICOM-WithOverlays.dcm")
    (plane,) = frame_at(path).overlays
    assert np.array_equal(plane.mask, dcmread(path).overlay_array(0x6000).astype(bool))
    assert (plane.origin, plane.kind, plane.label) == ((0, 0), "G", "Siemens MedCom Object Graphics")
    assert plane.mask.sum() == 323


def test_a_supplemental_palette_that_is_not_in_force_is_said() -> None:
    header = read_pixel_header(packaged("eCT_Supplemental.dcm"))
    assert [remark.kind for remark in showing_remarks([header])] == [RemarkKind.COLOURS_NOT_APPLIED]


@pytest.mark.parametrize(
    ("photometric", "shape", "inverted"),
    [("MONOCHROME2", "INVERSE", False), ("MONOCHROME1", "IDENTITY", True)],
)
def test_a_file_that_contradicts_itself_about_black_and_white_is_said(
    photometric: str, shape: str, inverted: bool, tmp_path: Path
) -> None:
    dataset = ct_dataset(PhotometricInterpretation=photometric, PresentationLUTShape=shape)
    header = read_pixel_header(write(dataset, tmp_path / "x.dcm"))
    assert header.inverted == inverted
    assert [remark.kind for remark in showing_remarks([header])] == [RemarkKind.INVERSION_DOUBTFUL]
