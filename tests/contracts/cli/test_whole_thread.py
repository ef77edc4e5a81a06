"""Index, run, review, export, journal and snapshot on one made-up study, in the shapes that other programs rely on."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.cli_phantom import Answer, hashes, in_process, small_chest
from tests.support.spot_package import write_spot_package


@dataclass(frozen=True, slots=True)
class Desk:
    """A user's home with one model result in its journal."""

    capsys: pytest.CaptureFixture[str]
    folder: Path

    def call(self, *arguments: object) -> Answer:
        return in_process(self.capsys, *arguments)

    def told(self, *arguments: object) -> Any:
        """The JSON document of a command that did what was asked."""
        answer = self.call(*arguments, "--json")
        assert (answer.code, answer.err) == (0, "")
        return json.loads(answer.out)

    def finding(self) -> str:
        return str(self.told("review", "list")["studies"][0]["findings"][0]["finding_id"])


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    monkeypatch.setenv("OVERREAD_HOME", str(tmp_path / "home"))
    return Desk(capsys, tmp_path)


@pytest.fixture
def read(desk: Desk) -> Desk:
    package = write_spot_package(desk.folder / "bright-spot-1.0.0", threshold=0.3)
    [result] = desk.told("run", package, small_chest(), "--out", desk.folder / "out", "--cpu")
    assert result["state"] == "positive"
    return desk


def test_index_counts_what_there_is(desk: Desk) -> None:
    told = desk.told("index", small_chest())
    assert (told["studies"], told["series"], told["instances"]) == (1, 1, 12)
    assert told["files"] == 13
    assert told["seconds"] > 0
    assert told["refused"] == []
    assert not (desk.folder / "home").exists(), "to look is not to keep"


def test_a_finding_is_accepted_rejected_with_a_reason_and_edited(read: Desk) -> None:
    finding = read.finding()
    assert read.told("review", "accept", finding[:12])["verdict"] == "accepted"
    rejected = read.told("review", "reject", finding, "--reason", "fp_artefact", "--reader", "AB")
    assert (rejected["verdict"], rejected["reason"], rejected["reader"]) == ("rejected", "fp_artefact", "AB")
    edited = read.told("review", "edit", finding, "--label", "Clip", "--center", "1,2,-3")
    assert (edited["verdict"], edited["label"], edited["center_mm"]) == ("edited", "Clip", [1, 2, -3])
    assert read.told("review", "undo") == {"changed": True}
    [study] = read.told("review", "list")["studies"]
    assert study["findings"][0]["verdict"] == "rejected"
    assert set(study["results"][0]) >= {"result_id", "package", "version", "state", "provider"}
    assert read.told("journal", "verify")["is_whole"]


def test_a_reason_that_is_none_is_refused_and_named(read: Desk) -> None:
    told = read.call("review", "reject", read.finding(), "--reason", "dislike")
    assert told.code == 1
    assert "dislike" in told.sentence()
    assert read.told("review", "list")["studies"][0]["findings"][0]["verdict"] == "unreviewed"


@pytest.mark.parametrize("command", ["accept", "edit"])
def test_a_finding_that_is_not_there_is_one_sentence(read: Desk, command: str) -> None:
    told = read.call("review", command, "9.9.9", *(("--label", "x") if command == "edit" else ()))
    assert told.code == 1
    assert "9.9.9" in told.sentence()


def test_verdicts_leave_as_files_that_name_nobody(read: Desk) -> None:
    read.told("review", "accept", read.finding())
    before = hashes(small_chest())
    told = read.told("export", "--out", read.folder / "export", "--format", "csv,jsonl,sr,seg")
    assert told["findings"] == 1
    kinds = {Path(name).suffix for name in told["files"]}
    assert kinds >= {".csv", ".jsonl", ".dcm"}
    written = b"".join(file.read_bytes() for file in (read.folder / "export").rglob("*") if file.is_file())
    assert b"OVERREAD-PHANTOM" not in written
    assert hashes(small_chest()) == before


def test_an_export_format_that_is_none_is_one_sentence(read: Desk) -> None:
    told = read.call("export", "--out", read.folder / "export", "--format", "fax")
    assert told.code == 1
    assert "fax" in told.sentence()
    assert not (read.folder / "export").exists()


def test_a_journal_that_was_altered_behind_its_back_is_not_whole(read: Desk) -> None:
    file = read.folder / "home" / "data" / "journal.sqlite"
    with closing(sqlite3.connect(file)) as base, base:
        for (guard,) in base.execute("select name from sqlite_master where type='trigger'").fetchall():
            base.execute(f"drop trigger {guard}")
        changed = base.execute("update entries set payload = replace(payload, 'positive', 'negative')")
        assert changed.rowcount == 1
    told = read.call("journal", "verify")
    assert told.code == 1
    assert "altered" in told.sentence()
