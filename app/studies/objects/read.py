"""One file to one object, by its SOP class."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

from app.domain.errors import StudyUnreadableError
from app.domain.objects import Notice, ObjectHead, ObjectKind, UnknownObject
from app.studies.headers import read_elements
from app.studies.objects.head import class_name, read_head
from app.studies.objects.object_types import AnyObject, ObjectReader
from app.studies.raw_values import RawValues
from app.studies.slow_headers import damage, leave_to_disc, read_dataset
from app.support.held.doors import size_of
from app.support.plugins import load_plugins

LARGEST_HEADER_BYTES = (
    1024**3
)  # without pixels; the largest real segmentations stay below a third of it (ours)


@cache
def readers() -> dict[str, ObjectReader]:
    """SOP class UID -> its reader."""
    from app.studies.objects import kinds

    found: dict[str, ObjectReader] = {}
    for reader in load_plugins(kinds, "READER").values():
        found |= dict.fromkeys(reader.sop_class_uids, reader)
    return found


def kind_of(sop_class_uid: str) -> ObjectKind:
    """What an object of this class will be read as."""
    reader = readers().get(sop_class_uid)
    return reader.kind if reader else ObjectKind.UNKNOWN


def class_of(sop_class_uid: str) -> str:
    """The SOP class in words, or its UID where no list knows it."""
    return class_name(sop_class_uid)


def is_object(sop_class_uid: str, frames: int) -> bool:
    """Whether an instance belongs to the objects of a study and not to its pictures."""
    return frames == 0 or sop_class_uid in readers()


def read_object(path: Path) -> AnyObject:
    """Read one object. Its arrays stay in the file.

    Raises StudyUnreadableError where the file is no DICOM, has no class, or is damaged, OSError where the disc fails.
    """
    elements = read_elements(path)
    if elements is None:
        raise StudyUnreadableError("error.study.not_dicom", file=path.name)
    uid = RawValues(elements.values).code("SOPClassUID") or elements.media_class_uid
    if not uid:
        raise StudyUnreadableError("error.objects.no_class", file=path.name)
    _check_size(path, elements.pixel_offset)
    reader = readers().get(uid)
    try:
        dataset = read_dataset(path, force=True)
        head = read_head(path, dataset, reader.kind if reader else ObjectKind.UNKNOWN)
        head = replace(head, sop_class_uid=uid)
        return reader.read(head, dataset) if reader else _unknown(head)
    except damage() as error:
        leave_to_disc(error)
        raise StudyUnreadableError("error.objects.damaged", file=path.name) from error


def _unknown(head: ObjectHead) -> UnknownObject:
    notice = Notice("objects.notice.not_shown", (("kind", head.class_name),))
    return UnknownObject(replace(head, notices=(*head.notices, notice)))


def _check_size(path: Path, pixel_offset: int | None) -> None:
    size = pixel_offset if pixel_offset is not None else size_of(path)
    if size > LARGEST_HEADER_BYTES:
        limit = LARGEST_HEADER_BYTES // 1024**2
        raise StudyUnreadableError("error.objects.too_large", file=path.name, limit_mib=limit)
