"""What must be known of a file to read its pixels (PS3.3 C.7.6.3 and C.11)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from app.domain.display import RealWorldMap, VoiFunction
from app.domain.errors import PixelsUnreadableError
from app.domain.study import Instance
from app.domain.volume import Window
from app.studies.frame_values import FrameValues, is_usable, read_frame_values, voi_function
from app.studies.headers import read_elements
from app.studies.limits import FRAME_BYTES
from app.studies.lookup_tables import may_be_negative
from app.studies.raw_values import RawValues
from app.studies.showing import PLAIN, SHOWING_TAGS, Showing, StoredKind, read_showing
from app.studies.tags import DOUBLE_PIXELS, FLOAT_PIXELS, PALETTE, TAGS
from app.studies.walker import FRAME_GROUPS, SHARED_GROUPS, Elements

LARGEST_RESCALE = 1e15  # beyond it, values leave the range of 32-bit numbers
NATIVE_LITTLE = frozenset({"1.2.840.10008.1.2", "1.2.840.10008.1.2.1"})


@dataclass(frozen=True, slots=True)
class PixelHeader:
    """One file's pixel module. offset and length tell where its pixel data lie; offset None: only pydicom can tell."""

    path: Path
    syntax: str
    rows: int
    columns: int
    frames: int
    samples: int
    bits_allocated: int
    bits_stored: int
    high_bit: int
    is_signed: bool
    photometric: str
    planar: int
    slope: float
    intercept: float
    unit: str
    padding: int | None
    windows: tuple[Window, ...]
    lossy_ratio: str
    offset: int | None
    length: int | None
    frame_values: tuple[FrameValues, ...] = ()
    frame_rate: float | None = None  # images a second of a multi-frame
    is_float: bool = False
    voi_function: VoiFunction | None = None
    padding_limit: int | None = None
    lut_shape: str = ""
    has_palette: bool = False
    showing: Showing = PLAIN
    real_world: tuple[RealWorldMap, ...] = ()
    sop_instance_uid: str = ""

    @property
    def is_native(self) -> bool:
        """Uncompressed, little-endian, and its place in the file is known."""
        return self.syntax in NATIVE_LITTLE and self.offset is not None and self.length is not None

    @property
    def stored_dtype(self) -> np.dtype[Any]:
        """The type that a grey frame is kept in."""
        if self.is_float:
            return np.dtype(f"f{max(self.bits_allocated, 32) // 8}")
        return np.dtype(f"{'i' if self.is_signed else 'u'}{max(self.bits_allocated, 8) // 8}")

    @property
    def inverted(self) -> bool:
        """MONOCHROME1: the smallest value is shown white.

        A Presentation LUT Shape of INVERSE repeats that (PS3.3 C.8.11.1), it does not turn the picture once more.
        """
        return self.photometric == "MONOCHROME1"

    @property
    def has_modality_lut(self) -> bool:
        """Values come out of a table; slope and intercept say nothing then."""
        return self.showing.modality_table is not None

    @property
    def has_voi_lut(self) -> bool:
        """The file brings VOI tables, readable or not."""
        return bool(self.showing.voi_tables or self.showing.lost_tables)

    @property
    def padding_range(self) -> tuple[int, int] | None:
        """Stored values, both ends included, that are no part of the image (PS3.3 C.7.5.1.1.2)."""
        if self.padding is None:
            return None
        limit = self.padding if self.padding_limit is None else self.padding_limit
        return min(self.padding, limit), max(self.padding, limit)

    @property
    def frame_bytes(self) -> int:
        """Uncompressed size of one frame."""
        return self.rows * self.columns * self.samples * max(self.bits_allocated, 1) // 8


def header_of(instance: Instance) -> PixelHeader:
    """The same for an image that is known: what lies under its name now must still be that image.

    A folder for the day's disc is written over with the next one; nobody's pixels stand under another's name.
    """
    return read_pixel_header(instance.path, instance.sop_instance_uid)


def read_pixel_header(path: Path, sop_instance_uid: str = "") -> PixelHeader:
    """Read and check. Raises PixelsUnreadableError before any memory is taken for pixels.

    sop_instance_uid: the image that it must be.
    """
    elements = read_elements(path)
    if elements is None or not elements.has_pixels:
        raise PixelsUnreadableError("error.pixels.none", file=path.name)
    header = _from_values(path, elements, RawValues(elements.values))
    if sop_instance_uid not in {"", header.sop_instance_uid}:
        raise PixelsUnreadableError("error.pixels.other_image", file=path.name)
    _check(header)
    if elements.noted & SHOWING_TAGS:
        signed, depth = header.is_signed, header.bits_stored
        negative = may_be_negative(signed, depth, header.slope, header.intercept)
        showing = read_showing(path, elements.noted, StoredKind(signed, negative))
        header = replace(header, showing=showing, real_world=showing.real_world)
    if elements.noted & {FRAME_GROUPS, SHARED_GROUPS}:
        return replace(header, frame_values=read_frame_values(path))
    return header


def _from_values(path: Path, elements: Elements, values: RawValues) -> PixelHeader:
    """What the plain elements say, unchecked."""
    stored = values.short("BitsStored") or values.short("BitsAllocated")
    signed = values.short("PixelRepresentation") == 1
    return PixelHeader(
        path=path,
        syntax=elements.transfer_syntax_uid,
        rows=values.short("Rows"),
        columns=values.short("Columns"),
        frames=max(values.whole("NumberOfFrames") or 1, 1),
        samples=values.short("SamplesPerPixel", 1),
        bits_allocated=values.short("BitsAllocated"),
        bits_stored=stored,
        high_bit=values.short("HighBit", stored - 1),
        is_signed=signed,
        photometric=values.code("PhotometricInterpretation"),
        planar=values.short("PlanarConfiguration"),
        slope=_rescale(path, values, "RescaleSlope")
        or 1.0,  # 0 would make all alike: a scanner's way of saying none
        intercept=_rescale(path, values, "RescaleIntercept") or 0.0,
        unit=_unit(values),
        padding=_padding(values, "PixelPaddingValue", signed=signed),
        windows=_windows(values),
        lossy_ratio=_lossy(values),
        frame_rate=_frame_rate(values),
        offset=elements.pixel_offset,
        length=elements.pixel_length,
        is_float=_is_float(elements.noted, values),
        voi_function=voi_function(values.code("VOILUTFunction")),
        padding_limit=_padding(values, "PixelPaddingRangeLimit", signed=signed),
        lut_shape=values.code("PresentationLUTShape"),
        has_palette=PALETTE in elements.noted,
        sop_instance_uid=values.code("SOPInstanceUID"),
    )


def of_frame(header: PixelHeader, index: int) -> PixelHeader:
    """The header with what the functional groups say of one frame's values and windows."""
    if not header.frame_values:
        return header
    own = header.frame_values[index if len(header.frame_values) > index else 0]
    if len(header.frame_values) not in (1, header.frames):
        raise PixelsUnreadableError(
            "error.pixels.bad_header", file=header.path.name, what="functional groups"
        )
    slope, intercept, kind = own.rescale or (header.slope, header.intercept, header.unit)
    return replace(
        header,
        slope=slope,
        intercept=intercept,
        unit="" if kind == "US" else kind,
        windows=own.windows or header.windows,
        voi_function=own.function or header.voi_function,
        real_world=own.real_world or header.real_world,
        showing=replace(
            header.showing,
            shutter=own.shutter or header.showing.shutter,
            lost_shutters=header.showing.lost_shutters + own.lost_shutters,
        ),
    )


def _is_float(noted: set[int], values: RawValues) -> bool:
    """Float pixels have an element of their own, and no bits stored (PS3.3 C.7.6.24 and .25)."""
    says_no_bits = values.short("BitsAllocated") in {32, 64} and not values.short("BitsStored")
    return bool(noted & {FLOAT_PIXELS, DOUBLE_PIXELS}) or says_no_bits


def _check(header: PixelHeader) -> None:
    """Refuse what contradicts itself before anything is allocated."""
    name = header.path.name
    if not (header.rows and header.columns):
        raise PixelsUnreadableError(
            "error.pixels.bad_header", file=name, what=f"{header.rows} x {header.columns} pixels"
        )
    if header.bits_allocated not in {1, 8, 16, 32, 64} or not 0 < header.bits_stored <= header.bits_allocated:
        what = f"{header.bits_stored} of {header.bits_allocated} bits"
        raise PixelsUnreadableError("error.pixels.bad_header", file=name, what=what)
    if header.samples not in {1, 3, 4}:
        raise PixelsUnreadableError(
            "error.pixels.bad_header", file=name, what=f"{header.samples} samples a pixel"
        )
    if header.frame_bytes > FRAME_BYTES:
        needed = header.frame_bytes // 1024**2
        raise PixelsUnreadableError("error.pixels.too_large", file=name, needed_mib=needed)


def _rescale(path: Path, values: RawValues, keyword: str) -> float | None:
    """None if it is not there; one that is there and no number is refused, since every value hangs on it."""
    number = values.number(keyword)
    if (number is None and values.has(keyword)) or abs(number or 0.0) > LARGEST_RESCALE:
        raise PixelsUnreadableError("error.pixels.bad_header", file=path.name, what="rescale")
    return number


def _unit(values: RawValues) -> str:
    if values.number("RescaleSlope") == 0:
        return ""  # the numbers shown are not what the scanner meant, whatever it called them
    kind = values.code("RescaleType")
    if kind and kind != "US":
        return kind
    return "HU" if values.code("Modality") == "CT" and values.has("RescaleIntercept") else ""


def _padding(values: RawValues, keyword: str, *, signed: bool) -> int | None:
    if len(values.by_tag.get(TAGS[keyword], b"")) < 2:
        return None
    stored = values.short(keyword)
    return stored - 65536 if signed and stored > 32767 else stored


def _windows(values: RawValues) -> tuple[Window, ...]:
    """Centres and widths in pairs; too narrow a width is no window (PS3.3 C.11.2.1.2)."""
    centers, widths = values.numbers("WindowCenter"), values.numbers("WindowWidth")
    names = values.text("WindowCenterWidthExplanation").split("\\")
    pairs = enumerate(zip(centers, widths, strict=False))
    return tuple(
        Window(center, width, names[number].strip() if number < len(names) else "")
        for number, (center, width) in pairs
        if is_usable(width, voi_function(values.code("VOILUTFunction")))
    )


def _frame_rate(values: RawValues) -> float | None:
    """Images a second: as it should be shown, else as it was taken (PS3.3 C.7.6.5); None where the file is silent."""
    for keyword in ("RecommendedDisplayFrameRate", "CineRate"):
        rate = values.number(keyword)
        if rate and rate > 0:
            return rate
    times = [values.number("FrameTime") or 0.0, *values.numbers("FrameTimeVector")]
    known = [time for time in times if time > 0]
    return 1000.0 * len(known) / sum(known) if known else None


def _lossy(values: RawValues) -> str:
    """How many times smaller the source was made, "?" where unsaid; '' if it is not lossy (PS3.3 C.7.6.1.1.5)."""
    if values.code("LossyImageCompression") != "01":
        return ""
    ratios = values.numbers("LossyImageCompressionRatio")
    if not ratios:
        return "?"
    return f"{max(ratios):.0f}" if max(ratios) >= 100 else f"{max(ratios):.3g}"
