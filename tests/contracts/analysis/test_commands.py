"""`overread run` and `overread evaluate` as users and other programs meet them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pytest

from app.analysis.packages import open_package
from app.analysis.result_files import load_result
from app.cli.main import run
from app.domain.volume import Cancelled, CancelToken
from app.findings.journal import Journal
from app.phantom.spec import covering_spec
from app.phantom.study import write_phantom_study
from app.studies.display_sets import display_sets
from app.studies.load import open_path
from app.support.paths import user_paths
from app.workflows.review import readings_of
from app.workflows.run_model import run_model
from inference.client import ModelClient
from tests.support.spot_package import write_spot_package

Call = Callable[..., tuple[int, Any, str]]


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    monkeypatch.setenv("OVERREAD_HOME", str(tmp_path / "home"))

    def made(*arguments: object) -> tuple[int, Any, str]:
        code = run([str(one) for one in arguments])
        told = capsys.readouterr()
        return code, json.loads(told.out) if told.out.startswith(("[", "{")) else told.out, told.err

    return made


@pytest.fixture(scope="module")
def chest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("chest")
    write_phantom_study(folder, covering_spec(12, 48, 48), radiograph=False)
    return folder


@pytest.fixture
def package(tmp_path: Path) -> Path:
    return write_spot_package(tmp_path / "bright-spot-1.0.0", threshold=0.3)


def hashes(folder: Path) -> dict[str, str]:
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    return {str(file): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def test_a_run_prints_results_saves_them_and_leaves_the_source_alone(
    call: Call, package: Path, chest: Path, tmp_path: Path
) -> None:
    before = hashes(chest)
    code, told, _ = call("run", package, chest, "--out", tmp_path / "out", "--cpu", "--json")
    assert code == 0
    [result] = told
    assert result["state"] == "positive"
    assert result["package"]["name"] == "bright-spot"
    assert result["provider"] == "CPUExecutionProvider"
    assert result["findings"][0]["geometry"]["sop_uid"]
    assert set(result["stamps"]) == {"pre", "main", "post"}
    assert hashes(chest) == before
    saved, maps = load_result(Path(result["folder"]))
    assert saved.result_id == result["result_id"]
    assert set(maps) == {"heat", "spot"}
    with Journal(user_paths().journal_file) as journal:
        [reading] = readings_of(journal)
    assert reading.results == (saved,)
    assert load_result(user_paths().results / saved.result_id)[0] == saved


def test_a_negative_study_is_done_and_not_a_failure(call: Call, chest: Path, tmp_path: Path) -> None:
    package = write_spot_package(tmp_path / "strict", threshold=1.1)
    code, told, _ = call("run", package, chest, "--out", tmp_path / "out", "--cpu", "--no-record", "--json")
    assert (code, told[0]["state"], told[0]["findings"]) == (0, "negative", [])
    assert told[0]["not_for"] == ["anything but tests"]
    assert not user_paths().journal_file.exists()


def test_a_study_of_another_kind_is_not_applicable_with_its_reason(
    call: Call, chest: Path, tmp_path: Path
) -> None:
    package = write_spot_package(tmp_path / "films", applicability={"modality": ["DX"]})
    code, told, _ = call("run", package, chest, "--out", tmp_path / "out", "--cpu", "--json")
    assert (code, told[0]["state"], told[0]["pathology_flag"]) == (0, "not_applicable", None)
    assert "DX" in told[0]["reason_text"]


def test_pixels_that_are_cut_off_are_a_failed_result(call: Call, package: Path, tmp_path: Path) -> None:
    write_phantom_study(tmp_path / "cut", covering_spec(6, 48, 48), radiograph=False)
    file = next((tmp_path / "cut").rglob("*.dcm"))
    file.write_bytes(file.read_bytes()[:-3000])
    code, told, _ = call("run", package, tmp_path / "cut", "--out", tmp_path / "out", "--cpu", "--json")
    assert (code, told[0]["state"]) == (1, "failed")
    assert told[0]["reason_text"]
    assert "?" not in told[0]["reason_text"]


def test_a_crash_of_the_model_is_a_failed_result(call: Call, chest: Path, tmp_path: Path) -> None:
    package = write_spot_package(tmp_path / "wrong", inputs=[{"tensor": "image", "layout": "NCHW"}])
    code, told, _ = call("run", package, chest, "--out", tmp_path / "out", "--cpu", "--json")
    assert (code, told[0]["state"], told[0]["defects"]) == (1, "failed", ["a"])


@pytest.mark.parametrize("what", ["nothing", "missing", "text", "series", "package"])
def test_what_cannot_be_run_is_one_sentence_and_exit_code_one(
    call: Call, package: Path, chest: Path, tmp_path: Path, what: str
) -> None:
    (tmp_path / "nothing").mkdir()
    (tmp_path / "text").write_text("no DICOM", encoding="utf-8")
    path = tmp_path / what if what in ("nothing", "missing", "text") else chest
    name = "no-such-package" if what == "package" else package
    more = ("--series", "9.9.9") if what == "series" else ()
    code, _, error = call("run", name, path, "--out", tmp_path / "out", "--cpu", *more)
    assert code == 1
    assert len(error.strip().splitlines()) == 1
    assert "Traceback" not in error
    assert "?" not in error


def test_a_package_with_one_flipped_byte_is_refused(
    call: Call, package: Path, chest: Path, tmp_path: Path
) -> None:
    file = package / "models" / "model.onnx"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    code, _, error = call("run", package, chest, "--out", tmp_path / "out")
    assert code == 1
    assert "model.onnx" in error
    assert not (tmp_path / "out").exists()


def films(folder: Path, count: int = 60) -> Path:
    """Films of which the bright ones are positive, but for one in ten that is not bright enough."""
    (folder / "images").mkdir(parents=True)
    rng = np.random.default_rng(3)
    rows = ["file,label,patient_id"]
    for number in range(count):
        sick = number % 2 == 0
        grey = rng.integers(0, 900, (64, 64)).astype(np.uint16)
        grey[30:34, 30:34] = 2000 if sick != (number % 10 == 0) else 950
        (folder / "images" / f"{number}.png").write_bytes(imagecodecs.png_encode(grey))
        rows.append(f"{number}.png,{'ill' if sick else 'well'},p{number // 2}")
    rows.append("gone.png,ill,p99")
    (folder / "labels.csv").write_text("\n".join(rows), encoding="utf-8")
    return folder


def test_evaluate_prints_the_agreed_document(call: Call, tmp_path: Path) -> None:
    folder = films(tmp_path / "films")
    (folder / "images" / "7.png").write_bytes(b"cut")
    drawn = [f"{number}.png,30,30,4,4" for number in range(0, 60, 2)]
    (folder / "boxes.csv").write_text("\n".join(("file,x,y,w,h", *drawn)), encoding="utf-8")
    package = write_spot_package(tmp_path / "spots", applicability={"modality": ["DX"]})
    code, told, _ = call(
        "evaluate", package, "--labels", folder / "labels.csv", "--images", folder / "images",
        "--positive", "ill", "--boxes", folder / "boxes.csv", "--cpu", "--json",
    )  # fmt: skip
    assert code == 0
    assert (told["n"], told["n_positive"]) == (59, 30)
    assert told["sensitivity"]["value"] == 0.8
    assert told["specificity"]["value"] == 1.0
    assert told["sensitivity"]["ci95"] == pytest.approx([0.6269, 0.9049], abs=5e-4)
    assert set(told["auc"]) >= {"value", "ci95", "method"}
    assert 0 <= told["baselines"]["thumbnail_16"]["auc"] <= 1
    assert 0 <= told["baselines"]["border_12px"]["auc"] <= 1
    assert told["seconds_per_study"] > 0
    assert told["froc"]["boxes"] == 30
    assert {point["sensitivity"] for point in told["froc"]["points"]} == {0.8}
    assert told["states"] == {"positive": 24, "negative": 35, "failed": 1}
    assert told["not_counted"][0]["file"] == "7.png"
    assert len(told["problems"]) == 1
    assert any("PNG or JPEG" in words for words in told["warnings"])


def test_evaluate_counts_what_does_not_apply_apart(call: Call, tmp_path: Path) -> None:
    folder = films(tmp_path / "films", count=4)
    package = write_spot_package(tmp_path / "scans")
    code, told, _ = call(
        "evaluate", package, "--labels", folder / "labels.csv", "--images", folder / "images",
        "--positive", "ill", "--cpu", "--json",
    )  # fmt: skip
    assert (code, told["n"], told["auc"]["value"]) == (1, 0, None)
    assert told["states"] == {"not_applicable": 4}


def test_a_package_of_a_later_version_is_taken_by_its_name(call: Call, chest: Path, tmp_path: Path) -> None:
    for version in ("1.9.0", "1.10.0"):
        write_spot_package(tmp_path / "home" / "data" / "models" / f"bright-spot-{version}", version=version)
    code, told, _ = call("run", "bright-spot", chest, "--out", tmp_path / "out", "--cpu", "--json")
    assert (code, told[0]["package"]["version"]) == (0, "1.10.0")


def test_evaluate_reads_studies_in_folders_and_shows_the_baselines_no_volumes(
    call: Call, package: Path, chest: Path, tmp_path: Path
) -> None:
    table = tmp_path / "labels.csv"
    table.write_text("file,label\nCT,1\n", encoding="utf-8")
    code, told, _ = call("evaluate", package, "--labels", table, "--images", chest, "--cpu", "--json")
    assert (code, told["n"], told["n_positive"]) == (0, 1, 1)
    assert told["sensitivity"]["value"] is None
    assert "volumes" in told["baselines"]["thumbnail_16"]["reason"]
    assert any("names no patients" in words for words in told["warnings"])


def test_a_cancelled_run_leaves_nothing(package: Path, chest: Path, tmp_path: Path) -> None:
    [study] = open_path(chest)
    [display_set] = display_sets(study)
    cancel, client = CancelToken(), ModelClient()
    try:
        with pytest.raises(Cancelled):
            run_model(
                client,
                open_package(str(package), ()),
                study,
                display_set,
                results_dir=tmp_path / "results",
                progress=lambda _share, _note: cancel.cancel(),
                cancel=cancel,
            )
    finally:
        client.close()
    assert not (tmp_path / "results").exists()
