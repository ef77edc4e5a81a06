"""Heat, presentation states, label maps, own findings: read again by others, geometry kept (RQ-58, RQ-21)."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom import dcmread

from app.domain.finding import Finding, Judgement, Marked, Place, PlaceKind, Verdict
from app.domain.volume import Space
from app.workflows.export import ExportReport, export_reading
from tests.support.dicom_tools import dcmdump, dsrdump, iod_errors
from tests.support.export import CT_UID, FRAME_UID, Case, build_case, heat_affine, make_heat

FORMATS = ("heat", "gsps", "seg_labelmap", "seg", "sr", "coco")


@pytest.fixture(scope="module", params=["straight", "tilted"])
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Case:
    return with_own(build_case(tmp_path_factory.mktemp("case"), tilt=request.param == "tilted"))


def with_own(case: Case) -> Case:
    """The case with a box that a reader drew where no model saw anything."""
    low = case.affine @ (2, 14, 22, 1)
    high = case.affine @ (3, 18, 27, 1)
    corners = np.sort(np.stack([low[:3], high[:3]]), axis=0)
    center = corners.mean(axis=0)
    place = Place(PlaceKind.BOX, Space.PATIENT, tuple(center), tuple(corners[0]), tuple(corners[1]))
    finding = Finding("2.25.669999", "", "reader_finding", "Missed nodule", None, None, None, "", "", place)
    own = Marked(finding, CT_UID, FRAME_UID, "Ридер Канарейкин")
    judged = Judgement(finding, Verdict.ACCEPTED, None, own.reader)
    reading = replace(case.reading, marked=(own,), judgements=(*case.reading.judgements, judged))
    return replace(case, reading=reading)


@pytest.fixture(scope="module")
def report(case: Case, tmp_path_factory: pytest.TempPathFactory) -> ExportReport:
    target = tmp_path_factory.mktemp("export") / "out"
    return export_reading(case.reading, case.study, FORMATS, target, paths=case.paths, identified=True)


def files(report: ExportReport, stem: str) -> list[Path]:
    return sorted(f for f in report.files if f.suffix == ".dcm" and f.name.rsplit("_", 1)[0] == stem)


@pytest.mark.parametrize(("stem", "count"), [("heat", 1), ("gsps", 3), ("seg", 3), ("sr", 3)])
def test_an_independent_checker_finds_no_error(report: ExportReport, stem: str, count: int) -> None:
    assert len(files(report, stem)) == count
    for file in files(report, stem):
        assert iod_errors(file) == []
        assert "Research use only, not for primary diagnosis" in dcmdump(file)


def test_rq58_heat_comes_back_value_by_value_and_where_it_was(case: Case, report: ExportReport) -> None:
    import highdicom

    (file,) = files(report, "heat")
    made = highdicom.imread(file)
    stored = dcmread(file).pixel_array
    to_grid = np.linalg.inv(heat_affine(case.affine))
    seen = set()
    for number, frame in enumerate(made.PerFrameFunctionalGroupsSequence):
        position = [float(value) for value in frame.PlanePositionSequence[0].ImagePositionPatient]
        plane = to_grid @ (*position, 1)
        np.testing.assert_allclose(plane[1:3], 0, atol=1e-4)
        assert abs(plane[0] - round(plane[0])) < 1e-4
        values = stored[number]
        np.testing.assert_array_equal(np.asarray(values, np.float32), make_heat()[round(plane[0])])
        seen.add(round(plane[0]))
    assert seen == {0, 1, 2}
    shared = made.SharedFunctionalGroupsSequence[0]
    np.testing.assert_allclose([float(v) for v in shared.PixelMeasuresSequence[0].PixelSpacing], (3.0, 2.0))
    assert made.ContentQualification == "RESEARCH"


def test_rq03_everything_is_research_and_unverified(report: ExportReport) -> None:
    for stem in ("heat", "seg", "seg_labelmap"):
        assert all(dcmread(file).ContentQualification == "RESEARCH" for file in files(report, stem))
    for file in files(report, "sr"):
        made = dcmread(file)
        assert (made.VerificationFlag, made.PreliminaryFlag) == ("UNVERIFIED", "PRELIMINARY")


def test_rq58_a_label_map_comes_back_voxel_by_voxel(case: Case, report: ExportReport) -> None:
    made = dcmread(files(report, "seg_labelmap")[0])
    assert made.SegmentationType == "LABELMAP"
    frames = made.pixel_array.reshape(-1, made.Rows, made.Columns)
    found = {
        str(groups.DerivationImageSequence[0].SourceImageSequence[0].ReferencedSOPInstanceUID): frame
        for frame, groups in zip(frames, made.PerFrameFunctionalGroupsSequence, strict=True)
    }
    voxels = np.zeros(case.labels.shape, bool)
    for number in range(9):
        frame = found.get(f"1.2.826.0.1.3680043.8.498.7720{number}")
        voxels[number] = False if frame is None else frame > 0
    truth = case.labels == 1
    assert 2 * (voxels & truth).sum() / (voxels.sum() + truth.sum()) == 1.0


def test_rq58_a_presentation_state_draws_on_the_pixel(case: Case, report: ExportReport) -> None:
    """dcmtk and pydicom agree; an outline filled again is the region; a box is within half a pixel."""
    from skimage import draw

    untyped: Any = draw  # scikit-image brings no types

    states = [dcmread(file) for file in files(report, "gsps")]
    drawn: dict[str, list[tuple[str, np.ndarray]]] = {}
    for state in states:
        for one in state.GraphicAnnotationSequence:
            for graphic in one.GraphicObjectSequence:
                points = np.asarray(graphic.GraphicData, float).reshape(-1, 2) - 1
                image = str(one.ReferencedImageSequence[0].ReferencedSOPInstanceUID)
                drawn.setdefault(str(graphic.TrackingUID), []).append((image, points))
    region = drawn["2.25.660001"]
    assert len(region) == 3
    for image, points in region:
        mask = untyped.polygon2mask((24, 32), points[:, ::-1] - 0.5)
        np.testing.assert_array_equal(mask, case.labels[int(image[-1])] == 1)
    for image, points in drawn["2.25.660002"]:
        assert int(image[-1]) in (3, 4, 5)
        assert np.abs(points.min(axis=0)[0] - 12.5) <= 0.5
        assert np.abs(points.max(axis=0)[0] - 20.5) <= 0.5
    assert "2.25.660003" not in drawn  # rejected
    words = [
        text.UnformattedTextValue
        for s in states
        for a in s.GraphicAnnotationSequence
        for text in a.TextObjectSequence
    ]
    assert any("score 0.30, threshold 0.50" in word for word in words)
    assert all("not for primary diagnosis" in word for word in words)


def test_rq21_own_findings_are_in_report_segmentation_and_boxes(case: Case, report: ExportReport) -> None:
    words = [dsrdump(file) for file in files(report, "sr")]
    own = [word for word in words if "2.25.669999" in word]
    assert len(own) == 1
    assert 'AI result for this finding")=(ai-absent,99OVERREAD' in own[0]
    assert "Algorithm Name" not in own[0]
    assert "made-up-nodules" not in own[0]
    segments = [dcmread(file) for file in files(report, "seg")]
    (drawn,) = [s for s in segments if s.SegmentSequence[0].TrackingUID == "2.25.669999"]
    assert drawn.SegmentSequence[0].SegmentAlgorithmType == "MANUAL"
    assert drawn.pixel_array.sum() > 0
    coco = json.loads((report.folder / "coco.json").read_text(encoding="utf-8"))
    boxes = [one for one in coco["annotations"] if one["finding_id"] == "2.25.669999"]
    assert boxes
    assert {one["ai"] for one in boxes} == {"absent"}
    assert {one["ai"] for one in coco["annotations"]} == {"absent", "present"}
