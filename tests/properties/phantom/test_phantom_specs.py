"""Whatever grid and coding is chosen, the same places in the patient hold the same things."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import SimpleITK
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.geometry import index_to_lps, lps_to_index
from app.phantom.chest import chest_ct
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


@settings(max_examples=6, deadline=None)
@given(specs())
def test_simpleitk_reads_the_same_values_at_the_same_places_from_every_coding(spec: PhantomSpec) -> None:
    with TemporaryDirectory() as folder:
        write_phantom_study(Path(folder), spec, radiograph=False)
        reader = sitk.ImageSeriesReader()
        reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(Path(folder, "CT"))))
        image = reader.Execute()
    pixels, affine = chest_ct(spec)
    for name, (place, hu) in PLACES.items():
        slice_, row, column = (round(float(v)) for v in lps_to_index(affine, place))
        assert abs(int(pixels[slice_, row, column]) - hu) < 40, name
        if not spec.tilt_deg:  # ITK knows no sheared stacks; it takes tilted ones for straight
            read = image[image.TransformPhysicalPointToIndex(place)]
            # ITK turns MONOCHROME1 upside down within the stored range; the HU are checked in MONOCHROME2.
            if spec.photometric is Photometric.MONOCHROME2:
                assert abs(read - hu) < 40, name


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
