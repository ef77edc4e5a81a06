"""What the functional groups say of the values of each frame (PS3.3 C.7.6.16.2.9 and C.7.6.16.2.10)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.errors import PixelsUnreadableError, StudyUnreadableError
from app.domain.volume import Window
from app.studies.slow_headers import damage, first_item, read_dataset

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

Groups = tuple["Dataset | None", "Dataset | None"]


@dataclass(frozen=True, slots=True)
class FrameValues:
    """Rescale and windows of one frame; None and () where its groups are silent."""

    rescale: tuple[float, float, str] | None  # slope, intercept, type
    windows: tuple[Window, ...]


def read_frame_values(path: Path) -> tuple[FrameValues, ...]:
    """One entry per per-frame group, or a single one that holds for every frame; none where all are silent.

    Raises PixelsUnreadableError where they cannot be read: stored values must never pass for modality values.
    """
    try:
        dataset = read_dataset(path)
        shared = first_item(dataset, "SharedFunctionalGroupsSequence")
        frames: list[Dataset | None] = list(dataset.get("PerFrameFunctionalGroupsSequence") or ()) or [None]
        told = tuple(FrameValues(_rescale((frame, shared)), _windows((frame, shared))) for frame in frames)
    except damage(StudyUnreadableError) as error:
        raise PixelsUnreadableError(
            "error.pixels.bad_header", file=path.name, what="functional groups"
        ) from error
    return told if any(one.rescale or one.windows for one in told) else ()


def _rescale(groups: Groups) -> tuple[float, float, str] | None:
    item = _item(groups, "PixelValueTransformationSequence")
    if item is None:
        return None
    slope, intercept = float(item.get("RescaleSlope", 1)), float(item.get("RescaleIntercept", 0))
    if not (math.isfinite(slope) and math.isfinite(intercept) and slope):
        raise ValueError("no usable rescale")
    return slope, intercept, str(item.get("RescaleType") or "")


def _windows(groups: Groups) -> tuple[Window, ...]:
    item = _item(groups, "FrameVOILUTSequence")
    if item is None:
        return ()
    centers, widths = (_listed(item.get(keyword)) for keyword in ("WindowCenter", "WindowWidth"))
    names = _listed(item.get("WindowCenterWidthExplanation"))
    return tuple(
        Window(float(center), float(width), str(names[number]) if number < len(names) else "")
        for number, (center, width) in enumerate(zip(centers, widths, strict=False))
        if math.isfinite(float(center)) and 1 <= float(width) < math.inf
    )


def _item(groups: Groups, sequence: str) -> Dataset | None:
    """The frame's own group speaks before the shared one."""
    found = (None if group is None else first_item(group, sequence) for group in groups)
    return next((item for item in found if item is not None), None)


def _listed(value: object) -> list[str]:
    """One value or several, as text."""
    if value is None or value == "":
        return []
    if isinstance(value, str) or not hasattr(value, "__iter__"):
        return [str(value)]
    return [str(part) for part in value]
