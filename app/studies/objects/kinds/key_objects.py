"""Key object selection (PS3.3 A.35.4, PS3.16 TID 2010)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.domain.objects import ImageReference, KeyObjectSelection, ObjectHead, ObjectKind
from app.domain.reports import ContentItem
from app.studies.objects.content import read_content, walk_content
from app.studies.objects.fields import code_of
from app.studies.objects.object_types import ObjectReader

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

TITLE_MODIFIER = "113011"  # DCM: document title modifier
DESCRIPTION = "113012"  # DCM: key object description


def read_key_objects(head: ObjectHead, dataset: Dataset) -> KeyObjectSelection:
    """Title, why, and which images."""
    root = read_content(dataset)
    items = list(walk_content(root))
    title = code_of(dataset, "ConceptNameCodeSequence")
    return KeyObjectSelection(
        head=replace(head, title=title.meaning if title else head.title),
        title=title,
        modifiers=tuple(i.code for i in items if i.code and _is(i, TITLE_MODIFIER)),
        description="\n".join(i.value for i in items if _is(i, DESCRIPTION)),
        images=tuple(_placed(i.reference, head) for i in items if i.reference is not None),
    )


def _is(item: ContentItem, value: str) -> bool:
    return item.name is not None and item.name.value == value


def _placed(reference: ImageReference, head: ObjectHead) -> ImageReference:
    """With series and study, which the evidence sequence knows."""
    for known in head.references:
        if known.sop_instance_uid == reference.sop_instance_uid:
            return replace(
                reference,
                series_instance_uid=known.series_instance_uid,
                study_instance_uid=known.study_instance_uid,
            )
    return reference


READER = ObjectReader(ObjectKind.KEY_OBJECTS, frozenset({"1.2.840.10008.5.1.4.1.1.88.59"}), read_key_objects)
