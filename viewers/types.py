"""What crosses the border into a view: arrays, affines, words. Nothing here knows DICOM, Qt or VTK.

Every affine is 4x4 and maps (slice, row, column) to mm: LPS mm of the patient where `in_patient` is true,
mm in the plane of a projection image where it is false (x grows with columns, y with rows, origin at the centre
of the first pixel). A view never mixes the two.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from viewers.showing import OverlayPlane, Shutter, VoiFunction, VoiTable

Point = tuple[float, float, float]
Pixels = NDArray[Any]
Affine = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class WindowLevel:
    """VOI window in modality values (HU in CT); width is at least 1 for integer data."""

    center: float
    width: float


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One 2D picture as stored: (rows, columns) or (rows, columns, 3); value = pixel * slope + intercept.

    padding_range: stored values, both ends included, that are no part of the image; without it `padding` alone is.
    colour_bits: depth of colour samples that are no bytes.
    """

    pixels: Pixels
    affine: Affine
    slope: float = 1.0
    intercept: float = 0.0
    inverted: bool = False
    padding: int | None = None
    in_patient: bool = True
    voi_tables: tuple[VoiTable, ...] = ()
    voi_function: VoiFunction = "LINEAR"
    overlays: tuple[OverlayPlane, ...] = ()
    shutter: Shutter | None = None
    padding_range: tuple[int, int] | None = None
    colour_bits: int = 8


@dataclass(frozen=True, slots=True, eq=False)
class VolumeImage:
    """A whole stack as stored, for MPR and 3D: (slices, rows, columns), shared with its owner, never copied."""

    pixels: Pixels
    affine: Affine
    slope: float = 1.0
    intercept: float = 0.0
    inverted: bool = False
    padding: int | None = None
    in_patient: bool = True
    voi_function: VoiFunction = "LINEAR"
    padding_range: tuple[int, int] | None = None


class FrameSource(Protocol):
    """Where a stack view gets its frames; `app` gives an object of this shape."""

    @property
    def count(self) -> int:
        """Number of frames."""
        ...

    def frame(self, index: int) -> Frame | None:
        """The frame if it is decoded, else None: then it is fetched first of all and listeners hear of it."""
        ...

    def affine_at(self, index: int) -> Affine:
        """Affine of one frame, known from headers before pixels are read."""
        ...

    def failure(self, index: int) -> str | None:
        """One plain sentence if this frame cannot be read, else None."""
        ...

    def listen(self, arrived: Callable[[int], None]) -> Callable[[], None]:
        """Call `arrived(index)` on the main thread for each new frame; returns the way to stop."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class HeatLayer:
    """A scalar field over the picture: (slices, rows, columns) float32 with its own affine.

    Colour and alpha follow the value; nothing is drawn under the threshold; alpha never passes max_alpha.
    """

    layer_id: str
    values: NDArray[np.float32]
    affine: Affine
    label: str
    value_range: tuple[float, float] = (0.0, 1.0)
    threshold: float = 0.2
    max_alpha: float = 0.6
    in_patient: bool = True
    colormap: str = "cividis"
    frames: frozenset[int] | None = None  # of the stack that it lies on, from 0; None: wherever its place is


@dataclass(frozen=True, slots=True, eq=False)
class OutlineLayer:
    """Regions drawn as outlines: whole-number labels (slices, rows, columns) with their own affine.

    colors: label -> (red, green, blue), 0..255. Labels without a colour are not drawn.
    """

    layer_id: str
    labels: NDArray[np.integer[Any]]
    affine: Affine
    colors: dict[int, tuple[int, int, int]]
    in_patient: bool = True
    names: dict[int, str] = field(default_factory=dict)
    frames: frozenset[int] | None = None  # as of a heat layer


class MarkerState(Enum):
    """How a marker is drawn: shape and line tell it as well as colour."""

    UNREVIEWED = "unreviewed"
    ACCEPTED = "accepted"
    EDITED = "edited"
    REJECTED = "rejected"
    DEFERRED = "deferred"


@dataclass(frozen=True, slots=True)
class Marker:
    """A finding in the picture: its centre and, if known, its box; all in mm of the picture's space.

    text: what is written beside it; short: what is written in a narrow view instead, '' for the same.
    """

    marker_id: str
    center: Point
    text: str
    state: MarkerState = MarkerState.UNREVIEWED
    box_min: Point | None = None
    box_max: Point | None = None
    selected: bool = False
    in_patient: bool = True
    tone: tuple[int, int, int] | None = None  # in place of the colour of the state, where sets are compared
    dashed: bool = False  # with a tone: the line of the second set
    frames: frozenset[int] | None = None  # as of a heat layer
    short: str = ""


@dataclass(frozen=True, slots=True)
class CornerText:
    """The four corner texts, lines from top to bottom; words come from the app. warns: the first one on the right."""

    top_left: tuple[str, ...] = ()
    top_right: tuple[str, ...] = ()
    bottom_left: tuple[str, ...] = ()
    bottom_right: tuple[str, ...] = ()
    warns: bool = False


@dataclass(frozen=True, slots=True)
class Stamp:
    """A word on the picture itself that no text level and no small view takes away; grave ones stay in a peek too."""

    text: str
    grave: bool = False


class BadgeLevel(Enum):
    """Yellow will improve, red is final: RQ of the truth badge."""

    PASSING = "passing"
    FINAL = "final"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class TruthBadge:
    """What this picture is not: one text, plain sentences for who asks, and fewer words for a view that is narrow."""

    level: BadgeLevel
    text: str
    details: tuple[str, ...] = ()
    brief: str = ""


class Interpolation(Enum):
    """How values between voxel centres are made."""

    NEAREST = "nearest"
    LINEAR = "linear"
    CUBIC = "cubic"


@dataclass(frozen=True, slots=True)
class ViewState:
    """How a stack is looked at. scale is screen pixels per mm (per pixel where no spacing is known).

    Flips come before turns; turns go clockwise. pan_px moves the picture's centre away from the view's centre.
    fitted: scale and pan follow the size of the view. table: which of the picture's own VOI tables makes grey, in
    place of the window. stored_table: one from elsewhere that does, for stored values. overlays, shutter: whether
    those that came with the picture are drawn. colors: a table of `viewers.colormaps` in place of grey. edges: made
    stronger for the eye. between: how pixels are drawn apart. ground: whether what is known to be background is drawn
    black.
    """

    window: WindowLevel
    scale: float = 1.0
    pan_px: tuple[float, float] = (0.0, 0.0)
    quarter_turns: int = 0
    flip_horizontal: bool = False
    flip_vertical: bool = False
    invert: bool = False
    fitted: bool = False
    table: int | None = None
    overlays: bool = True
    shutter: bool = True
    colors: str = ""
    edges: bool = False
    between: Interpolation = Interpolation.LINEAR
    ground: bool = True
    stored_table: VoiTable | None = None

    def windowed(self, window: WindowLevel) -> ViewState:
        """Grey by a window, in place of any table."""
        return replace(self, window=window, table=None, stored_table=None)


class TextLevel(Enum):
    """How much is written over a picture; badges and warnings stay at every level."""

    ALL = "all"
    MINIMAL = "minimal"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class PictureInfo:
    """What a view cannot see in the pixels of a stack.

    spacing_known: false where one "mm" is one pixel; then no scale is drawn. scale_note: which calibration is in
    force, if it needs saying ("at detector"). row_letters and column_letters: where rows and columns run to in a
    projection image (Patient Orientation (0020,0020), such as "L" and "F"); empty where unknown.
    """

    spacing_known: bool = True
    scale_note: str = ""
    row_letters: str = ""
    column_letters: str = ""
