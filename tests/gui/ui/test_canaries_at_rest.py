"""RQ-63: a study of a server is retrieved, looked at, judged by a model and closed: no byte on the disk tells of it.

200 planted identifiers and the pixels themselves are looked for under cache, data, settings, log, temporary folder, in
six encodings, in contents and names of files. Study identifiers stand in the journal and the audit, and in the latter
the Patient ID, for they are records; none of them may stand in cache, temporary folder or log.
"""

from __future__ import annotations

import logging
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pydicom.datadict import dictionary_VR
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.domain.volume import RemarkKind
from app.settings.connections import Connection, ConnectionBook, save_connections
from app.support.held import doors
from app.support.paths import UserPaths
from app.ui.contents import StackContent
from app.ui.overlays.remote import RemoteSheet
from app.ui.studio import Studio
from tests.support.held import hits, key_file_for, spellings
from tests.support.orthanc import Orthanc, running_orthanc
from tests.support.ui import paths_in
from tests.support.web import stack

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
SLICES, SIDE, COUNT = 5, 64, 200
STUDY = "1.2.826.0.1.3680043.10.777.1"
KEYWORDS = [
    "PatientName",
    "PatientID",
    "OtherPatientNames",
    "PatientBirthName",
    "PatientMotherBirthName",
    "PatientAddress",
    "PatientTelephoneNumbers",
    "PatientComments",
    "AdditionalPatientHistory",
    "AccessionNumber",
    "StudyID",
    "StudyDescription",
    "SeriesDescription",
    "ReferringPhysicianName",
    "PerformingPhysicianName",
    "OperatorsName",
    "InstitutionName",
    "InstitutionAddress",
    "InstitutionalDepartmentName",
    "StationName",
    "RequestingPhysician",
    "RequestedProcedureDescription",
    "ImageComments",
    "ProtocolName",
    "DeviceSerialNumber",
    "MilitaryRank",
    "EthnicGroup",
    "Occupation",
    "IssuerOfPatientID",
    "MedicalRecordLocator",
    "PerformedProcedureStepID",
    "PerformedProcedureStepDescription",
    "ReasonForTheRequestedProcedure",
    "StudyComments",
    "RequestedProcedureComments",
    "CurrentPatientLocation",
    "NameOfPhysiciansReadingStudy",
    "AdmissionID",
]
NAMES = {keyword for keyword in KEYWORDS if dictionary_VR(keyword) == "PN"}


def planted() -> tuple[dict[str, str], list[str], list[str]]:
    """Elements of all slices, elements' values a slice has of its own, and all words that may be found nowhere."""
    chance = random.Random(63)
    latin = ["".join(chance.choices("BCDFGHKLMNPQRSTVWXZ", k=9)) for _ in range(COUNT // 2)]
    russian = ["".join(chance.choices("БВГДЖЗКЛМНПРСТФХЦЧШЩ", k=9)) for _ in range(COUNT // 2)]
    words = [one for pair in zip(latin, russian, strict=True) for one in pair]
    pairs = {keyword: (words[2 * n], words[2 * n + 1]) for n, keyword in enumerate(KEYWORDS)}
    shared = {keyword: "^".join(pair) if keyword in NAMES else pair[0] for keyword, pair in pairs.items()}
    rest = words[2 * len(KEYWORDS) :]
    return shared, rest, words


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Orthanc]:
    folder = tmp_path_factory.mktemp("orthanc")
    shared, rest, _ = planted()
    noise = np.random.default_rng(9).integers(-1000, 1000, (SIDE, SIDE), dtype=np.int16).tobytes()
    files = stack(
        folder / "in",
        SLICES,
        Rows=SIDE,
        Columns=SIDE,
        PixelData=noise,
        SpecificCharacterSet="ISO_IR 192",
        StudyInstanceUID=STUDY,
        SeriesInstanceUID=f"{STUDY}.2",
        FrameOfReferenceUID=f"{STUDY}.3",
        PatientBirthDate="19170823",
        TextComments=" ".join(rest),
        **shared,
    )
    with running_orthanc(folder / "server") as made:
        made.put(files)
        yield made


@pytest.fixture
def paths(tmp_path: Path, server: Orthanc, monkeypatch: pytest.MonkeyPatch) -> UserPaths:
    made = paths_in(tmp_path / "home")
    save_connections(made.settings, ConnectionBook().with_one(Connection("Orthanc", url=server.dicomweb)))
    (tmp_path / "temp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temp"))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return made


def look_at_it(studio: Studio) -> None:
    """Search, retrieve, scroll, reformat, mark."""
    studio.act("file.search_remote")
    sheet = next(one for one in studio.window.findChildren(RemoteSheet) if one.isVisible())
    QTest.mouseClick(sheet.search_button, Qt.MouseButton.LeftButton)
    assert studio.wait_for(lambda: sheet.hits.rowCount() == 1)
    sheet.hits.setFocus()
    QTest.keyClick(studio.window.focusWidget(), Qt.Key.Key_Return)
    assert studio.wait_for(lambda: bool(studio.window.host.contents) and not studio.state.jobs, timeout_s=30)
    assert not studio.window.host.failures
    studio.act("view.image_last")
    studio.wait_idle()
    patient = studio.window.header.patient.text().casefold()
    assert planted()[0]["PatientName"].partition("^")[0].casefold() in patient, "it is on the screen"


@pytest.mark.parametrize("lasting", [True, False], ids=["key file", "this session"])
def test_nothing_of_a_retrieved_study_can_be_found_on_the_disk(
    paths: UserPaths, tmp_path: Path, qapp: QApplication, caplog: pytest.LogCaptureFixture, lasting: bool
) -> None:
    if lasting:
        key_file_for(paths.settings)
    caplog.set_level(logging.DEBUG)
    studio = Studio.of(paths, size=(1200, 800))
    try:
        look_at_it(studio)
        (study,) = studio.ctx.index.studies()
        files = [one.path for series in study.series for one in series.instances]
        instances = [one.sop_instance_uid for series in study.series for one in series.instances]
        pixels = doors.read_whole(files[0])[-2 * SIDE * SIDE :]
    finally:
        studio.close()
    assert len(files) == SLICES
    assert all(path.exists() for path in files)
    words = [*planted()[2], "19170823", "1917-08-23"]
    assert len(words) >= COUNT
    needles = spellings(words)
    runs = {pixels[start : start + 16]: f"pixels at {start}" for start in range(0, len(pixels), 512)}
    homes = [tmp_path / "home", tmp_path / "temp"]
    recorded = f"audit.log: {planted()[0]['PatientID']}"  # PS3.15 A.5 wants to know whose study it was
    assert [one for one in hits(homes, needles | runs) if one != recorded] == []
    uids = spellings([STUDY, *instances])
    assert not hits([paths.cache, tmp_path / "temp"], uids)
    said = caplog.text.casefold()
    assert not [one for one in [*words, STUDY, *instances] if one.casefold() in said]


def test_a_copy_that_was_touched_is_told_in_its_place_and_the_others_are_shown(
    paths: UserPaths, tmp_path: Path, qapp: QApplication
) -> None:
    key_file_for(paths.settings)
    before = Studio.of(paths, size=(1200, 800))
    look_at_it(before)
    (study,) = before.ctx.index.studies()
    before.close()
    touched = study.series[0].instances[2].path
    raw = bytearray(touched.read_bytes())
    raw[-1] ^= 1
    touched.write_bytes(raw)
    after = Studio.of(paths, size=(1200, 800))
    try:
        assert after.wait_for(lambda: bool(after.state.workspace.studies))
        after.open_study(STUDY)
        after.wait_idle()
        said = []
        after.act("view.image_first")
        for _ in range(SLICES):
            after.wait_idle()
            said.append(after.window.host.failures)
            after.act("view.image_next")
        (failed,) = [one for one in said if one]
        assert "altered or damaged" in failed[0]
        content = next(iter(after.window.host.contents.values()))
        assert isinstance(content, StackContent)
        assert RemarkKind.UNREADABLE_FRAMES in {one.kind for one in content.remarks()}
        after.grab(tmp_path / "touched.png", part="window")
    finally:
        after.close()


def test_the_search_itself_finds_what_is_there(tmp_path: Path, server: Orthanc) -> None:
    """The same needles in the files before they were sent: all are found, so that finding none means something."""
    shared, rest, words = planted()
    plain = stack(
        tmp_path / "plain", 1, SpecificCharacterSet="ISO_IR 192", TextComments=" ".join(rest), **shared
    )
    content = plain[0].read_bytes()
    sent = {word for value in shared.values() for word in value.split("^")} | set(rest)
    assert len(sent) > COUNT * 3 // 4
    assert all(word.encode() in content for word in sent)
    assert {one.partition(": ")[2] for one in hits([tmp_path / "plain"], spellings(words))} == sent
