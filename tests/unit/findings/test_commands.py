"""`overread review`, `journal` and `export` as a user types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.cli.main import run
from app.findings.events import ResultArrived
from app.findings.journal import Journal
from app.support.paths import user_paths
from tests.support.findings import STUDY, nodule, result_of


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OVERREAD_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def _findings() -> None:
    with Journal(user_paths().journal_file) as journal:
        journal.append(ResultArrived(result_of(nodule(1), nodule(2))))


def out(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().out


@pytest.mark.usefixtures("_findings")
def test_verdicts_from_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["review", "accept", "10001", "--reader", "анна"]) == 0
    assert run(["review", "reject", "10002", "--reason", "fp_known"]) == 0
    assert run(["review", "undo", "--study", STUDY]) == 0
    assert run(["review", "edit", "10002", "--label", "Очаг", "--center", "1,2,3.5"]) == 0
    capsys.readouterr()
    assert run(["review", "list", "--json"]) == 0
    (study,) = json.loads(out(capsys))["studies"]
    assert [(f["verdict"], f["label"]) for f in study["findings"]] == [
        ("accepted", "Nodule 1"),
        ("edited", "Очаг"),
    ]
    assert study["findings"][0]["reader"] == "анна"
    assert study["findings"][1]["center_mm"] == [1.0, 2.0, 3.5]
    assert run(["journal", "verify", "--json"]) == 0
    assert json.loads(out(capsys))["entries"] == 5


@pytest.mark.usefixtures("_findings")
@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["review", "accept", "1000"], 1, "2 findings begin with '1000'"),
        (["review", "accept", "777"], 1, "No finding begins with '777'"),
        (["review", "reject", "10001", "--reason", "nix"], 1, "choose one of fp_anatomy"),
        (["review", "reject", "10001"], 2, "--reason"),
        (["review", "edit", "10001"], 1, "An edit needs"),
        (["review", "edit", "10001", "--center", "1,2"], 1, "three numbers in mm"),
        (["review", "list", "--study", "9"], 1, "knows no study"),
        (["journal", "verify", "nowhere.sqlite"], 1, "There is no journal"),
        (["journal", "verify", "--head", "ab"], 1, "does not hold the given head"),
        (["export", "--out", "x", "--format", "pdf"], 1, "'pdf' is no export format"),
    ],
)
def test_what_cannot_be_done_is_one_plain_line(
    arguments: list[str], code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == code
    said = capsys.readouterr()
    assert words in said.err
    assert len(said.err.splitlines()) == 1
    assert not said.out


def test_an_empty_home_has_nothing_to_review_or_export(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["review", "list"]) == 0
    assert "run a model first" in out(capsys)
    assert run(["export", "--out", str(tmp_path / "out")]) == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("_findings")
def test_export_writes_a_folder_and_says_what_is_in_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["review", "accept", "10001"]) == 0
    capsys.readouterr()
    assert run(["export", "--format", "csv,jsonl", "--out", str(tmp_path / "out"), "--json"]) == 0
    record = json.loads(out(capsys))
    assert record["files"] == ["findings.csv", "findings.jsonl", "data_dictionary.json", "manifest.json"]
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert run(["journal", "verify", "--head", manifest["journal_head"]]) == 0


def test_an_altered_journal_is_told(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Journal(user_paths().journal_file) as journal:
        journal.append(ResultArrived(result_of(nodule(1))))
    raw = user_paths().journal_file.read_bytes()
    user_paths().journal_file.write_bytes(raw.replace(b"Nodule 1", b"Nodule 7"))
    assert run(["journal", "verify"]) == 1
    assert "Entry 1 of the journal does not fit" in capsys.readouterr().err
