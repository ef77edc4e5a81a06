from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.domain.errors import ExportRefusedError
from app.domain.finding import Verdict
from app.domain.geometry import index_to_lps, lps_to_index, plane_affine
from app.domain.volume import Space
from app.export.segments import resample
from app.export.stacks import image_affine
from app.export.types import Labels
from app.workflows.export import export_reading
from tests.support.export import RESULT_UID, Case, build_case, save_map, stack_in


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return build_case(tmp_path / "case", tilt=True)


def test_nearest_label_on_another_grid_equals_a_voxel_by_voxel_walk(case: Case) -> None:
    assert case.study is not None
    stack = stack_in(case.study, case.study.series[0], case.reading.results[0])
    grid = plane_affine((-9.0, -152.0, -302.0), (1, 0, 0, 0, 1, 0), (1.7, 1.3), (0.0, 0.0, 1.1))
    random = np.random.default_rng(7)
    values = random.integers(0, 4, (22, 15, 14)).astype(np.uint8)
    found = resample(Labels(values, grid), [2, 3], stack, Space.PATIENT)
    expected = np.zeros_like(found)
    for number, image in enumerate(stack):
        affine = image_affine(image, Space.PATIENT)
        for row in range(image.rows):
            for column in range(image.columns):
                at = np.rint(lps_to_index(grid, index_to_lps(affine, (0, row, column)))).astype(int)
                if (at >= 0).all() and (at < values.shape).all():
                    expected[number, row, column] = {2: 1, 3: 2}.get(int(values[tuple(at)]), 0)
    assert expected.any()
    np.testing.assert_array_equal(found, expected)


def test_the_stack_runs_along_its_normal_whatever_the_files_are_called(case: Case) -> None:
    assert case.study is not None
    stack = stack_in(case.study, case.study.series[0], case.reading.results[0])
    assert [image.instance_number for image in stack] == list(range(1, 10))


@pytest.mark.parametrize("damage", ["missing", "no archive", "wrong shape", "outside"])
def test_a_missing_or_damaged_label_map_refuses_the_export(case: Case, tmp_path: Path, damage: str) -> None:
    file = case.paths.results / RESULT_UID / "regions.npz"
    if damage == "missing":
        file.unlink()
    elif damage == "no archive":
        file.write_bytes(b"PK\x03\x04 nothing behind it")
    elif damage == "wrong shape":
        np.savez(file, values=np.zeros((3, 3), np.uint8), affine=np.eye(4))
    else:
        file.unlink()
        file.symlink_to("/etc/hostname")
    with pytest.raises(ExportRefusedError) as refused:
        export_reading(case.reading, case.study, ["seg"], tmp_path / "out", paths=case.paths)
    assert refused.value.key == "error.export.no_label_map"
    assert not (tmp_path / "out").exists()


def test_a_region_beside_the_images_is_remarked_and_left_out(case: Case, tmp_path: Path) -> None:
    far = case.affine.copy()
    far[:3, 3] += 5000
    save_map(case.paths, RESULT_UID, "regions.npz", case.labels, far)
    report = export_reading(case.reading, case.study, ["seg"], tmp_path / "out", paths=case.paths)
    assert len(report.remarks) == 1
    assert "covers no pixel" in report.remarks[0]


def test_touching_regions_of_one_map_become_segments_of_one_object(case: Case, tmp_path: Path) -> None:
    from highdicom.seg import segread

    accepted = [j.finding for j in case.reading.judgements if j.finding.place.label_map]
    from app.domain.finding import Judgement

    judged = case.judged(*(Judgement(finding, Verdict.ACCEPTED) for finding in accepted))
    report = export_reading(judged.reading, case.study, ["seg", "sr"], tmp_path / "out", paths=case.paths)
    files = [file for file in report.files if file.name.startswith("seg")]
    assert [segread(file).number_of_segments for file in files] == [3, 1]


def test_without_the_images_no_object_is_made_up(case: Case, tmp_path: Path) -> None:
    for name in ("seg", "sr", "assessment"):
        with pytest.raises(ExportRefusedError) as refused:
            export_reading(case.reading, None, [name], tmp_path / "out", paths=case.paths)
        assert refused.value.key == "error.export.no_source_images"
    assert export_reading(case.reading, None, ["csv"], tmp_path / "out", paths=case.paths).findings == 8


def test_slices_without_position_are_named_but_not_drawn_on(case: Case, tmp_path: Path) -> None:
    from pydicom import dcmread

    assert case.study is not None
    ct, film = case.study.series
    lost = tuple(replace(image, position_lps_mm=None, orientation=None) for image in ct.instances)
    study = replace(case.study, series=(replace(ct, instances=lost), film))
    report = export_reading(case.reading, study, ["sr"], tmp_path / "out", paths=case.paths)
    made = dcmread(next(file for file in report.files if file.name.startswith("sr_")))
    groups = made.ContentSequence[-4].ContentSequence
    kinds = {item.ValueType for group in groups for item in group.ContentSequence}
    assert "SCOORD3D" in kinds
    assert "SCOORD" not in kinds


@pytest.mark.parametrize(
    ("formats", "key"),
    [(["seg"], "error.export.no_frame_of_reference"), (["sr", "seg"], "error.export.no_frame_of_reference")],
)
def test_images_without_a_frame_of_reference_cannot_hold_a_segmentation(
    case: Case, tmp_path: Path, formats: list[str], key: str
) -> None:
    assert case.study is not None
    ct, film = case.study.series
    study = replace(case.study, series=(replace(ct, frame_of_reference_uid=""), film))
    with pytest.raises(ExportRefusedError) as refused:
        export_reading(case.reading, study, formats, tmp_path / "out", paths=case.paths)
    assert refused.value.key == key
    assert export_reading(case.reading, study, ["sr"], tmp_path / "out", paths=case.paths).findings == 5


def test_what_the_writer_refuses_is_said_in_one_sentence(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise ValueError("images have different orientations")

    monkeypatch.setattr("app.export.seg_document.build", refuse)
    with pytest.raises(ExportRefusedError) as refused:
        export_reading(case.reading, case.study, ["seg"], tmp_path / "out", paths=case.paths)
    assert refused.value.key == "error.export.cannot_encode"
    assert not (tmp_path / "out").exists()


def test_of_two_phases_the_one_that_the_findings_lie_in_is_taken(case: Case) -> None:
    assert case.study is not None
    ct = case.study.series[0]
    later = tuple(
        replace(
            image,
            sop_instance_uid=f"{image.sop_instance_uid}9",
            instance_number=(image.instance_number or 0) + 9,
        )
        for image in ct.instances
    )
    both = replace(ct, instances=ct.instances + later)
    result = case.reading.results[0]
    assert [i.instance_number for i in stack_in(case.study, both, result)] == list(range(1, 10))
    found = result.findings[0]
    assert found.place.frame is not None
    frame = replace(found.place.frame, sop_instance_uid=f"{found.place.frame.sop_instance_uid}9")
    second = replace(result, findings=(replace(found, place=replace(found.place, frame=frame)),))
    assert [i.instance_number for i in stack_in(case.study, both, second)] == list(range(10, 19))
