"""One decoded frame with its place, its meaning and the way its file wants it shown."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.display import LookupTable, OverlayPlane, RealWorldMap, Shutter, VoiFunction
from app.domain.volume import Affine, Pixels, Space
from app.studies.display_sets import DisplaySet
from app.studies.pixel_header import PixelHeader


@dataclass(frozen=True, slots=True, eq=False)
class StackFrame:
    """The same fields as a view's own frame.

    voi_tables: the file's VOI LUTs for values after slope and intercept; the first is how it wants to be seen.
    voi_function: how a window makes grey. overlays, shutter: of this frame. padding_range: stored values, both ends
    included, that are no part of the image; it holds `padding`. real_world: facts, not applied.
    """

    pixels: Pixels
    affine: Affine
    slope: float
    intercept: float
    inverted: bool
    padding: int | None
    in_patient: bool
    voi_tables: tuple[LookupTable, ...] = ()
    voi_function: VoiFunction = "LINEAR"
    overlays: tuple[OverlayPlane, ...] = ()
    shutter: Shutter | None = None
    padding_range: tuple[int, int] | None = None
    real_world: tuple[RealWorldMap, ...] = ()


def stack_frame(display_set: DisplaySet, index: int, header: PixelHeader, pixels: Pixels) -> StackFrame:
    """A decoded frame with its place and rescale; a modality LUT has given modality values already."""
    has_table = header.has_modality_lut and pixels.ndim == 2
    padding = None if has_table else header.padding
    return StackFrame(
        pixels=pixels,
        affine=display_set.affines[index],
        slope=1.0 if has_table else header.slope,
        intercept=0.0 if has_table else header.intercept,
        inverted=header.inverted,
        padding=padding,
        in_patient=display_set.space is Space.PATIENT,
        padding_range=None if padding is None else (padding, padding),
    )
