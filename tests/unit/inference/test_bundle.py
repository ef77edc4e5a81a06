"""A package is used only if everything about it agrees; what does not is told at once."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from inference.bundle import load_bundle
from inference.errors import PackageError
from inference.hashes import write_sums
from inference.manifest import json_schema
from tests.support.tiny_package import DELETE, TinyPackage

ROOT = Path(__file__).resolve().parents[3]


def problems(folder: Path) -> list[str]:
    with pytest.raises(PackageError) as caught:
        load_bundle(folder)
    return [problem.key.removeprefix("model.problem.") for problem in caught.value.problems]


def test_a_sound_package_loads(tmp_path: Path) -> None:
    bundle = load_bundle(TinyPackage().write(tmp_path / "spot"))
    assert bundle.key == "spot-1.0.0"
    assert len(bundle.sha256) == 64


def test_rq_34_the_shipped_schema_is_the_one_in_force() -> None:
    shipped = json.loads((ROOT / "resources/schemas/model-package.schema.json").read_text(encoding="utf-8"))
    assert shipped == json_schema()


@pytest.mark.parametrize(
    "path",
    [
        "schema", "name", "version", "changelog", "task", "authors", "intended_use", "network_data_format", "viewer",
        "viewer.kind", "viewer.device_uid", "viewer.onnx", "viewer.regulatory", "viewer.applicability",
        "viewer.outputs", "viewer.resources", "viewer.licence", "viewer.regulatory.not_for",
        "viewer.outputs.0.threshold", "viewer.outputs.0.threshold_source",
    ],
)  # fmt: skip
def test_rq_34_a_missing_required_field_is_refused(tmp_path: Path, path: str) -> None:
    package = TinyPackage(changes={path: DELETE})
    assert "manifest" in problems(package.write(tmp_path / "spot"))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("viewer.code", "import os"),
        ("viewer.preprocess", [{"op": "run_python", "args": {}}]),
        ("viewer.kind", "anything"),
        ("name", "../../etc"),
        ("version", "one"),
        ("viewer.onnx.file", "../model.onnx"),
        ("viewer.resources.ram_mb", 10**9),
    ],
)
def test_rq_34_what_the_vocabulary_does_not_hold_is_refused(tmp_path: Path, path: str, value: object) -> None:
    assert "manifest" in problems(TinyPackage(changes={path: value}).write(tmp_path / "spot"))


@pytest.mark.parametrize("name", ["models/model.onnx", "configs/metadata.json", "docs/README.md", "LICENSE"])
def test_rq_35_one_flipped_byte_is_refused_by_name(tmp_path: Path, name: str) -> None:
    folder = TinyPackage().write(tmp_path / "spot")
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(bytes(content))
    with pytest.raises(PackageError) as caught:
        load_bundle(folder)
    assert any(
        p.key == "model.problem.file_changed" and p.facts["file"] == name for p in caught.value.problems
    )


def test_rq_35_missing_and_unlisted_files_are_told_together(tmp_path: Path) -> None:
    folder = TinyPackage().write(tmp_path / "spot")
    (folder / "docs/README.md").unlink()
    (folder / "surprise.py").write_text("print()", encoding="utf-8")
    assert {"file_missing", "file_unlisted"} <= set(problems(folder))


def test_rq_36_links_are_refused(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret", encoding="utf-8")
    soft, hard = TinyPackage().write(tmp_path / "soft"), TinyPackage().write(tmp_path / "hard")
    (soft / "docs/README.md").unlink()
    (soft / "docs/README.md").symlink_to(secret)
    (hard / "docs/README.md").unlink()
    os.link(secret, hard / "docs/README.md")
    assert "link" in problems(soft)
    assert "hard_link" in problems(hard)


@pytest.mark.parametrize("line", ["../outside", "/etc/passwd", "a/../../b", "C:\\x", "docs//x"])
def test_rq_36_sums_that_point_outside_are_refused(tmp_path: Path, line: str) -> None:
    folder = TinyPackage().write(tmp_path / "spot")
    with (folder / "SHA256SUMS").open("a", encoding="utf-8") as file:
        file.write(f"{'0' * 64}  {line}\n")
    assert "bad_sums_line" in problems(folder)


def test_rq_24_a_package_without_a_golden_test_is_refused(tmp_path: Path) -> None:
    assert "no_golden" in problems(TinyPackage(changes={"viewer.golden": []}).write(tmp_path / "spot"))


def test_a_wrong_tensor_and_a_wrong_map_are_told_together(tmp_path: Path) -> None:
    changes = {"viewer.outputs.0.score": {"tensor": "ghost"}, "viewer.outputs.0.heat": "nowhere"}
    assert {"unknown_tensor", "unknown_map"} <= set(
        problems(TinyPackage(changes=changes).write(tmp_path / "s"))
    )


def test_sums_are_not_asked_of_a_folder_that_is_no_package(tmp_path: Path) -> None:
    assert problems(tmp_path / "missing") == ["no_folder"]
    (tmp_path / "empty").mkdir()
    assert "no_sums" in problems(tmp_path / "empty")


def test_a_manifest_of_another_size_class_is_refused(tmp_path: Path) -> None:
    folder = TinyPackage().write(tmp_path / "spot")
    (folder / "configs/metadata.json").write_text(" " * (5 * 1024 * 1024), encoding="utf-8")
    write_sums(folder)
    assert problems(folder) == ["manifest"]
