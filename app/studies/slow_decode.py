"""Everything unusual: big-endian and deflated files, odd headers, and a second decoder where the quick one refused."""

from __future__ import annotations

import logging
import warnings
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import PixelsUnreadableError
from app.domain.volume import Pixels
from app.studies.codecs import KNOWN, CodecError, CutShortError, decode_codestream
from app.studies.codestream import check_size
from app.studies.decoding.tasks import task_of
from app.studies.pixel_header import PixelHeader
from app.studies.slow_headers import damage, leave_to_disc
from app.support.held.doors import is_held, open_file

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

# Decoders that ship with the product. The GPL plug-in for JPEG is never among them.
PLUGINS = {
    "1.2.840.10008.1.2.5": "pylibjpeg",
    "1.2.840.10008.1.2.4.90": "pylibjpeg",
    "1.2.840.10008.1.2.4.91": "pylibjpeg",
    "1.2.840.10008.1.2.4.201": "pylibjpeg",
    "1.2.840.10008.1.2.4.202": "pylibjpeg",
    "1.2.840.10008.1.2.4.203": "pylibjpeg",
}
_log = logging.getLogger(__name__)


def decode_slowly(header: PixelHeader, index: int, whole: bytes = b"") -> Pixels:
    """Stored values, or RGB. whole: what the file holds, if it need not be read. Raises PixelsUnreadableError."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            dataset = _dataset(header, whole)
            _check_pixels(header, dataset)
            if header.syntax in KNOWN:
                return _compressed(header, dataset, index)
            return _finish(_by_pydicom(header, dataset, index), header)
        except PixelsUnreadableError:
            raise
        except damage(RuntimeError) as error:
            leave_to_disc(error)
            _log.info("decoding failed: %s", type(error).__name__)
            raise _refusal(header, error) from error


def through_palette(indices: Pixels, header: PixelHeader) -> Pixels:
    """Palette colours, segmented tables too: (rows, columns, 3) (PS3.3 C.7.9). Raises PixelsUnreadableError."""
    from pydicom.pixels.processing import apply_color_lut

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            coloured = apply_color_lut(indices, _without_pixels(header))
        except damage() as error:
            leave_to_disc(error)
            raise PixelsUnreadableError(
                "error.pixels.bad_header", file=header.path.name, what="palette"
            ) from error
    return np.asarray(coloured[..., :3])


def _dataset(header: PixelHeader, whole: bytes = b"") -> Dataset:
    from pydicom import dcmread

    if whole:
        return dcmread(BytesIO(whole), force=True)
    if is_held(header.path):  # what is put off is read from the file by its name, without a key
        with open_file(header.path) as file:
            return dcmread(file, force=True)
    return dcmread(header.path, force=True, defer_size=1024 * 1024)


def _without_pixels(header: PixelHeader) -> Dataset:
    from pydicom import dcmread

    with open_file(header.path) as file:
        return dcmread(file, force=True, stop_before_pixels=True)


def _check_pixels(header: PixelHeader, dataset: Dataset) -> None:
    if not any(keyword in dataset for keyword in ("PixelData", "FloatPixelData", "DoubleFloatPixelData")):
        raise PixelsUnreadableError("error.pixels.none", file=header.path.name)


def _compressed(header: PixelHeader, dataset: Dataset, index: int) -> Pixels:
    """The frame as pydicom finds it: by our own codec, or by pydicom's where ours has refused it already."""
    from pydicom.encaps import get_frame

    frame = bytes(get_frame(dataset.PixelData, index, number_of_frames=header.frames))
    check_size(header, frame)
    if header.offset is not None and header.syntax in PLUGINS:
        return _finish(_by_pydicom(header, dataset, index), header)
    try:
        return decode_codestream(task_of(header), frame)
    except CutShortError as error:
        raise PixelsUnreadableError("error.pixels.cut_short", file=header.path.name) from error
    except CodecError as error:
        raise ValueError(str(error)) from error


def _by_pydicom(header: PixelHeader, dataset: Dataset, index: int) -> NDArray[Any]:
    from pydicom.pixels.decoders.base import get_decoder
    from pydicom.uid import UID, ImplicitVRLittleEndian

    syntax = UID(header.syntax or ImplicitVRLittleEndian)
    raw = header.photometric == "PALETTE COLOR" or header.samples == 1
    array, _ = get_decoder(syntax).as_array(
        dataset, index=index, raw=raw, decoding_plugin=PLUGINS.get(str(syntax), "")
    )
    return np.asarray(array)


def _finish(frame: NDArray[Any], header: PixelHeader) -> Pixels:
    if header.samples > 1:
        return np.ascontiguousarray(frame[..., :3], dtype=frame.dtype.newbyteorder("="))
    if frame.shape != (header.rows, header.columns):
        what = f"{frame.shape} decoded, {header.rows} x {header.columns} promised"
        raise PixelsUnreadableError("error.pixels.bad_header", file=header.path.name, what=what)
    if header.bits_allocated == 1:
        return frame.astype(np.uint8)
    return frame.astype(header.stored_dtype)


def _refusal(header: PixelHeader, error: Exception) -> PixelsUnreadableError:
    if isinstance(error, ValueError | EOFError) and "length" in str(error) and header.length is not None:
        expected = header.frame_bytes * header.frames
        return PixelsUnreadableError(
            "error.pixels.truncated", file=header.path.name, found=header.length, expected=expected
        )
    return PixelsUnreadableError(
        "error.pixels.cannot_decode", file=header.path.name, syntax=header.syntax or "unknown"
    )
