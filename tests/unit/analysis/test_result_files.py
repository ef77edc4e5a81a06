from __future__ import annotations

import json
import os
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.analysis.map_files import MapArray
from app.analysis.result_files import RESULT_FILE, load_result, save_result
from app.analysis.run_package import Given, RunNotes, run_package
from app.domain.errors import StudyUnreadableError
from app.domain.finding import AnalysisResult
from app.support.i18n import explain
from inference.types import Measure
from tests.support.analysis import FACTS, ct_volume, heat_on, labels_on, output_of, series_of, spot


def made() -> tuple[AnalysisResult, dict[str, MapArray]]:
    volume = ct_volume()
    lungs = np.zeros(volume.pixels.shape)
    lungs[:, 15:45, 15:65] = 1
    output = output_of(
        spot(measures=(Measure("volume", 0.25, "mL"), Measure("dense_percent", 3.5, "%"))),
        spot(None, score=0.6),
        maps=(heat_on(volume, np.random.default_rng(1).random(volume.pixels.shape)),),
        label_maps=(labels_on(volume, lungs, {1: "left lung"}),),
        study_score=0.9,
    )
    return run_package(lambda _: output, FACTS, Given(series_of(volume), None, volume), RunNotes())


def saved(folder: Path) -> Path:
    return save_result(folder / "r1", *made())


def refusal(folder: Path) -> str:
    with pytest.raises(StudyUnreadableError) as caught:
        load_result(folder)
    sentence = explain(caught.value)
    assert "?" not in sentence
    assert folder.name in sentence
    return caught.value.key


def test_a_result_comes_back_exactly(tmp_path: Path) -> None:
    result, arrays = made()
    back, maps = load_result(save_result(tmp_path / "r1", result, arrays))
    assert back == result
    assert list(maps) == ["heat", "lungs"]
    for key, array in arrays.items():
        assert np.array_equal(maps[key].values, array.values)
        assert maps[key].values.dtype == array.values.dtype
        assert np.array_equal(maps[key].affine, array.affine)


def test_everything_is_on_the_disk_before_the_folder_gets_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The journal names a result at once, and outlives a power cut."""
    sizes: list[int] = []
    synced = os.fsync

    def noted(handle: int) -> None:
        sizes.append(os.fstat(handle).st_size)
        synced(handle)

    monkeypatch.setattr(os, "fsync", noted)
    folder = saved(tmp_path)
    assert sorted(sizes) == sorted(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def test_the_json_has_the_agreed_message(tmp_path: Path) -> None:
    document = json.loads((saved(tmp_path) / RESULT_FILE).read_text(encoding="utf-8"))
    assert document["pathology_flag"] is True
    assert document["state"] == "positive"
    assert set(document["package"]) == {"name", "version", "sha256", "device_uid"}
    assert set(document["stamps"]) == {"pre", "main", "post"}
    found = document["findings"][0]
    assert found["tracking_uid"].startswith("2.25.")
    assert found["geometry"] | {"frame": 1} == {
        "type": "point",
        "space": "patient",
        "sop_uid": "1.2.3.2",
        "frame": 1,
        "coords": [[20.0, 0.0, 106.0]],
        "label_map": None,
        "label": None,
    }
    assert (found["volume_ml"], found["percent_lung"], found["code"]["value"]) == (0.25, 3.5, "27925004")


def test_what_a_newer_version_added_is_ignored(tmp_path: Path) -> None:
    folder = saved(tmp_path)
    document = json.loads((folder / RESULT_FILE).read_text(encoding="utf-8"))
    document["tomorrow"] = document["record"]["tomorrow"] = 1
    (folder / RESULT_FILE).write_text(json.dumps(document), encoding="utf-8")
    assert load_result(folder)[0].findings


def test_a_result_that_could_not_be_written_leaves_nothing(tmp_path: Path) -> None:
    result, _ = made()
    with pytest.raises(KeyError):
        save_result(tmp_path / "r1", result, {})
    assert list(tmp_path.iterdir()) == []


def test_a_result_is_never_overwritten(tmp_path: Path) -> None:
    folder = saved(tmp_path)
    before = (folder / RESULT_FILE).read_bytes()
    with pytest.raises(FileExistsError):
        save_result(folder, *made())
    assert (folder / RESULT_FILE).read_bytes() == before


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("", "no_json"),
        ("{", "no_json"),
        ("[" * 100_000, "no_json"),
        ("[]", "no_record"),
        ('{"state": "positive"}', "no_record"),
        ('{"record": {"result_id": 7}}', "misfit"),
    ],
)
def test_a_broken_document_is_one_plain_sentence(tmp_path: Path, words: str, key: str) -> None:
    folder = saved(tmp_path)
    (folder / RESULT_FILE).write_text(words, encoding="utf-8")
    assert refusal(folder) == f"error.result.{key}"


def test_a_missing_folder_is_one_plain_sentence(tmp_path: Path) -> None:
    assert refusal(tmp_path / "nowhere") == "error.result.cannot_read"


def test_a_document_that_contradicts_its_record_is_refused(tmp_path: Path) -> None:
    folder = saved(tmp_path)
    words = (folder / RESULT_FILE).read_text(encoding="utf-8")
    (folder / RESULT_FILE).write_text(
        words.replace('"state": "positive"', '"state": "negative"', 1), encoding="utf-8"
    )
    assert refusal(folder) == "error.result.altered"


def test_a_map_outside_the_folder_is_not_read(tmp_path: Path) -> None:
    result, arrays = made()
    folder = save_result(tmp_path / "r1", result, arrays)
    elsewhere = tuple(replace(ref, file="../other.npz") for ref in result.maps)
    document = json.loads((folder / RESULT_FILE).read_text(encoding="utf-8"))
    document["record"]["maps"][0]["file"] = elsewhere[0].file
    (folder / RESULT_FILE).write_text(json.dumps(document), encoding="utf-8")
    assert refusal(folder) == "error.result.map_elsewhere"


def _header(shape: str, descr: str) -> bytes:
    words = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY\x01\x00" + len(words).to_bytes(2, "little") + words


@pytest.mark.parametrize(
    "content",
    [
        b"no zip",
        {"affine.npy": _header("(4, 4)", "<f8") + bytes(128)},
        {
            "values.npy": _header("(2, 2, 2)", "|O") + bytes(64),
            "affine.npy": _header("(4, 4)", "<f8") + bytes(128),
        },
        {
            "values.npy": _header("(100000, 100000, 100)", "<f4"),
            "affine.npy": _header("(4, 4)", "<f8") + bytes(128),
        },
        {
            "values.npy": _header("(2, 2, 2)", "<f4") + bytes(3),
            "affine.npy": _header("(4, 4)", "<f8") + bytes(128),
        },
        {
            "values.npy": _header("(8,)", "<f4") + bytes(32),
            "affine.npy": _header("(4, 4)", "<f8") + bytes(128),
        },
    ],
)
def test_a_broken_or_hostile_map_is_one_plain_sentence(
    tmp_path: Path, content: bytes | dict[str, bytes]
) -> None:
    folder = saved(tmp_path)
    file = next((folder / "maps").glob("*heat.npz"))
    file.unlink()
    if isinstance(content, bytes):
        file.write_bytes(content)
    else:
        with zipfile.ZipFile(file, "w") as box:
            for name, data in content.items():
                box.writestr(name, data)
    assert refusal(folder) == "error.result.map_broken"
