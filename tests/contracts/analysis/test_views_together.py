"""Packages of several views: pictures compared in pairs, what is said of the rest, and answers kept (RQ-31)."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pydicom
import pytest

from app.cli.main import run
from app.context import build_context
from app.domain.volume import CancelToken
from app.studies.display_sets import display_sets
from app.studies.load import open_path
from app.support.i18n import text
from app.workflows.review import readings_of
from app.workflows.stale import StaleRequest, stale_words
from inference.bundle import load_bundle
from inference.errors import PackageError
from inference.hashes import write_sums
from tests.support.several_views import PAIRED, VIEWS, views_package, write_mammogram

Call = Callable[..., dict[str, Any]]


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    monkeypatch.setenv("OVERREAD_HOME", str(tmp_path / "home"))

    def made(package: Path, place: Path) -> dict[str, Any]:
        capsys.readouterr()
        told = ("run", package, place, "--out", tmp_path / "out", "--cpu", "--json")
        assert run([str(one) for one in told]) == 0, capsys.readouterr().err
        [answer] = json.loads(capsys.readouterr().out)
        return dict(answer)

    return made


@pytest.fixture
def paired(tmp_path: Path) -> Path:
    return views_package(tmp_path / "paired", changed=PAIRED)


def measured(answer: dict[str, Any]) -> set[str]:
    return {one["key"] for one in answer["measures"]}


def test_a_view_without_its_partner_is_left_out_and_said(call: Call, paired: Path, tmp_path: Path) -> None:
    place = write_mammogram(tmp_path / "mg", {"RCC": (3, 4), "RMLO": (9, 9)}, ("LCC", "RCC", "RMLO"))
    told = call(paired, place)
    assert told["state"] == "positive"
    assert [one["key"] for one in told["findings"]] == ["spot_RCC"], "RMLO has a spot too, but no partner"
    assert {one["key"] for one in told["maps"]} == {"heat_LCC", "heat_RCC"}
    assert any("RMLO was not looked at" in words for words in told["warnings"])
    assert measured(told) == {"top_cc", "known"}, "no number of a pair that was not compared"


@pytest.mark.parametrize(
    ("views", "told", "found"),
    [
        (("LCC", "RMLO"), {}, "LCC, RMLO"),
        (("LCC", "RCC"), {"RCC": {"ImageLaterality": "L"}}, "2 x LCC"),
        (("LCC", "RCC"), {"RCC": {"ViewPosition": "MLO"}}, "LCC, RMLO"),
    ],
    ids=["one of each projection", "two lefts", "unequal projections"],
)
def test_no_pair_is_not_applicable_in_words_and_never_negative(
    call: Call, paired: Path, tmp_path: Path, views: tuple[str, ...], told: dict[str, Any], found: str
) -> None:
    answer = call(paired, write_mammogram(tmp_path / "mg", {"LCC": (1, 1)}, views, told))
    assert answer["state"] == "not_applicable"
    assert f"It found {found}." in answer["reason_text"]
    assert "RCC + LCC, RMLO + LMLO" in answer["reason_text"]
    assert (answer["findings"], answer["study_score"]) == ([], None)


def test_a_number_that_is_not_known_is_not_told(call: Call, paired: Path, tmp_path: Path) -> None:
    dark = call(paired, write_mammogram(tmp_path / "mg", {"LCC": (1, 1)}))
    assert measured(dark) == {"top_cc", "top_mlo"}


def test_a_requirement_of_some_views_leaves_out_those_alone(call: Call, tmp_path: Path) -> None:
    rule = {"value": {"tensor": "lmlo_score"}, "at_least": 0.5, "reason": {"en": "Too dark."}}
    changed = PAIRED | {"viewer.requires": [rule | {"views": ["RMLO", "LMLO"]}]}
    package = views_package(tmp_path / "paired", changed=changed)
    told = call(package, write_mammogram(tmp_path / "mg", {"RCC": (3, 4)}))
    assert told["state"] == "positive"
    assert {one["key"] for one in told["maps"]} == {"heat_LCC", "heat_RCC"}
    assert "Too dark." in told["warnings"]
    refused = call(package, write_mammogram(tmp_path / "mlo", {"RMLO": (3, 4)}, ("RMLO", "LMLO")))
    assert (refused["state"], refused["reason_text"]) == ("not_applicable", "Too dark.")


def test_a_film_stored_upside_down_is_handed_over_upright_and_its_finding_lies_where_it_is(
    call: Call, paired: Path, tmp_path: Path
) -> None:
    """The lateral side lies above in a hung film of either side; here the header of the left one says below."""
    told = {"LCC": {"PatientOrientation": ["A", "L"]}, "RCC": {"PatientOrientation": ["P", "L"]}}
    answer = call(paired, write_mammogram(tmp_path / "mg", {"LCC": (3, 7)}, ("LCC", "RCC"), told))
    assert answer["findings"][0]["geometry"]["coords"][0] == pytest.approx([0.7, 0.3, 0.0])
    assert any("LCC is stored upside down" in words for words in answer["warnings"])
    assert not any("RCC" in words for words in answer["warnings"])


def test_rq_31_the_same_views_again_are_answered_from_what_is_kept(
    call: Call, paired: Path, tmp_path: Path
) -> None:
    place = write_mammogram(tmp_path / "mg", {"RCC": (3, 4)})
    first, second = call(paired, place), call(paired, place)
    assert (first["from_cache"], second["from_cache"]) == (False, True)
    assert first["result_id"] == second["result_id"]
    assert (
        call(views_package(tmp_path / "other", changed={**PAIRED, "version": "9.0.0"}), place)["from_cache"]
        is False
    )


@pytest.mark.parametrize(
    ("view", "values"),
    [
        ("LMLO", {"PixelData": b"\x07\x00" * 600}),
        ("RCC", {"ImagerPixelSpacing": [0.2, 0.2]}),
        ("LCC", {"PatientOrientation": ["A", "L"]}),
    ],
    ids=["pixels of the last view", "spacing", "upside down"],
)
def test_rq_31_any_view_that_changed_is_computed(
    call: Call, paired: Path, tmp_path: Path, view: str, values: dict[str, Any]
) -> None:
    place = write_mammogram(tmp_path / "mg", {"RCC": (3, 4)})
    first = call(paired, place)
    dataset = pydicom.dcmread(place / f"{view}.dcm")
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    dataset.save_as(place / f"{view}.dcm")
    second = call(paired, place)
    assert not second["from_cache"]
    assert second["result_id"] != first["result_id"]


def test_rq_31_a_further_view_is_another_input(call: Call, paired: Path, tmp_path: Path) -> None:
    place = write_mammogram(tmp_path / "mg", {"RCC": (3, 4)}, ("LCC", "RCC"))
    call(paired, place)
    write_mammogram(tmp_path / "mg", {"RCC": (3, 4)}, VIEWS)
    assert not call(paired, place)["from_cache"]


def test_a_result_on_several_films_is_stale_only_where_one_of_them_changed(
    call: Call, paired: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["models", "install", str(paired), "--unsigned"]) == 0, capsys.readouterr().err
    place = write_mammogram(tmp_path / "mg", {"RCC": (3, 4)})
    call(Path("four-views"), place)
    assert stale(place) == []
    file = place / "RMLO.dcm"
    file.write_bytes(file.read_bytes())  # another time, the same pixels
    os.utime(file, (1, 1))
    assert stale(place) == []
    dataset = pydicom.dcmread(file)
    dataset.PixelData = b"\x07\x00" * 600
    dataset.save_as(file)
    assert stale(place) == [text("ai.stale.pixels")]


def stale(place: Path) -> list[str]:
    [study] = open_path(place)
    with closing(build_context()) as ctx:
        [found] = readings_of(ctx.journal)
        request = StaleRequest(ctx, found.results, display_sets(study))
        return list(stale_words(request, lambda _share, _note: None, CancelToken()).values())


def test_label_maps_lie_on_their_own_film(call: Call, tmp_path: Path) -> None:
    maps = [
        {
            "tensor": f"{view.lower()}_heat", "key": f"part_{view}", "kind": "labels", "label": {"en": view},
            "view": view, "names": {"1": "bright"},
        }
        for view in VIEWS
    ]  # fmt: skip
    changed = PAIRED | {"viewer.maps": maps, "viewer.outputs": plain_outputs()}
    package = views_package(tmp_path / "labels", changed=changed)
    told = call(package, write_mammogram(tmp_path / "mg", {"RCC": (3, 4)}))
    sops = {f"part_{view}": f"1.2.8.{number}" for number, view in enumerate(VIEWS, start=1)}
    assert {one["key"]: one["sop_instance_uid"] for one in told["maps"]} == sops
    assert {one["kind"] for one in told["maps"]} == {"labels"}


def plain_outputs() -> list[dict[str, Any]]:
    return [
        {
            "key": f"spot_{view}", "label": {"en": "Spot"}, "score": {"tensor": f"{view.lower()}_score"},
            "threshold": 0.5, "threshold_source": "test", "view": view,
        }
        for view in VIEWS
    ]  # fmt: skip


def test_groups_of_views_that_no_input_takes_are_refused(tmp_path: Path) -> None:
    folder = views_package(tmp_path / "paired", changed=PAIRED)
    file = folder / "configs/metadata.json"
    manifest = json.loads(file.read_text())
    manifest["viewer"]["views"]["groups"] = [["RCC", "LXX"]]
    file.write_text(json.dumps(manifest))
    write_sums(folder)
    with pytest.raises(PackageError) as caught:
        load_bundle(folder)
    assert [one.key for one in caught.value.problems] == ["model.problem.unknown_view"]
