"""Modality and VOI LUT items to tables, in every packing that files use (PS3.3 C.11.1.1 and C.11.2.1.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from app.domain.display import LookupTable

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

WORD, HALF = 1 << 16, 1 << 15
DEEPEST_BITS = 16


def read_table(item: Dataset, *, signed: bool, little: bool = True) -> LookupTable:
    """The table of one item of a Modality or VOI LUT Sequence.

    signed: values that go in may be negative, so a first mapped value above 32767 written as US means one below 0.
    little: byte order of the file, for entries kept as OW. Raises ValueError where it is no table, and what pydicom
    raises on damage.
    """
    count, first, bits = (int(part) for part in item["LUTDescriptor"].value)
    count = (count % WORD) or WORD  # 0 stands for 65536, and a writer's SS for US is forgiven
    table = _entries(item["LUTData"].value, count, bits, little=little)
    return LookupTable(
        first=_first(first, signed=signed),
        table=table,
        bits=_bits(bits, table),
        explanation=str(item.get("LUTExplanation") or "").strip(),
    )


def may_be_negative(header_signed: bool, bits_stored: int, slope: float, intercept: float) -> bool:
    """Whether modality values can lie below 0: then a VOI LUT's first value is signed."""
    low, high = (
        (-(1 << bits_stored - 1), (1 << bits_stored - 1) - 1) if header_signed else (0, 1 << bits_stored)
    )
    return min(low * slope, high * slope) + intercept < 0


def _first(value: int, *, signed: bool) -> int:
    if signed and value >= HALF:
        return value - WORD
    if not signed and value < 0:
        return value + WORD
    return value


def _entries(data: object, count: int, bits: int, *, little: bool) -> NDArray[np.unsignedinteger[Any]]:
    """Bytes (OW) or numbers (US); two entries of 8 bits may share a word, the first in its low half."""
    if isinstance(data, bytes | bytearray | memoryview):
        words = np.frombuffer(bytes(data[: len(data) // 2 * 2]), "<u2" if little else ">u2")
        odd = bytes(data)[-1:] if len(data) % 2 else b""
    else:
        numbers = [data] if isinstance(data, int) else list(data)  # type: ignore[call-overload]  # pydicom's MultiValue
        words, odd = np.asarray([int(number) % WORD for number in numbers], dtype=np.uint16), b""
    if len(words) >= count:
        return words[:count].astype(np.uint16)
    halves = np.frombuffer(words.astype("<u2").tobytes() + odd, np.uint8)
    if bits <= 8 and len(halves) >= count:
        return halves[:count].copy()
    raise ValueError("a table is shorter than it says")


def _bits(said: int, table: NDArray[np.unsignedinteger[Any]]) -> int:
    """What was said, unless it is no depth or the entries pass it: then what the largest entry needs."""
    needed = max(int(table.max()).bit_length(), 1)
    return said if needed <= said <= DEEPEST_BITS else needed
