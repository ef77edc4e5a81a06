"""Bad input is normal input: one plain sentence, exit code 1, and no other file touched."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pydicom
import pytest

from tests.support.cli_phantom import Answer, hashes, in_child, in_process, small_chest
from tests.support.spot_package import write_spot_package

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
MEMORY = Path("/proc/self/mem")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OVERREAD_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def put(folder: Path, what: str) -> Path:
    """A folder with nothing but one kind of bad input."""
    folder.mkdir()
    file = folder / "bad.dcm"
    slices = sorted((small_chest() / "CT").glob("*.dcm"))
    if what == "zero bytes":
        file.touch()
    elif what == "text":
        file.write_text("I am no DICOM file, whatever my name says.\n" * 20, encoding="utf-8")
    elif what == "cut in the header":
        file.write_bytes(slices[0].read_bytes()[:700])
    elif what == "no pixels":
        dataset = pydicom.dcmread(slices[0])
        del dataset.PixelData
        dataset.save_as(file)
    return folder


@pytest.mark.parametrize("what", ["empty", "zero bytes", "text", "cut in the header", "no pixels"])
def test_a_folder_without_a_usable_picture(
    what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = put(tmp_path / "in", what)
    package = write_spot_package(tmp_path / "package")
    before = hashes(folder)
    told = in_process(capsys, "run", package, folder, "--out", tmp_path / "out", "--cpu")
    assert told.code == 1
    assert told.sentence().endswith(".")
    drawn = in_process(capsys, "snapshot", folder, "--out", tmp_path / "out.png")
    assert drawn.code == 1
    assert drawn.sentence().endswith(".")
    if what in ("zero bytes", "text", "cut in the header"):
        assert "bad.dcm" in told.sentence()
        assert told.sentence() == drawn.sentence()
    assert not (tmp_path / "out.png").exists()
    assert hashes(folder) == before


@pytest.mark.parametrize("what", ["empty", "zero bytes", "text"])
def test_index_finds_nothing_and_says_what_it_refused(
    what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = in_process(capsys, "index", put(tmp_path / "in", what), "--json")
    assert told.code == 1
    assert ("in" if what == "empty" else "bad.dcm") in told.sentence()
    document = json.loads(told.out or "{}")
    assert document.get("studies", 0) == 0
    for one in document.get("refused", ()):
        assert one["reason"].endswith(".")
        assert "?" not in one["reason"]


def test_what_is_bad_does_not_hide_what_is_good(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "study"
    shutil.copytree(small_chest() / "CT", folder)
    (folder / "empty.dcm").touch()
    (folder / "text.dcm").write_text("no DICOM" * 99, encoding="utf-8")
    (folder / "notes.txt").write_text("skipped", encoding="utf-8")
    before = hashes(folder)
    told = in_process(capsys, "index", folder, "--json")
    document = json.loads(told.out)
    assert (told.code, document["instances"]) == (0, 12)
    assert sorted(Path(one["path"]).name for one in document["refused"]) == ["empty.dcm", "text.dcm"]
    assert hashes(folder) == before


@pytest.mark.skipif(
    not MEMORY.exists(), reason="needs a file of the system that nobody can read from its start"
)
def test_a_file_that_cannot_be_read_is_refused_by_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "in"
    shutil.copytree(small_chest() / "CT", folder)
    (folder / "bad.dcm").symlink_to(MEMORY)  # an input/output error for everyone, the administrator too
    told = in_process(capsys, "index", folder, "--json")
    document = json.loads(told.out)
    assert (told.code, document["instances"]) == (0, 12)
    [refused] = document["refused"]
    assert Path(refused["path"]).name == "bad.dcm"
    assert "cannot be read" in refused["reason"]


@pytest.mark.parametrize("command", [(), ("open", "{chest}")], ids=["window", "open"])
def test_no_display_is_one_sentence(command: tuple[str, ...], home: Path) -> None:
    told: Answer = in_child(home, *(word.replace("{chest}", str(small_chest())) for word in command))
    assert told.code == 1
    assert "no display" in told.sentence()


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no device without an end here")
def test_labels_without_an_end_and_a_limit_without_a_number(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = in_process(capsys, "evaluate", "ct-dense-lung", "--labels", "/dev/zero", "--images", tmp_path)
    assert told.code == 1
    assert "zero" in told.sentence()
    assert in_process(capsys, "copies", "--purge", "--limit", "inf").code == 0
