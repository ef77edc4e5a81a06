"""Measurements that left as a report are read again by others, with the same numbers at the same points."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from highdicom.sr import srread
from pydicom import Dataset, dcmread

from app.workflows.export import export_reading
from tests.support.dicom_tools import dsrdump, iod_errors
from tests.support.export import Case, build_case


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return build_case(tmp_path_factory.mktemp("case"))


@pytest.fixture(scope="module")
def report(case: Case, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    target = tmp_path_factory.mktemp("export") / "out"
    made = export_reading(
        case.reading, case.study, ["measurements"], target, paths=case.paths, identified=True
    )
    return sorted(file for file in made.files if file.suffix == ".dcm")


def test_there_is_a_valid_report_per_series(report: list[Path]) -> None:
    assert len(report) == 2
    for file in report:
        assert iod_errors(file) == []


def test_dcmtk_reads_numbers_units_and_who_measured(report: list[Path]) -> None:
    words = dsrdump(report[0]).replace("\n", " ")
    for expected in (
        'Person Observer Name")="Ридер Канарейкин^"',
        '"Length")="9.604686" (mm,UCUM,"millimeter")',
        '"Long Axis")="10',
        '"Mean")',
        "[hnsf'U]",
        "not for primary diagnosis",
    ):
        assert expected in words, expected
    assert "at detector" in dsrdump(report[1])


def test_every_measurement_comes_back_with_its_identity_and_points(case: Case, report: list[Path]) -> None:
    content: Any = srread(report[0]).content
    regions = {str(g.tracking_uid): g for g in content.get_planar_roi_measurement_groups()}
    lines = {str(g.tracking_uid): g for g in content.get_image_measurement_groups()}
    ct = [one for one in case.reading.measurements if one.tool and one.frame_of_reference_uid]
    assert {one.measurement_id for one in ct} == set(regions) | set(lines)
    circle = next(one for one in ct if one.tool == "circle")
    found = np.asarray(regions[circle.measurement_id].roi.value)
    assert found.tolist() == [[12.5, 10.5], [16.5, 10.5]]


def test_each_diameter_names_its_own_line(report: list[Path]) -> None:
    """The long axis of the made-up lesion runs along a row, the short one along a column."""
    lines = {}
    for item in _items(dcmread(report[0])):
        names = item.get("ConceptNameCodeSequence")
        if names and names[0].CodeMeaning in {"Long Axis", "Short Axis"}:
            lines[names[0].CodeMeaning] = np.asarray(item.ContentSequence[0].GraphicData).reshape(-1, 2)
    assert lines["Long Axis"][0, 1] == lines["Long Axis"][1, 1]
    assert lines["Short Axis"][0, 0] == lines["Short Axis"][1, 0]


def _items(dataset: Dataset) -> list[Dataset]:
    found = [dataset]
    for child in dataset.get("ContentSequence", []):
        found += _items(child)
    return found
