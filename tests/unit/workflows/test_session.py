"""A session as a file: whole, of its process, and never trusted."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from app.state.model import Arrangement, Hung, Layout, Plane, Viewport
from app.workflows.session import (
    Look,
    Session,
    as_json,
    left_behind,
    load,
    own_file,
    save,
    without_missing,
)

SCREEN = Arrangement(
    Layout.SIDE_BY_SIDE,
    (
        Viewport("v1", Hung("1.2", "1.2.3#0", Plane.AXIAL, "lung"), "a"),
        Viewport("v2", Hung("1.9", "1.9.1#0")),
    ),
    "v2",
    "v2",
    "chest-ct",
    1,
)
SESSION = Session(
    "1.2",
    "CT chest",
    SCREEN,
    {
        "v1": Look(7, (1.5, -2.0, 3.0), (40.0, 400.0), None, 2.5, (3.0, 4.0), False, 3, True, False, True),
        "v2": Look(
            colors="viridis",
            edges=True,
            between="nearest",
            slab=("mip", 20.0),
            basis=(1.0, 0, 0, 0, 1, 0, 0, 0, 1),
            eye=(1.0, 2, 3, 0, -1, 0, 0, 0, 1, 150),
            preset="ct_lung",
        ),
    },
    "zoom",
    False,
    "Z2Vv",
    {"images": "YQ=="},
    1,
)


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    file = own_file(tmp_path)
    save(file, SESSION)
    assert load(file) == SESSION
    assert [one.name for one in file.parent.iterdir()] == [file.name]


def test_a_session_of_a_living_process_is_not_left_behind(tmp_path: Path) -> None:
    first, second = own_file(tmp_path), own_file(tmp_path)
    assert first != second, "two windows of one process"
    save(first, SESSION)
    assert left_behind(tmp_path) == ()
    assert left_behind(tmp_path / "nowhere") == ()


def test_those_of_dead_processes_are_and_the_latest_comes_first(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib; from app.workflows.session import *; import dataclasses\n"
        "save(own_file(pathlib.Path(sys.argv[1])), Session(study_uid=sys.argv[2]))"
    )
    root = Path(__file__).resolve().parents[3]
    for number, uid in enumerate(("old", "new")):
        subprocess.run(
            [sys.executable, "-c", code, str(tmp_path), uid], check=True, cwd=root, capture_output=True
        )
        newest = max((tmp_path / "sessions").iterdir(), key=lambda one: one.stat().st_mtime_ns)
        os.utime(newest, (1000 + number, 1000 + number))
    (tmp_path / "sessions" / "notes.txt").write_text("x")
    found = [load(file) for file in left_behind(tmp_path)]
    assert [one.study_uid for one in found if one] == ["new", "old"]


def test_a_session_of_an_earlier_version_lacks_what_came_later(tmp_path: Path) -> None:
    told = json.loads(as_json(SESSION))
    for look in told["looks"].values():
        for later in ("colors", "edges", "between", "slab", "basis", "eye", "preset"):
            del look[later]
    (tmp_path / "old.json").write_text(json.dumps(told))
    found = load(tmp_path / "old.json")
    assert found is not None
    assert found.looks == {"v1": SESSION.looks["v1"], "v2": Look()}


def damaged(**changes: object) -> str:
    told = json.loads(as_json(SESSION))
    told.update(changes)
    return json.dumps(told)


@pytest.mark.parametrize(
    "content",
    [
        "", "{", "[]", "null", "3", "[" * 5000,
        damaged(version=2),
        damaged(study_uid=7),
        damaged(looks=[1]),
        damaged(looks={"v1": {"index": "x"}}),
        damaged(looks={"v1": json.loads(as_json(SESSION))["looks"]["v1"] | {"eye": [1, 2]}}),
        damaged(arrangement={"layout": "9x9"}),
        damaged(arrangement={**json.loads(as_json(SESSION))["arrangement"], "viewports": []}),
        as_json(replace(SESSION, looks={"v1": Look(scale=float("nan"))})),
    ],
)  # fmt: skip
def test_a_damaged_file_is_no_session(tmp_path: Path, content: str) -> None:
    file = tmp_path / "a.json"
    file.write_text(content)
    assert load(file) is None
    assert load(tmp_path / "missing.json") is None


def test_places_of_a_study_that_is_gone_stay_empty() -> None:
    viewports = without_missing(SESSION, {"1.2"}).arrangement.viewports
    assert viewports[0].hung is not None
    assert viewports[1].hung is None


@pytest.mark.parametrize("field", ["active_id", "maximised_id"])
def test_a_session_that_names_a_viewport_it_lacks_is_none(tmp_path: Path, field: str) -> None:
    told = json.loads(as_json(SESSION))
    told["arrangement"][field] = "v9"
    (tmp_path / "a.json").write_text(json.dumps(told), encoding="utf-8")
    assert load(tmp_path / "a.json") is None
