"""RQ-31: what was asked before on the same input is answered from what is kept; what differs is computed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pydicom
import pytest

from app.cli.main import run
from app.findings.journal import Journal
from app.support.paths import user_paths
from tests.support.tiny_package import TinyPackage
from tests.support.tiny_studies import write_studies

Call = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    monkeypatch.setenv("OVERREAD_HOME", str(tmp_path / "home"))

    def made(*arguments: object, out: str = "out") -> list[dict[str, Any]]:
        capsys.readouterr()
        told = ("run", *arguments, "--out", tmp_path / out, "--cpu", "--json")
        assert run([str(one) for one in told]) == 0
        answer: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
        return answer

    return made


@pytest.fixture
def package(tmp_path: Path) -> Path:
    return TinyPackage().write(tmp_path / "spot")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return write_studies(tmp_path / "studies", 1)


def results_of_journal() -> list[str]:
    with Journal(user_paths().journal_file) as journal:
        return [one.event_type for one in journal.entries()]


def changed(file: Path, **values: Any) -> None:
    dataset = pydicom.dcmread(file)
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    dataset.save_as(file)


def test_rq_31_the_same_again_is_a_no_op_and_says_so(call: Call, package: Path, place: Path) -> None:
    [first] = call(package, place)
    [second] = call(package, place)
    assert (first["from_cache"], second["from_cache"]) == (False, True)
    assert first["result_id"] == second["result_id"]
    assert results_of_journal() == ["ResultArrived"]


def test_rq_31_another_folder_for_results_gets_the_kept_one(call: Call, package: Path, place: Path) -> None:
    [first] = call(package, place)
    [second] = call(package, place, out="elsewhere")
    assert (second["from_cache"], second["result_id"]) == (True, first["result_id"])
    assert (Path(second["folder"]) / "result.json").is_file()
    assert "elsewhere" in second["folder"]


def test_rq_31_a_copied_file_is_the_same_input(call: Call, package: Path, place: Path) -> None:
    call(package, place)
    file = next(place.iterdir())
    file.write_bytes(file.read_bytes())  # other time, same content
    assert call(package, place)[0]["from_cache"]
    assert results_of_journal() == ["ResultArrived"]


@pytest.mark.parametrize(
    "values",
    [
        {"PixelData": b"\x07" * 160},
        {"RescaleIntercept": -1000},
        {"PixelSpacing": [0.5, 0.5]},
        {"ImagePositionPatient": [0, 0, 0]},
        {"BodyPartExamined": "CHEST"},
    ],
    ids=lambda values: next(iter(values)),
)
def test_rq_31_other_pixels_or_another_header_are_computed(
    call: Call, package: Path, place: Path, values: dict[str, Any]
) -> None:
    [first] = call(package, place)
    changed(next(place.iterdir()), **values)
    [second] = call(package, place)
    assert not second["from_cache"]
    assert second["result_id"] != first["result_id"]


def test_rq_31_another_package_content_is_computed(call: Call, tmp_path: Path, place: Path) -> None:
    call(TinyPackage().write(tmp_path / "one"), place)
    assert not call(TinyPackage(threshold=0.6).write(tmp_path / "two"), place)[0]["from_cache"]


def test_again_computes_anew(call: Call, package: Path, place: Path) -> None:
    [first] = call(package, place)
    [second] = call(package, place, "--again")
    assert not second["from_cache"]
    assert first["result_id"] != second["result_id"]
    assert first["findings"][0]["score"] == second["findings"][0]["score"]


def test_a_result_that_was_thrown_away_is_computed(call: Call, package: Path, place: Path) -> None:
    import shutil

    call(package, place)
    shutil.rmtree(user_paths().results)
    shutil.rmtree(user_paths().data.parent.parent / "out")
    assert not call(package, place)[0]["from_cache"]


def test_a_list_file_names_the_places(call: Call, package: Path, tmp_path: Path) -> None:
    write_studies(tmp_path / "a", 2)
    write_studies(tmp_path / "b", 1, first=5)
    (tmp_path / "list.txt").write_text("# two places\na\n\nb\n", encoding="utf-8")
    (tmp_path / "list.csv").write_text("label,file\n1,a\n0,b\n", encoding="utf-8")
    assert len(call(package, tmp_path / "list.txt")) == 3
    assert all(one["from_cache"] for one in call(package, tmp_path / "list.csv", out="csv"))


def test_a_study_it_is_not_for_is_told_beside_the_others(call: Call, package: Path, tmp_path: Path) -> None:
    place = write_studies(tmp_path / "studies", 2)
    changed(place / "00000.dcm", Modality="MR")
    told = call(package, place)
    assert [one["state"] for one in told] == ["negative", "not_applicable"]
    assert "MR" in told[1]["reason_text"]


def test_a_watched_folder_is_run_as_studies_arrive(call: Call, package: Path, tmp_path: Path) -> None:
    import threading
    import time

    place = write_studies(tmp_path / "inbox", 1)

    def later() -> None:
        time.sleep(0.8)
        write_studies(place, 2, first=1)

    copier = threading.Thread(target=later)
    copier.start()
    told = call(package, place, "--watch", "0.2", "--stop-after", "2.5")
    copier.join()
    assert len({one["study_uid"] for one in told}) == len(told) == 3
