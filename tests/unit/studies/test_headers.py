"""Headers read from the bytes are those that pydicom reads; what is unusual goes the slow way with the same result."""

from __future__ import annotations

import contextlib
import warnings
from pathlib import Path

import pydicom
import pytest
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ImplicitVRLittleEndian

from app.domain.errors import OverreadError, StudyUnreadableError
from app.studies.headers import read_elements, read_header
from app.studies.raw_values import RawValues
from app.studies.slow_headers import read_slowly
from app.studies.tags import TAGS
from app.studies.walker import MoreBytesError, UnusualFileError, walk
from tests.support.dicom_files import ct_dataset, write
from tests.support.shared import shared_dir

CODES = ("SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID", "Modality", "PatientID", "StudyDate")
TEXTS = ("PatientName", "StudyDescription", "SeriesDescription")
NUMBERS = ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "WindowCenter", "RescaleSlope")
SHORTS = ("Rows", "Columns", "BitsStored", "PixelRepresentation")


def same(path: Path) -> None:
    """Every value the quick way against the same value the slow way."""
    try:
        quick = walk(path.read_bytes(), frozenset(TAGS.values()))
    except (UnusualFileError, MoreBytesError):
        return  # goes the slow way anyway
    try:
        slow = read_slowly(path)
    except OverreadError:
        return
    fast, checked = RawValues(quick.values), RawValues(slow.values)
    for keyword in CODES:
        assert fast.code(keyword) == checked.code(keyword), keyword
    for keyword in NUMBERS:
        assert fast.numbers(keyword) == pytest.approx(checked.numbers(keyword)), keyword
    for keyword in SHORTS:
        assert fast.short(keyword) == checked.short(keyword), keyword
    for keyword in TEXTS:
        assert fast.text(keyword) == checked.text(keyword), keyword


@pytest.mark.shared
def test_every_file_of_the_breadth_set_reads_alike_both_ways() -> None:
    for path in sorted(shared_dir("data", "dicom_breadth").rglob("*")):
        if path.is_file() and path.suffix not in {".csv", ".txt", ".zst", ".nrrd"}:
            same(path)


def test_pydicoms_own_files_read_alike_both_ways() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in _own_files():
            same(Path(name))


def _own_files() -> list[str]:
    folder = Path(pydicom.__file__).parent / "data" / "test_files"
    return [str(path) for path in sorted(folder.glob("*.dcm"))]


@pytest.mark.parametrize(
    "syntax", [ImplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian]
)
def test_other_encodings_give_the_same_header(tmp_path: Path, syntax: str) -> None:
    dataset = ct_dataset(SOPInstanceUID="1.2.9", PatientName="Иванов^Пётр")
    plain = read_header(write(dataset, tmp_path / "plain"))
    dataset.file_meta["TransferSyntaxUID"].value = syntax
    if syntax == ExplicitVRBigEndian:
        dataset["PixelData"].VR = "OW"
    pydicom.dcmwrite(tmp_path / "other", dataset, enforce_file_format=True)
    other = read_header(tmp_path / "other")
    assert plain is not None
    assert other is not None
    assert other.patient == plain.patient
    assert other.instance.position_lps_mm == plain.instance.position_lps_mm
    assert other.instance.transfer_syntax_uid == syntax


def test_the_instance_carries_what_is_needed_to_place_it(tmp_path: Path) -> None:
    scanned = read_header(write(ct_dataset(), tmp_path / "any name, no suffix"))
    assert scanned is not None
    instance = scanned.instance
    assert instance.position_lps_mm == (-10.0, -20.0, 30.0)
    assert instance.spacing_mm == (0.8, 0.7)
    assert instance.spacing_source == "PixelSpacing"
    assert (instance.rows, instance.columns, instance.frames) == (8, 10, 1)
    assert scanned.patient.name == "Doe^Jane"


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, DeflatedExplicitVRLittleEndian])
def test_what_tells_images_of_one_place_apart_is_read(tmp_path: Path, syntax: str) -> None:
    marks = {"TemporalPositionIdentifier": 3, "TriggerTime": 40.5, "EchoTime": 20, "DiffusionBValue": 800.0}
    dataset = ct_dataset(SOPInstanceUID="1.2.9", **marks)
    dataset.file_meta["TransferSyntaxUID"].value = syntax
    pydicom.dcmwrite(tmp_path / "x", dataset, enforce_file_format=True)
    scanned = read_header(tmp_path / "x")
    assert scanned is not None
    assert dict(scanned.instance.phase_marks) == marks
    assert scanned.instance.frame_of_reference_uid == "1.2.3.5"


@pytest.mark.parametrize(
    ("charset", "name"),
    [
        ("ISO_IR 192", "Иванов^Пётр"),
        ("ISO_IR 144", "Люкceмбypг"),
        ("ISO_IR 100", "Äneas^Rüdiger"),
        (["", "ISO 2022 IR 87"], "Yamada^Tarou=山田^太郎=やまだ^たろう"),
        ("GB18030", "Wang^XiaoDong=王^小东"),
        (["", "ISO 2022 IR 149"], "Hong^Gildong=洪^吉洞=홍^길동"),
    ],
)
def test_names_of_many_scripts_are_read_right(tmp_path: Path, charset: str | list[str], name: str) -> None:
    path = write(ct_dataset(SpecificCharacterSet=charset, PatientName=name), tmp_path / "x")
    scanned = read_header(path)
    assert scanned is not None
    assert scanned.patient.name == name


def test_a_file_without_preamble_is_read(tmp_path: Path) -> None:
    whole = write(ct_dataset(), tmp_path / "whole").read_bytes()
    bare = tmp_path / "bare.dcm"
    bare.write_bytes(whole[132:])
    assert read_header(bare) is not None


def test_a_sequence_of_undefined_length_is_stepped_over(tmp_path: Path) -> None:
    dataset = ct_dataset()
    inner = pydicom.Dataset()
    inner.ReferencedSOPInstanceUID = "1.2.3.4.5"
    inner.is_undefined_length_sequence_item = True
    dataset.ReferencedStudySequence = [inner, inner]
    dataset["ReferencedStudySequence"].is_undefined_length = True
    elements = walk(write(dataset, tmp_path / "x").read_bytes(), frozenset(TAGS.values()))
    assert elements.has_pixels
    assert RawValues(elements.values).short("Rows") == 8


@pytest.mark.parametrize("keyword", ["SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID"])
def test_a_file_without_identity_is_refused(tmp_path: Path, keyword: str) -> None:
    with pytest.raises(StudyUnreadableError) as caught:
        read_header(write(ct_dataset(**{keyword: None}), tmp_path / "x"))
    assert caught.value.facts["missing"] == keyword


@pytest.mark.parametrize(
    ("name", "content", "key"),
    [
        ("empty.dcm", b"", "error.study.empty_file"),
        ("text.dcm", b"this is no DICOM at all, just words" * 9, "error.study.not_dicom"),
    ],
)
def test_what_claims_to_be_dicom_and_is_not_is_refused(
    tmp_path: Path, name: str, content: bytes, key: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(StudyUnreadableError) as caught:
        read_header(tmp_path / name)
    assert caught.value.key == key


def test_what_claims_nothing_is_skipped(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("notes", encoding="utf-8")
    assert read_header(tmp_path / "notes.txt") is None
    assert read_elements(tmp_path / "notes.txt") is None


def test_a_header_cut_short_is_refused_or_told(tmp_path: Path) -> None:
    whole = write(ct_dataset(), tmp_path / "whole").read_bytes()
    for length in range(140, len(whole) - 200, 37):
        (tmp_path / "cut.dcm").write_bytes(whole[:length])
        with contextlib.suppress(StudyUnreadableError):
            read_header(tmp_path / "cut.dcm")
