"""A run on several films: each finding leaves with the film that it lies on, in whatever series, and with no other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom import Dataset, dcmread

from app.cli.main import run
from tests.support.breast_pairs import pair, where, write_pair

BLOB = (140.0, 110.0)
VIEWS = (
    replace(pair("CC")[0], orientation=("P", "L")),
    replace(pair("CC", blob=BLOB)[1], orientation=("A", "R"), upside_down=False),
    *pair("MLO", blob=(380.0, 90.0)),
)
WHERE = {one.view: where(one) for one in VIEWS if one.blob is not None}
NEAR = 15.0  # pixels; the blob is 50 across, and on the wrong film it would be hundreds


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """The folder of an export of two accepted findings, and the view of each image."""
    place = tmp_path_factory.mktemp("films")
    images = write_pair(place / "mg", VIEWS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OVERREAD_HOME", str(place / "home"))
        call("run", "mg-asymmetry", place / "mg", "--out", place / "out", "--cpu")
        for finding in _findings(place):
            call("review", "accept", finding)
        formats = "sr,gsps,png,city,jsonl"
        call("export", "--format", formats, "--identified", "--out", place / "known")
        call("export", "--format", formats, "--out", place / "unknown")
    return place, {uid: view for view, uid in images.items()}


def call(*words: object) -> None:
    assert run([str(one) for one in words]) == 0, words


def _findings(place: Path) -> list[str]:
    from app.findings.journal import Journal
    from app.support.paths import user_paths
    from app.workflows.review import readings_of

    with Journal(user_paths().journal_file) as journal:
        [reading] = readings_of(journal)
    return [one.finding.finding_id for one in reading.judgements]


def near(view: str, row: float, column: float) -> bool:
    return float(np.hypot(row - WHERE[view][0], column - WHERE[view][1])) < NEAR


def items(node: Dataset) -> Iterator[Dataset]:
    for item in node.get("ContentSequence", []):
        yield item
        yield from items(item)


def points(report: Dataset) -> dict[str, tuple[float, float]]:
    """Row and column of the point of each image in a report."""
    found = {}
    for item in items(report):
        if item.ValueType == "SCOORD":
            [source] = item.ContentSequence
            column, row = item.GraphicData
            found[str(source.ReferencedSOPSequence[0].ReferencedSOPInstanceUID)] = (float(row), float(column))
    return found


def test_report_names_the_film_and_the_place_of_each_finding(left: tuple[Path, dict[str, str]]) -> None:
    place, views = left
    written = [dcmread(file) for file in (place / "known").glob("*.dcm")]
    reports = [one for one in written if one.Modality == "SR"]
    assert len(reports) == 2, "the report of the export, and that of the city message"
    for report in reports:
        found = {views[uid]: at for uid, at in points(report).items()}
        assert set(found) == set(WHERE) == {"LCC", "LMLO"}
        assert all(near(view, *at) for view, at in found.items()), found
        [study] = report.CurrentRequestedProcedureEvidenceSequence
        named = {
            views[str(image.ReferencedSOPInstanceUID)]: str(series.SeriesInstanceUID)
            for series in study.ReferencedSeriesSequence
            for image in series.ReferencedSOPSequence
        }
        assert set(named) >= {"LCC", "LMLO"}
        assert named["LCC"] != named["LMLO"], "each image under its own series"


def test_presentation_states_lie_on_the_film_of_their_finding(left: tuple[Path, dict[str, str]]) -> None:
    place, views = left
    drawn: dict[str, list[float]] = {}
    for file in (place / "known").glob("gsps_*.dcm"):
        for one in dcmread(file).GraphicAnnotationSequence:
            [image] = one.ReferencedImageSequence
            [graphic] = one.GraphicObjectSequence
            drawn[views[str(image.ReferencedSOPInstanceUID)]] = list(graphic.GraphicData)
    assert set(drawn) == {"LCC", "LMLO"}
    assert all(near(view, at[1], at[0]) for view, at in drawn.items())


def test_pictures_are_of_the_films_with_findings_alone(left: tuple[Path, dict[str, str]]) -> None:
    from PIL import Image

    place, views = left
    shown: list[Any] = []
    for file in (place / "known").glob("picture_*.png"):
        with Image.open(file) as picture:
            shown.append(views[picture.text["SOPInstanceUID"]])  # type: ignore[attr-defined]  # a PNG's
    assert sorted(shown) == ["LCC", "LMLO"]


def test_without_identity_no_name_of_a_film_is_left(left: tuple[Path, dict[str, str]]) -> None:
    """The maps of a run name the films that they lie on: those names are the patient's too (RQ-60)."""
    place, views = left
    for file in (one for one in (place / "unknown").rglob("*") if one.is_file()):
        content = file.read_bytes()
        assert not [view for uid, view in views.items() if uid.encode() in content], file.name
    rows = (place / "known" / "findings.jsonl").read_text(encoding="utf-8").splitlines()
    assert len([json.loads(row) for row in rows]) == 2
