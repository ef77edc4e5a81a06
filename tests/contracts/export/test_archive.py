"""Every object of an export stays what it is in an archive, and other software reads it (RQ-58, RQ-23)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom import Dataset, dcmread

from app.domain.finding import Verdict
from app.export.deidentify import Pseudonyms, load_key
from app.workflows.export import ExportReport, export_reading
from tests.support.dicom_tools import dcmdump
from tests.support.export import Case, build_case
from tests.support.orthanc import running_orthanc

FORMATS = ("sr", "assessment", "seg", "heat", "gsps", "key_images", "measurements", "city", "images")


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return build_case(tmp_path_factory.mktemp("case"))


@pytest.fixture(scope="module")
def report(case: Case, tmp_path_factory: pytest.TempPathFactory) -> ExportReport:
    target = tmp_path_factory.mktemp("export") / "out"
    return export_reading(case.reading, case.study, FORMATS, target, paths=case.paths)


def objects(report: ExportReport) -> list[Path]:
    return [file for file in report.files if file.suffix == ".dcm"]


def plain(data: Dataset) -> str:
    """All elements as text: what an archive must not change."""
    return data.to_json(bulk_data_threshold=1 << 30)


def test_rq58_every_object_comes_back_identical_from_a_real_archive(
    report: ExportReport, tmp_path: Path
) -> None:
    """STOW by our own client, WADO by plain HTTP: every element of every object is as it was sent."""
    with running_orthanc(tmp_path / "server") as server, server.client() as client:
        for file in objects(report):
            answer = client.post("/instances", content=file.read_bytes())
            assert answer.status_code == 200, file.name
            raw = client.get(f"/instances/{answer.json()['ID']}/file").content
            (tmp_path / "back.dcm").write_bytes(raw)
            assert plain(dcmread(tmp_path / "back.dcm")) == plain(dcmread(file)), file.name
        studies = client.get("/studies").json()
        assert len(studies) == 1  # all of them belong to one study of one nobody
        series = client.get(f"/studies/{studies[0]}/series").json()
        assert len(series) >= len(FORMATS)


def test_rq58_dcmtk_reads_every_object(report: ExportReport) -> None:
    for file in objects(report):
        assert "# Dicom-Data-Set" in dcmdump(file)


def test_rq58_simpleitk_reads_the_pixels(case: Case, report: ExportReport) -> None:
    """Images and pictures; its GDCM cannot read segmentations on a film, so the CT's alone."""
    import SimpleITK

    sitk: Any = SimpleITK  # half its methods bring no types
    for file in objects(report):
        if file.name.startswith(("seg_0001", "image_", "city_0001_picture")):
            found = sitk.GetArrayFromImage(sitk.ReadImage(str(file)))
            wanted = dcmread(file).pixel_array
            np.testing.assert_array_equal(np.squeeze(found) > 0, np.squeeze(wanted) > 0)


def test_rq23_the_assessment_is_the_same_when_it_is_read_again(case: Case, report: ExportReport) -> None:
    """Tracking UID, verdict, reason, person and device observer, and the image or segment of the AI finding."""
    from highdicom.sr import srread

    names = Pseudonyms(load_key(case.paths.data / "export.key"))
    found: dict[str, tuple[str, str]] = {}
    for file in (one for one in objects(report) if one.name.startswith("assessment_")):
        report_read = srread(file)
        words = str(report_read)
        assert "Person Observer Name" in words
        assert "Device Observer UID" in words
        content: Any = report_read.content  # a template of highdicom
        for group in (
            *content.get_planar_roi_measurement_groups(),
            *content.get_volumetric_roi_measurement_groups(),
            *content.get_image_measurement_groups(),
        ):
            said = {e.name.value: e.value.value for e in group.get_qualitative_evaluations()}
            found[str(group.tracking_uid)] = (said["assessment"], said.get("reject-reason", ""))
        assert report_read.CurrentRequestedProcedureEvidenceSequence
    word = {Verdict.ACCEPTED: "accepted", Verdict.EDITED: "modified", Verdict.REJECTED: "rejected"}
    wanted = {
        names.uid(j.finding.finding_id): (word[j.verdict], j.reason.value if j.reason else "")
        for j in case.reading.judgements
        if j.verdict in word
    }
    assert found == wanted


def test_rq02_the_notice_is_in_every_object_of_a_model(report: ExportReport) -> None:
    for file in objects(report):
        if not file.name.startswith("image_"):
            assert b"Research use only, not for primary diagnosis" in file.read_bytes(), file.name
