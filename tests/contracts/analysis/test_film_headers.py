"""What a film's header says of how it lies and what it is, and what it leaves open, reaches the answer in words."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom import Dataset
from pydicom.uid import (
    ComputedRadiographyImageStorage,
    DigitalMammographyXRayImageStorageForPresentation,
    DigitalXRayImageStorageForPresentation,
    DigitalXRayImageStorageForProcessing,
)

from tests.support.cli_phantom import in_process
from tests.support.dicom_files import ct_dataset, write
from tests.support.tiny_package import TinyPackage

ROWS, COLUMNS, MM = 8, 10, 0.5
SPOT = (2, 7)  # row and column of the only bright pixel, as stored
RULES = {
    "modality": ["CR", "DX", "MG"],
    "body_part": ["CHEST", "BREAST"],
    "view_position": ["PA", "AP", "CC"],
}
Answer = dict[str, Any]
Run = Callable[..., Answer]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setenv("OVERREAD_HOME", str(tmp_path / "home"))
    changes = {
        "viewer.applicability": RULES,
        "viewer.regulatory": {"not_for": ["the rest"], "age_range": [18, 120]},
    }
    package = TinyPackage(changes=changes).write(tmp_path / "spot")

    def made(**header: Any) -> Answer:
        film(tmp_path / "film.dcm", **header)
        told = ("run", package, tmp_path / "film.dcm", "--out", tmp_path / "out", "--cpu", "--json")
        done = in_process(capsys, *told)
        assert done.code == 0, done.err
        [answer] = json.loads(done.out)
        return dict(answer)

    return made


def film(path: Path, **header: Any) -> None:
    pixels = np.full((ROWS, COLUMNS), 100, "<i2")
    pixels[SPOT] = 1900
    told: dict[str, Any] = {
        "SOPClassUID": ComputedRadiographyImageStorage,
        "Modality": "CR",
        "BodyPartExamined": "CHEST",
        "ViewPosition": "PA",
        "PatientAge": "055Y",
        "PatientOrientation": ["L", "F"],
        "ImagePositionPatient": None,
        "ImageOrientationPatient": None,
        "PixelSpacing": [MM, MM],
        "PixelData": pixels.tobytes(),
        **header,
    }
    write(ct_dataset(**told), path)


def said(answer: Answer, words: str) -> bool:
    return any(words in warning for warning in answer["warnings"])


@pytest.mark.parametrize(
    "pose", [("L", "F"), ("R", "F"), ("L", "H"), ("R", "H"), ("F", "L"), ("H", "R")], ids="".join
)
def test_a_film_stored_in_any_way_is_read_as_it_hangs_and_the_finding_lies_on_its_own_pixel(
    run: Run, pose: tuple[str, str]
) -> None:
    answer = run(PatientOrientation=list(pose))
    assert answer["state"] == "positive"
    [[x, y, _]] = answer["findings"][0]["geometry"]["coords"]
    assert (y / MM, x / MM) == pytest.approx(SPOT, abs=0.5)
    assert said(answer, "stored mirrored or turned") == (pose != ("L", "F"))


def test_what_the_file_leaves_open_is_said_and_not_taken_for_checked(run: Run) -> None:
    assert not said(run(), "not checked")
    answer = run(ViewPosition=None, BodyPartExamined=None, PatientAge=None, PatientBirthDate=None)
    assert answer["state"] == "positive"
    assert said(answer, "it was not checked whether it fits: body part, view position, the patient's age.")


@pytest.mark.parametrize("told", [["A", "F"], ["P", "F"]], ids="".join)
def test_a_film_whose_rows_run_to_the_front_is_no_frontal_one_though_it_names_no_view(
    run: Run, told: list[str]
) -> None:
    answer = run(ViewPosition=None, PatientOrientation=told)
    assert answer["state"] == "not_applicable"
    assert "view position" in answer["reason_text"]


def test_grey_as_the_detector_gave_it_is_refused_unless_a_package_asks_for_it(run: Run) -> None:
    answer = run(SOPClassUID=DigitalXRayImageStorageForProcessing, Modality="DX")
    assert answer["state"] == "not_applicable"
    assert "for processing" in answer["reason_text"]


@pytest.mark.parametrize(("told", "side"), [("L", "left"), ("R", "right"), (None, "")])
def test_a_finding_on_a_mammogram_lies_in_the_breast_that_its_header_names(
    run: Run, told: str | None, side: str
) -> None:
    mammogram = DigitalMammographyXRayImageStorageForPresentation
    answer = run(
        SOPClassUID=mammogram, Modality="MG", ViewPosition="CC", ImageLaterality=told,
        BodyPartExamined="BREAST", PatientOrientation=["P", "L"],
    )  # fmt: skip
    assert [one["side"] for one in answer["findings"]] == [side]
    assert not said(answer, "mirrored or turned"), "how a mammogram hangs is not told by left and right alone"


@pytest.mark.parametrize(
    ("code", "scheme", "state"),
    [
        ("399173006", "SCT", "not_applicable"),
        ("R-10236", "SRT", "not_applicable"),
        ("399067008", "SCT", "not_applicable"),
        ("272479007", "SCT", "positive"),
        ("399348003", "SCT", "positive"),
    ],
)
def test_a_digital_radiograph_tells_its_view_by_code_where_it_has_no_view_position(
    run: Run, code: str, scheme: str, state: str
) -> None:
    """In the DX object the view code is mandatory and the view position is not: a lateral film was read as frontal."""
    view = Dataset()
    view.CodeValue, view.CodingSchemeDesignator, view.CodeMeaning = code, scheme, "view"
    answer = run(
        SOPClassUID=DigitalXRayImageStorageForPresentation, Modality="DX", ViewPosition=None,
        ViewCodeSequence=[view],
    )  # fmt: skip
    assert answer["state"] == state
    assert not said(answer, "view position"), "it was told, by its code"
