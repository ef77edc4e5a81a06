"""Whatever grid and coding is chosen, the same places in the patient hold the same things."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pydicom
import SimpleITK
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.geometry import index_to_lps, lps_to_index
from app.phantom.spec import Orientation, PhantomSpec, Photometric, SliceOrder, covering_spec, grid_affine
from app.phantom.study import write_phantom_study
from app.phantom.truth import chest_truth

sitk: Any = SimpleITK  # it brings no types
PLACES = {
    "mass": ((-72.0, 12.0, 70.0), 38),
    "liver": ((-60.0, -10.0, -95.0), 60),
    "blood": ((28.0, -28.0, -48.0), 42),
}


@st.composite
def specs(draw: st.DrawFn) -> PhantomSpec:
    orientation = draw(st.sampled_from(Orientation))
    return covering_spec(
        draw(st.integers(44, 60)),
        draw(st.integers(60, 80)),
        draw(st.integers(60, 80)),
        orientation=orientation,
        tilt_deg=draw(st.floats(-20, 20)) if orientation is Orientation.AXIAL else 0.0,
        photometric=draw(st.sampled_from(Photometric)),
        bits_stored=draw(st.integers(12, 16)),
        signed=draw(st.booleans()),
        slice_order=draw(st.sampled_from(SliceOrder)),
        noise_hu=0.0,
    )


def hu_at(folder: Path, place: tuple[float, float, float]) -> float:
    """HU at a place of the patient by the headers of each file alone (PS3.3 C.7.6.2.1.1)."""
    found = (np.inf, 0.0)
    for file in folder.iterdir():
        header = pydicom.dcmread(file)
        offset = np.subtract(place, np.array(header.ImagePositionPatient, dtype=float))
        along_row, along_column = np.array(header.ImageOrientationPatient, dtype=float).reshape(2, 3)
        away = abs(float(offset @ np.cross(along_row, along_column)))
        row = round(float(offset @ along_column) / header.PixelSpacing[0])
        column = round(float(offset @ along_row) / header.PixelSpacing[1])
        if away < found[0]:
            stored = float(header.pixel_array[row, column])
            found = (away, stored * header.RescaleSlope + header.RescaleIntercept)
    return found[1]


@settings(max_examples=4, deadline=None)
@given(specs())
def test_every_coding_holds_the_same_values_at_the_same_places(spec: PhantomSpec) -> None:
    with TemporaryDirectory() as folder:
        write_phantom_study(Path(folder), spec, radiograph=False)
        read = {name: hu_at(Path(folder, "CT"), place) for name, (place, _) in PLACES.items()}
        # ITK knows no sheared stacks, and its DICOM library refuses MONOCHROME1 with 12 signed bits.
        if not spec.tilt_deg and spec.photometric is Photometric.MONOCHROME2:
            reader = sitk.ImageSeriesReader()
            reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(Path(folder, "CT"))))
            image = reader.Execute()
            for name, (place, hu) in PLACES.items():
                assert abs(image[image.TransformPhysicalPointToIndex(place)] - hu) < 40, name
    for name, (_, hu) in PLACES.items():
        assert abs(read[name] - hu) < 40, name


@settings(max_examples=40, deadline=None)
@given(specs(), st.tuples(*[st.floats(-80, 80)] * 3))
def test_grid_affine_goes_there_and_back(spec: PhantomSpec, place: tuple[float, float, float]) -> None:
    affine = grid_affine(spec)
    np.testing.assert_allclose(index_to_lps(affine, lps_to_index(affine, place)), place, atol=1e-9)


@settings(max_examples=10, deadline=None)
@given(specs())
def test_truth_places_do_not_depend_on_the_grid(spec: PhantomSpec) -> None:
    truth, plain = chest_truth(spec), chest_truth(covering_spec(20, 40, 40))
    assert [n.center_lps_mm for n in truth.nodules] == [n.center_lps_mm for n in plain.nodules]
    for nodule in truth.nodules:
        back = index_to_lps(np.asarray(truth.affine), nodule.ct_index)
        np.testing.assert_allclose(back, nodule.center_lps_mm, atol=1e-9)
    for lung in truth.lungs:
        assert abs(lung.volume_ml_on_grid / lung.volume_ml - 1) < 0.03
