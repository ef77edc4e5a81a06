"""Pictures made without a view have the view's grey."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.display import LookupTable, VoiFunction
from app.domain.volume import Window
from app.studies.greys import by_table, by_window
from app.studies.thumbnail import thumbnail
from tests.support.pictures import grey_file, lut_item, only_set, sequence
from viewers.showing import VoiTable
from viewers.types import WindowLevel
from viewers.windowing import Voi, voi_grey

values = st.lists(st.integers(-5000, 5000), min_size=1, max_size=40).map(np.asarray)
functions = st.sampled_from(["LINEAR", "LINEAR_EXACT", "SIGMOID"])


@given(values, st.floats(-3000, 3000), st.floats(0.01, 5000), functions)
def test_windows_are_those_of_the_view(
    data: np.ndarray, center: float, width: float, function: VoiFunction
) -> None:
    ours = by_window(data, Window(center, width), function) * 255
    assert np.abs(ours - voi_grey(data, Voi(WindowLevel(center, width), function))).max() <= 0.6


@given(values, st.integers(-6000, 6000), st.lists(st.integers(0, 1023), min_size=1, max_size=60))
def test_tables_are_those_of_the_view(data: np.ndarray, first: int, entries: list[int]) -> None:
    table = np.asarray(entries, np.uint16)
    ours = by_table(data, LookupTable(first, table, 10)) * 255
    wanted = voi_grey(data, Voi(WindowLevel(0, 1), table=VoiTable(first, table, 10)))
    assert np.abs(ours - wanted).max() <= 0.6


def halves() -> np.ndarray:
    pixels = np.full((40, 40), 100, dtype=np.int16)
    pixels[:, 20:] = 900
    return pixels


@pytest.mark.parametrize(("photometric", "wanted"), [("MONOCHROME2", (51, 255)), ("MONOCHROME1", (204, 0))])
def test_a_thumbnail_goes_through_the_files_own_table(
    photometric: str, wanted: tuple[int, int], tmp_path: Path
) -> None:
    lut = lut_item(0, [51] * 500 + [255] * 500, 8)
    told = grey_file(halves(), VOILUTSequence=sequence(lut), PhotometricInterpretation=photometric)
    small = thumbnail(only_set(told, tmp_path), 20)
    assert (int(small[10, 3]), int(small[10, 15])) == wanted


def test_a_thumbnail_is_dark_outside_the_shutter_and_in_padding(tmp_path: Path) -> None:
    told = grey_file(
        halves(), WindowCenter=500, WindowWidth=100, PhotometricInterpretation="MONOCHROME1",
        PixelPaddingValue=100, PixelPaddingRangeLimit=90, ShutterShape="RECTANGULAR", ShutterLeftVerticalEdge="1",
        ShutterRightVerticalEdge="40", ShutterUpperHorizontalEdge="1", ShutterLowerHorizontalEdge="20",
        ShutterPresentationValue=32768, PixelSpacing=[1.0, 1.0],
    )  # fmt: skip
    small = thumbnail(only_set(told, tmp_path), 20)
    assert small[2, 3] == 0
    assert small[2, 15] == 0
    assert np.all(small[11:] == 128)
