"""Raw element bytes to Python values, for the few VRs that a scan reads (PS3.5 section 6.2)."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass

from app.studies.tags import TAGS


@dataclass(frozen=True, slots=True)
class RawValues:
    """Raw values by tag of one file. A value that cannot be read as asked is as good as missing."""

    by_tag: dict[int, bytes]

    def has(self, keyword: str) -> bool:
        """Whether the element is there and not empty."""
        return bool(self.by_tag.get(TAGS[keyword], b"").strip(b"\0 "))

    def code(self, keyword: str) -> str:
        """CS, UI, DA, TM: default repertoire, padding taken off."""
        raw = self.by_tag.get(TAGS[keyword])
        return raw.decode("ascii", "replace").strip("\0 ") if raw else ""

    def codes(self, keyword: str) -> tuple[str, ...]:
        """The same, more than one value."""
        whole = self.code(keyword)
        return tuple(part.strip() for part in whole.split("\\")) if whole else ()

    def numbers(self, keyword: str) -> tuple[float, ...]:
        """DS or IS: all values, or none at all if one of them is no finite number."""
        raw = self.by_tag.get(TAGS[keyword])
        if not raw:
            return ()
        try:
            values = tuple(map(float, raw.strip(b"\0 ").split(b"\\")))
        except ValueError:
            return ()
        return values if all(map(math.isfinite, values)) else ()

    def number(self, keyword: str) -> float | None:
        """The first value of a DS or IS."""
        values = self.numbers(keyword)
        return values[0] if values else None

    def whole(self, keyword: str) -> int | None:
        """The first value of an IS."""
        value = self.number(keyword)
        return None if value is None else int(value)

    def short(self, keyword: str, default: int = 0) -> int:
        """US: the first value."""
        raw = self.by_tag.get(TAGS[keyword], b"")
        return int(struct.unpack_from("<H", raw)[0]) if len(raw) >= 2 else default

    def double(self, keyword: str) -> float | None:
        """FD: the first value, if it is a finite number."""
        raw = self.by_tag.get(TAGS[keyword], b"")
        value = float(struct.unpack_from("<d", raw)[0]) if len(raw) >= 8 else math.nan
        return value if math.isfinite(value) else None

    def text(self, keyword: str) -> str:
        """PN, LO, SH in the file's own character sets (PS3.3 C.12.1.1.2)."""
        raw = self.by_tag.get(TAGS[keyword], b"").rstrip(b"\0 ")
        if not raw:
            return ""
        if raw.isascii() and b"\x1b" not in raw:
            return raw.decode("ascii").strip()
        return decode_text(raw, self.code("SpecificCharacterSet"), is_name=keyword == "PatientName")


_LEFT_BEHIND = "\x1b$)A"  # pydicom decodes what follows this escape right, but keeps the escape itself


def decode_text(raw: bytes, character_set: str, *, is_name: bool) -> str:
    """Text outside the default repertoire, by pydicom's own tables; what cannot be read shows as U+FFFD.

    Where the file names no character set that has such bytes, only UTF-8, which proves itself, is read as text; any
    other byte is shown as its number. A guess at the alphabet would make one patient's name into another's.
    """
    import warnings

    from pydicom.charset import convert_encodings, decode_bytes
    from pydicom.valuerep import PersonName

    if not _says_more_than_ascii(character_set):
        return _undeclared(raw)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            encodings = convert_encodings(character_set.split("\\"))
            if is_name:
                return str(PersonName(raw, encodings)).replace(_LEFT_BEHIND, "").strip()
            read = decode_bytes(raw, encodings, {0x0A, 0x0C, 0x0D, 0x09, 0x5C})
            return read.replace(_LEFT_BEHIND, "").strip()
        except (LookupError, UnicodeError, ValueError):
            return raw.decode("utf-8", "replace").strip()


def _says_more_than_ascii(character_set: str) -> bool:
    from pydicom.charset import python_encoding

    named = {part.strip() for part in character_set.split("\\")} - {"", "ISO_IR 6", "ISO 2022 IR 6"}
    return any(part in python_encoding for part in named)


def _undeclared(raw: bytes) -> str:
    try:
        return raw.decode("utf-8").strip()
    except UnicodeDecodeError:
        return raw.decode("ascii", "backslashreplace").strip()
