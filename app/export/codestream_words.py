"""Comments inside compressed frames: a maker may have written a name there, so they are cut out."""

from __future__ import annotations

_JPEG, _JPEG_2000 = b"\xff\xd8", b"\xff\x4f"
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})  # markers without a length


def without_comments(frame: bytes | bytearray) -> bytes:
    """The same frame without COM and APP segments (JPEG, JPEG-LS) or COM segments (JPEG 2000); else as it is."""
    frame = bytes(frame)
    if frame.startswith(_JPEG):
        return _filtered(frame, dropped={0xFE, *range(0xE1, 0xEE), 0xEF}, last=0xDA)
    if frame.startswith(_JPEG_2000):
        return _filtered(frame, dropped={0x64}, last=0x90)
    return frame


def _filtered(frame: bytes, dropped: set[int], last: int) -> bytes:
    """Walk over the segments of the main header; from the first scan or tile on nothing is touched."""
    kept, at = [frame[:2]], 2
    while at + 4 <= len(frame) and frame[at] == 0xFF:
        marker = frame[at + 1]
        if marker == last:
            break
        size = 2 if marker in _ALONE else 2 + int.from_bytes(frame[at + 2 : at + 4], "big")
        if marker not in dropped:
            kept.append(frame[at : at + size])
        at += size
    return b"".join([*kept, frame[at:]])
