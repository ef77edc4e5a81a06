"""What was unpacked lies encrypted, names of files included, and is found again by whoever has the key (RQ-63)."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import SimpleITK

from app.domain.study import Study
from app.studies.display_sets import display_sets
from app.studies.load import load_volume
from app.studies.scan import ScanReport
from app.studies.source_chain import open_places
from app.support.held.keys import KEY_FILE
from tests.support import places
from tests.support.dicom_files import ct_dataset
from tests.support.held import hits, master, spellings, vault_in
from tests.support.source_places import Given, _disc

CANARIES = spellings(["Canary", "Иванов", "Doe", "Jane", "CANARYID", places.STUDY])


def opened(archive: Path, password: str | None = None) -> ScanReport:
    return open_places([archive], places.around(archive.parent / "cache", password))


def paths_of(studies: tuple[Study, ...]) -> list[Path]:
    return [one.path for study in studies for series in study.series for one in series.instances]


def image(**changes: object) -> bytes:
    made = io.BytesIO()
    ct_dataset(**changes).save_as(made, enforce_file_format=True)
    return made.getvalue()


def test_names_and_contents_of_an_archive_are_hidden_and_it_opens_as_it_was(tmp_path: Path) -> None:
    members = {
        f"Canary Иванов/CT/Canary {number}.dcm": image(
            SOPInstanceUID=f"1.2.3.9.{number}",
            PatientName="Canary^Иванов",
            PatientID="CANARYID",
            ImagePositionPatient=[0, 0, 2.0 * number],
        )
        for number in range(4)
    }
    archive = places.zip_with(tmp_path / "Canary Иванов.zip", members)
    key = master()
    for _ in range(2):
        with vault_in(tmp_path / "cache" / "archives", depth=1, key=key):
            (study,) = opened(archive).studies
            assert study.patient.name == "Canary^Иванов"
            assert len(load_volume(display_sets(study)[0]).pixels) == 4
        assert not hits([tmp_path / "cache"], CANARIES | {b"DICM": "DICM", b"Canary": "name"})
    assert len(list((tmp_path / "cache" / "archives").iterdir())) == 1, "unpacked once"


def test_a_discs_directory_still_finds_its_files(tmp_path: Path) -> None:
    files = places.made_study(tmp_path / "in")
    disc = _disc(Given(files, tmp_path, places.around(tmp_path / "cache")))
    archive = places.zip_of(disc, tmp_path / "disc.zip")
    with vault_in(tmp_path / "cache" / "archives", depth=1):
        report = opened(archive)
        assert len(paths_of(report.studies)) == 5
        assert not report.refused
        assert not report.remarks, "all are in the directory"
    assert not hits([tmp_path / "cache"], CANARIES | {b"IM0": "a name", b"im0": "a name"})


def test_what_was_under_a_password_is_under_a_key(tmp_path: Path) -> None:
    places.made_study(tmp_path / "in")
    archive = places.locked_zip_of(tmp_path / "in", tmp_path / "a.zip")
    with vault_in(tmp_path / "cache" / "archives", depth=1):
        assert len(paths_of(opened(archive, places.PASSWORD).studies)) == 5
    assert not hits([tmp_path / "cache"], CANARIES)


def test_a_broken_member_is_named_as_the_archive_names_it(tmp_path: Path) -> None:
    archive = places.zip_with(tmp_path / "a.zip", {"x/good": image(), "x/Broken One.dcm": b"no image at all"})
    with vault_in(tmp_path / "cache" / "archives", depth=1):
        (refused,) = opened(archive).refused
    assert dict(refused.facts)["file"] == "Broken One.dcm"
    assert refused.path == archive / "x" / "Broken One.dcm"


@pytest.mark.parametrize("names", [("A;1", "a"), ("Same", "same"), ("a.", "A")])
def test_names_that_a_disc_takes_for_one_both_stay(tmp_path: Path, names: tuple[str, str]) -> None:
    members = {name: image(SOPInstanceUID=f"1.2.3.9.{number}") for number, name in enumerate(names)}
    archive = places.zip_with(tmp_path / "a.zip", members)
    with vault_in(tmp_path / "cache" / "archives", depth=1):
        assert len(paths_of(opened(archive).studies)) == 2


def test_with_a_lost_or_altered_key_it_is_unpacked_again(tmp_path: Path) -> None:
    archive = places.zip_with(tmp_path / "a.zip", {"x": image()})
    key = master()
    with vault_in(tmp_path / "cache" / "archives", depth=1, key=key):
        (first,) = paths_of(opened(archive).studies)
    (key_file,) = (tmp_path / "cache").rglob(KEY_FILE)
    raw = bytearray(key_file.read_bytes())
    raw[-1] ^= 1
    key_file.write_bytes(raw)
    with vault_in(tmp_path / "cache" / "archives", depth=1, key=key):
        assert paths_of(opened(archive).studies) == [first]
    with vault_in(tmp_path / "cache" / "archives", depth=1):
        assert paths_of(opened(archive).studies) != [first]


def test_a_key_is_bound_to_the_place_where_its_folder_lies(tmp_path: Path) -> None:
    archive = places.zip_with(tmp_path / "a.zip", {"x": image()})
    key = master()
    with vault_in(tmp_path / "cache" / "archives", depth=1, key=key):
        (path,) = paths_of(opened(archive).studies)
    unit = tmp_path / "cache" / "archives" / path.relative_to(tmp_path / "cache" / "archives").parts[0]
    unit.rename(unit.with_name("0" * 40))
    moved = unit.with_name("0" * 40) / path.relative_to(unit)
    with (
        vault_in(tmp_path / "cache" / "archives", depth=1, key=key) as vault,
        pytest.raises(OSError, match="no_key"),
    ):
        vault.open(moved)


def test_a_volume_file_made_into_dicom_lies_encrypted(tmp_path: Path) -> None:
    values = np.random.default_rng(2).integers(-1000, 1000, (40, 50, 60)).astype(np.int16)
    SimpleITK.WriteImage(SimpleITK.GetImageFromArray(values), tmp_path / "Canary Иванов.nrrd")
    for _ in range(2):
        with vault_in(tmp_path / "cache" / "volumes", depth=1, key=master()):
            (study,) = opened(tmp_path / "Canary Иванов.nrrd").studies
            assert np.array_equal(load_volume(display_sets(study)[0]).pixels, values)
    runs = {values[number, 20].tobytes()[:24]: f"slice {number}" for number in range(40)}
    assert not hits([tmp_path / "cache"], CANARIES | runs | {b"DICM": "DICM"})
