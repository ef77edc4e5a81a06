"""A presentation state: how images are to be shown, and what is drawn on them (PS3.3 A.33, C.10, C.11)."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.display import LookupTable, OverlayPlane, ShutterShapes, VoiFunction
from app.domain.objects import ImageReference, ObjectHead, Rgb
from app.domain.volume import Window

XY = tuple[float, float]


@dataclass(frozen=True, slots=True)
class DisplayedArea:
    """Which pixels fill the screen: corners are (column, row) from 1, as written; mode as in (0070,0100)."""

    top_left: tuple[int, int]
    bottom_right: tuple[int, int]
    mode: str
    magnification: float | None
    images: tuple[ImageReference, ...]


@dataclass(frozen=True, slots=True, eq=False)
class ShownWindow:
    """How values of some images become grey: by a window through a function, or by a VOI LUT."""

    window: Window | None
    table: LookupTable | None
    images: tuple[ImageReference, ...]
    function: VoiFunction = "LINEAR"


@dataclass(frozen=True, slots=True, eq=False)
class ModalityStep:
    """From stored values to those that windows and tables are made for; it replaces the image's own (PS3.4 N.2)."""

    slope: float = 1.0
    intercept: float = 0.0
    table: LookupTable | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Bitmap:
    """An overlay plane of the state itself (PS3.3 C.9.2), over the image frames that it is for; None is all of them."""

    plane: OverlayPlane
    frame: int | None = None


@dataclass(frozen=True, slots=True)
class Graphic:
    """POINT, POLYLINE, INTERPOLATED, CIRCLE or ELLIPSE (PS3.3 C.10.5.1.2).

    points: (column, row) with the corner of the first pixel at 0, 0; or shares of the displayed area, 0 to 1, where
    is_display.
    """

    kind: str
    points: tuple[XY, ...]
    is_display: bool
    is_filled: bool


@dataclass(frozen=True, slots=True)
class TextNote:
    """Text at a box or an anchor; each with its own units, as in `Graphic`."""

    text: str
    box: tuple[XY, XY] | None
    is_box_display: bool
    anchor: XY | None
    is_anchor_display: bool
    is_anchor_shown: bool


@dataclass(frozen=True, slots=True)
class Annotation:
    """What is drawn on some images, in a layer."""

    layer: str
    images: tuple[ImageReference, ...]
    graphics: tuple[Graphic, ...]
    notes: tuple[TextNote, ...]


@dataclass(frozen=True, slots=True)
class Layer:
    """A graphic layer; order grows towards the reader."""

    name: str
    order: int
    description: str
    color_rgb: Rgb | None


@dataclass(frozen=True, slots=True, eq=False)
class PresentationState:
    """A GSPS, colour or pseudo-colour state. Rotation is clockwise, and comes before the flip (PS3.3 C.10.6).

    images: all that it is about. is_inverted: by the presentation LUT shape; None where the state names none.
    presentation_table: what stands in place of that shape. overlays: drawn; hidden: what its bitmap
    shutter covers.
    unapplied: what it asks for that is not done, as the last parts of the text keys `objects.unapplied.*`.
    """

    head: ObjectHead
    images: tuple[ImageReference, ...]
    areas: tuple[DisplayedArea, ...]
    windows: tuple[ShownWindow, ...]
    layers: tuple[Layer, ...]
    annotations: tuple[Annotation, ...]
    shutter: ShutterShapes | None
    rotation_deg: int
    is_flipped: bool
    is_inverted: bool | None
    unapplied: tuple[str, ...]
    description: str
    modality: ModalityStep
    presentation_table: LookupTable | None
    overlays: tuple[Bitmap, ...]
    hidden: tuple[Bitmap, ...]
