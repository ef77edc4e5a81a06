"""Regions are worked out once for an export, and never for another one or for other verdicts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from app.domain.finding import AnalysisResult, Verdict
from app.export import plan_store, segments
from app.export.collect import clinical_only
from app.export.headers import identity_of
from app.export.plan_store import Part
from app.export.segments import plan_segments
from app.export.types import ExportSet, Labels, StudyExport
from app.workflows.source_stacks import source_stacks
from tests.support.export import Case, build_case


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return build_case(tmp_path_factory.mktemp("case"))


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Keys of the label maps that were read from disk."""
    keys: list[str] = []
    load = segments.load_labels

    def noted(study: StudyExport, result: AnalysisResult, key: str) -> Labels:
        keys.append(key)
        return load(study, result, key)

    monkeypatch.setattr(segments, "load_labels", noted)
    return keys


def _export_set(case: Case) -> ExportSet:
    folders = {r.result_id: case.paths.results / r.result_id for r in case.reading.results}
    assert case.study is not None
    stacks = source_stacks(case.study, {one.series_instance_uid for one in case.study.series})
    study = StudyExport(case.reading, case.study, identity_of(case.study), folders, stacks=stacks)
    return clinical_only(ExportSet((study,), ("seg",), True, "0", f"{1:032x}"))


def test_a_second_format_reads_no_label_map_again(case: Case, read: list[str]) -> None:
    export_set = _export_set(case)
    first, _ = plan_segments(export_set, export_set.studies[0])
    count = len(read)
    again = clinical_only(export_set)
    second, _ = plan_segments(again, again.studies[0])
    assert len(read) == count > 0
    assert [one.sop_instance_uid for one in first] == [one.sop_instance_uid for one in second]
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one.voxels, other.voxels)


def test_another_export_and_other_verdicts_have_plans_of_their_own(case: Case) -> None:
    export_set = _export_set(case)
    (study,) = export_set.studies
    first, _ = plan_segments(export_set, study)
    other, _ = plan_segments(replace(export_set, export_id=f"{2:032x}"), study)
    assert {one.sop_instance_uid for one in first}.isdisjoint(one.sop_instance_uid for one in other)
    refused = tuple(replace(one, verdict=Verdict.REJECTED) for one in study.reading.judgements)
    nothing, _ = plan_segments(
        export_set, replace(study, reading=replace(study.reading, judgements=refused, marked=()))
    )
    assert first
    assert nothing == ()


def test_what_does_not_fit_is_worked_out_anew(
    case: Case, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan_store, "MOST_BYTES", 0)
    export_set = _export_set(case)
    plan_segments(export_set, export_set.studies[0])
    count = len(read)
    plan_segments(export_set, export_set.studies[0])
    assert len(read) == 2 * count > 0


@given(
    arrays.arrays(
        np.uint8, arrays.array_shapes(min_dims=3, max_dims=3, max_side=5), elements=st.integers(0, 2)
    )
)
def test_a_part_gives_the_whole_back(whole: NDArray[np.uint8]) -> None:
    part = Part.of(whole)
    np.testing.assert_array_equal(part.whole(), whole)
    assert part.values.nbytes <= whole.nbytes
