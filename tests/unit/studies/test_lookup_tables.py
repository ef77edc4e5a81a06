"""Modality and VOI LUTs in every packing, sign and length that files use."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset

from app.domain.display import LookupTable
from app.domain.errors import PixelsUnreadableError
from app.domain.volume import RemarkKind, Window
from app.studies.lookup_tables import may_be_negative, read_table
from app.studies.pixel_header import read_pixel_header
from app.studies.stack_frame import showing_remarks
from app.studies.volumes import own_windows
from tests.support.dicom_files import write
from tests.support.pictures import frame_of, grey_file, item, lut_item, sequence

entries = st.lists(st.integers(0, 4095), min_size=1, max_size=400)
firsts = st.integers(-32768, 32767)


def packed(data: object, vr: str, count: int, first: int = 0, bits: int = 8) -> Dataset:
    made = item(LUTDescriptor=[count, first, bits])
    made["LUTDescriptor"].VR = "US"
    made.LUTData = data
    made["LUTData"].VR = vr
    return made


@given(entries, firsts)
def test_values_go_to_their_entries_and_clamp_at_both_ends(table: list[int], first: int) -> None:
    read = read_table(lut_item(first, table, 12), signed=True)
    assert read.first == first
    values = np.array([-70_000, first - 1, first, first + len(table) - 1, first + len(table), 70_000])
    assert read.look_up(values).tolist() == [table[0], table[0], table[0], table[-1], table[-1], table[-1]]
    inside = np.arange(first, first + len(table))
    assert read.look_up(inside).tolist() == table


@given(entries)
def test_words_numbers_and_big_endian_bytes_hold_the_same(table: list[int]) -> None:
    as_words = read_table(lut_item(0, table, 12), signed=False)
    as_numbers = read_table(
        packed(table if len(table) > 1 else table[0], "US", len(table), bits=12), signed=False
    )
    swapped = packed(np.asarray(table, ">u2").tobytes(), "OW", len(table), bits=12)
    as_big = read_table(swapped, signed=False, little=False)
    assert as_words.table.tolist() == as_numbers.table.tolist() == as_big.table.tolist() == table


@given(st.lists(st.integers(0, 255), min_size=2, max_size=301))
def test_entries_of_eight_bits_may_share_words(table: list[int]) -> None:
    raw = bytes(table) + b"\0" * (len(table) % 2)
    as_bytes = read_table(packed(raw, "OW", len(table)), signed=False)
    halves = np.frombuffer(raw, "<u2").tolist()
    as_numbers = read_table(packed(halves if len(halves) > 1 else halves[0], "US", len(table)), signed=False)
    assert as_bytes.table.tolist() == as_numbers.table.tolist() == table


def test_no_entries_stand_for_65536() -> None:
    table = read_table(lut_item(0, list(range(65536)), 16), signed=False)
    assert len(table.table) == 65536
    assert table.look_up(np.array([65535, 65536])).tolist() == [65535, 65535]


def test_the_first_value_follows_the_sign_of_what_goes_in() -> None:
    assert read_table(lut_item(-1024, [1, 2], 8), signed=True).first == -1024
    assert read_table(lut_item(64512, [1, 2], 8), signed=False).first == 64512
    negative = packed([1, 2], "US", 2)
    negative["LUTDescriptor"].VR = "SS"
    negative.LUTDescriptor = [2, -1024, 8]
    assert read_table(negative, signed=False).first == 64512


@given(st.booleans(), st.integers(1, 16), st.floats(-4, 4).filter(bool), st.floats(-3000, 3000))
def test_values_may_be_negative_where_a_stored_one_makes_a_negative(
    signed: bool, bits: int, slope: float, intercept: float
) -> None:
    low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
    some_negative = min(low * slope, high * slope) + intercept < 0
    assert may_be_negative(signed, bits, slope, intercept) or not some_negative


def test_a_table_deeper_than_it_says_is_scaled_by_what_it_holds() -> None:
    assert read_table(lut_item(0, [0, 4095], 8), signed=False).bits == 12
    assert read_table(lut_item(0, [0, 4095], 0), signed=False).bits == 12
    assert read_table(lut_item(0, [0, 100], 12), signed=False).bits == 12


@pytest.mark.parametrize("cut", [0, 1, 5])
def test_a_table_shorter_than_it_says_is_none(cut: int) -> None:
    made = packed(np.arange(cut, dtype="<u2").tobytes(), "OW", 12, bits=12)
    with pytest.raises((ValueError, TypeError)):
        read_table(made, signed=False)


@given(st.integers(-2000, 2000), st.integers(2, 800), st.integers(0, 300))
def test_the_window_nearest_to_a_ramp_is_the_ramp(first: int, width: int, ahead: int) -> None:
    ramp = np.rint(np.linspace(0, 4095, width + 1)).astype(np.uint16)
    whole = np.concatenate([np.zeros(ahead, np.uint16), ramp, np.full(ahead, 4095, np.uint16)])
    center, near = LookupTable(first, whole, 12).nearest
    assert near == pytest.approx(width, rel=0.02, abs=2.5)
    assert center == pytest.approx(first + ahead + width / 2, abs=2)


@given(st.lists(st.integers(0, 65535), min_size=1, max_size=200))
def test_any_table_has_a_window_near_it(table: list[int]) -> None:
    center, width = LookupTable(0, np.asarray(table, np.uint16), 16).nearest
    assert np.isfinite(center)
    assert 1 <= width < 1e9


def stored_file(**changes: Any) -> Any:
    return grey_file(np.arange(-40, 40, dtype=np.int16).reshape(8, 10), **changes)


def test_a_modality_lut_gives_its_values_and_the_window_is_of_them(tmp_path: Path) -> None:
    lut = lut_item(-40, list(range(1000, 1080)), 16)
    dataset = stored_file(
        ModalityLUTSequence=sequence(lut),
        RescaleSlope=5,
        RescaleIntercept=7,
        WindowCenter=1040,
        WindowWidth=80,
    )
    frame = frame_of(dataset, tmp_path)
    assert frame.pixels.ravel().tolist() == list(range(1000, 1080))
    assert (frame.slope, frame.intercept) == (1.0, 0.0)
    header = read_pixel_header(tmp_path / "x.dcm")
    assert header.windows == (Window(1040, 80),)


@pytest.mark.parametrize(("top", "mark"), [(200, 255), (4000, 65535), (65535, 65536)])
def test_padding_stays_apart_behind_a_modality_lut(top: int, mark: int, tmp_path: Path) -> None:
    table = np.linspace(0, top, 80).astype(int).tolist()
    dataset = stored_file(
        ModalityLUTSequence=sequence(lut_item(-40, table, 16)),
        PixelPaddingValue=-40,
        PixelPaddingRangeLimit=-38,
    )
    frame = frame_of(dataset, tmp_path)
    assert frame.padding_range == (mark, mark)
    assert frame.pixels.ravel().tolist() == [mark] * 3 + table[3:]


def test_a_modality_lut_that_cannot_be_read_refuses_the_file(tmp_path: Path) -> None:
    lut = lut_item(0, [1, 2, 3], 16)
    lut.LUTData = b"\0\0"
    path = write(stored_file(ModalityLUTSequence=sequence(lut)), tmp_path / "x.dcm")
    with pytest.raises(PixelsUnreadableError, match="bad_header"):
        read_pixel_header(path)


def test_a_voi_lut_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    lut = lut_item(0, [1, 2, 3], 16)
    lut.LUTData = b"\0\0"
    header = read_pixel_header(write(stored_file(VOILUTSequence=sequence(lut)), tmp_path / "x.dcm"))
    assert header.showing.voi_tables == ()
    assert [remark.kind for remark in showing_remarks([header])] == [RemarkKind.VOI_LUT_NOT_APPLIED]


def test_voi_tables_come_in_order_with_their_words(tmp_path: Path) -> None:
    luts = [lut_item(-1024, [0, 4095], 12, LUTExplanation=word) for word in ("SOFT", "HARD")]
    dataset = stored_file(VOILUTSequence=sequence(*luts), RescaleIntercept=-1000, RescaleSlope=1)
    frame = frame_of(dataset, tmp_path)
    assert [(table.explanation, table.first) for table in frame.voi_tables] == [
        ("SOFT", -1024),
        ("HARD", -1024),
    ]
    header = read_pixel_header(tmp_path / "x.dcm")
    assert [window.explanation for window in own_windows(header)] == ["SOFT", "HARD"]
    assert showing_remarks([header]) == ()
