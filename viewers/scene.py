"""All that is known about one painting of a view; what overlays get to see."""

from __future__ import annotations

from dataclasses import dataclass, field

from viewers.geometry import ScreenPlane
from viewers.types import (
    CornerText,
    HeatLayer,
    Marker,
    OutlineLayer,
    PictureInfo,
    Point,
    Stamp,
    TextLevel,
    TruthBadge,
    ViewState,
)
from viewers.viewer_text import ViewerText

Letters = tuple[str, str, str, str]  # left, right, top, bottom
Color = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class CrossLine:
    """Where another plane cuts this one: two ends in screen pixels and the other plane's colour."""

    start: tuple[float, float]
    end: tuple[float, float]
    color: Color


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """One painting: geometry, state, what lies over the picture, and the words for it.

    plane is None where there is no picture. half_slab_mm: how far from the plane a point still counts as on it.
    drawn: the colours of the outlines that this picture shows; None before they are known.
    failure replaces the picture; notices are drawn with it.
    """

    size_px: tuple[int, int]
    state: ViewState
    plane: ScreenPlane | None = None
    letters: Letters = ("", "", "", "")
    half_slab_mm: float = 0.0
    info: PictureInfo = field(default_factory=PictureInfo)
    text: ViewerText = field(default_factory=ViewerText)
    level: TextLevel = TextLevel.ALL
    corners: CornerText = field(default_factory=CornerText)
    stamps: tuple[Stamp, ...] = ()
    badge: TruthBadge | None = None
    heat: tuple[HeatLayer, ...] = ()
    outlines: tuple[OutlineLayer, ...] = ()
    drawn: frozenset[Color] | None = None
    markers: tuple[Marker, ...] = ()
    cross: tuple[CrossLine, ...] = ()
    cross_point: Point | None = None
    notices: tuple[str, ...] = ()
    failure: str = ""
