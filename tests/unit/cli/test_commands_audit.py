"""RQ-62: what a command does is in the audit once, whatever the command: quality assurance, looks, exports, reports."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from pydicom import dcmread
from pydicom.uid import UID

from app.audit.log import AuditLog
from app.findings.events import event_of
from app.findings.journal import Journal, verify_file
from app.findings.look_events import PixelsLooked, last_looks
from app.support.paths import user_paths
from app.workflows.review import default_reader
from tests.support.audit_schema import faults
from tests.support.burned import burned
from tests.support.cli_phantom import in_process
from tests.support.qa_month import MODELS, make_month
from tests.support.ui import ct_result, finding, write_ct

MODEL, VERSION = MODELS[0]
RUN = ("--model", MODEL, "--version", VERSION)
CANARY = "CANARY^JANE"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OVERREAD_HOME", str(tmp_path / "home"))
    settings = user_paths().settings
    settings.mkdir(parents=True, exist_ok=True)
    (settings / "settings.toml").write_text('role = "qa"\nreader_name = "Ada"\n', encoding="utf-8")
    return tmp_path / "home"


def messages() -> list[ElementTree.Element]:
    return [ElementTree.fromstring(one) for one in AuditLog(user_paths().data).messages()]


def told_by(capsys: pytest.CaptureFixture[str], *words: object) -> list[ElementTree.Element]:
    """The messages that one command left, all of them as the standard says."""
    before = len(messages())
    told = in_process(capsys, *[str(word) for word in words])
    assert told.code == 0, told
    fresh = messages()[before:]
    assert [fault for one in fresh for fault in faults(one)] == []
    return fresh


def code_of(message: ElementTree.Element) -> str:
    found = message.find("EventIdentification/EventID")
    assert found is not None
    return str(found.get("csd-code"))


def test_each_command_of_quality_assurance_leaves_one_message(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    month = make_month(studies=200)
    month.journal(user_paths().journal_file).close()
    drawn = in_process(capsys, "qa", "sample", "--month", "2026-09", *RUN, "--size", "20", "--json")
    assert drawn.code == 0, drawn.err
    study = json.loads(drawn.out)["studies"][0]
    scores = ("--interpretation", "full", "--localisation", "part")
    asked: list[tuple[tuple[object, ...], str]] = [
        (("figures", "--json"), "QUALITY"),
        (("page", "--out", tmp_path / "page.html"), "110106"),
        (("sample", "--month", "2026-09", *RUN, "--size", "20", "--json"), "QUALITY"),
        (("defect", "--study", study, *RUN, "--letters", "d"), "QUALITY"),
        (("clinical", "--study", study, *RUN, *scores), "QUALITY"),
        (("peer", "--study", study, "--reader", "Bob", "--score", "1"), "QUALITY"),
        (("registry", "--out", tmp_path / "rows.csv"), "110106"),
    ]
    for words, code in asked:
        fresh = told_by(capsys, "qa", *words)
        assert [code_of(one) for one in fresh] == [code], words
        assert fresh[0].find("ActiveParticipant").get("UserID") == default_reader()  # type: ignore[union-attr]  # faults() looked


def test_a_refused_command_claims_nothing(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (user_paths().settings / "settings.toml").write_text('role = "reader"\n', encoding="utf-8")
    assert in_process(capsys, "qa", "page", "--out", str(tmp_path / "page.html")).code == 1
    assert messages() == []


def loop_of_captures(folder: Path) -> Path:
    """A CT with a finding, and beside it a loop of captures with letters on two of its nine frames."""
    made = write_ct(folder, 4, CANARY)
    capture = dcmread(folder / "000.dcm")
    case = burned(1)
    blank = case.picture.copy()
    blank[case.ink] = 0
    frames = [case.picture if number in (2, 7) else blank * 0 for number in range(9)]
    capture.SOPClassUID = capture.file_meta.MediaStorageSOPClassUID = UID("1.2.840.10008.5.1.4.1.1.7.2")
    capture.SOPInstanceUID = capture.file_meta.MediaStorageSOPInstanceUID = UID("1.2.826.0.1.3680043.10.1.77")
    capture.SeriesInstanceUID, capture.Modality, capture.NumberOfFrames = (
        "1.2.826.0.1.3680043.10.1.78",
        "OT",
        9,
    )
    capture.Rows, capture.Columns = case.picture.shape
    capture.BitsAllocated, capture.BitsStored, capture.HighBit, capture.PixelRepresentation = 8, 8, 7, 0
    capture.PixelData = b"".join(frame.tobytes() for frame in frames)
    capture.save_as(folder / "loop.dcm")
    del made
    return folder


def test_looks_and_the_export_that_uses_them(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """RQ-61, RQ-62: previews of every frame, one message, and the decision with its person in the journal."""
    from tests.support.ui import context_in

    folder = loop_of_captures(tmp_path / "in")
    ctx = context_in(tmp_path)  # the home of the window is another: only the study is wanted
    ctx.close()
    out = tmp_path / "looks"
    (message,) = told_by(capsys, "looks", folder, "--out", out, "--json")
    assert code_of(message) == "110106"
    (image,) = json.loads((out / "looks.json").read_text(encoding="utf-8"))["images"]
    assert (image["frames"], image["frames_with_letters"], image["frames_seen"]) == (9, [3, 8], 0)
    assert len(list((out / "look_0001").glob("frame_*.png"))) == 9

    from app.studies.load import open_path

    study = open_path(folder)[0]
    with Journal(user_paths().journal_file) as journal:
        from app.findings.events import ResultArrived

        journal.append(ResultArrived(ct_result(study, finding(1)), "Ada"))
    told = json.loads((out / "looks.json").read_text(encoding="utf-8"))
    told["images"][0] |= {"decision": "leave_out", "who": "Bea", "frames_seen": 9}
    (out / "looks.json").write_text(json.dumps(told), encoding="utf-8")
    fresh = told_by(
        capsys, "export", "--format", "images", "--out", tmp_path / "out", "--images", folder, "--looks",
        out / "looks.json",
    )  # fmt: skip
    assert sorted(code_of(one) for one in fresh) == ["110106", "RECORDED"]
    with Journal(user_paths().journal_file) as journal:
        (entry,) = journal.entries_of("PixelsLooked")
        event = event_of(entry.event_type, entry.payload)
        assert isinstance(event, PixelsLooked)
        assert last_looks([event])[event.sha256] is event
    assert (event.reader, event.decided, event.frames_seen, event.frames) == ("Bea", "leave_out", 9, 9)
    assert (event.frames_with_letters, event.reason) == (2, "looks.reason.capture")
    assert event.study_instance_uid == study.study_instance_uid
    written = user_paths().journal_file.read_bytes() + AuditLog(user_paths().data).file.read_bytes()
    assert not [name for name in (b"CANARY", b"JANE") if name in written]
    assert verify_file(user_paths().journal_file).is_whole
