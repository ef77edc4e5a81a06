from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from app.domain.finding import AnalysisResult, Finding, Place, Verdict
from app.support.codec import CodecError, canonical, decode, encode
from tests.support.findings import nodule, point_place, result_of


def test_a_whole_result_comes_back_equal() -> None:
    result = result_of(nodule(1), replace(nodule(2), score=None, label="Очаг\ud800\u0000"))
    assert decode(AnalysisResult, encode(result)) == result


def test_equal_values_have_equal_text_in_ascii() -> None:
    text = canonical(result_of(nodule(1)))
    assert text == canonical(result_of(nodule(1)))
    assert text.isascii()


def test_numbers_of_numpy_become_plain_ones() -> None:
    assert encode((np.float32(0.5), np.int16(3), np.float64(0.1))) == [0.5, 3, 0.1]


def test_numbers_that_json_lacks_survive() -> None:
    found = decode(Finding, encode(replace(nodule(), score=math.nan, threshold=-math.inf)))
    assert found.score is not None
    assert math.isnan(found.score)
    assert found.threshold == -math.inf


@pytest.mark.parametrize(
    "damage",
    [
        {"kind": "nowhere"},
        {"center": [1.0, 2.0]},
        {"center": ["a", 1.0, 2.0]},
        {"label": 1.5},
        {"label": True},
        {"space": None},
        {"frame": []},
    ],
)
def test_what_does_not_fit_is_refused(damage: dict[str, object]) -> None:
    with pytest.raises(CodecError):
        decode(Place, {**encode(point_place()), **damage})


def test_a_missing_key_without_default_is_refused() -> None:
    with pytest.raises(CodecError, match=r"Place\.kind"):
        decode(Place, {"space": "patient"})


def test_what_is_no_record_is_refused() -> None:
    with pytest.raises(CodecError):
        encode(object())
    with pytest.raises(CodecError):
        decode(Verdict, "perhaps")
