"""COCO by hand values; NIfTI through SimpleITK, which shares no code with the writer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK

from app.export.formats.coco import from_runs, run_lengths
from app.workflows.export import export_reading
from tests.support.export import Case, build_case


@pytest.fixture(scope="module", params=["straight", "tilted"])
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Case:
    return build_case(tmp_path_factory.mktemp("case"), tilt=request.param == "tilted")


def test_simpleitk_reads_labels_where_they_lie_in_the_patient(case: Case, tmp_path: Path) -> None:
    report = export_reading(case.reading, case.study, ["nifti"], tmp_path / "out", paths=case.paths)
    file = next(file for file in report.files if file.suffix == ".nii")
    if case.affine[2, 1] != 0:
        check_header_of_sheared_stack(file, case)
        return
    image: Any = SimpleITK.ReadImage(str(file))  # Any: its methods have no types
    np.testing.assert_array_equal(SimpleITK.GetArrayFromImage(image), case.labels == 1)
    for index in ((0, 0, 0), (31, 23, 8), (8, 6, 3)):
        column, row, slice_number = index
        expected = (case.affine @ [slice_number, row, column, 1.0]).tolist()
        np.testing.assert_allclose(image.TransformIndexToPhysicalPoint(index), expected[:3], atol=1e-3)


def check_header_of_sheared_stack(file: Path, case: Case) -> None:
    """SimpleITK has no sheared images; the header's own affine is compared by hand."""
    import struct

    ras = np.eye(4)
    ras[:3] = np.asarray(struct.unpack_from("<12f", file.read_bytes(), 280)).reshape(3, 4)
    for slice_number, row, column in ((0, 0, 0), (8, 23, 31)):
        x, y, z, _ = ras @ [column, row, slice_number, 1.0]
        expected = case.affine @ [slice_number, row, column, 1.0]
        np.testing.assert_allclose((-x, -y, z), expected[:3], atol=1e-3)


def test_the_file_beside_a_volume_names_its_labels(case: Case, tmp_path: Path) -> None:
    report = export_reading(
        case.reading, case.study, ["nifti"], tmp_path / "out", paths=case.paths, identified=True
    )
    about = json.loads(
        next(f for f in report.files if f.name == "regions_0001.json").read_text(encoding="utf-8")
    )
    assert [(label["value"], label["finding_id"]) for label in about["labels"]] == [(1, "2.25.660001")]
    assert len(report.remarks) == 1  # the radiograph


def test_boxes_and_masks_have_the_values_of_the_phantom(case: Case, tmp_path: Path) -> None:
    report = export_reading(
        case.reading, case.study, ["coco"], tmp_path / "out", paths=case.paths, identified=True
    )
    document: dict[str, Any] = json.loads(report.files[0].read_text(encoding="utf-8"))
    by_finding: dict[str, list[dict[str, Any]]] = {}
    for annotation in document["annotations"]:
        by_finding.setdefault(annotation["finding_id"], []).append(annotation)
    region = by_finding["2.25.660001"]
    assert [a["bbox"] for a in region] == [[5.0, 3.0, 7.0, 6.0]] * 3
    assert [a["area"] for a in region] == [42.0] * 3
    assert from_runs(region[0]["segmentation"])[3:9, 5:12].all()
    film = by_finding["2.25.660008"][0]
    np.testing.assert_allclose(film["bbox"], [10.5, 5.5, 10.0, 10.0], atol=1e-3)
    images = {image["id"]: image for image in document["images"]}
    assert images[film["image_id"]]["sop_instance_uid"] == "1.2.826.0.1.3680043.8.498.77301"
    assert {c["id"] for c in document["categories"]} == {a["category_id"] for a in document["annotations"]}


def test_run_lengths_come_back() -> None:
    random = np.random.default_rng(5)
    for shape in ((1, 1), (7, 5), (64, 33)):
        for share in (0.0, 0.3, 1.0):
            mask = random.random(shape) < share
            np.testing.assert_array_equal(from_runs(run_lengths(mask)), mask)
    assert run_lengths(np.array([[False, True], [True, True]])) == {"size": [2, 2], "counts": [1, 3]}
