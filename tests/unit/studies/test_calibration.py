"""Where millimetres come from: every case of PS3.3 10.7.1.3, said on the picture with its numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.domain.volume import RemarkKind
from app.studies.display_sets import DisplaySet, display_sets
from app.studies.scan import scan
from app.ui.corners import badge
from app.ui.pictures import info_of
from tests.support.dicom_files import ct_dataset, write
from viewers.types import BadgeLevel

CR, DX, US = "1.2.840.10008.5.1.4.1.1.1", "1.2.840.10008.5.1.4.1.1.1.1", "1.2.840.10008.5.1.4.1.1.6.1"
CASES = [
    ({"ImagerPixelSpacing": [0.2, 0.2]}, 0.2, RemarkKind.SPACING_AT_DETECTOR, "at detector"),
    (
        {"ImagerPixelSpacing": [0.2, 0.2], "EstimatedRadiographicMagnificationFactor": 1.25},
        0.16,
        RemarkKind.SPACING_MAGNIFIED,
        "in the patient, estimated",
    ),
    (  # no body lies behind the detector, and no tube stands three times nearer
        {"ImagerPixelSpacing": [0.2, 0.2], "EstimatedRadiographicMagnificationFactor": 0.9},
        0.2,
        RemarkKind.SPACING_AT_DETECTOR,
        "at detector",
    ),
    (
        {"ImagerPixelSpacing": [0.2, 0.2], "PixelSpacing": [0.2, 0.2]},
        0.2,
        RemarkKind.SPACING_AT_DETECTOR,
        "at detector",
    ),
    (
        {"ImagerPixelSpacing": [0.2, 0.2], "PixelSpacing": [0.17, 0.17]},
        0.17,
        RemarkKind.SPACING_CALIBRATED,
        "calibrated, not said how",
    ),
    (
        {
            "ImagerPixelSpacing": [0.2, 0.2],
            "PixelSpacing": [0.17, 0.17],
            "PixelSpacingCalibrationType": "FIDUCIAL",
        },
        0.17,
        RemarkKind.SPACING_FIDUCIAL,
        "calibrated by an object",
    ),
    (
        {
            "ImagerPixelSpacing": [0.2, 0.2],
            "PixelSpacing": [0.17, 0.17],
            "PixelSpacingCalibrationType": "GEOMETRY",
        },
        0.17,
        RemarkKind.SPACING_GEOMETRY,
        "calibrated by geometry",
    ),
    ({"PixelSpacing": [0.17, 0.17]}, 0.17, RemarkKind.SPACING_UNSAID, "not said where"),
    ({"NominalScannedPixelSpacing": [0.1, 0.1]}, 0.1, RemarkKind.SPACING_AT_SCANNER, "on the film"),
    ({}, None, RemarkKind.NO_SPACING, ""),
]


def radiograph(folder: Path, sop_class: str = DX, **changes: Any) -> DisplaySet:
    plain = {"PixelSpacing": None, "ImagePositionPatient": None, "ImageOrientationPatient": None}
    write(ct_dataset(**{**plain, "Modality": "DX", "SOPClassUID": sop_class, **changes}), folder / "x")
    (only,) = display_sets(scan([folder]).studies[0])
    return only


@pytest.mark.parametrize(("header", "mm", "kind", "note"), CASES)
def test_which_calibration_is_in_force_is_said(
    tmp_path: Path, header: dict[str, Any], mm: float | None, kind: RemarkKind, note: str
) -> None:
    made = radiograph(tmp_path, **header)
    assert [remark.kind for remark in made.remarks] == [kind]
    told = badge(made.remarks)
    assert told is not None
    info = info_of(made)
    assert info.scale_note == note
    assert info.spacing_known == (mm is not None)
    if mm is not None:
        assert made.affines[0][1, 1] == pytest.approx(mm)
        assert told.level is BadgeLevel.NOTE
        assert any(number in told.details[0] for number in (f"{mm:.4g}", "1.250"))
    else:
        assert told.level is BadgeLevel.FINAL


def test_slices_in_the_patient_and_ultrasound_need_no_such_word(tmp_path: Path) -> None:
    write(ct_dataset(), tmp_path / "ct" / "x")
    (ct,) = display_sets(scan([tmp_path / "ct"]).studies[0])
    assert ct.remarks == ()
    made = radiograph(tmp_path / "us", US, PixelSpacing=[0.3, 0.3])
    assert made.remarks == ()
