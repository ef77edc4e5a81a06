"""`overread models`: install by signature or consent, remove, inventory, pause and stop rules, pack."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import helper

from app.context import build_context
from app.jobs.ended_run import EndedRun
from app.support.clock import utc_now
from app.support.paths import user_paths
from inference.bundle import load_bundle
from inference.client import ModelClient
from inference.hashes import package_sha256
from tests.support.certificates import certificate, keyless, sign_with, write_pem
from tests.support.cli_phantom import in_process, small_chest
from tests.support.signing import make_key, sign, write_public
from tests.support.tiny_package import TinyPackage, spot_graph


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OVERREAD_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def passes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The golden test passes without a child: for tests of what comes after it."""
    case = {"input": "in_0.npz", "difference": 0.0, "allowed": 1e-4}
    told = {"provider": "CPUExecutionProvider", "cases": [case]}
    monkeypatch.setattr(ModelClient, "golden", lambda *_given, **_named: told)


@pytest.fixture
def package(tmp_path: Path) -> Path:
    return TinyPackage().write(tmp_path / "in" / "spot-1.0.0")


def inventory(capsys: pytest.CaptureFixture[str], name: str = "spot") -> list[dict[str, Any]]:
    told = in_process(capsys, "models", "inventory", "--json")
    assert told.code == 0, told.err
    return [row for row in json.loads(told.out) if row["name"] == name]


def ran(package: Path, defects: str, count: int, at: str = "") -> None:
    """So many runs of a package as they are noted."""
    ctx = build_context()
    bundle = load_bundle(package)
    for number in range(count):
        run = EndedRun(
            f"r{defects}{number}", "a", "c", "f", bundle.manifest.name, bundle.manifest.version, bundle.sha256,
            f"1.2.{number}", "failed" if defects else "negative", defects, "CPU", 1.0, "", at or utc_now(),
        )  # fmt: skip
        ctx.runtime.runs.add(run)
    ctx.close()


@pytest.mark.usefixtures("passes")
def test_rq_35_an_unsigned_package_needs_consent(package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = in_process(capsys, "models", "install", package)
    assert told.code == 1
    assert "--unsigned" in told.sentence()
    assert not user_paths().models.exists()
    assert in_process(capsys, "models", "install", package, "--unsigned").code == 0
    assert (user_paths().models / "spot-1.0.0" / "SHA256SUMS").is_file()


@pytest.mark.usefixtures("passes")
def test_rq_67_a_package_signed_by_a_trusted_key_needs_none(
    package: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = make_key()
    sign(package, key)
    assert in_process(capsys, "models", "install", package).code == 1, "the key is not known yet"
    pem = write_public(key, user_paths().model_keys / "maker.pem")
    assert in_process(capsys, "models", "install", package).code == 0
    assert inventory(capsys)[0]["signature"].startswith("verified")
    assert in_process(capsys, "models", "check", package, "--key", pem).code == 0


@pytest.mark.usefixtures("passes")
def test_rq_67_a_wrong_signature_is_refused_with_consent_too(
    package: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = make_key()
    file = sign(package, key)
    write_public(key, user_paths().model_keys / "maker.pem")
    bundle = json.loads(file.read_text())
    bundle["dsseEnvelope"]["signatures"][0]["sig"] = "AAAA"
    file.write_text(json.dumps(bundle))
    told = in_process(capsys, "models", "install", package, "--unsigned")
    assert told.code == 1
    assert not user_paths().models.exists()


@pytest.mark.usefixtures("passes")
def test_rq_67_a_keyless_signature_needs_consent_and_is_never_told_as_verified(
    package: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keyless(sign(package, make_key()))
    told = in_process(capsys, "models", "install", package)
    assert told.code == 1
    assert "cannot be checked" in told.sentence()
    assert not user_paths().models.exists()
    assert in_process(capsys, "models", "install", package, "--unsigned").code == 0
    assert "verified" not in inventory(capsys)[0]["signature"]


@pytest.mark.usefixtures("passes")
def test_rq_67_a_makers_root_certificate_is_enough(package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root_key, key = make_key(), make_key()
    sign_with(package, key, [certificate("signing", key, ("root", root_key))])
    assert in_process(capsys, "models", "install", package).code == 1
    write_pem(certificate("root", root_key, issues=True), user_paths().model_keys / "maker.pem")
    assert in_process(capsys, "models", "install", package).code == 0
    assert inventory(capsys)[0]["signature"].startswith("verified")


def test_check_lists_everything_that_is_wrong(package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (package / "docs/README.md").unlink()
    (package / "surprise.py").write_text("print()")
    (package / "LICENSE").write_text("another")
    told = in_process(capsys, "models", "check", package)
    assert told.code == 1
    lines = told.out.strip().splitlines()
    assert len(lines) == 3
    assert {"README.md", "surprise.py", "LICENSE"} <= {
        word.strip("'").rpartition("/")[2] for word in told.out.split()
    }
    assert "3 problems" in told.sentence()


def test_rq_24_a_package_that_answers_otherwise_is_not_installed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    package = TinyPackage().write(tmp_path / "spot")
    wrong = {"outputs": {"score": {"shape": [1], "values": [0.9]}}}
    (package / "tests/golden/expected.json").write_text(json.dumps(wrong))
    from inference.hashes import write_sums

    write_sums(package)
    told = in_process(capsys, "models", "install", package, "--unsigned")
    assert told.code == 1
    assert "off by" in told.err


@pytest.mark.usefixtures("passes")
def test_rq_39_the_inventory_has_ten_fields_and_keeps_the_history(
    package: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    in_process(capsys, "models", "install", package, "--unsigned")
    in_process(capsys, "models", "accept", "spot", "--result", "AUC 0.91 on 412 own films")
    [row] = inventory(capsys)
    fields = [
        "name", "version", "sha256", "licence_code", "licence_data", "intended_use", "acceptance",
        "acceptance_date", "installed", "status",
    ]  # fmt: skip
    assert list(row)[:10] == fields
    assert all(row[name] for name in fields)
    assert (row["status"], row["acceptance"]) == ("active", "AUC 0.91 on 412 own films")
    assert in_process(capsys, "models", "remove", "spot-1.0.0").code == 0
    newer = TinyPackage(changes={"version": "1.1.0"}).write(tmp_path / "in" / "newer")
    in_process(capsys, "models", "install", newer, "--unsigned")
    now, gone = inventory(capsys)
    assert (now["version"], now["acceptance"], now["acceptance_date"]) == ("1.1.0", "", "")
    assert (gone["version"], gone["status"], gone["acceptance"]) == ("1.0.0", "removed", row["acceptance"])
    assert [one["kind"] for one in now["history"]] == ["installed", "acceptance", "removed", "installed"]
    assert "1.1.0 installed" in in_process(capsys, "models", "inventory").out


def test_rq_40_a_month_with_eleven_percent_defects_pauses_and_says_why(
    package: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ran(package, "", 89)
    ran(package, "a", 11)
    out = ("--out", tmp_path / "out", "--cpu")
    told = in_process(capsys, "run", package, small_chest(), *out)
    assert told.code == 0
    assert "paused" in told.err
    assert "11 %" in told.err
    told = in_process(capsys, "run", package, small_chest(), *out)
    assert told.code == 1
    assert "11 %" in told.sentence()
    assert in_process(capsys, "models", "resume", package, "--why", "maker mended it").code == 0
    assert in_process(capsys, "run", package, small_chest(), *out).code == 0


@pytest.mark.parametrize(
    ("defective", "sound", "at"),
    [(10, 90, ""), (10, 8, ""), (60, 0, "2020-01-01T00:00:00")],
    ids=["ten percent", "too few", "long ago"],
)
def test_rq_40_what_does_not_pass_the_limit_does_not_pause(
    package: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], defective: int, sound: int, at: str
) -> None:
    ran(package, "", sound, at)
    ran(package, "a", defective, at)
    told = in_process(capsys, "run", package, small_chest(), "--out", tmp_path / "out", "--cpu")
    assert (told.code, told.err) == (0, "")


def test_rq_39_a_new_version_has_no_runs_of_the_old_one(
    package: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ran(package, "a", 50)
    newer = TinyPackage(changes={"version": "1.1.0"}).write(tmp_path / "newer")
    assert package_sha256(newer) != package_sha256(package)
    told = in_process(capsys, "run", newer, small_chest(), "--out", tmp_path / "out", "--cpu")
    assert (told.code, told.err) == (0, "")


def test_rq_40_a_failed_golden_test_pauses(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    package = TinyPackage().write(tmp_path / "spot")
    expected = {"outputs": {"score": {"shape": [1], "values": [0.5]}}}
    (package / "tests/golden/expected.json").write_text(json.dumps(expected))
    from inference.hashes import write_sums

    write_sums(package)
    for _ in range(2):
        told = in_process(capsys, "run", package, small_chest(), "--out", tmp_path / "out", "--cpu")
        assert told.code == 1
        assert "golden test" in told.sentence()


def test_rq_24_another_runtime_or_driver_runs_the_golden_test_again(
    package: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from inference import fingerprint

    drivers = iter(["", "", "570.1", "570.1"])
    for driver in drivers:
        monkeypatch.setattr(fingerprint, "runtime_facts", lambda now=driver: {"driver": now})
        told = in_process(capsys, "run", package, small_chest(), "--out", tmp_path / "out", "--cpu")
        assert told.code == 0
    ctx = build_context()
    kinds = [one.kind for one in ctx.runtime.packages.events()]
    ctx.close()
    assert kinds == ["golden_passed", "golden_passed"], "once for each driver"


def test_rq_40_readers_who_disagree_pause_a_package_that_has_a_limit() -> None:
    from app.analysis.stop_rule import Broken, Fared, Limits, broken_rule

    assert broken_rule(Fared(100, 0, 40, 30), Limits(concordance=0.8)) == (Broken.CONCORDANCE, 0.75, 0.8)
    assert broken_rule(Fared(100, 0, 40, 32), Limits(concordance=0.8)) is None
    assert broken_rule(Fared(100, 0, 19, 0), Limits(concordance=0.8)) is None, "too few were judged"
    assert broken_rule(Fared(100, 0, 40, 0), Limits()) is None, "no limit is set"


def test_a_person_pauses_and_resumes(
    package: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    in_process(capsys, "models", "install", package, "--unsigned")
    assert in_process(capsys, "models", "pause", "spot", "--why", "odd masks since Monday").code == 0
    assert inventory(capsys)[0]["status"] == "paused"
    told = in_process(capsys, "run", "spot", small_chest(), "--out", tmp_path / "out", "--cpu")
    assert "odd masks since Monday" in told.sentence()
    in_process(capsys, "models", "resume", "spot")
    assert in_process(capsys, "run", "spot", small_chest(), "--out", tmp_path / "out", "--cpu").code == 0


@pytest.mark.usefixtures("passes")
def test_a_zip_file_is_installed_and_a_bomb_is_not(
    package: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("spot/models/model.onnx", b"\0" * (64 * 1024 * 1024))
    told = in_process(capsys, "models", "install", bomb, "--unsigned")
    assert told.code == 1
    assert not user_paths().models.exists()
    good = tmp_path / "spot.zip"
    with zipfile.ZipFile(good, "w") as archive:
        for file in sorted(package.rglob("*")):
            archive.write(file, file.relative_to(package.parent).as_posix())
    assert in_process(capsys, "models", "install", good, "--unsigned").code == 0


def test_a_zip_file_that_leads_outside_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "slip.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("../../slipped.txt", "outside")
    assert in_process(capsys, "models", "install", file, "--unsigned").code == 1
    assert not list(tmp_path.rglob("slipped.txt"))


def packed(onnx_file: Path, out: Path, *more: object) -> list[object]:
    return [
        "models", "pack", onnx_file, "--out", out, "--name", "bright", "--task", "bright spots",
        "--authors", "tests", "--intended-use", "tests", "--not-for", "anything else", "--modality", "CT",
        "--step", "modality_lut", "--step", "to_range from_min=-1000 from_max=1000 min=0 max=1",
        "--output", "key=spot; label=Bright spot; tensor=score; threshold=0.5; source=by eye; heat=heat",
        "--map", "tensor=heat; key=heat; label=Attention", "--licence-code", "Apache-2.0",
        "--licence-weights", "Apache-2.0", "--licence-data", "none", *more,
    ]  # fmt: skip


def test_pack_makes_a_package_that_installs_and_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    onnx.save(spot_graph(), str(tmp_path / "net.onnx"))
    told = in_process(capsys, *packed(tmp_path / "net.onnx", tmp_path / "made"))
    assert told.code == 0, told.err
    folder = tmp_path / "made" / "bright-1.0.0"
    assert "Bright spot: 0.5 (by eye)" in (folder / "docs/README.md").read_text()
    expected = json.loads((folder / "tests/golden/expected.json").read_text())["outputs"]
    with np.load(folder / "tests/golden/in_0.npz") as golden:
        assert expected["score"]["values"][0] == pytest.approx(float(golden["x"].max()))
    assert in_process(capsys, "models", "check", folder).code == 0
    assert in_process(capsys, "models", "install", folder, "--unsigned").code == 0
    told = in_process(capsys, "run", "bright", small_chest(), "--out", tmp_path / "out", "--cpu", "--json")
    assert json.loads(told.out)[0]["state"] in {"positive", "negative"}


def test_pack_says_at_once_all_that_is_still_to_be_given(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    onnx.save(spot_graph(), str(tmp_path / "net.onnx"))
    told = in_process(capsys, "models", "pack", tmp_path / "net.onnx", "--out", tmp_path / "made")
    assert told.code == 1
    flags = ("--name", "--task", "--authors", "--intended-use", "--not-for", "--modality", "--output")
    assert all(
        flag in told.sentence() for flag in (*flags, "--licence-code", "--licence-weights", "--licence-data")
    )


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--output", "key=x; label"), "name=value"),
        (("--output", "key=y; tensor=ghost; threshold=1; source=a"), "ghost"),
        (("--step", "run_python"), "preprocess"),
        (("--map", "tensor=heat; key=h2; kind=other"), "maps"),
        (("--size", "x=1,1"), "axes"),
    ],
)
def test_pack_refuses_what_makes_no_package_and_leaves_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], more: tuple[str, ...], words: str
) -> None:
    onnx.save(spot_graph(), str(tmp_path / "net.onnx"))
    told = in_process(capsys, *packed(tmp_path / "net.onnx", tmp_path / "made", *more))
    assert told.code == 1
    assert words in told.sentence()
    assert not (tmp_path / "made").exists() or not list((tmp_path / "made").iterdir())


def test_pack_asks_on_a_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    import typer

    onnx.save(spot_graph(), str(tmp_path / "net.onnx"))
    answers = {
        "Short name": "asked", "What it does": "spots", "Who made it": "tests", "What it is for": "tests",
        "What it is not for": "the rest", "Modality": "CT",
        "What it reports": "key=spot; tensor=score; threshold=0.5; source=x",
        "Licence of the code": "MIT", "Licence of the weights": "MIT", "Licence of the training": "none",
    }  # fmt: skip
    asked: list[str] = []

    def prompt(words: str, **_more: Any) -> str:
        asked.append(words)
        return next((said for start, said in answers.items() if words.startswith(start)), "")

    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(typer, "prompt", prompt)
    told = in_process(capsys, "models", "pack", tmp_path / "net.onnx", "--out", tmp_path / "made")
    assert told.code == 0, told.err
    assert load_bundle(tmp_path / "made" / "asked-1.0.0").manifest.viewer.licence.code == "MIT"
    assert len(asked) > 10


def test_pack_takes_weights_beside_the_graph(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from onnx import numpy_helper
    from onnx.external_data_helper import convert_model_to_external_data

    from tests.support.tiny_package import graph

    weight = numpy_helper.from_array(np.full((1, 1, 1, 1), 1.0, np.float32), "w")
    nodes = [
        helper.make_node("Mul", ["x", "w"], ["heat"]),
        helper.make_node("ReduceMax", ["x"], ["score"], axes=[1, 2, 3], keepdims=0),
    ]
    model = graph(nodes, initializers=[weight])
    convert_model_to_external_data(model, location="net.data", size_threshold=0)
    onnx.save(model, str(tmp_path / "net.onnx"))
    told = in_process(capsys, *packed(tmp_path / "net.onnx", tmp_path / "made"))
    assert told.code == 0, told.err
    folder = tmp_path / "made" / "bright-1.0.0"
    assert (folder / "models" / "net.data").is_file()
    assert in_process(capsys, "models", "check", folder).code == 0
