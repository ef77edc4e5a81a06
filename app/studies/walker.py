"""The top-level elements of a DICOM file, read without building a dataset (PS3.5 section 7).

Scanning a folder needs some forty short elements of each file. Building them all as objects is what makes a scan slow,
so this walks over the bytes, keeps the wanted values raw and skips the rest. It knows little-endian files, explicit and
implicit; whatever is unusual raises `UnusualFileError`, and the caller reads that file with pydicom instead.
"""

from __future__ import annotations

import struct
from collections.abc import Container
from dataclasses import dataclass, field

from app.studies.tags import MODALITY_LUT, OVERLAY_ROWS, PALETTE, REAL_WORLD_MAPS, SHUTTER_SHAPE, VOI_LUT

IMPLICIT_LITTLE = "1.2.840.10008.1.2"
EXPLICIT_BIG = "1.2.840.10008.1.2.2"
DEFLATED = frozenset({"1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.4.95"})

PIXEL_TAGS = frozenset({0x7FE00008, 0x7FE00009, 0x7FE00010})
FIRST_OF_PIXELS = min(PIXEL_TAGS)
UNDEFINED = 0xFFFFFFFF
SHARED_GROUPS, FRAME_GROUPS = 0x52009229, 0x52009230
# Elements whose mere presence changes what the plain values mean or how they are shown.
NOTED = OVERLAY_ROWS | {
    MODALITY_LUT,
    PALETTE,
    REAL_WORLD_MAPS,
    SHUTTER_SHAPE,
    VOI_LUT,
    SHARED_GROUPS,
    FRAME_GROUPS,
}
MAX_DEPTH = 64
MAX_ELEMENTS = 20_000
LONG_VRS = frozenset(
    {b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"}
)
SHORT_VRS = frozenset(
    {b"AE", b"AS", b"AT", b"CS", b"DA", b"DS", b"DT", b"FL", b"FD", b"IS"}
    | {b"LO", b"LT", b"PN", b"SH", b"SL", b"SS", b"ST", b"TM", b"UI", b"UL", b"US"}
)
_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
_EXPLICIT = struct.Struct("<HH2sH")
_IMPLICIT = struct.Struct("<HHL")
_LONG = struct.Struct("<L")


class UnusualFileError(Exception):
    """Not for this reader: big-endian, deflated, without preamble, or damaged."""


class MoreBytesError(Exception):
    """The elements go on past the bytes given."""


@dataclass(slots=True)
class Elements:
    """Raw values by tag; pixel_offset and pixel_length tell where pixels lie (length None: encapsulated)."""

    transfer_syntax_uid: str = ""
    media_class_uid: str = ""
    values: dict[int, bytes] = field(default_factory=dict)
    noted: set[int] = field(default_factory=set)
    pixel_offset: int | None = None
    pixel_length: int | None = None
    has_pixels: bool = False


def is_part10(data: bytes) -> bool:
    """Whether the bytes begin with a preamble and 'DICM' (PS3.10 section 7.1)."""
    return len(data) >= 132 and data[128:132] == b"DICM"


def walk(data: bytes, wanted: Container[int]) -> Elements:
    """Wanted top-level elements of a Part 10 file that begins with `data`, up to its pixels.

    Raises MoreBytesError if `data` ends too early, UnusualFileError if pydicom should read this file.
    """
    if not is_part10(data):
        raise UnusualFileError("no preamble")
    found = Elements()
    offset = _meta(data, found)
    if found.transfer_syntax_uid in DEFLATED or found.transfer_syntax_uid == EXPLICIT_BIG:
        raise UnusualFileError(found.transfer_syntax_uid)
    _Walk(data, explicit=found.transfer_syntax_uid != IMPLICIT_LITTLE).top_level(offset, wanted, found)
    return found


def _meta(data: bytes, found: Elements) -> int:
    """File meta information, always explicit little-endian; returns where the data set begins."""
    walk_meta = _Walk(data, explicit=True)
    offset = 132
    while True:
        tag, length, start = walk_meta.header(offset)
        if tag >> 16 != 2:
            break
        if length == UNDEFINED or start + length > len(data):
            raise UnusualFileError("file meta information is damaged")
        if tag in (0x00020002, 0x00020010):
            uid = data[start : start + length].rstrip(b"\0 ").decode("ascii", "replace")
            if tag == 0x00020002:
                found.media_class_uid = uid
            else:
                found.transfer_syntax_uid = uid
        offset = start + length
    if not found.transfer_syntax_uid:
        raise UnusualFileError("no transfer syntax")
    return offset


class _Walk:
    """One pass over one buffer in one of the two encodings."""

    __slots__ = ("count", "data", "explicit")

    def __init__(self, data: bytes, *, explicit: bool) -> None:
        self.data = data
        self.explicit = explicit
        self.count = 0

    def top_level(self, offset: int, wanted: Container[int], found: Elements) -> None:
        """Collect until the pixels or the end of the file."""
        end = len(self.data)
        previous = 0
        while offset < end:
            if self.explicit:
                offset, previous = self.short_ones(offset, previous, wanted, found)
            tag, length, start = self.header(offset)
            if tag in PIXEL_TAGS:
                found.has_pixels, found.pixel_offset = True, start
                found.noted.add(tag)
                found.pixel_length = None if length == UNDEFINED else length
                return
            if tag <= previous:
                raise UnusualFileError("elements are out of order")
            previous = tag
            if tag in NOTED:
                found.noted.add(tag)
            if length == UNDEFINED:
                offset = self.skip_sequence(start, 1)
            else:
                offset = start + length
                if tag in wanted:
                    if offset > end:
                        raise MoreBytesError
                    found.values[tag] = self.data[start:offset]
        if offset > end:
            raise MoreBytesError

    def short_ones(
        self, offset: int, previous: int, wanted: Container[int], found: Elements
    ) -> tuple[int, int]:
        """Collect as long as elements are short, in order and plainly told: nearly all are, so each step counts.

        Returns where the first other one begins, still within the bytes, and the tag before it.
        """
        data, last, count = self.data, len(self.data) - 8, self.count
        while offset <= last and count < MAX_ELEMENTS:
            group, element, vr, length = _EXPLICIT.unpack_from(data, offset)
            tag = group << 16 | element
            after = offset + 8 + length
            if vr not in SHORT_VRS or not previous < tag < FIRST_OF_PIXELS or tag in NOTED or after > last:
                break
            if tag in wanted:
                found.values[tag] = data[offset + 8 : after]
            previous, offset, count = tag, after, count + 1
        self.count = count
        return offset, previous

    def header(self, offset: int) -> tuple[int, int, int]:
        """Tag, length and where the value begins."""
        self.count += 1
        if self.count > MAX_ELEMENTS:
            raise UnusualFileError("too many elements")
        try:
            if not self.explicit:
                group, element, length = _IMPLICIT.unpack_from(self.data, offset)
                return group << 16 | element, length, offset + 8
            group, element, vr, short = _EXPLICIT.unpack_from(self.data, offset)
            if vr in SHORT_VRS and group != 0xFFFE:  # nearly all there are
                return group << 16 | element, short, offset + 8
            if group == 0xFFFE:
                return group << 16 | element, _LONG.unpack_from(self.data, offset + 4)[0], offset + 8
            if vr in LONG_VRS:
                return group << 16 | element, _LONG.unpack_from(self.data, offset + 8)[0], offset + 12
        except struct.error as error:
            raise MoreBytesError from error
        if not (vr.isalpha() and vr.isupper()):
            raise UnusualFileError(f"no VR at {offset}")
        return group << 16 | element, short, offset + 8

    def skip_sequence(self, offset: int, depth: int) -> int:
        """Where a sequence (or UN value) of undefined length ends."""
        if depth > MAX_DEPTH:
            raise UnusualFileError("nested too deep")
        while True:
            tag, length, start = self.header(offset)
            if tag == _SEQUENCE_END:
                return start
            if tag != _ITEM:
                raise UnusualFileError("a sequence holds no item")
            offset = self.skip_item(start, depth) if length == UNDEFINED else start + length

    def skip_item(self, offset: int, depth: int) -> int:
        """Where an item of undefined length ends."""
        while True:
            tag, length, start = self.header(offset)
            if tag == _ITEM_END:
                return start
            offset = self.skip_sequence(start, depth + 1) if length == UNDEFINED else start + length
