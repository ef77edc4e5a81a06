"""What files from an archive are called among the copies of this program: their own names often are their patients'."""

from __future__ import annotations

from pathlib import Path, PurePath

from app.support.held import doors

DIRECTORY = "DICOMDIR"
_TELLING = frozenset({".dcm", ".dicom", ".ima"})  # a file called so claims to be an image


def plain_name(name: str) -> str:
    """As ISO 9660 compares names: without version number, trailing dot and case."""
    return name.partition(";")[0].rstrip(".").casefold()


def kept_name(folder: Path, name: str) -> str:
    """In a folder of encrypted copies a keyed hash, the same for all spellings of a name; elsewhere the name itself."""
    if not doors.is_held(folder / "x"):
        return name
    plain = plain_name(name)
    if plain == DIRECTORY.casefold():
        return DIRECTORY
    suffix = PurePath(plain).suffix
    return doors.name_for(folder, plain) + (suffix if suffix in _TELLING else "")
