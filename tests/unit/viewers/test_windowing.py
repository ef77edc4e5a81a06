from __future__ import annotations

import numpy as np
import pytest

from viewers.types import WindowLevel
from viewers.windowing import apply_window, blacken, direct_grey, look_up, smallest_width, window_table


def test_window_follows_the_standards_piecewise_formula() -> None:
    # PS3.3 C.11.2.1.2.1: c=2048, w=4096, example of the standard: (x - 2047.5) / 4095 + 0.5
    values = np.array([-1.0, 0.0, 1024.0, 2047.5, 4095.0, 5000.0])
    grey = apply_window(values, WindowLevel(2048, 4096))
    assert grey.tolist() == [0, 0, 64, 128, 255, 255]


def test_eight_bit_values_stay_as_they_are_through_their_own_window() -> None:
    values = np.arange(256, dtype=np.uint8)
    assert np.array_equal(apply_window(values, WindowLevel(128, 256)), values)


def test_width_of_one_is_a_threshold() -> None:
    # PS3.3 C.11.2.1.2.1: c=100, w=1: x <= 99.5 is black, above is white
    grey = apply_window(np.array([99.0, 99.5, 99.6, 100.0]), WindowLevel(100, 1))
    assert grey.tolist() == [0, 0, 255, 255]


def test_width_below_one_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        apply_window(np.zeros(2), WindowLevel(0, 0.5))


@pytest.mark.parametrize("kind", ["int8", "uint8", "int16", "uint16"])
@pytest.mark.parametrize("invert", [False, True])
def test_table_equals_the_formula_for_every_stored_value(kind: str, invert: bool) -> None:
    limits = np.iinfo(kind)
    stored = np.arange(limits.min, limits.max + 1).astype(kind)
    window = WindowLevel(30.0, 250.0)
    wanted = apply_window(stored * 1.5 - 1024.0, window)
    table = window_table(kind, 1.5, -1024.0, window, invert)
    assert len(table) == 2 ** (8 * limits.dtype.itemsize)
    assert np.array_equal(look_up(stored, table), 255 - wanted if invert else wanted)


@pytest.mark.parametrize("invert", [False, True])
def test_padding_is_black_whether_inverted_or_not(invert: bool) -> None:
    table = blacken(window_table("int16", 1.0, 0.0, WindowLevel(0, 100), invert), "int16", -2000)
    assert look_up(np.array([-2000], dtype=np.int16), table).tolist() == [0]
    assert look_up(np.array([-1999], dtype=np.int16), table).tolist() == [255 if invert else 0]


def test_padding_that_the_type_cannot_hold_is_ignored() -> None:
    table = blacken(window_table("uint16", 1.0, 0.0, WindowLevel(32768, 65536), invert=True), "uint16", -2000)
    assert table[0] == 255


def test_longer_types_have_no_table() -> None:
    with pytest.raises(ValueError, match="int32"):
        window_table("int32", 1.0, 0.0, WindowLevel(0, 100), invert=False)


def test_what_is_no_number_is_black() -> None:
    values = np.array([np.nan, np.inf, -np.inf], dtype=np.float32)
    assert direct_grey(values, 1.0, 0.0, WindowLevel(0, 10), invert=False).tolist() == [0, 255, 0]


def test_fine_values_may_have_a_window_below_one() -> None:
    assert smallest_width(1.0, whole_numbers=True) == 1.0
    assert smallest_width(0.001, whole_numbers=True) == pytest.approx(0.001)
    values = np.array([0.0, 0.05, 0.1], dtype=np.float32)
    grey = direct_grey(values, 1.0, 0.0, WindowLevel(0.05, 0.1), invert=False)
    assert grey.tolist() == [0, 128, 255]
