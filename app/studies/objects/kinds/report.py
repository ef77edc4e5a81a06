"""Structured reports of every kind: text, measurements, CAD, dose (PS3.3 A.35)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.domain.objects import Notice, ObjectHead, ObjectKind
from app.domain.reports import StructuredReport
from app.studies.objects.cad import read_cad
from app.studies.objects.content import read_content, walk_content
from app.studies.objects.fields import code_of, item_of, text_of
from app.studies.objects.groups import algorithm_of, read_groups
from app.studies.objects.object_types import ObjectReader

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_SR = "1.2.840.10008.5.1.4.1.1.88."
# Suffixes of PS3.4 table B.5-1; 59 is the key object selection and has a reader of its own.
_CAD = frozenset({f"{_SR}50", f"{_SR}65", f"{_SR}69"})
_OTHER = (1, 2, 3, 4, 11, 22, 33, 34, 35, 40, 67, 68, 70, 71, 72, 73, 74, 75, 76)


def read_report(head: ObjectHead, dataset: Dataset) -> StructuredReport:
    """The whole tree, its measurement groups, and its CAD marks where it is a CAD report."""
    root = read_content(dataset, head.path.name)
    title = code_of(dataset, "ConceptNameCodeSequence")
    template = item_of(dataset, "ContentTemplateSequence")
    algorithms = [algorithm_of(item.children) for item in walk_content(root)]
    known = (*head.maker.algorithms, *(one for one in algorithms if one is not None))
    notices = head.notices if title else (*head.notices, Notice("objects.notice.no_title"))
    return StructuredReport(
        head=replace(
            head,
            title=title.meaning if title else head.title,
            maker=replace(head.maker, algorithms=tuple(dict.fromkeys(known))),
            notices=notices,
        ),
        title=title,
        template="" if template is None else text_of(template, "TemplateIdentifier"),
        root=root,
        groups=read_groups(root),
        cad=read_cad(root) if head.sop_class_uid in _CAD else None,
    )


READER = ObjectReader(ObjectKind.REPORT, _CAD | frozenset(f"{_SR}{number}" for number in _OTHER), read_report)
