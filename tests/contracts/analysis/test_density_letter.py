"""The letter of density is a word beside a number, never a code of the standard's breast compositions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom import dcmread

from app.cli.main import run
from app.support.quantity_values import value_word
from tests.support.mammograms import FOUR, write
from tests.support.starters import MAMMOGRAM, card_of, manifest_of

import synthetic  # isort: skip - on the path only after tests.support.starters

COMPOSITIONS = ("129716005", "129717001", "129718006", "129719003", "129715009", "111006")


def asked(capsys: pytest.CaptureFixture[str], *words: object) -> str:
    capsys.readouterr()
    assert run([str(one) for one in words]) == 0, capsys.readouterr().err
    return capsys.readouterr().out


def with_cluster(folder: Path) -> None:
    """A made-up film with a cluster, so that there is a finding to report."""
    write(folder, FOUR[:1])
    [file] = folder.iterdir()
    film = np.ascontiguousarray(synthetic.mammogram(specks=9)[:, ::-1]).astype("<u2")
    dataset = dcmread(file)
    dataset.Rows, dataset.Columns = film.shape
    dataset.PixelData = film.tobytes()
    dataset.save_as(file)


@pytest.mark.parametrize(("value", "word"), [(1.0, "a"), (4.0, "d"), (2.5, ""), (5.0, ""), (0.0, "")])
def test_a_value_has_a_word_only_where_one_is_written(value: float, word: str) -> None:
    assert value_word("density_letter", value) == word
    assert value_word("density_percent", value) == ""


def test_command_line_json_and_table_say_the_letter_and_that_it_is_no_radiologists(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OVERREAD_HOME", str(tmp_path / "home"))
    with_cluster(tmp_path / "mg")
    told = ("run", "mg-density", tmp_path / "mg", "--out", tmp_path / "out", "--cpu")
    [answer] = json.loads(asked(capsys, *told, "--json"))
    [letter] = [one for one in answer["measures"] if one["key"] == "density_letter"]
    assert letter["word"] == "abcd"[int(letter["value"]) - 1]
    assert letter["unit"] == "1"
    [line] = [line for line in asked(capsys, *told).splitlines() if "Letter by area percent" in line]
    assert line.endswith(f"no radiologist's category {letter['word']}")
    [shown] = json.loads(asked(capsys, "review", "list", "--json"))["studies"]
    asked(capsys, "review", "accept", shown["findings"][0]["finding_id"])
    asked(capsys, "export", "--format", "csv,sr", "--out", tmp_path / "left")
    [table] = (tmp_path / "left").rglob("*findings*.csv")
    assert f"density_letter={letter['value']:.6g} 1 ({letter['word']})" in table.read_text(
        encoding="utf-8-sig"
    )
    reports = list((tmp_path / "left").rglob("*.dcm"))
    assert reports
    for file in reports:
        assert not [code for code in COMPOSITIONS if code.encode() in file.read_bytes()], file.name


def test_card_and_panel_say_how_the_letter_came_about() -> None:
    card = card_of(MAMMOGRAM)
    for words in ("cut at 25, 50 and 75 %", "fourth edition", "no radiologist's category", "CID 6000"):
        assert words in card
    spoken = " ".join(manifest_of(MAMMOGRAM)["viewer"]["regulatory"]["not_for"])
    assert "worked out from the percentage" in spoken


def test_every_figure_of_a_letter_on_the_card_follows_the_cut_points() -> None:
    metrics: dict[str, Any] = json.loads((MAMMOGRAM / "docs/metrics.json").read_text())
    for row in metrics["made"]:
        percent = row["found_percent"]
        letter = "abcd"[sum(percent > cut for cut in (25, 50, 75))]
        assert f"| {row['true_percent']:.1f} | {percent:.1f} | {letter} |" in card_of(MAMMOGRAM)
