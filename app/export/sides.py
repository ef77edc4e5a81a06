"""On which side a segment lies, in its description."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain.codes import Code

if TYPE_CHECKING:
    from pydicom import Dataset


def put_side(item: Dataset, side: Code | None) -> None:
    """On which side a segment lies, beside what it is (PS3.3 C.8.20.4)."""
    from pydicom import Dataset

    if side is not None:
        told = Dataset()
        told.CodeValue, told.CodingSchemeDesignator, told.CodeMeaning = side.value, side.scheme, side.meaning
        item.SegmentedPropertyTypeCodeSequence[0].SegmentedPropertyTypeModifierCodeSequence = [told]
