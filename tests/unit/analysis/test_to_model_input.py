from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from app.analysis.to_model_input import age_in_years, to_model_input
from app.domain.volume import Remark, RemarkKind, Space
from tests.support.analysis import ct_volume, series_of, study_of


def test_pixels_are_handed_over_and_not_copied() -> None:
    volume = ct_volume()
    given = to_model_input(volume)
    assert given.pixels is volume.pixels
    assert given.affine is volume.affine


def test_attributes_say_what_rules_ask_and_name_nobody() -> None:
    volume = ct_volume()
    series = series_of(volume, slice_thickness_mm=2.5, view_position="PA")
    given = to_model_input(volume, study_of(series, born="19600615", seen="20260101"), series)
    assert given.attributes == {
        "modality": "CT",
        "body_part": "CHEST",
        "view_position": "PA",
        "photometric": "MONOCHROME2",
        "sop_class_uid": "1.2.840.10008.5.1.4.1.1.2",
        "slice_thickness_mm": "2.5",
        "patient_age_years": "65.0",
    }
    everything = "".join(str(getattr(given, item.name)) for item in fields(given))
    for canary in ("Canary", "P1", "ACC1", "19600615", "20260101", "1.2.3.", "slice.dcm"):
        assert canary not in everything


def test_a_projection_without_spacing_says_so() -> None:
    volume = ct_volume(space=Space.IMAGE, remarks=(Remark(RemarkKind.NO_SPACING),))
    given = to_model_input(volume)
    assert not given.in_patient
    assert not given.spacing_known


@pytest.mark.parametrize(
    ("age", "born", "seen", "expected"),
    [
        ("061Y", "19000101", "20260101", 61.0),
        ("018M", "", "", 1.5),
        ("", "20000102", "20260101", 25.0),
        ("", "20000101", "20260101", 26.0),
        ("old", "", "20260101", None),
        ("", "20270101", "20260101", None),
        ("", "2000", "20260101", None),
    ],
)
def test_age_is_taken_from_the_tag_then_from_the_dates(
    age: str, born: str, seen: str, expected: float | None
) -> None:
    study = study_of(series_of(ct_volume()), born=born, seen=seen, age=age)
    found = age_in_years(study)
    assert found == (expected if expected is None else pytest.approx(expected, abs=0.01))


def test_colour_is_no_model_input() -> None:
    with pytest.raises(ValueError, match="one value per voxel"):
        to_model_input(ct_volume(np.zeros((2, 4, 4, 3), np.uint8)))
