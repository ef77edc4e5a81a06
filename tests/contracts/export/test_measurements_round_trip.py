"""Measurements that left as a report come back as they were: image, frame, points, numbers, words, reader."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pydicom import Dataset, dcmread

from app.domain.measure_codes import MEASURE_TOOLS
from app.domain.measurement import Measurement
from app.domain.reports import StructuredReport
from app.studies.objects.findings.ground import Ground
from app.studies.objects.measurements_in import FoundMeasurements, measurements_in
from app.studies.objects.read import read_object
from app.workflows.export import export_reading
from app.workflows.take_over import is_same
from tests.support.export import Case, build_case


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return build_case(tmp_path_factory.mktemp("case"))


@pytest.fixture(scope="module")
def files(case: Case, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    target = tmp_path_factory.mktemp("export") / "out"
    made = export_reading(
        case.reading, case.study, ["measurements"], target, paths=case.paths, identified=True
    )
    return sorted(file for file in made.files if file.suffix == ".dcm")


def read(file: Path, case: Case) -> FoundMeasurements:
    report = read_object(file)
    assert isinstance(report, StructuredReport)
    return measurements_in(report, Ground(case.study))


def without_tool_names(file: Path, target: Path) -> Path:
    """As another maker would write it: nothing but lines and numbers."""

    def strip(dataset: Dataset) -> None:
        children = dataset.get("ContentSequence", [])
        kept = [
            child
            for child in children
            if not (
                child.ValueType == "CODE" and child.ConceptNameCodeSequence[0].CodeMeaning == "Measuring tool"
            )
        ]
        if children:
            dataset.ContentSequence = kept
        for child in kept:
            strip(child)

    made = dcmread(file)
    strip(made)
    made.save_as(target)
    return target


def test_every_tool_is_among_them(case: Case) -> None:
    assert {one.tool for one in case.reading.measurements} == set(MEASURE_TOOLS)


def test_all_of_them_come_back_the_same(case: Case, files: list[Path]) -> None:
    back: dict[str, Measurement] = {}
    for file in files:
        found = read(file, case)
        assert found.left_out == 0
        back.update({one.measurement_id: one for one, _ in found.measurements})
    assert set(back) == {one.measurement_id for one in case.reading.measurements}
    for sent in case.reading.measurements:
        came = back[sent.measurement_id]
        assert is_same(came, sent), sent.tool
        assert (came.space, came.series_instance_uid) == (sent.space, sent.series_instance_uid)
        assert came.frame_of_reference_uid == sent.frame_of_reference_uid
        assert (came.graphic, came.label, came.calibration) == (sent.graphic, sent.label, sent.calibration)
        assert came.reader.split() == sent.reader.split()
        assert [(one.key, one.unit.value) for one in came.quantities] == [
            (one.key, one.unit.value) for one in sent.quantities
        ]


def test_lines_and_numbers_alone_tell_the_tools_apart(case: Case, files: list[Path], tmp_path: Path) -> None:
    sent = {one.measurement_id: one.tool for one in case.reading.measurements}
    for number, file in enumerate(files):
        found = read(without_tool_names(file, tmp_path / f"{number}.dcm"), case)
        for one, _ in found.measurements:
            wanted = sent.pop(one.measurement_id)
            assert one.tool == {"note": "arrow"}.get(wanted, wanted)
    assert set(sent.values()) == {"cardiothoracic"}  # a ratio that only our reports have


def test_a_measurement_on_an_image_that_is_not_here_is_counted_not_guessed(
    case: Case, files: list[Path]
) -> None:
    fewer = replace(case.study, series=case.study.series[:0])
    report = read_object(files[0])
    assert isinstance(report, StructuredReport)
    found = measurements_in(report, Ground(fewer))
    assert found.measurements == ()
    assert found.left_out > 0


def test_a_number_or_point_that_was_changed_is_another_measurement(case: Case) -> None:
    one = next(m for m in case.reading.measurements if m.tool == "length")
    assert is_same(one, one)
    moved = replace(one, points=(one.points[0], tuple(np.add(one.points[1], 0.5))))
    longer = replace(one, quantities=(replace(one.quantities[0], value=one.quantities[0].value * 1.01),))
    for other in (moved, longer, replace(one, label="x"), replace(one, tool="arrow")):
        assert not is_same(one, other)
