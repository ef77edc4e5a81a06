"""A small deflated file that unpacks to more than any header needs is refused, however its meta group is written."""

from __future__ import annotations

import time
import zlib
from pathlib import Path

import pydicom
import pytest
from pydicom.uid import DeflatedExplicitVRLittleEndian

from app.domain.errors import StudyUnreadableError
from app.studies.headers import read_header
from app.studies.limits import INFLATED_BYTES, check_inflated_size
from tests.support.dicom_files import ct_dataset

MIB = 1024 * 1024


def deflated(tmp_path: Path) -> bytes:
    """A sound deflated file."""
    dataset = ct_dataset()
    dataset.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    pydicom.dcmwrite(tmp_path / "sound", dataset, enforce_file_format=True)
    return (tmp_path / "sound").read_bytes()


@pytest.fixture(scope="module")
def bomb() -> bytes:
    """A deflate stream of zeros, a thousandth of what it unpacks to."""
    packer, block = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS), bytes(MIB)
    parts = [packer.compress(block) for _ in range(INFLATED_BYTES // MIB + 8)]
    return b"".join((*parts, packer.flush()))


def test_a_sound_deflated_file_passes(tmp_path: Path) -> None:
    deflated(tmp_path)
    check_inflated_size(tmp_path / "sound")
    assert read_header(tmp_path / "sound") is not None


@pytest.mark.parametrize(
    "meta", ["whole", "without its length", "with a length that lies", "without preamble"]
)
def test_what_unpacks_too_far_is_refused(tmp_path: Path, bomb: bytes, meta: str) -> None:
    whole = deflated(tmp_path)
    end = 144 + int.from_bytes(whole[140:144], "little")
    heads = {
        "whole": whole[:end],
        "without its length": whole[:132] + whole[144:end],
        "with a length that lies": whole[:140] + b"\x07\0\0\0" + whole[144:end],
        "without preamble": whole[132:end],
    }
    path = tmp_path / "bomb.dcm"
    path.write_bytes(heads[meta] + bomb)
    with pytest.raises(StudyUnreadableError) as caught:
        read_header(path)
    assert caught.value.key == "error.study.inflates_too_far"


def test_a_bomb_under_the_absolute_limit_is_refused_by_its_ratio(tmp_path: Path) -> None:
    """400 MiB of zeros in 400 kB kept a parser busy for more than a minute."""
    dataset = ct_dataset()
    dataset.file_meta["TransferSyntaxUID"].value = DeflatedExplicitVRLittleEndian
    dataset.PixelData = bytes(400 * 1024 * 1024)
    dataset["PixelData"].VR = "OW"
    path = tmp_path / "bomb"
    pydicom.dcmwrite(path, dataset, enforce_file_format=True)
    assert path.stat().st_size < 1024 * 1024
    began = time.monotonic()
    with pytest.raises(StudyUnreadableError) as caught:
        read_header(path)
    assert caught.value.key == "error.study.inflates_too_far"
    assert time.monotonic() - began < 10
