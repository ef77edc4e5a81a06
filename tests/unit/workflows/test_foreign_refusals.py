"""RQ-15: objects of another patient, study or frame of reference are refused; silent CAD marks are no findings."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pydicom import Dataset

from app.domain.errors import OverreadError
from app.domain.finding import RunState
from app.findings.journal import Journal
from app.workflows.foreign import import_object
from tests.support.cad_report import cad_report
from tests.support.objects import SHAPE, oblique_ct, save, segmentation, study_of


@pytest.mark.parametrize(
    ("keyword", "value", "key"),
    [
        ("PatientID", "999", "error.foreign.other_patient"),
        ("PatientBirthDate", "19011231", "error.foreign.other_patient"),
        ("StudyInstanceUID", "1.2.3.77", "error.foreign.other_study"),
        ("FrameOfReferenceUID", "1.2.3.78", "error.foreign.other_frame"),
    ],
)
def test_what_is_not_of_this_patient_study_or_space_is_refused(
    keyword: str, value: str, key: str, tmp_path: Path
) -> None:
    images = oblique_ct(tmp_path / "ct")
    voxels = np.zeros(SHAPE, np.uint8)
    voxels[2, 3, 4] = 1
    made: Dataset = segmentation(images, voxels, ["one"])
    setattr(made, keyword, value)
    if keyword == "StudyInstanceUID" and "StudiesContainingOtherReferencedInstancesSequence" in made:
        del made.StudiesContainingOtherReferencedInstancesSequence
    file = save(made, tmp_path / "seg.dcm")
    journal = Journal.open(tmp_path / "journal.sqlite")
    with pytest.raises(OverreadError) as refused:
        import_object(journal, tmp_path / "results", study_of(tmp_path / "ct"), file)
    assert refused.value.key == key
    assert value not in str(refused.value)
    assert journal.entries() == ()


def test_only_required_marks_become_findings_and_others_on_request(tmp_path: Path) -> None:
    images = oblique_ct(tmp_path / "ct")
    file = save(cad_report(images[0]), tmp_path / "cad.dcm")
    study, journal = study_of(tmp_path / "ct"), Journal.open(tmp_path / "journal.sqlite")
    shown = import_object(journal, tmp_path / "results", study, file)
    asked = import_object(journal, tmp_path / "results", study, file, on_request=True)
    assert shown is not None
    assert asked is not None
    assert [finding.label for finding in shown.findings] == ["Shown mass"]
    assert [finding.label for finding in asked.findings] == ["Optional mass"]
    assert shown.state is RunState.POSITIVE
    assert shown.imported is not None
    assert "version" in shown.imported.missing
    assert import_object(journal, tmp_path / "results", study, file) is None
