"""The made-up study as other software sees it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
import SimpleITK

from app.domain.volume import Cancelled, CancelToken
from app.phantom.radiograph import Projection
from app.phantom.spec import PhantomSpec, SliceOrder, covering_spec
from app.phantom.study import write_phantom_study
from app.phantom.truth import chest_truth, load_truth

sitk: Any = SimpleITK  # it brings no types
SMALL_VIEW = Projection(rows=250, columns=250, pixel_mm=1.6, sheet_mm=6.0, split=1)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("phantom")
    write_phantom_study(folder, covering_spec(100, 160, 160), view=SMALL_VIEW)
    return folder


def truth_of(study: Path) -> dict[str, Any]:
    return load_truth(study / "truth.json")


def read_with_simpleitk(folder: Path) -> Any:  # an image of SimpleITK
    reader = sitk.ImageSeriesReader()
    reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(folder)))
    return reader.Execute()


def test_simpleitk_finds_each_nodule_where_the_truth_says(study: Path) -> None:
    image = read_with_simpleitk(study / "CT")
    for nodule in truth_of(study)["nodules"]:
        inside = image.TransformPhysicalPointToIndex(nodule["center_lps_mm"])
        assert image[inside] > -450, nodule["name"]
        x, y, z = nodule["center_lps_mm"]
        beside = image.TransformPhysicalPointToIndex((x, y + nodule["radius_mm"] + 14, z))
        assert image[inside] > image[beside] + 250


def test_marker_lies_on_the_patients_left_in_both_pictures(study: Path) -> None:
    marker = truth_of(study)["marker"]
    assert marker["side"] == "left"
    assert marker["center_lps_mm"][0] > 100
    image = read_with_simpleitk(study / "CT")
    values = sitk.GetArrayFromImage(image)
    k, j, i = np.unravel_index(int(values.argmax()), values.shape)
    found = image.TransformIndexToPhysicalPoint((int(i), int(j), int(k)))
    assert np.linalg.norm(np.subtract(found, marker["center_lps_mm"])) < 4.5
    radiograph = pydicom.dcmread(study / "CR" / "00001.dcm")
    assert list(radiograph.PatientOrientation) == ["L", "F"]
    assert marker["radiograph_mm"][0] > 250 * 1.6 / 2  # towards growing columns, which run to the left


def test_mass_is_brighter_than_the_lung_around_it_on_the_radiograph(study: Path) -> None:
    pixels = pydicom.dcmread(study / "CR" / "00001.dcm").pixel_array.astype(float)
    mass = next(n for n in truth_of(study)["nodules"] if n["name"] == "mass")
    healthy = Path(study, "healthy")
    write_phantom_study(healthy, covering_spec(8, 32, 32, healthy=True), view=SMALL_VIEW)
    without = pydicom.dcmread(healthy / "CR" / "00001.dcm").pixel_array.astype(float)
    difference = pixels - without
    column, row = (round(v / 1.6) for v in mass["radiograph_mm"])
    near = difference[row - 12 : row + 13, column - 12 : column + 13]
    weight = np.clip(near - near.max() * 0.4, 0, None)
    y, x = np.mgrid[-12:13, -12:13]
    assert abs((weight * x).sum() / weight.sum()) < 1.5
    assert abs((weight * y).sum() / weight.sum()) < 1.5
    assert near.max() > 100


def test_headers_say_that_nobody_was_imaged(study: Path) -> None:
    for file in (study / "CT" / "00001.dcm", study / "CR" / "00001.dcm"):
        header = pydicom.dcmread(file, stop_before_pixels=True)
        assert header.PatientID == "OVERREAD-PHANTOM"
        assert "Not for primary diagnosis" in header.ImageComments
        assert header.StudyInstanceUID.startswith("2.25.")
        assert header.StudyInstanceUID == truth_of(study)["uids"]["study"]


@pytest.mark.parametrize("file", ["CT/00001.dcm", "CR/00001.dcm"])
def test_dciodvfy_finds_no_error(study: Path, file: str) -> None:
    checker = shutil.which("dciodvfy")
    if checker is None:
        pytest.skip("dciodvfy of Debian's dicom3tools is not installed")
    said = subprocess.run([checker, str(study / file)], capture_output=True, text=True, check=False)
    assert "Error" not in said.stderr + said.stdout


def test_same_spec_gives_the_same_files(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_phantom_study(tmp_path / name, covering_spec(6, 32, 32), radiograph=False)
    for file in sorted((tmp_path / "one").rglob("*.*")):
        assert file.read_bytes() == (tmp_path / "two" / file.relative_to(tmp_path / "one")).read_bytes()


def test_shuffled_numbers_do_not_follow_space_but_read_back_in_order(tmp_path: Path) -> None:
    spec = covering_spec(24, 48, 48, slice_order=SliceOrder.SHUFFLED, noise_hu=0.0)
    write_phantom_study(tmp_path, spec, radiograph=False)
    headers = [pydicom.dcmread(f, stop_before_pixels=True) for f in sorted((tmp_path / "CT").iterdir())]
    heights = [float(h.ImagePositionPatient[2]) for h in headers]
    assert heights != sorted(heights)
    plain = covering_spec(24, 48, 48, noise_hu=0.0)
    write_phantom_study(tmp_path / "plain", plain, radiograph=False)
    one, other = (
        sitk.GetArrayFromImage(read_with_simpleitk(f / "CT")) for f in (tmp_path, tmp_path / "plain")
    )
    np.testing.assert_array_equal(one, other)


def test_instance_named_by_the_truth_holds_the_nodule(study: Path) -> None:
    mass = truth_of(study)["nodules"][0]
    headers = [pydicom.dcmread(f, stop_before_pixels=True) for f in (study / "CT").iterdir()]
    named = next(h for h in headers if h.SOPInstanceUID == mass["ct_sop_instance_uid"])
    assert abs(float(named.ImagePositionPatient[2]) - mass["center_lps_mm"][2]) <= 1.6


def test_cancelled_writing_stops() -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        write_phantom_study(Path("unused"), PhantomSpec(), cancel=token)


def test_healthy_truth_holds_no_disease() -> None:
    truth = chest_truth(covering_spec(16, 32, 32, healthy=True))
    assert truth.nodules == ()
    assert truth.ground_glass is None
    assert all(lung.ground_glass_share == 0 for lung in truth.lungs)
