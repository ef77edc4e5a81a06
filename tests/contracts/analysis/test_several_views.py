"""Mammography: up to four views in one run; each finding and heat belongs to its own film and is drawn on no other."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.cli.main import run
from app.domain.finding import Reading
from app.findings.journal import Journal
from app.state.model import Ink
from app.studies.load import open_path
from app.support.paths import user_paths
from app.ui.marks import marks_for
from app.ui.subject import Subject
from app.workflows.review import readings_of
from inference.bundle import load_bundle
from inference.errors import PackageError
from tests.support.several_views import VIEWS, views_package, write_mammogram
from tests.support.tiny_package import TinyPackage

Call = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    monkeypatch.setenv("OVERREAD_HOME", str(tmp_path / "home"))

    def made(package: Path, place: Path) -> list[dict[str, Any]]:
        capsys.readouterr()
        told = ("run", package, place, "--out", tmp_path / "out", "--cpu", "--json")
        assert run([str(one) for one in told]) == 0, capsys.readouterr().err
        answer: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
        return answer

    return made


def reading() -> Reading:
    with Journal(user_paths().journal_file) as journal:
        [found] = readings_of(journal)
    return found


def test_four_views_are_one_run_and_each_finding_lies_on_its_film(call: Call, tmp_path: Path) -> None:
    package = views_package(tmp_path / "four")
    place = write_mammogram(tmp_path / "mg", {"LMLO": (5, 7), "RCC": (15, 20)})
    [told] = call(package, place)
    assert told["state"] == "positive"
    assert told["study_score"] == pytest.approx(0.9)
    found = {one["key"]: one["geometry"] for one in told["findings"]}
    assert set(found) == {"spot_LMLO", "spot_RCC"}
    sops = {view: f"1.2.8.{number}" for number, view in enumerate(VIEWS, start=1)}
    assert found["spot_LMLO"]["sop_uid"] == sops["LMLO"]
    assert found["spot_RCC"]["sop_uid"] == sops["RCC"]
    assert found["spot_LMLO"]["coords"][0] == pytest.approx([0.7, 0.5, 0.0])
    assert found["spot_RCC"]["coords"][0] == pytest.approx([2.0, 1.5, 0.0])
    assert {one["key"]: one["sop_instance_uid"] for one in told["maps"]} == {
        f"heat_{view}": sops[view] for view in VIEWS
    }


def test_marks_and_heat_are_drawn_on_their_own_film_alone(call: Call, tmp_path: Path) -> None:
    from app.analysis.result_files import load_result
    from app.studies.display_sets import display_sets

    place = write_mammogram(tmp_path / "mg", {"LMLO": (5, 7)})
    [told] = call(views_package(tmp_path / "four"), place)
    _, arrays = load_result(Path(told["folder"]))
    [study] = open_path(place)
    for one in display_sets(study):
        view = f"{one.frames[0].instance.laterality}{one.frames[0].instance.view_position}"
        target = Subject(study, one).target
        marks = marks_for(reading(), target, Ink(), "", lambda _result, ref: arrays[ref.key])
        assert [marker.text.split("  ")[0] for marker in marks.markers] == (
            ["Spot"] if view == "LMLO" else []
        )
        assert [heat.layer_id.rpartition("/")[2] for heat in marks.heat] == (
            ["heat_LMLO"] if view == "LMLO" else []
        ), "RQ-44: no heat of a view whose finding stayed below its threshold"


def test_a_missing_view_that_is_not_needed_is_left_out(call: Call, tmp_path: Path) -> None:
    place = write_mammogram(tmp_path / "mg", {"RCC": (1, 1)}, ("LCC", "RCC"))
    [told] = call(views_package(tmp_path / "four"), place)
    assert told["state"] == "positive"
    assert [one["key"] for one in told["findings"]] == ["spot_RCC"]


def test_a_missing_view_that_is_needed_is_not_applicable_and_named(call: Call, tmp_path: Path) -> None:
    place = write_mammogram(tmp_path / "mg", {"RCC": (1, 1)}, ("RCC", "RMLO"))
    [told] = call(views_package(tmp_path / "four"), place)
    assert told["state"] == "not_applicable"
    assert "LCC" in told["reason_text"]


def test_nothing_in_any_view_is_negative(call: Call, tmp_path: Path) -> None:
    [told] = call(views_package(tmp_path / "four"), write_mammogram(tmp_path / "mg", {}))
    assert (told["state"], told["findings"]) == ("negative", [])


def test_views_that_no_input_takes_are_refused(tmp_path: Path) -> None:
    folder = views_package(tmp_path / "four")
    file = folder / "configs/metadata.json"
    manifest = json.loads(file.read_text())
    manifest["viewer"]["outputs"][0]["view"] = "LXX"
    manifest["viewer"]["inputs"][1]["view"] = "LCC"
    file.write_text(json.dumps(manifest))
    from inference.hashes import write_sums

    write_sums(folder)
    with pytest.raises(PackageError) as caught:
        load_bundle(folder)
    assert {"model.problem.unknown_view", "model.problem.views"} <= {one.key for one in caught.value.problems}


def test_each_result_of_the_command_line_says_on_which_film_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Four mammograms, four results: without side and view nobody knows which of them is positive."""
    monkeypatch.setenv("OVERREAD_HOME", str(tmp_path / "home"))
    changes = {"viewer.applicability": {"modality": ["MG"]}}
    package = TinyPackage(changes=changes).write(tmp_path / "spot")
    place = write_mammogram(tmp_path / "mg", {"LMLO": (5, 7)}, ("LMLO", "RCC"))
    assert run([str(one) for one in ("run", package, place, "--out", tmp_path / "out", "--cpu")]) == 0
    told = capsys.readouterr().out
    assert "L MLO" in told
    assert "R CC" in told
