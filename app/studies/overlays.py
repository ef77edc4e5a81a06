"""Overlay planes of groups 60xx (PS3.3 C.9.2 and C.9.3): plain, multi-frame, and in unused bits of the pixels."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from app.domain.display import OverlayPlane
from app.studies.limits import FRAME_BYTES
from app.support.held.doors import open_file

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

GROUPS = tuple(range(0x6000, 0x6020, 2))
_ROWS, _COLUMNS, _FRAMES, _LABEL = 0x0010, 0x0011, 0x0015, 0x1500
_DESCRIPTION, _TYPE, _ORIGIN, _FIRST, _BIT, _DATA = 0x0022, 0x0040, 0x0050, 0x0051, 0x0102, 0x3000


@dataclass(frozen=True, slots=True, eq=False)
class OverlayGroup:
    """One group for all its frames. packed: bits, lowest first; None where they lie in bit `bit` of the pixels.

    frames: the image frames, from 1, that its own frames lie over one by one; None: one plane over all of them.
    """

    group: int
    shape: tuple[int, int]
    origin: tuple[int, int]
    label: str
    kind: str
    packed: NDArray[np.uint8] | None
    bit: int = 0
    frames: range | None = None


@dataclass(frozen=True, slots=True)
class NativePixels:
    """Where uncompressed pixel words of 16 bits lie, for overlays among them."""

    path: Path
    offset: int
    frame_bytes: int
    rows: int
    columns: int


def read_groups(dataset: Dataset, *, little: bool = True) -> tuple[tuple[OverlayGroup, ...], int]:
    """All groups that can be read, and how many cannot."""
    from app.studies.slow_headers import damage

    groups, failed = [], 0
    for group in GROUPS:
        if (group << 16 | _ROWS) not in dataset:
            continue
        try:
            found = _group(dataset, group, little=little)
        except damage():
            failed += 1
            continue
        if found is not None:
            groups.append(found)
    return tuple(groups), failed


def plane_of(group: OverlayGroup, frame: int, pixels: NativePixels | None = None) -> OverlayPlane | None:
    """The plane over an image frame, counted from 1; None if there is none.

    pixels: needed for a plane among the pixels' bits. Raises OSError, ValueError.
    """
    if group.frames is not None and frame not in group.frames:
        return None
    own = 0 if group.frames is None else group.frames.index(frame)
    packed = _among_pixels(group, frame, pixels) if group.packed is None else _cut(group, own)
    if packed is None:
        return None
    embedded = group.packed is None
    return OverlayPlane(packed, group.shape, group.origin, group.label, group.kind, embedded)


def _group(dataset: Dataset, group: int, *, little: bool) -> OverlayGroup | None:
    """None for a group that announces itself and holds nothing: a scanner's habit."""
    rows, columns = _whole(dataset, group, _ROWS), _whole(dataset, group, _COLUMNS)
    count = max(_whole(dataset, group, _FRAMES, 1), 1)
    first = _whole(dataset, group, _FIRST, 1)
    many = (group << 16 | _FRAMES) in dataset or (group << 16 | _FIRST) in dataset
    packed = _data(dataset, group, little=little)
    bit = _whole(dataset, group, _BIT, 0)
    if not rows * columns or (packed is None and not bit):
        return None
    if packed is not None and len(packed) * 8 < rows * columns * count:
        raise ValueError("an overlay is shorter than it says")
    if rows * columns * count > FRAME_BYTES * 8:
        raise ValueError("an overlay is larger than is safe")
    origin = dataset.get(group << 16 | _ORIGIN)
    at = [int(part) for part in origin.value] if origin is not None and origin.value is not None else [1, 1]
    return OverlayGroup(
        group=group,
        shape=(rows, columns),
        origin=(at[0] - 1, at[1] - 1),
        label=_words(dataset, group, _LABEL) or _words(dataset, group, _DESCRIPTION),
        kind="R" if _words(dataset, group, _TYPE).upper() == "R" else "G",
        packed=packed,
        bit=bit,
        frames=range(first, first + count) if many and packed is not None else None,
    )


def _data(dataset: Dataset, group: int, *, little: bool) -> NDArray[np.uint8] | None:
    element = dataset.get(group << 16 | _DATA)
    if element is None or not element.value:
        return None
    data = bytes(element.value)
    packed: NDArray[np.uint8] = np.frombuffer(data, np.uint8)
    if not little and element.VR == "OW" and len(data) % 2 == 0:
        packed = packed.reshape(-1, 2)[:, ::-1].ravel()
    return packed


def _cut(group: OverlayGroup, own: int) -> NDArray[np.uint8]:
    """The bits of one frame; frames follow each other without a gap, even within a byte."""
    if group.packed is None:
        raise ValueError("only for planes with data of their own")
    size = group.shape[0] * group.shape[1]
    start, end = own * size, (own + 1) * size
    if start % 8 == 0:
        return group.packed[start // 8 : -(-end // 8)]
    bits = np.unpackbits(group.packed[start // 8 : -(-end // 8)], bitorder="little")
    return np.packbits(bits[start % 8 : start % 8 + size], bitorder="little")


def _among_pixels(group: OverlayGroup, frame: int, pixels: NativePixels | None) -> NDArray[np.uint8] | None:
    """A bit of each stored word (retired, PS3.5 8.1.2 of 2004); a compressed file keeps none."""
    if pixels is None or group.shape != (pixels.rows, pixels.columns):
        return None
    with open_file(pixels.path) as file:
        file.seek(pixels.offset + (frame - 1) * pixels.frame_bytes)
        words = np.frombuffer(file.read(pixels.frame_bytes), "<u2")
    if len(words) != pixels.rows * pixels.columns:
        raise ValueError("pixels end too early")
    return np.packbits((words >> group.bit & 1).astype(np.uint8), bitorder="little")


def _whole(dataset: Dataset, group: int, element: int, default: int = 0) -> int:
    found = dataset.get(group << 16 | element)
    return default if found is None or found.value in (None, "") else int(found.value)


def _words(dataset: Dataset, group: int, element: int) -> str:
    found = dataset.get(group << 16 | element)
    return "" if found is None or found.value is None else str(found.value).strip()
