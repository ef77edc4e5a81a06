"""Names in every script of the shared files and of pydicom's: as pydicom reads them, and as dcmtk does."""

from __future__ import annotations

import shutil
import subprocess
import warnings
from contextlib import closing
from pathlib import Path

import pydicom
import pytest

from app.studies.headers import read_header
from app.studies.index import StudyIndex
from app.studies.scan import scan
from tests.support.dicom_files import ct_dataset, write
from tests.support.shared import shared_dir

NAMES = {
    "ISO_IR 192": "Иванов^Пётр=Иванов^Пётр",
    "ISO_IR 144": "Иванов^Пётр^Сергеевич",
    "ISO_IR 126": "Διονυσιος",
    "ISO_IR 127": "قباني^لنزار",
    "ISO_IR 138": "שרון^דבורה",
    "ISO_IR 101": "Wałęsa^Łukasz",
    "ISO_IR 109": "Ĉapek^Ĝis",
    "ISO_IR 110": "Bērziņš^Jānis",
    "ISO_IR 148": "Şahin^Ayşe",
    "ISO_IR 166": "สมชาย^ใจดี",
    "ISO_IR 13": "ﾔﾏﾀﾞ^ﾀﾛｳ",
    "GB18030": "Wang^XiaoDong=王^小东",
    "GBK": "Zhang^XiaoDong=张^小东",
    "\\ISO 2022 IR 87": "Yamada^Tarou=山田^太郎=やまだ^たろう",
    "ISO 2022 IR 13\\ISO 2022 IR 87": "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう",
    "\\ISO 2022 IR 149": "Hong^Gildong=洪^吉洞=홍^길동",
}


def plain(name: str) -> str:
    """Without empty groups and components at the end, which writers add as they like."""
    return "=".join(group.rstrip("^ ") for group in name.strip().split("=")).rstrip("=")


def files_with_names() -> list[Path]:
    own = Path(pydicom.__file__).parent / "data"
    roots = (shared_dir("data", "dicom_breadth"), own / "charset_files", own / "test_files")
    found = (path for root in roots for path in sorted(root.rglob("*")) if path.is_file())
    return [path for path in found if _charset(path)]


def _charset(path: Path) -> str:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = pydicom.dcmread(path, stop_before_pixels=True, specific_tags=["SpecificCharacterSet"])
    except (pydicom.errors.InvalidDicomError, OSError):
        return ""
    told = found.get("SpecificCharacterSet", "")
    return "" if found.get("DirectoryRecordSequence") else str(told)


@pytest.mark.shared
def test_names_of_real_files_read_as_pydicom_reads_them() -> None:
    checked: set[str] = set()
    for path in files_with_names():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            dataset = pydicom.dcmread(path, stop_before_pixels=True)
            uids = [dataset.get(f"{level}InstanceUID") for level in ("Study", "Series", "SOP")]
            wanted = str(dataset.get("PatientName", ""))
        if not all(uids):
            continue
        scanned = read_header(path)
        if scanned is None:
            continue
        assert plain(scanned.patient.name) == plain(wanted), path.name
        checked.add(str(dataset.SpecificCharacterSet))
    assert len(checked) >= 5


@pytest.mark.shared
@pytest.mark.skipif(shutil.which("dcmdump") is None, reason="dcmtk's dcmdump is not installed")
def test_the_scripts_of_the_standard_read_as_dcmtk_reads_them(tmp_path: Path) -> None:
    """pydicom's files lack UIDs, so that each is given some; dcmtk reads the file as it was."""
    compared = 0
    for path in sorted((Path(pydicom.__file__).parent / "data" / "charset_files").glob("*.dcm")):
        told = subprocess.run(
            ["dcmdump", "+U8", "+P", "PatientName", str(path)], capture_output=True, check=False
        )
        words = told.stdout.decode("utf-8", "replace")
        if told.returncode or "[" not in words:
            continue
        dataset = pydicom.dcmread(path)
        dataset.SOPInstanceUID = dataset.StudyInstanceUID = dataset.SeriesInstanceUID = "1.2.3"
        dataset.save_as(tmp_path / path.name)
        scanned = read_header(tmp_path / path.name)
        assert scanned is not None
        assert plain(scanned.patient.name) == plain(words.split("[", 1)[1].rsplit("]", 1)[0]), path.name
        compared += 1
    assert compared >= 8


@pytest.mark.parametrize(("charset", "name"), NAMES.items())
def test_a_name_is_the_same_in_the_list_of_studies(tmp_path: Path, charset: str, name: str) -> None:
    write(ct_dataset(SpecificCharacterSet=charset.split("\\"), PatientName=name), tmp_path / "in" / "x")
    with closing(StudyIndex(tmp_path / "index.sqlite")) as index:
        report = scan([tmp_path / "in"], on_batch=index.add)
        assert [study.patient.name for study in report.studies] == [name]
        assert [study.patient.name for study in index.studies()] == [name]


def test_simplified_chinese_by_escapes_reads_as_dcmtk_reads_it(tmp_path: Path) -> None:
    """PS3.5 K.3; neither pydicom's writer nor its reader does it right."""
    raw = b"Zhang^XiaoDong=\x1b$)A\xd5\xc5^\x1b$)A\xd0\xa1\xb6\xab="
    mark = "X" * len(raw)
    path = write(ct_dataset(SpecificCharacterSet=["", "ISO 2022 IR 58"], PatientName=mark), tmp_path / "x")
    path.write_bytes(path.read_bytes().replace(mark.encode(), raw))
    scanned = read_header(path)
    assert scanned is not None
    assert plain(scanned.patient.name) == "Zhang^XiaoDong=张^小东"
    if shutil.which("dcmdump"):
        command = ["dcmdump", "+U8", "+P", "PatientName", str(path)]
        told = subprocess.run(command, capture_output=True, check=True)
        assert "Zhang^XiaoDong=张^小东" in told.stdout.decode("utf-8")


@pytest.mark.parametrize(
    ("charset", "raw", "shown"),
    [
        (None, "Иванов^Пётр".encode(), "Иванов^Пётр"),  # UTF-8 proves itself
        (None, "Иванов".encode("cp1251"), "\\xc8\\xe2\\xe0\\xed\\xee\\xe2"),
        ("ISO_IR 6", "Jürgen".encode("latin-1"), "J\\xfcrgen"),
        ("ISO_IR 999", "Иванов".encode("iso8859_5"), "\\xb8\\xd2\\xd0\\xdd\\xde\\xd2"),
        ("ISO_IR 192", b"Dr\xff^Who", "Dr\ufffd^Who"),
    ],
)
def test_bytes_of_no_stated_alphabet_are_shown_and_never_guessed(
    tmp_path: Path, charset: str | None, raw: bytes, shown: str
) -> None:
    mark = b"X" * (len(raw) + len(raw) % 2)
    dataset = ct_dataset(SpecificCharacterSet=None, PatientName=mark.decode())
    path = write(dataset, tmp_path / "x")
    if charset:
        dataset.SpecificCharacterSet = charset.replace("999", "144")
        write(dataset, path)
        path.write_bytes(path.read_bytes().replace(b"ISO_IR 144", charset.encode().ljust(10)))
    path.write_bytes(path.read_bytes().replace(mark, raw.ljust(len(mark))))
    scanned = read_header(path)
    assert scanned is not None
    assert scanned.patient.name == shown
