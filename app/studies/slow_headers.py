"""The unusual files: big-endian, deflated, without preamble, damaged, or with functional groups."""

from __future__ import annotations

import struct
import warnings
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.errors import StudyUnreadableError
from app.studies.limits import check_inflated_size
from app.studies.tags import TAGS
from app.studies.walker import NOTED, PIXEL_TAGS, Elements
from app.support.held.doors import open_file

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_DAMAGE = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    NotImplementedError,
    OSError,  # pydicom's word for a sequence that ends nowhere; see `leave_to_disc`
    RecursionError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)


def damage(*more: type[Exception]) -> tuple[type[Exception], ...]:
    """What a parser of a damaged file may end in, and more; asked only after something was raised (imports pydicom)."""
    from pydicom.errors import BytesLengthException

    return (*_DAMAGE, BytesLengthException, *more)


def leave_to_disc(error: Exception) -> None:
    """Raise the error again if the disc said it: it has a number then, the parser's has none."""
    if isinstance(error, OSError) and error.errno is not None:
        raise error


def read_dataset(path: Path, *, force: bool = False) -> Dataset:
    """The whole header by pydicom. Raises StudyUnreadableError with one plain sentence."""
    from pydicom import dcmread
    from pydicom.errors import InvalidDicomError

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # told to the reader as a refusal or a badge, not on a console
        try:
            check_inflated_size(path)
            with open_file(path) as file:
                return dcmread(file, stop_before_pixels=True, force=force)
        except InvalidDicomError as error:
            raise StudyUnreadableError("error.study.not_dicom", file=path.name) from error
        except damage() as error:
            leave_to_disc(error)
            raise StudyUnreadableError("error.study.damaged", file=path.name) from error


def read_slowly(path: Path, *, force: bool = False) -> Elements:
    """The same raw values as `walker.walk` gives, taken from pydicom's dataset."""
    return elements_of(read_dataset(path, force=force))


def elements_of(dataset: Dataset) -> Elements:
    """Raw values of a dataset, wherever it came from."""
    found = Elements(_meta(dataset, "TransferSyntaxUID"), _meta(dataset, "MediaStorageSOPClassUID"))
    for keyword, tag in TAGS.items():
        raw = _raw(dataset, keyword)
        if raw is not None:
            found.values[tag] = raw
    _ensure_utf8(found)
    found.noted.update(tag for tag in NOTED if tag in dataset)
    found.has_pixels = any(tag in dataset for tag in PIXEL_TAGS) or bool(found.values.get(TAGS["Rows"]))
    return found


def first_item(dataset: Dataset, keyword: str) -> Dataset | None:
    """The first item of a sequence, or None if there is none that can be read."""
    try:
        items = dataset.get(keyword)
        return items[0] if items else None
    except damage():
        return None


def _meta(dataset: Dataset, keyword: str) -> str:
    """A UID of the file meta information, empty if it is not there or cannot be read."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return str(getattr(getattr(dataset, "file_meta", None), keyword, ""))
        except damage():
            return ""


def _raw(dataset: Dataset, keyword: str) -> bytes | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            if keyword not in dataset:
                return None
            element = dataset[keyword]
            value = element.value
            if value is None or value == "":
                return None
            if element.VR in {"US", "SS", "US or SS"}:
                return struct.pack("<h" if int(value) < 0 else "<H", int(value))
            if element.VR == "FD":
                return struct.pack("<d", float(value))
            parts = value if isinstance(value, list | tuple) or hasattr(value, "insert") else [value]
            return "\\".join(str(part) for part in parts).encode("utf-8")
        except damage():
            return None


def _ensure_utf8(found: Elements) -> None:
    """Values were decoded already; what follows must read them as UTF-8."""
    found.values[TAGS["SpecificCharacterSet"]] = b"ISO_IR 192"
