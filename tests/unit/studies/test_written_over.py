"""A folder that is written over with the next patient's images: nobody's pixels stand under another's name."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from app.domain.errors import PixelsUnreadableError
from app.domain.study import Study
from app.studies.display_sets import display_sets
from app.studies.index import StudyIndex
from app.studies.load import load_frame, open_path
from app.studies.scan import scan
from app.studies.thumbnail import thumbnail
from app.ui.studio import Studio
from tests.support.ui import paths_in, write_ct

JANE, RICHARD = ("DOE^JANE", "1.2.826.0.1.3680043.10.51"), ("ROE^RICHARD", "1.2.826.0.1.3680043.10.52")


def of_jane(folder: Path) -> Study:
    return write_ct(folder, 4, *JANE)


def write_over(folder: Path) -> None:
    """The other patient's images under the same names, of the same size."""
    other = folder.with_name("other")
    write_ct(other, 4, *RICHARD)
    for file in other.iterdir():
        shutil.copy(file, folder / file.name)
        status = (folder / file.name).stat()
        os.utime(folder / file.name, ns=(status.st_atime_ns, status.st_mtime_ns + 2_000_000_000))


def test_pixels_of_another_image_are_refused(tmp_path: Path) -> None:
    study = of_jane(tmp_path / "in")
    (found,) = display_sets(study)
    load_frame(found, 0)
    write_over(tmp_path / "in")
    with pytest.raises(PixelsUnreadableError) as refused:
        load_frame(found, 0)
    assert refused.value.key == "error.pixels.other_image"
    with pytest.raises(PixelsUnreadableError):
        thumbnail(found)


def test_the_list_says_who_lies_there_now(tmp_path: Path) -> None:
    study = of_jane(tmp_path / "in")
    index = StudyIndex(tmp_path / "index.sqlite")
    scan([tmp_path / "in"], on_batch=index.add)
    write_over(tmp_path / "in")
    assert index.study(study.study_instance_uid) is None
    assert [one.patient.name for one in index.studies()] == [RICHARD[0]]
    index.close()
    again = StudyIndex(tmp_path / "index.sqlite")
    assert [one.patient.name for one in again.studies()] == [RICHARD[0]]
    again.close()


def test_a_copy_of_the_same_images_stays_listed(tmp_path: Path) -> None:
    study = of_jane(tmp_path / "in")
    index = StudyIndex(tmp_path / "index.sqlite")
    scan([tmp_path / "in"], on_batch=index.add)
    for file in (tmp_path / "in").iterdir():
        os.utime(file, (1, 1))
    found = index.study(study.study_instance_uid)
    assert found is not None
    assert len(found.series[0].instances) == 4
    (tmp_path / "in" / "000.dcm").write_bytes(b"no image any more")
    found = index.study(study.study_instance_uid)
    assert found is not None
    assert len(found.series[0].instances) == 3
    index.close()


@pytest.mark.qt_log_ignore("propagateSizeHints")
def test_a_window_that_starts_again_lists_the_other_patient(tmp_path: Path, qtbot: object) -> None:
    of_jane(tmp_path / "in")
    for begins in (True, False):
        studio = Studio.of(paths_in(tmp_path / "home"), size=(900, 700))
        try:
            if begins:
                studio.open_folder(tmp_path / "in")
            else:
                studio.window.desk.begin()
            studio.wait_idle()
            names = [one.patient.name for one in studio.state.workspace.studies]
        finally:
            studio.close()
        assert names == [JANE[0] if begins else RICHARD[0]]
        write_over(tmp_path / "in") if begins else None


def test_what_is_opened_anew_is_what_lies_there(tmp_path: Path) -> None:
    of_jane(tmp_path / "in")
    write_over(tmp_path / "in")
    assert open_path(tmp_path / "in")[0].patient.name == RICHARD[0]
