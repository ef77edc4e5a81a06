"""What a presentation state says of grey and of bitmaps: PS3.3 C.11.1, C.11.6, C.11.8, C.7.6.15, C.11.7."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain.display import LookupTable, VoiFunction
from app.domain.objects import ImageReference
from app.domain.presentation import Bitmap, ModalityStep, ShownWindow
from app.domain.volume import Window
from app.studies.lookup_tables import read_table
from app.studies.objects.fields import item_of, items_of, number_of, quietly, references_of, text_of, whole_of
from app.studies.overlays import OverlayGroup, plane_of, read_groups

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_ACTIVATION = 0x1001  # (60xx,1001): the layer that an overlay is drawn in; without one it is not drawn
_FUNCTIONS: dict[str, VoiFunction] = {"LINEAR_EXACT": "LINEAR_EXACT", "SIGMOID": "SIGMOID"}


def modality_of(dataset: Dataset) -> ModalityStep | None:
    """The state's own step, identity where it says nothing; None where its table cannot be read."""
    item = item_of(dataset, "ModalityLUTSequence")
    if item is None:
        slope, intercept = number_of(dataset, "RescaleSlope"), number_of(dataset, "RescaleIntercept")
        return ModalityStep(1.0 if slope is None else slope, intercept or 0.0)
    table = _table(item, signed=False)
    return None if table is None else ModalityStep(table=table)


def presentation_table_of(dataset: Dataset) -> LookupTable | None:
    """The presentation LUT, if it can be read; a shape stands in its place otherwise."""
    item = item_of(dataset, "PresentationLUTSequence")
    return None if item is None else _table(item, signed=False)


def windows_of(
    dataset: Dataset, modality: ModalityStep, everything: tuple[ImageReference, ...]
) -> tuple[tuple[ShownWindow, ...], int]:
    """Windows and VOI tables, and how many items hold neither. everything: the images of an item that names none."""
    found, lost = [], 0
    negative = modality.intercept < 0 or modality.slope < 0
    for item in items_of(dataset, "SoftcopyVOILUTSequence"):
        center, width = number_of(item, "WindowCenter"), number_of(item, "WindowWidth")
        is_window = center is not None and width is not None and width > 0
        window = Window(center or 0.0, width or 1.0) if is_window else None
        voi = item_of(item, "VOILUTSequence")
        table = _table(voi, signed=negative) if voi is not None and window is None else None
        if window is None and table is None:
            lost += 1
            continue
        function = _FUNCTIONS.get(text_of(item, "VOILUTFunction"), "LINEAR")
        images = references_of(item, "ReferencedImageSequence") or everything
        found.append(ShownWindow(window, table, images, function))
    return tuple(found), lost


def bitmaps_of(dataset: Dataset) -> tuple[tuple[Bitmap, ...], tuple[Bitmap, ...], bool]:
    """Planes that are drawn, planes that hide what they cover, and whether any could not be read."""
    groups, failed = read_groups(dataset, little=dataset.original_encoding[1] is not False)
    wanted = whole_of(dataset, "ShutterOverlayGroup") if "BITMAP" in text_of(dataset, "ShutterShape") else 0
    drawn = [one for one in groups if one.group != wanted and (one.group << 16 | _ACTIVATION) in dataset]
    hiding = [one for one in groups if one.group == wanted]
    is_lost = bool(failed) or (bool(wanted) and not hiding)
    return _planes(drawn), _planes(hiding), is_lost


def _planes(groups: list[OverlayGroup]) -> tuple[Bitmap, ...]:
    found = []
    for group in groups:
        for frame in group.frames or (None,):
            plane = plane_of(group, frame or 1)
            if plane is not None:
                found.append(Bitmap(plane, frame))
    return tuple(found)


def _table(item: Dataset, *, signed: bool) -> LookupTable | None:
    """None for a table that cannot be read. A first value kept as SS says by itself that it is signed."""
    little = item.original_encoding[1] is not False

    def read() -> LookupTable:
        return read_table(item, signed=signed or item["LUTDescriptor"].VR == "SS", little=little)

    found: LookupTable | None = quietly(read)
    return found
