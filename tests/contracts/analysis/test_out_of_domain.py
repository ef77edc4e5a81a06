"""RQ-08: studies that a model was not made for: every one is refused with its reason, before any computing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.support.paths import user_paths
from tests.support.cli_phantom import in_process
from tests.support.dicom_files import ct_dataset, write
from tests.support.tiny_package import TinyPackage

RULES = {
    "sop_class_uids": ["1.2.840.10008.5.1.4.1.1.2"],
    "modality": ["CT"],
    "body_part": ["CHEST"],
    "view_position": ["PA"],
    "photometric": ["MONOCHROME2"],
    "plane": ["axial"],
    "min_slices": 3,
    "max_slices": 6,
    "spacing_mm": [0.4, 1.2],
    "slice_spacing_mm_max": 6.0,
    "slice_thickness_mm_max": 5.0,
    "needs_patient_space": True,
    "needs_spacing": True,
}
FITS: dict[str, Any] = {"BodyPartExamined": "CHEST"}
SECONDARY, MR, PET = "1.2.840.10008.5.1.4.1.1.7", "1.2.840.10008.5.1.4.1.1.4", "1.2.840.10008.5.1.4.1.1.128"
CORONAL, SAGITTAL = [1, 0, 0, 0, 0, -1], [0, 1, 0, 0, 0, -1]
# name: (changes, slices, step in mm, words of the reason)
STUDIES: dict[str, tuple[dict[str, Any], int, float, str]] = {
    "MR": ({"Modality": "MR", "SOPClassUID": MR}, 4, 2, MR),
    "PET": ({"Modality": "PT", "SOPClassUID": PET}, 4, 2, PET),
    "no modality": ({"Modality": ""}, 4, 2, "modality"),
    "another modality under the CT class": ({"Modality": "OT"}, 4, 2, "OT"),
    "secondary capture": ({"SOPClassUID": SECONDARY}, 4, 2, SECONDARY),
    "head": ({"BodyPartExamined": "HEAD"}, 4, 2, "HEAD"),
    "abdomen": ({"BodyPartExamined": "ABDOMEN"}, 4, 2, "ABDOMEN"),
    "knee": ({"BodyPartExamined": "KNEE"}, 4, 2, "KNEE"),
    "lateral": ({"ViewPosition": "LL"}, 4, 2, "LL"),
    "inverted": ({"PhotometricInterpretation": "MONOCHROME1"}, 4, 2, "MONOCHROME1"),
    "coronal": ({"ImageOrientationPatient": CORONAL}, 4, 2, "coronal"),
    "sagittal": ({"ImageOrientationPatient": SAGITTAL}, 4, 2, "sagittal"),
    "one slice": ({}, 1, 2, "1"),
    "two slices": ({}, 2, 2, "2"),
    "seven slices": ({}, 7, 2, "7"),
    "pixels too small": ({"PixelSpacing": [0.1, 0.1]}, 4, 2, "0.10"),
    "pixels too large": ({"PixelSpacing": [3.0, 3.0]}, 4, 2, "3.00"),
    "slices too far apart": ({}, 4, 10, "10"),
    "slices too thick": ({"SliceThickness": 10}, 4, 2, "10"),
    "no pixel spacing": ({"PixelSpacing": None}, 4, 2, "pixel"),
    "a child": ({"PatientAge": "007Y"}, 4, 2, "7"),
    "a newborn": ({"PatientAge": "003D"}, 4, 2, "patient"),
    "born last year": ({"PatientBirthDate": "20250101"}, 4, 2, "1"),
    "no place in the patient": ({"ImagePositionPatient": None, "ImageOrientationPatient": None}, 4, 2, ""),
}  # fmt: skip


def write_study(folder: Path, number: int, changes: dict[str, Any], slices: int, step: float) -> str:
    uid = f"1.2.9.{number + 1}"
    normal = np.cross(*np.reshape(changes.get("ImageOrientationPatient") or [1, 0, 0, 0, 1, 0], (2, 3)))
    for at in range(slices):
        told: dict[str, Any] = {
            **FITS,
            "StudyInstanceUID": uid,
            "SeriesInstanceUID": f"{uid}.1",
            "FrameOfReferenceUID": f"{uid}.2",
            "SOPInstanceUID": f"{uid}.3.{at}",
            "PatientID": f"P{number}",
            "InstanceNumber": at + 1,
            "ImagePositionPatient": [float(value) for value in normal * at * step],
            "PixelData": np.full(80, 100 + at, "<i2").tobytes(),
            **changes,
        }
        write(ct_dataset(**told), folder / f"{number:02d}-{at}.dcm")
    return uid


def test_rq_08_every_study_out_of_the_domain_is_refused_with_its_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OVERREAD_HOME", str(tmp_path / "home"))
    changes = {
        "viewer.applicability": RULES,
        "viewer.regulatory": {"not_for": ["the rest"], "age_range": [18, 120]},
    }
    package = TinyPackage(changes=changes).write(tmp_path / "spot")
    place = tmp_path / "studies"
    uids = {
        write_study(place, number, told, slices, step): name
        for number, (name, (told, slices, step, _)) in enumerate(STUDIES.items())
    }
    fits = write_study(place, len(STUDIES), {}, 4, 2)
    done = in_process(capsys, "run", package, place, "--out", tmp_path / "out", "--cpu", "--json")
    assert done.code == 0, done.err
    told = {one["study_uid"]: one for one in json.loads(done.out)}
    assert len(told) == len(STUDIES) + 1 >= 21
    assert told[fits]["state"] in {"positive", "negative"}
    for uid, name in uids.items():
        one, words = told[uid], STUDIES[name][3]
        assert one["state"] == "not_applicable", name
        assert one["pathology_flag"] is None
        assert not one["findings"]
        assert words in one["reason_text"], (name, one["reason_text"])
        assert one["reason_text"].strip()
        assert "?" not in one["reason_text"]
    assert user_paths().journal_file.is_file()
