"""What the functional groups say of each frame's values and of showing it (PS3.3 C.7.6.16.2.9 to .11 and .18)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.display import RealWorldMap, ShutterShapes, VoiFunction
from app.domain.errors import PixelsUnreadableError, StudyUnreadableError
from app.domain.volume import Window
from app.studies.showing import read_aspect, read_real_world
from app.studies.shutters import read_shutter
from app.studies.slow_headers import damage, first_item, leave_to_disc, read_dataset

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

Groups = tuple["Dataset | None", "Dataset | None"]
_FUNCTIONS: dict[str, VoiFunction] = {
    "LINEAR": "LINEAR",
    "LINEAR_EXACT": "LINEAR_EXACT",
    "SIGMOID": "SIGMOID",
}


@dataclass(frozen=True, slots=True)
class FrameValues:
    """Of one frame; None and () where its groups are silent."""

    rescale: tuple[float, float, str] | None  # slope, intercept, type
    windows: tuple[Window, ...]
    function: VoiFunction | None = None
    real_world: tuple[RealWorldMap, ...] = ()
    shutter: ShutterShapes | None = None
    lost_shutters: int = 0


_SILENT = FrameValues(None, ())


def read_frame_values(path: Path) -> tuple[FrameValues, ...]:
    """One entry per per-frame group, or a single one that holds for every frame; none where all are silent.

    Raises PixelsUnreadableError where they cannot be read: stored values must never pass for modality values.
    """
    try:
        dataset = read_dataset(path)
        shared = first_item(dataset, "SharedFunctionalGroupsSequence")
        frames: list[Dataset | None] = list(dataset.get("PerFrameFunctionalGroupsSequence") or ()) or [None]
        told = tuple(_of_frame((frame, shared)) for frame in frames)
    except damage(StudyUnreadableError) as error:
        leave_to_disc(error)
        raise PixelsUnreadableError(
            "error.pixels.bad_header", file=path.name, what="functional groups"
        ) from error
    return told if any(one != _SILENT for one in told) else ()


def voi_function(name: object) -> VoiFunction | None:
    """A VOI LUT Function (0028,1056); None where it is none of the standard's."""
    return _FUNCTIONS.get(str(name).strip()) if name else None


def is_usable(width: float, function: VoiFunction | None) -> bool:
    """Whether a window is one: LINEAR needs at least 1, the others more than 0 (PS3.3 C.11.2.1.3)."""
    return 1 <= width < math.inf or (function in {"LINEAR_EXACT", "SIGMOID"} and 0 < width < math.inf)


def _of_frame(groups: Groups) -> FrameValues:
    item = _item(groups, "FrameVOILUTSequence")
    function = voi_function(item.get("VOILUTFunction")) if item is not None else None
    shutter, lost = _shutter(groups)
    return FrameValues(
        _rescale(groups), _windows(item, function), function, read_real_world(groups), shutter, lost
    )


def _shutter(groups: Groups) -> tuple[ShutterShapes | None, int]:
    """A frame's own shutter (PS3.3 C.7.6.16.2.22), and whether there is one that cannot be read."""
    item = _item(groups, "FrameDisplayShutterSequence")
    if item is None:
        return None, 0
    measures = _item(groups, "PixelMeasuresSequence")
    shapes, is_lost = read_shutter(item, read_aspect(measures) if measures is not None else 1.0)
    return shapes, int(is_lost)


def _rescale(groups: Groups) -> tuple[float, float, str] | None:
    item = _item(groups, "PixelValueTransformationSequence")
    if item is None:
        return None
    slope, intercept = float(item.get("RescaleSlope", 1)), float(item.get("RescaleIntercept", 0))
    if not (math.isfinite(slope) and math.isfinite(intercept) and slope):
        raise ValueError("no usable rescale")
    return slope, intercept, str(item.get("RescaleType") or "")


def _windows(item: Dataset | None, function: VoiFunction | None) -> tuple[Window, ...]:
    if item is None:
        return ()
    centers, widths = (_listed(item.get(keyword)) for keyword in ("WindowCenter", "WindowWidth"))
    names = _listed(item.get("WindowCenterWidthExplanation"))
    return tuple(
        Window(float(center), float(width), str(names[number]) if number < len(names) else "")
        for number, (center, width) in enumerate(zip(centers, widths, strict=False))
        if math.isfinite(float(center)) and is_usable(float(width), function)
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
