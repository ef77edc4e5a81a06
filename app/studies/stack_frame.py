"""One decoded frame with its place, its meaning and the way its file wants it shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.domain.display import LookupTable, OverlayPlane, RealWorldMap, Shutter, VoiFunction
from app.domain.volume import Affine, Pixels, Remark, RemarkKind, Space
from app.studies.display_sets import DisplaySet
from app.studies.modality_values import padding_mark
from app.studies.overlays import NativePixels, OverlayGroup, plane_of
from app.studies.pixel_header import PixelHeader
from app.studies.shutters import Mask, covered_by, shutter_of

WORD_BITS = 16
LOADING_STEPS = 20
SHAPES = {"MONOCHROME1": "INVERSE", "MONOCHROME2": "IDENTITY"}


@dataclass(frozen=True, slots=True, eq=False)
class StackFrame:
    """The same fields as a view's own frame.

    voi_tables: the file's VOI LUTs for values after slope and intercept; the first is how it wants to be seen.
    voi_function: how a window makes grey. overlays, shutter: of this frame. padding_range: stored values, both ends
    included, that are no part of the image; it holds `padding`. real_world: facts, not applied. colour_bits: depth of
    colour samples. bits_stored: of grey samples. modality_table: what the pixels have been through already.
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
    colour_bits: int = 8
    bits_stored: int = 16
    modality_table: LookupTable | None = None


def stack_frame(display_set: DisplaySet, index: int, header: PixelHeader, pixels: Pixels) -> StackFrame:
    """A decoded frame with its place and rescale; a modality LUT has given modality values already."""
    slope, intercept = value_scale(header, pixels)
    padding_range = padding_of(header, pixels)
    frame = display_set.frames[index].frame
    is_grey = pixels.ndim == 2
    return StackFrame(
        pixels=pixels,
        affine=display_set.affines[index],
        slope=slope,
        intercept=intercept,
        inverted=header.inverted,
        padding=None if padding_range is None else padding_range[0],
        in_patient=display_set.space is Space.PATIENT,
        voi_tables=header.showing.voi_tables if is_grey else (),
        voi_function=header.voi_function or ("LINEAR_EXACT" if header.is_float else "LINEAR"),
        overlays=_overlays(header, frame),
        shutter=_shutter(header, frame),
        padding_range=padding_range,
        real_world=header.real_world,
        colour_bits=colour_bits(header, pixels),
        bits_stored=header.bits_stored,
        modality_table=header.showing.modality_table if is_grey else None,
    )


def colour_bits(header: PixelHeader, pixels: Pixels) -> int:
    """Depth of colour samples: as stored, or as the palette's entries are.

    Some writers keep bytes in palettes of words: so is a frame taken that has nothing brighter than 255 of 65535.
    """
    if pixels.ndim == 2 or pixels.dtype.itemsize == 1:
        return 8
    if header.photometric != "PALETTE COLOR":
        return header.bits_stored
    return 8 if int(pixels.max()) <= 255 else WORD_BITS


def value_scale(header: PixelHeader, pixels: Pixels) -> tuple[float, float]:
    """Slope and intercept for what `decode_frame` gave."""
    return (1.0, 0.0) if header.has_modality_lut and pixels.ndim == 2 else (header.slope, header.intercept)


def padding_of(header: PixelHeader, pixels: Pixels) -> tuple[int, int] | None:
    """Padding among what `decode_frame` gave, both ends included; colour has none."""
    table = header.showing.modality_table
    if header.padding_range is None or pixels.ndim == 3:
        return None
    return header.padding_range if table is None else (padding_mark(table),) * 2


def showing_remarks(headers: Iterable[PixelHeader]) -> tuple[Remark, ...]:
    """What the files say of showing that is not in force in a stack, since it cannot be read or contradicts itself."""
    kept = list(headers)
    tables = any(header.showing.lost_tables and not header.showing.voi_tables for header in kept)
    overlays = max((_lost_overlays(header) for header in kept), default=0)
    shutters = any(header.showing.lost_shutters for header in kept)
    doubtful = any(header.lut_shape and header.lut_shape != _shape(header) for header in kept)
    # Supplemental palettes (PS3.3 C.7.6.19) colour the upper values of a grey picture.
    colours = any(header.has_palette and header.photometric in SHAPES for header in kept)
    said = (
        (Remark(RemarkKind.VOI_LUT_NOT_APPLIED),) if tables else (),
        (Remark(RemarkKind.OVERLAYS_NOT_SHOWN, (("count", overlays),)),) if overlays else (),
        (Remark(RemarkKind.SHUTTER_NOT_APPLIED),) if shutters else (),
        (Remark(RemarkKind.INVERSION_DOUBTFUL),) if doubtful else (),
        (Remark(RemarkKind.COLOURS_NOT_APPLIED),) if colours else (),
    )
    return tuple(remark for some in said for remark in some)


def loading_remark(done: int, count: int) -> Remark:
    """How far it is, in coarse steps: each new number is written on every picture of the stack anew."""
    step = max(count // LOADING_STEPS, 1)
    return Remark(RemarkKind.LOADING, (("done", done // step * step), ("count", count)))


def _shape(header: PixelHeader) -> str:
    """The Presentation LUT Shape that goes with the photometric interpretation; colour may say any."""
    return SHAPES.get(header.photometric, header.lut_shape)


def _lost_overlays(header: PixelHeader) -> int:
    among_pixels = sum(group.packed is None for group in header.showing.overlays)
    return header.showing.lost_overlays + (among_pixels if _native(header) is None else 0)


def _overlays(header: PixelHeader, frame: int) -> tuple[OverlayPlane, ...]:
    """Planes over one frame, all but the one that is a shutter."""
    shutter = header.showing.shutter
    hiding = None if shutter is None else shutter.overlay_group
    planes = (_plane(header, group, frame) for group in header.showing.overlays if group.group != hiding)
    return tuple(plane for plane in planes if plane is not None)


def _plane(header: PixelHeader, group: OverlayGroup, frame: int) -> OverlayPlane | None:
    try:
        return plane_of(group, frame, _native(header))
    except (OSError, ValueError):
        return None


def _native(header: PixelHeader) -> NativePixels | None:
    """None where the pixels are compressed or no words, and so hold no overlay that could be found."""
    if not header.is_native or header.offset is None or header.bits_allocated != WORD_BITS:
        return None
    return NativePixels(header.path, header.offset, header.frame_bytes, header.rows, header.columns)


def _shutter(header: PixelHeader, frame: int) -> Shutter | None:
    shapes = header.showing.shutter
    if shapes is None:
        return None
    return shutter_of(shapes, header.rows, header.columns, _hidden(header, shapes.overlay_group, frame))


def _hidden(header: PixelHeader, wanted: int | None, frame: int) -> Mask | None:
    """What a bitmap shutter covers, on the frame's own grid."""
    group = next((one for one in header.showing.overlays if one.group == wanted), None)
    plane = None if group is None else _plane(header, group, frame)
    return None if plane is None else covered_by([plane], header.rows, header.columns)
