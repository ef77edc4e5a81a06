"""Decoded frames to one volume."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Protocol

import numpy as np

from app.domain.display import SIGMOID_SHARE, VoiFunction
from app.domain.volume import Affine, Pixels, Remark, RemarkKind, Volume, Window
from app.studies.display_sets import DisplaySet
from app.studies.pixel_header import PixelHeader
from app.studies.regular_grid import RegularGrid, on_grid

SAMPLED_PIXELS = 200_000
FLOAT_STEP = 1e-6


class DecodedFrame(Protocol):
    """What is needed of a frame here."""

    @property
    def pixels(self) -> Pixels:
        """Stored values."""
        ...

    @property
    def slope(self) -> float:
        """Rescale slope."""
        ...

    @property
    def intercept(self) -> float:
        """Rescale intercept."""
        ...

    @property
    def padding(self) -> int | None:
        """Stored value that is no image, or None."""
        ...

    @property
    def padding_range(self) -> tuple[int, int] | None:
        """Stored values that are no image, both ends included, or None."""
        ...

    @property
    def voi_function(self) -> VoiFunction:
        """How a window makes grey."""
        ...


def build_volume(
    display_set: DisplaySet,
    array: Pixels | None,
    frames: Mapping[int, DecodedFrame],
    headers: Mapping[int, PixelHeader],
    remarks: tuple[Remark, ...],
) -> Volume | None:
    """The whole stack; None if its frames cannot share one array, or it has no honest affine.

    Where slices have slopes of their own (PET), values are worked out as float32 instead of shared. Slices that lie
    unevenly are brought to the even grid of the display set.
    """
    grid = display_set.grid
    affine: Affine | None = display_set.affine if grid is None else grid.affine
    if (
        array is None
        or affine is None
        or any(frame.pixels.shape != array.shape[1:] for frame in frames.values())
    ):
        return None
    first, header = frames[0], headers[0]
    middle = array[len(array) // 2]
    volume = Volume(
        pixels=array,
        affine=affine,
        slope=first.slope,
        intercept=first.intercept,
        unit=header.unit,
        space=display_set.space,
        frames=tuple(address.ref for address in display_set.frames),
        study_instance_uid=display_set.study_instance_uid,
        series_instance_uid=display_set.series.series_instance_uid,
        frame_of_reference_uid=display_set.frame_of_reference_uid,
        modality=display_set.series.modality,
        inverted=header.inverted,
        padding=first.padding,
        windows=own_windows(header) or (_made_window(middle, first),),
        remarks=remarks + tuple(one for one in not_on_planes(headers.values()) if one not in remarks),
        padding_range=first.padding_range,
        voi_function=first.voi_function,
    )
    if len({(frame.slope, frame.intercept, frame.pixels.dtype) for frame in frames.values()}) > 1:
        values = np.stack([_values(frames[index]) for index in range(len(frames))])
        volume = replace(volume, pixels=values, slope=1.0, intercept=0.0, padding=None, padding_range=None)
    return volume if grid is None else _evened(volume, grid)


def _made_window(pixels: Pixels, frame: DecodedFrame) -> Window:
    return default_window(pixels, frame.slope, frame.intercept, frame.padding_range)


def _evened(volume: Volume, grid: RegularGrid) -> Volume:
    """The same on an even grid; what was not imaged becomes padding."""
    alone = None if volume.padding is None else (volume.padding, volume.padding)
    pixels, nothing = on_grid(volume.pixels, grid, volume.padding_range or alone)
    evened = replace(
        volume,
        pixels=pixels,
        frames=tuple(volume.frames[index] for index in grid.nearest),
        remarks=(*volume.remarks, even_grid_remark(grid)),
        is_resampled=True,
    )
    if nothing is None or alone is not None or volume.padding_range is not None:
        return evened
    return replace(evened, padding=nothing, padding_range=(nothing, nothing))


def even_grid_remark(grid: RegularGrid) -> Remark:
    """What planes and 3D say of slices that were brought to an even grid."""
    facts = (("step", f"{grid.step_mm:.2f}"), ("empty", grid.empty), ("planes", grid.planes))
    return Remark(RemarkKind.EVEN_GRID, facts)


def own_windows(header: PixelHeader) -> tuple[Window, ...]:
    """The file's windows; where it has only VOI tables, the windows nearest to them."""
    share = SIGMOID_SHARE if header.voi_function == "SIGMOID" else 1.0
    near = ((*table.nearest, table.explanation) for table in header.showing.voi_tables)
    return header.windows or tuple(Window(center, width * share, said) for center, width, said in near)


def not_on_planes(headers: Iterable[PixelHeader]) -> tuple[Remark, ...]:
    """What the files say of showing that no plane or volume cut from their frames follows."""
    kept = list(headers)
    overlays = max((len(header.showing.overlays) for header in kept), default=0)
    said = (
        (Remark(RemarkKind.VOI_LUT_NOT_APPLIED),) if any(header.has_voi_lut for header in kept) else (),
        (Remark(RemarkKind.SHUTTER_NOT_APPLIED),) if any(header.showing.shutter for header in kept) else (),
        (Remark(RemarkKind.OVERLAYS_NOT_SHOWN, (("count", overlays),)),) if overlays else (),
    )
    return tuple(remark for some in said for remark in some)


def default_window(
    pixels: Pixels, slope: float, intercept: float, padding: int | tuple[int, int] | None
) -> Window:
    """A window for files that name none: from the 1st to the 99th percentile of what is a number and no padding.

    padding: a stored value, or a range of them with both ends.
    """
    if pixels.ndim == 3:
        top = 255 if pixels.dtype.itemsize == 1 else int(pixels.max())
        return Window(top / 2, float(max(top, 1)))
    flat = pixels.ravel()
    sample = _image_only(flat[:: max(flat.size // SAMPLED_PIXELS, 1)], padding)
    if not sample.size:
        return Window(0.5, 1.0)
    low, high = np.percentile(sample.astype(np.float64) * slope + intercept, (1, 99))
    # Nothing narrower than one step of the values; for floats, than what they can tell apart.
    finest = abs(slope) if pixels.dtype.kind in "iu" else max(abs(low), abs(high)) * FLOAT_STEP or 1.0
    width = float(max(high - low, min(finest, 1.0)))
    if (
        low == high
    ):  # an empty picture is black and not a white glare, and so is the ground of those that follow it
        return Window(float(low) + width / 2, width)
    return Window(float((low + high) / 2), width)


def _image_only(sample: Pixels, padding: int | tuple[int, int] | None) -> Pixels:
    """Without padding, unless all of it is padding, and without what is no number."""
    if padding is not None:
        low, high = padding if isinstance(padding, tuple) else (padding, padding)
        kept = sample[(sample < low) | (sample > high)]
        sample = kept if kept.size else sample
    return sample[np.isfinite(sample)] if sample.dtype.kind == "f" else sample


def _values(frame: DecodedFrame) -> Pixels:
    return np.asarray(frame.pixels * np.float32(frame.slope) + np.float32(frame.intercept), dtype=np.float32)
