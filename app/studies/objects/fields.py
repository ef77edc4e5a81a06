"""Values of a data set that may be damaged: what cannot be read as asked is as good as missing.

Everything an object reader takes from a file goes through here, so that depth, counts and odd values are checked once.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from app.domain.codes import Code
from app.domain.objects import ImageReference
from app.studies.slow_headers import damage

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

TEXT_LENGTH = 20_000  # of one value; a report's longest paragraph is far shorter (ours)


def value_of(dataset: Dataset, keyword: str) -> Any:  # Any: whatever pydicom makes of the VR
    """The value as pydicom gives it; None where it is missing, empty or damaged."""
    return quietly(lambda: dataset.get(keyword))


def quietly(read: Callable[[], Any]) -> Any:
    """What a reading gives, None where it ends in damage; warnings are not for a console."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return read()
        except damage():
            return None


def text_of(dataset: Dataset, keyword: str) -> str:
    """One line of text; several values joined as DICOM does."""
    return quietly(lambda: _text(value_of(dataset, keyword))) or ""


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, list | tuple) or (hasattr(value, "insert") and hasattr(value, "__iter__")):
        return "\\".join(str(part) for part in value)[:TEXT_LENGTH].strip()
    return str(value)[:TEXT_LENGTH].strip(" \0")


def numbers_of(dataset: Dataset, keyword: str) -> tuple[float, ...]:
    """All values as finite numbers, or none at all if one of them is not."""

    def read() -> tuple[float, ...]:
        value = dataset.get(keyword)
        if value is None or value == "":
            return ()
        parts = value if isinstance(value, list | tuple) or hasattr(value, "insert") else [value]
        numbers = tuple(float(part) for part in parts)
        return numbers if all(map(math.isfinite, numbers)) else ()

    return quietly(read) or ()


def number_of(dataset: Dataset, keyword: str) -> float | None:
    """The first value as a finite number."""
    found = numbers_of(dataset, keyword)
    return found[0] if found else None


def whole_of(dataset: Dataset, keyword: str, default: int = 0) -> int:
    """The first value as a whole number."""
    number = number_of(dataset, keyword)
    return default if number is None else int(number)


def wholes_of(dataset: Dataset, keyword: str) -> tuple[int, ...]:
    """All values as whole numbers."""
    return tuple(int(number) for number in numbers_of(dataset, keyword))


def items_of(dataset: Dataset, keyword: str) -> tuple[Dataset, ...]:
    """The items of a sequence; none where it is missing or no sequence."""
    from pydicom.dataset import Dataset

    def read() -> tuple[Dataset, ...]:
        sequence = dataset.get(keyword)
        return tuple(item for item in sequence or () if isinstance(item, Dataset))

    return quietly(read) or ()


def item_of(dataset: Dataset, keyword: str) -> Dataset | None:
    """The first item of a sequence."""
    found = items_of(dataset, keyword)
    return found[0] if found else None


def code_in(item: Dataset | None) -> Code | None:
    """A coded concept (PS3.3 8.8), its long and URN forms too."""
    if item is None:
        return None
    value = text_of(item, "CodeValue") or text_of(item, "LongCodeValue") or text_of(item, "URNCodeValue")
    meaning = text_of(item, "CodeMeaning")
    if not (value or meaning):
        return None
    return Code(value, text_of(item, "CodingSchemeDesignator"), meaning or value)


def code_of(dataset: Dataset | None, keyword: str) -> Code | None:
    """The concept in the first item of a code sequence."""
    return None if dataset is None else code_in(item_of(dataset, keyword))


def codes_of(dataset: Dataset, keyword: str) -> tuple[Code, ...]:
    """All concepts of a code sequence."""
    return tuple(code for item in items_of(dataset, keyword) if (code := code_in(item)) is not None)


def reference_in(item: Dataset, series: str = "", study: str = "") -> ImageReference | None:
    """An instance by its SOP reference macro (PS3.3 10.8, 10.3)."""
    uid = text_of(item, "ReferencedSOPInstanceUID")
    if not uid:
        return None
    return ImageReference(
        text_of(item, "ReferencedSOPClassUID"),
        uid,
        series,
        study,
        wholes_of(item, "ReferencedFrameNumber"),
        wholes_of(item, "ReferencedSegmentNumber"),
    )


def references_of(dataset: Dataset, keyword: str) -> tuple[ImageReference, ...]:
    """All instances of a reference sequence."""
    found = (reference_in(item) for item in items_of(dataset, keyword))
    return tuple(one for one in found if one is not None)
