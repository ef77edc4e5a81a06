"""Parametric map (PS3.3 A.75): float, double or whole numbers with a mapping to a quantity."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.domain.objects import Notice, ObjectHead, ObjectKind, ParametricMap
from app.studies.objects.fields import text_of, whole_of
from app.studies.objects.frames import placing_notices, read_frames, slice_spacing_mm
from app.studies.objects.object_types import ObjectReader

if TYPE_CHECKING:
    from pydicom.dataset import Dataset


def read_parametric_map(head: ObjectHead, dataset: Dataset) -> ParametricMap:
    """Mappings and the place of every frame; no pixels."""
    frames = read_frames(head, dataset)
    mappings = tuple(dict.fromkeys(frame.mapping for frame in frames if frame.mapping is not None))
    notices = [*head.notices, *placing_notices(dataset, frames)]
    if not all(frame.mapping for frame in frames):
        notices.append(Notice("objects.notice.no_mapping"))
    title = text_of(dataset, "ContentDescription") or head.title
    return ParametricMap(
        head=replace(head, title=title, notices=tuple(notices)),
        rows=whole_of(dataset, "Rows"),
        columns=whole_of(dataset, "Columns"),
        frames=frames,
        mappings=mappings,
        slice_spacing_mm=slice_spacing_mm(dataset),
    )


READER = ObjectReader(
    ObjectKind.PARAMETRIC_MAP, frozenset({"1.2.840.10008.5.1.4.1.1.30"}), read_parametric_map
)
