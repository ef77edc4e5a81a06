"""What a reader of one kind of object gives: a plug-in of `app.studies.objects.kinds`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.objects import (
    EncapsulatedPdf,
    KeyObjectSelection,
    ObjectHead,
    ObjectKind,
    ParametricMap,
    SegmentationObject,
    StructureSet,
    UnknownObject,
)
from app.domain.presentation import PresentationState
from app.domain.reports import StructuredReport

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

AnyObject = (
    SegmentationObject
    | StructuredReport
    | KeyObjectSelection
    | PresentationState
    | ParametricMap
    | StructureSet
    | EncapsulatedPdf
    | UnknownObject
)


@dataclass(frozen=True, slots=True)
class ObjectReader:
    """Reads data sets of some SOP classes; every damage it meets becomes a notice or an error."""

    kind: ObjectKind
    sop_class_uids: frozenset[str]
    read: Callable[[ObjectHead, Dataset], AnyObject]
