"""Parts that structured reports of every kind have in common (Any: templates of highdicom)."""

from __future__ import annotations

from typing import Any

from app.export import codes
from app.export.dicom_object import concept, paragraph, person_name
from app.export.words import file_text


def person_observer(reader: str) -> Any:
    """Who saw it (PS3.16 TID 1003); a reader without a name is said to be unknown."""
    from highdicom.sr import ObserverContext, PersonObserverIdentifyingAttributes
    from pydicom.sr.codedict import codes as standard

    name = person_name(reader or file_text("export.unknown_reader"))
    return ObserverContext(standard.DCM.Person, PersonObserverIdentifyingAttributes(name=name))


def comment(words: str) -> Any:
    """Free words as a content item of their own."""
    from highdicom.sr import RelationshipTypeValues, TextContentItem

    return TextContentItem(
        name=concept(codes.COMMENT), value=paragraph(words), relationship_type=RelationshipTypeValues.CONTAINS
    )
