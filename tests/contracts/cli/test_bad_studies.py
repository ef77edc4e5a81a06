"""Studies with something wrong inside, packages and targets that cannot be used: said, and never guessed over."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pydicom
import pytest

from app.support.paths import user_paths
from tests.support.cli_phantom import Answer, hashes, in_process, small_chest
from tests.support.spot_package import write_spot_package

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
Change = Callable[[pydicom.Dataset], None]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OVERREAD_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def package(tmp_path: Path) -> Path:
    return write_spot_package(tmp_path / "bright-spot-1.0.0", threshold=0.3)


def study(folder: Path, change: Change | None = None) -> Path:
    """A copy of the small chest; `change` is done to every header."""
    shutil.copytree(small_chest() / "CT", folder)
    for file in sorted(folder.glob("*.dcm")) if change else ():
        dataset = pydicom.dcmread(file)
        assert change is not None
        change(dataset)
        dataset.save_as(file)
    return folder


def no_spacing(dataset: pydicom.Dataset) -> None:
    del dataset.PixelSpacing


def no_orientation(dataset: pydicom.Dataset) -> None:
    del dataset.ImageOrientationPatient


def no_position(dataset: pydicom.Dataset) -> None:
    del dataset.ImagePositionPatient, dataset.ImageOrientationPatient


def ran(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[Answer, list[dict[str, Any]]]:
    answer = in_process(capsys, "run", *arguments, "--cpu", "--json")
    return answer, json.loads(answer.out or "[]")


@pytest.mark.parametrize("change", [no_spacing, no_orientation, no_position])
def test_without_its_place_in_the_patient_there_are_no_planes_and_no_lung_model(
    change: Change, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = study(tmp_path / "in", change)
    before = hashes(folder)
    answer, [result] = ran(capsys, "ct-dense-lung", folder, "--out", tmp_path / "out")
    assert (answer.code, result["state"]) == (0, "not_applicable")
    assert len(result["reason_text"]) > 20
    assert "?" not in result["reason_text"]
    told = in_process(
        capsys, "snapshot", folder, "--view", "mpr", "--out", tmp_path / "o.png", "--size", "200x200"
    )
    assert told.code == 1
    assert told.sentence().endswith(".")
    flat = in_process(capsys, "snapshot", folder, "--out", tmp_path / "flat.png", "--size", "200x200")
    assert (flat.code, flat.err) == (0, "")
    assert (tmp_path / "flat.png").stat().st_size > 1000
    assert hashes(folder) == before


def test_pixels_that_end_too_early_name_their_file(
    package: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = study(tmp_path / "in")
    file = folder / "00004.dcm"
    file.write_bytes(file.read_bytes()[:-3000])
    before = hashes(folder)
    answer, [result] = ran(capsys, package, folder, "--out", tmp_path / "out")
    assert (answer.code, result["state"]) == (1, "failed")
    assert "00004.dcm" in answer.sentence()
    drawn = in_process(
        capsys, "snapshot", folder, "--out", tmp_path / "o.png", "--size", "200x200", "--slice", "4"
    )
    assert drawn.code == 1
    assert "00004.dcm" in drawn.sentence()
    assert hashes(folder) == before


def test_two_stacks_in_one_series_are_two_things_to_look_at(
    package: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def half_coronal(dataset: pydicom.Dataset) -> None:
        if dataset.InstanceNumber > 6:
            dataset.ImageOrientationPatient = [1, 0, 0, 0, 0, -1]
            dataset.ImagePositionPatient = [-100, 10 * dataset.InstanceNumber, 100]

    answer, results = ran(capsys, package, study(tmp_path / "in", half_coronal), "--out", tmp_path / "out")
    assert answer.code == 0
    assert len(results) == 2


def test_no_model_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = in_process(capsys, "run", "no-such-model", small_chest(), "--out", tmp_path / "out")
    assert told.code == 1
    assert "no-such-model" in told.sentence()
    assert in_process(capsys, "models", "check", tmp_path / "nowhere").code == 1


def test_one_flipped_byte_keeps_a_package_out(
    package: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = package / "models" / "model.onnx"
    content = bytearray(file.read_bytes())
    content[len(content) // 3] ^= 1
    file.write_bytes(content)
    for command in ("check", "install"):
        told = in_process(capsys, "models", command, package)
        assert told.code == 1
        assert "model.onnx" in told.sentence()
    assert not any(user_paths().models.rglob("*.onnx"))


def test_a_result_of_another_study_is_not_drawn(
    package: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, [result] = ran(capsys, package, small_chest(), "--out", tmp_path / "out")

    def another(dataset: pydicom.Dataset) -> None:
        dataset.StudyInstanceUID, dataset.SeriesInstanceUID = "1.2.3", "1.2.3.4"
        dataset.SOPInstanceUID = f"1.2.3.4.{dataset.InstanceNumber}"

    folder, overlay = study(tmp_path / "in", another), Path(result["folder"])
    told = in_process(capsys, "snapshot", folder, "--out", tmp_path / "o.png", "--overlay", overlay)
    assert told.code == 1
    assert told.sentence().endswith(".")
    assert not (tmp_path / "o.png").exists()


@pytest.mark.parametrize("command", ["run", "snapshot", "demo", "phantom"])
def test_a_target_that_cannot_be_written_is_one_sentence(
    command: str, package: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder", encoding="utf-8")
    out = blocked / "out"
    words = {
        "run": ("run", package, small_chest(), "--out", out, "--cpu"),
        "snapshot": ("snapshot", small_chest(), "--out", out / "o.png", "--size", "200x200"),
        "demo": ("demo", "--out", out, "--no-window"),
        "phantom": ("phantom", out, "--slices", "4", "--size", "16"),
    }
    told = in_process(capsys, *words[command])
    assert told.code == 1
    assert told.sentence().endswith(".")
    assert blocked.read_text(encoding="utf-8") == "not a folder"


def test_a_place_in_the_picture_is_not_told_as_one_in_the_patient(
    package: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    unplaced = study(tmp_path / "in", no_position)
    told = in_process(capsys, "run", package, unplaced, "--out", tmp_path / "out", "--cpu")
    assert "in the patient is not known" in told.out
    placed = in_process(capsys, "run", package, small_chest(), "--out", tmp_path / "out", "--cpu")
    assert ") mm" in placed.out
    assert "not known" not in placed.out
