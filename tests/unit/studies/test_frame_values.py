"""Modality values of multi-frame files come from their functional groups, or the file is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset, FileDataset
from pydicom.sequence import Sequence

from app.domain.errors import PixelsUnreadableError
from app.domain.volume import Window
from app.studies.display_sets import DisplaySet, display_sets
from app.studies.load import load_frame, load_volume
from app.studies.pixel_header import read_pixel_header
from app.studies.scan import scan
from tests.support.dicom_files import ct_dataset, write
from tests.support.shared import shared_dir

ENHANCED_CT = "1.2.840.10008.5.1.4.1.1.2.1"


def item(**values: Any) -> Sequence:
    dataset = Dataset()
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    return Sequence([dataset])


def enhanced(slopes: tuple[float, ...], *, groups: int | None = None) -> FileDataset:
    """One enhanced CT; frame n holds the value 100 n, its rescale is in its own group."""
    frames = np.repeat(np.arange(len(slopes), dtype="<i2") * 100, 80).tobytes()
    dataset = ct_dataset(
        SOPClassUID=ENHANCED_CT, NumberOfFrames=len(slopes), ImagePositionPatient=None,
        ImageOrientationPatient=None, PixelSpacing=None, RescaleIntercept=None, RescaleSlope=None,
        WindowCenter=None, WindowWidth=None, PixelData=frames,
    )  # fmt: skip
    dataset.SharedFunctionalGroupsSequence = item(
        PixelMeasuresSequence=item(PixelSpacing=[0.8, 0.7]),
        PlaneOrientationSequence=item(ImageOrientationPatient=[1, 0, 0, 0, 1, 0]),
        FrameVOILUTSequence=item(WindowCenter=40, WindowWidth=400),
    )
    own = [
        item(
            PlanePositionSequence=item(ImagePositionPatient=[0, 0, 2 * number]),
            PixelValueTransformationSequence=item(
                RescaleSlope=slope, RescaleIntercept=-1024, RescaleType="HU"
            ),
        )[0]
        for number, slope in enumerate(slopes)
    ]
    dataset.PerFrameFunctionalGroupsSequence = Sequence(own[:groups])
    return dataset


def only_set(dataset: FileDataset, folder: Path) -> DisplaySet:
    write(dataset, folder / "x")
    return display_sets(scan([folder]).studies[0])[0]


def test_rescale_of_the_groups_makes_hounsfield_units(tmp_path: Path) -> None:
    volume = load_volume(only_set(enhanced((2, 2, 2)), tmp_path))
    assert (volume.slope, volume.intercept, volume.unit) == (2.0, -1024.0, "HU")
    assert [float(volume.values(index)[0, 0]) for index in range(3)] == [-1024.0, -824.0, -624.0]
    assert volume.windows == (Window(40.0, 400.0),)


def test_frames_with_rescales_of_their_own_become_values(tmp_path: Path) -> None:
    shown = only_set(enhanced((1, 2, 3)), tmp_path)
    assert load_volume(shown).pixels[:, 0, 0].tolist() == [-1024.0, -824.0, -424.0]
    assert [load_frame(shown, index).slope for index in range(3)] == [1.0, 2.0, 3.0]


def test_groups_that_do_not_fit_the_frames_are_refused(tmp_path: Path) -> None:
    shown = only_set(enhanced((2, 2, 2), groups=2), tmp_path)
    with pytest.raises(PixelsUnreadableError):
        load_frame(shown, 0)


def test_a_rescale_that_is_no_number_is_refused(tmp_path: Path) -> None:
    content = write(ct_dataset(RescaleIntercept="-1024"), tmp_path / "x").read_bytes()
    (tmp_path / "x").write_bytes(content.replace(b"-1024 ", b"-1O24 "))
    with pytest.raises(PixelsUnreadableError) as caught:
        read_pixel_header(tmp_path / "x")
    assert caught.value.facts["what"] == "rescale"


@pytest.mark.shared
def test_a_real_enhanced_ct_has_its_own_rescale() -> None:
    import warnings

    from pydicom import dcmread

    found = 0
    for path in sorted(shared_dir("data", "dicom_breadth").rglob("mf.dcm")):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            dataset = dcmread(path, stop_before_pixels=True)
        shown = display_sets(scan([path]).studies[0])[0]
        address = shown.frames[0]
        own = dataset.PerFrameFunctionalGroupsSequence[address.frame - 1]
        shared = dataset.SharedFunctionalGroupsSequence[0]
        holder = own if "PixelValueTransformationSequence" in own else shared
        wanted = holder.PixelValueTransformationSequence[0]
        frame = load_frame(shown, 0)
        assert (frame.slope, frame.intercept) == (wanted.RescaleSlope, wanted.RescaleIntercept)
        found += 1
    assert found


def test_groups_that_are_silent_about_values_change_nothing(tmp_path: Path) -> None:
    dataset = enhanced((2, 2, 2), groups=2)
    del dataset.SharedFunctionalGroupsSequence[0].FrameVOILUTSequence
    for group in dataset.PerFrameFunctionalGroupsSequence:
        del group.PixelValueTransformationSequence
    assert load_frame(only_set(dataset, tmp_path), 2).slope == 1.0
