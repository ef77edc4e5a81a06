"""RQ-64: small files that claim to be huge are refused before time or memory is spent on them."""

from __future__ import annotations

import struct
import time
from pathlib import Path

import numpy as np
import pytest
from pydicom.encaps import encapsulate
from pydicom.uid import UID

from app.domain.errors import PixelsUnreadableError
from app.studies.codestream import declared_size
from app.studies.decode import decode_frame
from app.studies.pixel_header import read_pixel_header
from app.studies.scan import scan
from tests.support.dicom_files import ct_dataset, write

JPEG, JPEG_LS, JPEG_2000 = (f"1.2.840.10008.1.2.4.{number}" for number in (50, 80, 90))


def codestream(syntax: str, rows: int, columns: int) -> bytes:
    """A real small picture whose frame header then claims another size."""
    import imagecodecs

    if syntax == JPEG_2000:
        code = bytes(imagecodecs.jpeg2k_encode(np.zeros((8, 10), np.uint16), codecformat="j2k"))
        at = code.index(b"\xff\x51") + 6
        return code[:at] + struct.pack(">LL", columns, rows) + code[at + 8 :]
    if syntax == JPEG:
        code, marker = bytes(imagecodecs.jpeg8_encode(np.zeros((8, 10), np.uint8))), b"\xff\xc0"
    else:
        code, marker = bytes(imagecodecs.jpegls_encode(np.zeros((8, 10), np.uint16))), b"\xff\xf7"
    at = code.index(marker) + 5
    return code[:at] + struct.pack(">HH", rows, columns) + code[at + 4 :]


def compressed(syntax: str, code: bytes, path: Path) -> Path:
    dataset = ct_dataset(PixelData=encapsulate([code]))
    if syntax == JPEG:
        dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 8, 8, 7
        dataset.PixelRepresentation = 0
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = True
    dataset.file_meta.TransferSyntaxUID = UID(syntax)
    return write(dataset, path)


@pytest.mark.parametrize("syntax", [JPEG, JPEG_LS, JPEG_2000])
def test_a_codestream_of_another_size_never_reaches_a_codec(tmp_path: Path, syntax: str) -> None:
    header = read_pixel_header(compressed(syntax, codestream(syntax, 50000, 60000), tmp_path / "x"))
    began = time.perf_counter()
    with pytest.raises(PixelsUnreadableError) as caught:
        decode_frame(header)
    assert "50000 x 60000" in str(caught.value.facts["what"])
    assert time.perf_counter() - began < 1


@pytest.mark.parametrize("syntax", [JPEG, JPEG_LS, JPEG_2000])
def test_a_codestream_of_the_right_size_is_decoded(tmp_path: Path, syntax: str) -> None:
    header = read_pixel_header(compressed(syntax, codestream(syntax, 8, 10), tmp_path / "x"))
    assert decode_frame(header).shape == (8, 10)


@pytest.mark.parametrize("code", [b"", b"\xff\xd8", b"\xff\xd8\xff\xc0\0", b"\xff\x4f\xff\x51\0\0", b"words"])
def test_a_codestream_that_ends_early_announces_nothing(code: bytes) -> None:
    assert declared_size(code) is None


@pytest.mark.parametrize("frames", ["100001", "2147483647", "99999999999"])
def test_a_file_that_claims_countless_frames_is_refused(tmp_path: Path, frames: str) -> None:
    dataset = ct_dataset()
    dataset.add_new(0x00280008, "IS", frames)
    write(dataset, tmp_path / "x")
    report = scan([tmp_path])
    assert [one.reason_key for one in report.refused] == ["error.study.too_many_frames"]
