"""JPEG that ends before its picture does.

libjpeg fills what is missing with grey or with the last pixel and says so to nobody. Bits put behind the end tell: a
whole picture needs none of them, one that was cut short is drawn with them and comes out another.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

_END = b"\xff\xd9"
_PADDING = 64  # bytes behind the end marker that writers leave
_TAIL = bytes((37 * number + 11) % 251 + 1 for number in range(4096))  # never 0xFF: no marker among them
_EDGE_PX = 8  # a block of the cosine transform, the least that is filled


def is_cut_short(
    decoded: NDArray[Any], frame: bytes, decode: Callable[[bytes], NDArray[Any]], *, sure: bool = False
) -> bool:
    """Whether pixels were filled in. Decodes a second time, but only where the end looks as if it could be filled.

    sure: decode a second time whatever the end looks like.
    """
    place = frame.rfind(_END, max(len(frame) - _PADDING, 0))
    if place >= 0 and not sure and not _looks_filled(decoded):
        return False
    body = (frame if place < 0 else frame[:place]).rstrip(b"\xff")  # fill bytes before a marker are allowed
    return not np.array_equal(decoded, decode(body + _TAIL + _END))


def _looks_filled(decoded: NDArray[Any]) -> bool:
    """The last pixels of the last row are all alike."""
    edge = decoded[-1, -_EDGE_PX:]
    return bool((edge == edge[-1]).all())
