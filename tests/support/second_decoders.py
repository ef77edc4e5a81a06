"""Other people's decoders, asked for the same frame: pydicom with pylibjpeg, dcmtk's tools, SimpleITK, originals."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import warnings
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.support.shared import shared_dir

JPEG = {f"1.2.840.10008.1.2.4.{number}" for number in (50, 51, 57, 70)}
JPEG_LS = {"1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.81"}
RLE = "1.2.840.10008.1.2.5"
_SIBLINGS = {"emri_small_jpeg_2k_lossless_too_short.dcm": "emri_small.dcm"}


def by_pydicom(path: Path, index: int) -> NDArray[Any]:
    """Stored values, RGB, or palette indices."""
    from pydicom import dcmread
    from pydicom.pixels.utils import pixel_array
    from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dataset = dcmread(path, force=True)
        if "TransferSyntaxUID" not in dataset.file_meta:
            implicit, little = dataset.original_encoding
            explicit = ExplicitVRLittleEndian if little else ExplicitVRBigEndian
            dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian if implicit else explicit
        return np.asarray(pixel_array(dataset, index=index))


def by_dcmtk(path: Path, index: int) -> NDArray[Any]:
    """Unpacked by dcmdjpeg, dcmdjpls or dcmdrle, then read as plain numbers."""
    from pydicom import dcmread

    syntax = str(dcmread(path, stop_before_pixels=True, force=True).file_meta.TransferSyntaxUID)
    tool = "dcmdjpeg" if syntax in JPEG else "dcmdjpls" if syntax in JPEG_LS else "dcmdrle"
    if syntax not in JPEG | JPEG_LS | {RLE} or shutil.which(tool) is None:
        raise LookupError(f"dcmtk does not decode {syntax} here")
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "plain.dcm"
        subprocess.run([tool, str(path), str(plain)], check=True, capture_output=True, timeout=120)
        return by_pydicom(plain, index)


def by_simpleitk(path: Path, index: int) -> NDArray[Any]:
    """GDCM's stored values: the rescale it applies, and its turning over of MONOCHROME1, are undone."""
    import SimpleITK
    from pydicom import dcmread

    header = dcmread(path, stop_before_pixels=True, force=True)
    volume = SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(str(path)))
    colour = int(header.SamplesPerPixel) > 1
    frame = volume[index] if volume.ndim > 2 + colour else volume
    if colour:
        return np.asarray(frame)
    slope, intercept = float(header.get("RescaleSlope", 1)), float(header.get("RescaleIntercept", 0))
    stored = np.rint((frame.astype(np.float64) - intercept) / slope)
    if header.PhotometricInterpretation == "MONOCHROME1":
        stored = (1 << int(header.BitsStored)) - 1 - stored
    return np.asarray(stored)


def by_original(path: Path, index: int) -> NDArray[Any]:
    """The uncompressed original of a WG04 file, as the folder of originals keeps it, or of one of pydicom's files."""
    if path.name in _SIBLINGS:
        return by_pydicom(path.with_name(_SIBLINGS[path.name]), index)
    return _original(path.name.split("_")[0])


@lru_cache(maxsize=2)
def _original(subject: str) -> NDArray[Any]:
    import imagecodecs
    from pydicom import dcmread

    folder = shared_dir("data", "dicom_breadth", "wg04", "REF")
    found = sorted(folder.glob(f"{subject}*.zst"))
    if not found:
        raise LookupError(f"no original of {subject}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return dcmread(BytesIO(bytes(imagecodecs.zstd_decode(found[0].read_bytes()))), force=True).pixel_array


DECODERS = {"original": by_original, "pydicom": by_pydicom, "dcmtk": by_dcmtk, "SimpleITK": by_simpleitk}
