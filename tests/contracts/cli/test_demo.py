"""The demo as a user without a display starts it: pictures, verdicts, exports that a second reader reads; and again."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from PySide6.QtGui import QImage

from tests.support.cli_phantom import in_child

pytestmark = pytest.mark.slow
LIMIT_S = 240.0  # a shared machine; alone it takes well under a minute and a half


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    told = in_child(folder / "user", "demo", "--out", folder / "out", timeout_s=LIMIT_S)
    assert told.code == 0, told.err
    assert "Traceback" not in told.err
    assert "not for primary diagnosis" in told.out.lower()
    assert not (folder / "user").exists(), "the demo has a home of its own"
    return folder / "out"


def summary(demo: Path) -> dict[str, Any]:  # Any: JSON
    told: dict[str, Any] = json.loads((demo / "summary.json").read_text(encoding="utf-8"))
    return told


def test_every_picture_is_there_and_shows_something(demo: Path) -> None:
    names = summary(demo)["pictures"]
    assert len(names) == 5
    for name in names:
        picture = QImage(str(demo / name)).convertToFormat(QImage.Format.Format_Grayscale8)
        assert (picture.width(), picture.height()) == (1600, 1000), name
        grey = np.frombuffer(picture.constBits(), np.uint8).reshape(1000, -1)
        middle = grey[250:750, 500:1100]
        assert np.unique(middle).size > 60, f"{name} is blank where the study should be"
        assert middle.std() > 15, f"{name} is blank where the study should be"


def test_the_summary_tells_of_both_verdicts_and_a_whole_journal(demo: Path) -> None:
    told = summary(demo)
    assert told["verdicts"] == {"accepted": 1, "rejected": 1}
    assert told["journal"]["whole"]
    packages = {one["package"]: one for one in told["results"]}
    assert set(packages) == {"ct-dense-lung", "cxr-opacity-starter"}
    for one in packages.values():
        assert one["state"] == "positive"
        assert one["device"].endswith("ExecutionProvider")
        assert one["seconds"] > 0
    assert "not for primary diagnosis" in str(told["notice"]).lower()


def test_exports_are_read_by_highdicom_and_by_a_second_reader(demo: Path) -> None:
    import highdicom

    files = [demo / str(name) for name in summary(demo)["export"]]
    assert {file.suffix for file in files} >= {".csv", ".jsonl", ".dcm"}
    modalities = set()
    for file in (one for one in files if one.suffix == ".dcm"):
        dataset = pydicom.dcmread(file)
        modalities.add(dataset.Modality)
        if dataset.Modality == "SEG":
            assert highdicom.seg.segread(file).number_of_segments >= 1
        elif dataset.Modality == "SR":
            assert highdicom.sr.srread(file).content is not None
            if shutil.which("dsrdump"):
                done = subprocess.run(["dsrdump", str(file)], capture_output=True, text=True, check=False)
                assert done.returncode == 0, done.stderr
                assert "Imaging Measurement Report" in done.stdout
    assert modalities >= {"SR", "SEG"}


def test_the_journal_verifies_from_the_command_line(demo: Path) -> None:
    told = in_child(demo / "home", "journal", "verify", "--json")
    assert told.code == 0, told.err
    assert json.loads(told.out)["is_whole"]


def test_it_runs_again_into_the_same_folder(demo: Path) -> None:
    before = (demo / "summary.json").stat().st_mtime_ns
    told = in_child(demo.parent / "user", "demo", "--out", demo, timeout_s=LIMIT_S)
    assert told.code == 0, told.err
    assert (demo / "summary.json").stat().st_mtime_ns > before
    assert summary(demo)["journal"]["whole"]


def test_a_folder_with_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("two years of work", encoding="utf-8")
    told = in_child(tmp_path / "user", "demo", "--out", tmp_path)
    assert told.code == 1
    assert told.sentence()
    assert [file.name for file in tmp_path.iterdir()] == ["thesis.txt"]
