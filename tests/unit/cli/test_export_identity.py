"""A study UID under two patients is exported under neither name."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.cli.commands.export import with_studies
from app.domain.errors import StudyUnreadableError
from app.domain.finding import Reading
from app.studies.index import StudyIndex
from app.studies.scan import scan
from app.support.paths import HOME_VARIABLE, user_paths
from tests.support.dicom_files import ct_dataset, write


@pytest.mark.parametrize("known_by", ["folder", "index"])
def test_two_patients_under_one_study_uid_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, known_by: str
) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))
    write(ct_dataset(PatientID="1", PatientName="Doe^Jane"), tmp_path / "study" / "a")
    write(ct_dataset(PatientID="2", PatientName="Roe^Mary"), tmp_path / "study" / "b")
    if known_by == "index":
        index = StudyIndex(user_paths().index_file)
        scan([tmp_path / "study"], on_batch=index.add)
        index.close()
    with pytest.raises(StudyUnreadableError) as caught:
        with_studies([Reading("1.2.3")], [tmp_path / "study"] if known_by == "folder" else [])
    assert caught.value.key == "error.study.mixed_identity"
    assert set(caught.value.facts) == {"study"}
