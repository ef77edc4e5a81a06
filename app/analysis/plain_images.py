"""PNG and JPEG radiographs, as collections for evaluation bring them: grey values without a header.

They are taken for digital radiographs. Nothing is known of their spacing, body part or view, and grey is taken as it
is: air dark, bone light.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import PixelsUnreadableError
from app.domain.study import Instance, Series
from app.domain.volume import FrameRef, Remark, RemarkKind, Space, Volume

SUFFIXES = (".png", ".jpg", ".jpeg")
DIGITAL_RADIOGRAPH = "1.2.840.10008.5.1.4.1.1.1.1"  # Digital X-Ray Image Storage - For Presentation
LARGEST_FILE_BYTES = 256 * 1024 * 1024
LARGEST_SIDE = 20_000
GREY_SHARES = (0.299, 0.587, 0.114)  # luma of red, green, blue (ITU-R BT.601)


def is_plain_image(file: Path) -> bool:
    """Whether the name says PNG or JPEG."""
    return file.suffix.lower() in SUFFIXES


def read_plain_image(file: Path) -> Volume:
    """One image as a stack of one in image space; "mm" are pixels. Raises PixelsUnreadableError."""
    try:
        if file.stat().st_size > LARGEST_FILE_BYTES:
            raise PixelsUnreadableError("error.plain_image.too_large", file=file.name)
        coded = file.read_bytes()
    except OSError as error:
        raise PixelsUnreadableError("error.plain_image.missing", file=file.name) from error
    pixels = np.ascontiguousarray(_grey(_decode(coded, file)))
    uid = f"2.25.{int.from_bytes(hashlib.sha256(coded).digest()[:15], 'big')}"
    return Volume(
        pixels=pixels[np.newaxis],
        affine=_pixel_affine(),
        slope=1.0,
        intercept=0.0,
        unit="",
        space=Space.IMAGE,
        frames=(FrameRef(uid),),
        study_instance_uid=uid,
        series_instance_uid=uid,
        frame_of_reference_uid="",
        modality="DX",
        remarks=(Remark(RemarkKind.NO_SPACING),),
    )


def series_of_plain_image(file: Path, volume: Volume, view: str = "") -> Series:
    """The series of one image: a radiograph of which only the view may be known, from a table beside it."""
    slices, rows, columns = volume.pixels.shape
    instance = Instance(
        path=file,
        sop_instance_uid=volume.frames[0].sop_instance_uid,
        sop_class_uid=DIGITAL_RADIOGRAPH,
        transfer_syntax_uid="",
        instance_number=1,
        frames=slices,
        rows=rows,
        columns=columns,
        photometric="MONOCHROME2",
        position_lps_mm=None,
        orientation=None,
        spacing_mm=None,
        spacing_source="",
        laterality="",
        view_position=view,
        image_type=(),
        acquisition_number=None,
        gantry_tilt_deg=None,
    )
    uid = volume.series_instance_uid
    return Series(uid, volume.study_instance_uid, None, volume.modality, "", "", "", (instance,))


def _decode(coded: bytes, file: Path) -> NDArray[Any]:
    import imagecodecs

    png = coded[:8] == b"\x89PNG\r\n\x1a\n"
    if png and not _fits(coded):
        raise PixelsUnreadableError("error.plain_image.too_large", file=file.name)
    decode = imagecodecs.png_decode if png else imagecodecs.jpeg8_decode
    if not png and coded[:2] != b"\xff\xd8":
        raise PixelsUnreadableError("error.plain_image.no_image", file=file.name)
    try:
        picture: NDArray[Any] = decode(coded)
    except (RuntimeError, ValueError, OSError) as error:  # codec errors are RuntimeErrors of their own
        raise PixelsUnreadableError("error.plain_image.no_image", file=file.name) from error
    return picture


def _fits(coded: bytes) -> bool:
    """Sides of a PNG from its first chunk, before memory is taken; a JPEG's are 16 bits and need no look."""
    width, height = int.from_bytes(coded[16:20], "big"), int.from_bytes(coded[20:24], "big")
    return 0 < width <= LARGEST_SIDE and 0 < height <= LARGEST_SIDE


def _grey(picture: NDArray[Any]) -> NDArray[Any]:
    if picture.ndim == 2:
        return picture
    if picture.shape[2] < 3:  # grey with alpha
        grey: NDArray[Any] = picture[..., 0]
        return grey
    mixed: NDArray[Any] = np.rint(picture[..., :3] @ np.asarray(GREY_SHARES)).astype(picture.dtype)
    return mixed


def _pixel_affine() -> NDArray[np.float64]:
    """(slice, row, column) to (x, y, z): x runs with columns, y with rows, one "mm" a pixel."""
    affine = np.eye(4)
    affine[:3, :3] = [[0, 0, 1], [0, 1, 0], [1, 0, 0]]
    return affine
