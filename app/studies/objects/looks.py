"""What a presentation state says of one frame: PS3.3 A.33, with images and frames told apart (C.10, C.11)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from app.domain.display import LookupTable, OverlayPlane, ShutterShapes
from app.domain.objects import ImageReference, Rgb
from app.domain.presentation import (
    XY,
    Annotation,
    Bitmap,
    DisplayedArea,
    ModalityStep,
    PresentationState,
    ShownWindow,
)
from app.domain.volume import FrameRef


@dataclass(frozen=True, slots=True, eq=False)
class FrameLook:
    """How one frame is to be shown. quarter_turns go clockwise and come after the flip, unlike in the file.

    shown: window or VOI table; None where the state names none for this frame. is_inverted: whatever the image's own
    photometric interpretation is (PS3.4 N.2), None where nothing is said. drawings: a colour for each, the layer
    nearest to the reader last. overlays: drawn over the frame; hidden: cover it. unapplied: as in `PresentationState`.
    """

    shown: ShownWindow | None
    quarter_turns: int
    is_flipped: bool
    is_inverted: bool | None
    area: DisplayedArea | None
    drawings: tuple[tuple[Annotation, Rgb | None], ...]
    shutter: ShutterShapes | None
    unapplied: tuple[str, ...]
    modality: ModalityStep
    presentation_table: LookupTable | None
    overlays: tuple[OverlayPlane, ...]
    hidden: tuple[OverlayPlane, ...]


def covers(images: Iterable[ImageReference], frame: FrameRef) -> bool:
    """Whether one of these references means the frame; one that names no frames means all of its image."""
    return any(
        image.sop_instance_uid == frame.sop_instance_uid and (not image.frames or frame.frame in image.frames)
        for image in images
    )


def look_of(state: PresentationState, frame: FrameRef, aspect: float = 1.0) -> FrameLook | None:
    """The state as far as it concerns a frame; None where it is not about it. aspect: row spacing / column spacing."""
    if not covers(state.images, frame):
        return None
    shown = next((one for one in state.windows if covers(one.images, frame)), None)
    area = next((one for one in state.areas if covers(one.images, frame)), None)
    unapplied = list(state.unapplied)
    if area is not None and area.mode == "TRUE SIZE":
        unapplied.append("true_size")
    # The file turns first: to turn by a and then to mirror is to mirror and then to turn by -a.
    turns = state.rotation_deg // 90
    return FrameLook(
        shown=shown,
        quarter_turns=(-turns if state.is_flipped else turns) % 4,
        is_flipped=state.is_flipped,
        is_inverted=state.is_inverted if state.presentation_table is None else False,  # a table says it all
        area=area,
        drawings=_drawings(state, frame),
        shutter=None if state.shutter is None else replace(state.shutter, aspect=aspect),
        unapplied=tuple(unapplied),
        modality=state.modality,
        presentation_table=state.presentation_table,
        overlays=_planes(state.overlays, frame),
        hidden=_planes(state.hidden, frame),
    )


def _planes(bitmaps: tuple[Bitmap, ...], frame: FrameRef) -> tuple[OverlayPlane, ...]:
    return tuple(one.plane for one in bitmaps if one.frame in (None, frame.frame))


def _drawings(state: PresentationState, frame: FrameRef) -> tuple[tuple[Annotation, Rgb | None], ...]:
    order = {layer.name: number for number, layer in enumerate(state.layers)}
    colours = {layer.name: layer.color_rgb for layer in state.layers}
    mine = [one for one in state.annotations if covers(one.images, frame)]
    mine.sort(key=lambda one: order.get(one.layer, -1))
    return tuple((one, colours.get(one.layer)) for one in mine)


def area_edges(look: FrameLook, rows: int, columns: int) -> tuple[XY, XY]:
    """(left, top), (right, bottom) of the displayed area in pixels, 0, 0 at the corner of the first pixel.

    The corners in the file are named as they lie on the screen, after turning, so either may be the smaller one.
    """
    if look.area is None:
        return (0.0, 0.0), (float(columns), float(rows))
    (c0, r0), (c1, r1) = look.area.top_left, look.area.bottom_right
    return (min(c0, c1) - 1.0, min(r0, r1) - 1.0), (float(max(c0, c1)), float(max(r0, r1)))
