"""Structured reports and segmentations, read by highdicom and by two readers that share no code with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom import Dataset, dcmread

from app.domain.finding import Verdict
from app.workflows.export import ExportReport, export_reading
from tests.support.dicom_tools import dcmdump, dsrdump, iod_errors
from tests.support.export import SLICES, Case, build_case

DICOM = ("sr", "assessment", "seg")


@pytest.fixture(scope="module", params=["straight", "tilted"])
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Case:
    return build_case(tmp_path_factory.mktemp("case"), tilt=request.param == "tilted")


@pytest.fixture(scope="module")
def report(case: Case, tmp_path_factory: pytest.TempPathFactory) -> ExportReport:
    target = tmp_path_factory.mktemp("export") / "out"
    return export_reading(case.reading, case.study, DICOM, target, paths=case.paths, identified=True)


def files(report: ExportReport, stem: str) -> list[Path]:
    return sorted(file for file in report.files if file.name.startswith(stem) and file.suffix == ".dcm")


def items(dataset: Dataset) -> list[Dataset]:
    """All items of an SR tree, depth first."""
    found = [dataset]
    for child in dataset.get("ContentSequence", []):
        found += items(child)
    return found


def said(dataset: Dataset, meaning: str) -> list[Any]:
    """Values of the content items whose concept has this meaning."""
    found = []
    for item in items(dataset):
        names = item.get("ConceptNameCodeSequence")
        if names and names[0].CodeMeaning == meaning:
            found.append(item)
    return found


@pytest.mark.parametrize("stem", DICOM)
def test_an_independent_checker_finds_no_error(report: ExportReport, stem: str) -> None:
    assert len(files(report, stem)) == 2
    for file in files(report, stem):
        assert iod_errors(file) == []


def test_dcmtk_reads_the_report_as_a_person_would(report: ExportReport) -> None:
    """RQ-03: unverified and preliminary until a person signs."""
    words = dsrdump(files(report, "sr_")[0])
    for expected in (
        "Comprehensive 3D SR Document",
        "Preliminary Flag    : PRELIMINARY",
        "Verification Flag   : UNVERIFIED",
        'Person Observer Name")="Ридер Канарейкин^"',
        'Device Observer Name")="made-up-nodules"',
        'Procedure reported")=(25045-6,LN,"CT unspecified body region")',
        'Tracking Unique Identifier")="2.25.660001"',
        'Finding Site")=(39607008,SCT,"Lung")',
        'Laterality")=(7771000,SCT,"Left")',
        'Algorithm Name")="made-up-nodules"',
        'Algorithm Version")="1.2.0"',
        'Score given by the algorithm")="0.3"',
        'Diameter")="7.25" (mm,UCUM,"millimeter")',
        'Assessment of AI result")=(accepted,99OVERREAD,"Accepted")',
        'Assessment of AI result")=(modified,99OVERREAD,"Modified")',
        "The reader calls it 'Гранулёма у Зильберштейн'; the model called it 'Nodule 2'.",
        "Research use only, not for primary diagnosis",
        "The model is not for: primary diagnosis",
    ):
        assert expected in words
    assert "2.25.660003" not in words  # rejected


def test_dcmtk_reads_reasons_in_the_assessment(report: ExportReport) -> None:
    """RQ-23: the finding's own tracking UID, who judged, which device, the verdict, its reason, the algorithm."""
    words = dsrdump(files(report, "assessment_")[0])
    for expected in (
        'Tracking Unique Identifier")="2.25.660003"',
        'Person Observer Name")="Ридер Канарейкин^"',
        'Device Observer Name")="made-up-nodules"',
        'Algorithm Name")="made-up-nodules"',
    ):
        assert expected in words
    assert 'Assessment of AI result")=(rejected,99OVERREAD,"Rejected")' in words
    assert 'Reason for rejection")=(fp_artefact,99OVERREAD,"Artefact or device")' in words
    for absent in ("2.25.660005", "2.25.660006"):  # deferred, unreviewed
        assert absent not in words


@pytest.mark.parametrize("stem", DICOM)
def test_headers_say_what_the_object_is_worth_and_who_made_it(
    case: Case, report: ExportReport, stem: str
) -> None:
    """RQ-03: research, whatever the maker may say; who made it by name, version and device UID."""
    for file in files(report, stem):
        made = dcmread(file)
        assert made.ContentQualification == "RESEARCH"
        algorithm = made.ContributingEquipmentSequence[0]
        assert (algorithm.ManufacturerModelName, algorithm.SoftwareVersions) == ("made-up-nodules", "1.2.0")
        assert algorithm.DeviceUID == "2.25.77"
        assert made.StudyInstanceUID == case.reading.study_instance_uid
        assert made.SeriesInstanceUID not in case.reading.results[0].series_instance_uids
        assert "99OVERREAD" in {i.CodingSchemeDesignator for i in made.CodingSchemeIdentificationSequence}
        assert "(0018,9004) CS [RESEARCH]" in dcmdump(file)


def test_a_box_is_drawn_on_every_slice_that_it_crosses(case: Case, report: ExportReport) -> None:
    made = dcmread(files(report, "sr_")[0])
    groups = [group for group in said(made, "Measurement Group") if len(said(group, "Image Region")) > 1]
    regions = said(groups[0], "Image Region")
    is_tilted = case.affine[2, 1] != 0
    assert len(groups) == 1
    assert len(regions) == 3  # slices 3, 4 and 5
    for region in regions:
        columns, rows = np.asarray(region.GraphicData, dtype=float).reshape(-1, 2).T
        assert region.GraphicType == "POLYLINE"
        assert sorted({round(v, 3) for v in columns}) == [12.5, 20.5]
        assert is_tilted or sorted({round(v, 3) for v in rows}) == [10.5, 14.5]
        assert (columns[0], rows[0]) == (columns[-1], rows[-1])


def test_a_point_lies_on_the_slice_that_holds_it(case: Case, report: ExportReport) -> None:
    made = dcmread(files(report, "sr_")[0])
    points = [r for r in said(made, "Image Region") if r.GraphicType == "POINT"]
    assert [round(value, 3) for value in points[0].GraphicData] == [25.5, 5.5]
    named = points[0].ContentSequence[0].ReferencedSOPSequence[0].ReferencedSOPInstanceUID
    assert named == "1.2.826.0.1.3680043.8.498.77207"


def test_a_box_on_a_radiograph_is_drawn_in_pixels(report: ExportReport) -> None:
    made = dcmread(files(report, "sr_")[1])
    region = said(made, "Image Region")[0]
    columns, rows = np.asarray(region.GraphicData, dtype=float).reshape(-1, 2).T
    assert (columns.min(), columns.max()) == (10.5, 20.5)
    assert (rows.min(), rows.max()) == (5.5, 15.5)


def test_the_report_names_the_segment_of_the_same_export(report: ExportReport) -> None:
    for sr, seg in zip(files(report, "sr_"), files(report, "seg_"), strict=True):
        segment = dcmread(seg)
        named = [item.ReferencedSOPSequence[0] for item in said(dcmread(sr), "Referenced Segment")]
        assert [n.ReferencedSOPInstanceUID for n in named] == [segment.SOPInstanceUID]
        tracked = segment.SegmentSequence[0].TrackingUID
        assert tracked in {item.UID for item in said(dcmread(sr), "Tracking Unique Identifier")}


def test_every_reference_of_the_report_is_an_image_of_the_study_or_the_export(
    case: Case, report: ExportReport
) -> None:
    assert case.study is not None
    known = {i.sop_instance_uid for s in case.study.series for i in s.instances}
    known |= {str(dcmread(file).SOPInstanceUID) for file in files(report, "seg_")}
    for stem in ("sr_", "assessment_"):
        for file in files(report, stem):
            named = {
                reference.ReferencedSOPInstanceUID
                for item in items(dcmread(file))
                for reference in item.get("ReferencedSOPSequence", [])
            }
            assert named
            assert named <= known


def test_a_region_comes_back_voxel_by_voxel(case: Case, report: ExportReport) -> None:
    """Read with pydicom alone: frames, their source image and their segment."""
    made = dcmread(files(report, "seg_")[0])
    assert made.SegmentationType == "BINARY"
    frames = made.pixel_array.reshape(-1, made.Rows, made.Columns)
    order = [f"1.2.826.0.1.3680043.8.498.7720{number}" for number in range(SLICES)]
    found = np.zeros(case.labels.shape, dtype=bool)
    for frame, groups in zip(frames, made.PerFrameFunctionalGroupsSequence, strict=True):
        source = groups.DerivationImageSequence[0].SourceImageSequence[0].ReferencedSOPInstanceUID
        found[order.index(source)] |= frame.astype(bool)
        position = groups.PlanePositionSequence[0].ImagePositionPatient
        expected = case.affine[:3, 3] + case.affine[:3, 0] * order.index(source)
        np.testing.assert_allclose([float(v) for v in position], expected, atol=1e-3)
    truth = case.labels == 1
    dice = 2 * (found & truth).sum() / (found.sum() + truth.sum())
    assert dice == 1.0
    assert [s.SegmentLabel for s in made.SegmentSequence] == ["Nodule 1"]
    assert made.SegmentSequence[0].SegmentationAlgorithmIdentificationSequence[0].AlgorithmVersion == "1.2.0"


def test_dcmtk_and_highdicom_read_the_segmentation(report: ExportReport) -> None:
    from highdicom.seg import segread

    for file in files(report, "seg_"):
        assert "Research use only, not for primary diagnosis" in dcmdump(file)
        assert segread(file).number_of_segments == 1


def test_without_identity_the_objects_are_as_valid(case: Case, tmp_path: Path) -> None:
    report = export_reading(case.reading, case.study, DICOM, tmp_path / "out", paths=case.paths)
    for file in report.files:
        if file.suffix == ".dcm":
            assert iod_errors(file) == []
            made = dcmread(file)
            assert made.PatientIdentityRemoved == "YES"
            assert made.DeidentificationMethodCodeSequence[0].CodeValue == "113100"
            assert made.StudyDate == ""
            assert made.ContentDate == "19000101"


def test_highdicom_finds_each_accepted_finding_again(case: Case, report: ExportReport) -> None:
    from highdicom.sr import srread

    found = set()
    for file in files(report, "sr_"):
        content: Any = srread(file).content
        groups = [
            *content.get_planar_roi_measurement_groups(),
            *content.get_volumetric_roi_measurement_groups(),
            *content.get_image_measurement_groups(),
        ]
        found |= {str(group.tracking_uid) for group in groups}
    kept = (Verdict.ACCEPTED, Verdict.EDITED)
    assert found == {j.finding.finding_id for j in case.reading.judgements if j.verdict in kept}
