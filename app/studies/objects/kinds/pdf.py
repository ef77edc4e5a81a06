"""Encapsulated PDF (PS3.3 A.45.1)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.domain.errors import StudyUnreadableError
from app.domain.objects import EncapsulatedPdf, Notice, ObjectHead, ObjectKind
from app.studies.objects.fields import references_of, text_of, value_of, whole_of
from app.studies.objects.object_types import ObjectReader

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

MIME = "application/pdf"


def read_pdf(head: ObjectHead, dataset: Dataset) -> EncapsulatedPdf:
    """Title, kind and size. Raises StudyUnreadableError if there is no document, or it is not a PDF."""
    document = value_of(dataset, "EncapsulatedDocument")
    if not isinstance(document, bytes) or not document:
        raise StudyUnreadableError("error.objects.no_document", file=head.path.name)
    mime = text_of(dataset, "MIMETypeOfEncapsulatedDocument").lower()
    if not document[:1024].lstrip().startswith(b"%PDF-"):
        raise StudyUnreadableError("error.objects.not_a_pdf", file=head.path.name)
    notices = list(head.notices)
    if mime != MIME:
        notices.append(Notice("objects.notice.other_mime", (("mime", mime or "-"),)))
    title = text_of(dataset, "DocumentTitle") or head.title
    sources = references_of(dataset, "SourceInstanceSequence")
    known = {one.sop_instance_uid for one in head.references}
    references = (*head.references, *(one for one in sources if one.sop_instance_uid not in known))
    return EncapsulatedPdf(
        head=replace(head, title=title, notices=tuple(notices), references=references),
        mime_type=mime,
        size_bytes=whole_of(dataset, "EncapsulatedDocumentLength") or len(document),
    )


READER = ObjectReader(ObjectKind.PDF, frozenset({"1.2.840.10008.5.1.4.1.1.104.1"}), read_pdf)
