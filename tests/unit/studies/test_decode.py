"""Pixels come out exactly as they went in, or not at all."""

from __future__ import annotations

import csv
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.uid import RLELossless

from app.domain.errors import PixelsUnreadableError
from app.studies.decode import decode_frame, settle_bits
from app.studies.pixel_header import read_pixel_header
from app.studies.slow_decode import PLUGINS
from tests.support.dicom_files import ct_dataset, write
from tests.support.shared import shared_dir

LOSSY = ("JPEG Baseline", "JPEG Extended", "Near-Lossless", "JPEG 2000 Image Compression")


def rows() -> list[dict[str, str]]:
    with (shared_dir("data", "dicom_breadth") / "index.csv").open(encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if row["pixels_decoded_by_pydicom3_pylibjpeg"] == "yes"]


@pytest.mark.shared
def test_every_file_of_the_breadth_set_decodes_as_pydicom_does() -> None:
    """Exactly where the coding loses nothing, within 12 grey levels where it does."""
    root = shared_dir("data", "dicom_breadth")
    compared = 0
    for row in rows():
        path = root / row["file"]
        if (
            not path.is_file()
            or row["photometric"] == "PALETTE COLOR"
            or "ModalitySequenceLUT" in row["file"]
        ):
            continue
        try:
            header = read_pixel_header(path)
            found = decode_frame(header, 0)
        except PixelsUnreadableError:
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            wanted = dcmread(path, force=True).pixel_array
        wanted = wanted[0] if wanted.ndim > found.ndim else wanted
        allowed = 12 if row["transfer_syntax"].startswith(LOSSY) else 0
        assert found.shape == wanted.shape, row["file"]
        away = np.abs(found.astype(np.float64) - wanted.astype(np.float64)).max()
        assert away <= allowed, (row["file"], row["transfer_syntax"], away)
        compared += 1
    assert compared >= 70


@pytest.mark.shared
def test_lossless_files_of_wg04_equal_their_uncompressed_originals() -> None:
    import imagecodecs

    root = shared_dir("data", "dicom_breadth", "wg04")
    compared = 0
    for path in sorted(
        p for p in root.rglob("*") if p.is_file() and "_" in p.name and p.parent.name != "REF"
    ):
        original = root / "REF" / f"{path.name.split('_')[0]}_UNCR.zst"
        candidates = [original, *sorted((root / "REF").glob(f"{path.name.split('_')[0]}*.zst"))]
        source = next((one for one in candidates if one.is_file()), None)
        if source is None or path.parent.name in {"JPLY", "J2KI"}:
            continue
        reference = _reference(bytes(imagecodecs.zstd_decode(source.read_bytes())))
        found = decode_frame(read_pixel_header(path), 0)
        allowed = 4 if path.parent.name == "JLSN" else 0
        away = np.abs(found.astype(np.int64) - reference.reshape(found.shape).astype(np.int64)).max()
        assert away <= allowed, (path.name, away)
        compared += 1
    assert compared >= 15


def _reference(content: bytes) -> Any:
    from io import BytesIO

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return dcmread(BytesIO(content), force=True).pixel_array


def test_the_product_never_asks_for_the_gpl_plug_in() -> None:
    assert "1.2.840.10008.1.2.4.70" not in PLUGINS
    assert set(PLUGINS.values()) == {"pylibjpeg"}


@pytest.mark.parametrize(
    ("signed", "stored", "high"), [(0, 12, 11), (1, 12, 11), (0, 10, 9), (1, 16, 15), (0, 12, 15)]
)
def test_stored_bits_are_moved_down_and_signs_extended(
    tmp_path: Path, signed: int, stored: int, high: int
) -> None:
    low = -(2 ** (stored - 1)) if signed else 0
    wanted = np.linspace(low, low + 2**stored - 1, 80).astype(np.int64)
    raw = ((wanted & (2**stored - 1)) << (high + 1 - stored)).astype("<u2")
    dataset = ct_dataset(
        BitsStored=stored,
        HighBit=high,
        PixelRepresentation=signed,
        PixelData=raw.tobytes(),
        RescaleIntercept=0,
    )
    header = read_pixel_header(write(dataset, tmp_path / "x"))
    assert decode_frame(header).ravel().tolist() == wanted.tolist()


def test_overlay_bits_above_the_pixel_are_dropped(tmp_path: Path) -> None:
    raw = (np.arange(80) | 0xF000).astype("<u2")
    dataset = ct_dataset(BitsStored=12, HighBit=11, PixelRepresentation=0, PixelData=raw.tobytes())
    assert decode_frame(read_pixel_header(write(dataset, tmp_path / "x"))).max() == 79


def test_full_width_values_are_not_touched(tmp_path: Path) -> None:
    header = read_pixel_header(write(ct_dataset(), tmp_path / "x"))
    values = np.arange(6, dtype=np.int16)
    assert settle_bits(values, header) is values


def test_rle_is_decoded_by_pydicoms_plug_in(tmp_path: Path) -> None:
    dataset = ct_dataset()
    wanted = dataset.pixel_array.copy()
    dataset.compress(RLELossless, generate_instance_uid=False)
    assert np.array_equal(decode_frame(read_pixel_header(write(dataset, tmp_path / "x"))), wanted)


def test_monochrome1_is_flagged_and_left_alone(tmp_path: Path) -> None:
    dataset = ct_dataset(PhotometricInterpretation="MONOCHROME1")
    header = read_pixel_header(write(dataset, tmp_path / "x"))
    assert header.inverted
    assert decode_frame(header).ravel().tolist() == list(range(80))


@pytest.mark.parametrize("length", [0, 2, 158])
def test_pixels_that_end_too_early_are_refused(tmp_path: Path, length: int) -> None:
    header = read_pixel_header(write(ct_dataset(PixelData=bytes(length)), tmp_path / "x"))
    with pytest.raises(PixelsUnreadableError) as caught:
        decode_frame(header)
    assert caught.value.key == "error.pixels.truncated"


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"Rows": 65535, "Columns": 65535, "BitsAllocated": 32, "BitsStored": 32}, "error.pixels.too_large"),
        ({"Rows": 0}, "error.pixels.bad_header"),
        ({"BitsAllocated": 12}, "error.pixels.bad_header"),
        ({"BitsStored": 20}, "error.pixels.bad_header"),
        ({"SamplesPerPixel": 7}, "error.pixels.bad_header"),
    ],
)
def test_sizes_that_lie_are_refused_before_memory_is_taken(
    tmp_path: Path, changes: dict[str, int], key: str
) -> None:
    path = write(ct_dataset(**changes), tmp_path / "x")
    with pytest.raises(PixelsUnreadableError) as caught:
        read_pixel_header(path)
    assert caught.value.key == key


def test_a_frame_that_is_not_there_is_refused(tmp_path: Path) -> None:
    header = read_pixel_header(write(ct_dataset(), tmp_path / "x"))
    with pytest.raises(PixelsUnreadableError):
        decode_frame(header, 1)
