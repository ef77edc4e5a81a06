"""What stands in the corners of a picture, and its truth badge."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.domain.calibration import REMARKS
from app.domain.study import Study
from app.domain.volume import Remark, RemarkKind
from app.state.model import Plane
from app.studies.display_sets import DisplaySet
from app.support.i18n import text
from app.support.languages import fact_words, number_words
from app.ui import words
from viewers.types import BadgeLevel, CornerText, Point, TruthBadge, ViewState

_NOTES = {
    RemarkKind.REFORMATTED,
    RemarkKind.INK_OF_ANOTHER_SERIES,
    *(kind for kind in REMARKS.values() if kind is not RemarkKind.NO_SPACING),
    RemarkKind.LOSSY_SOURCE,
    RemarkKind.VOI_LUT_NOT_APPLIED,
    RemarkKind.SHUTTER_NOT_APPLIED,
    RemarkKind.OVERLAYS_NOT_SHOWN,
    RemarkKind.BREAST_SIDE_UNCHECKED,
    RemarkKind.THICK_SLICES,
}
_AXES = (("L", "R"), ("P", "A"), ("S", "I"))  # LPS: the letter of growing and of falling values


def corner_text(
    study: Study, display_set: DisplaySet, state: ViewState, place: str, layer: str
) -> CornerText:
    """The four corners; `place` and `layer` are what only the view knows.

    Where there is room for one line, the image's number goes before the name of its series, which the list tells too.
    """
    name, details = words.identity(study)
    window = text("ui.corner.window", width=f"{state.window.width:.0f}", center=f"{state.window.center:.0f}")
    return CornerText(
        top_left=(name, details),
        top_right=(words.description(study), words.day(study.date)),
        bottom_left=tuple(part for part in (layer, place, display_set.title) if part),
        bottom_right=(window, zoom_words(display_set, state)),
    )


def zoom_words(display_set: DisplaySet, state: ViewState) -> str:
    """Screen pixels per mm; where a pixel's size is unknown, per pixel: no mm may stand there."""
    unknown = any(remark.kind is RemarkKind.NO_SPACING for remark in display_set.remarks)
    key = "ui.corner.zoom_pixels" if unknown else "ui.corner.zoom"
    return text(key, scale=number_words(state.scale, 2))


def volume_text(study: Study, display_set: DisplaySet, remarks: Sequence[Remark] = ()) -> CornerText:
    """Corners of a 3D picture, which names its colouring itself, and has no badge: remarks stand in a corner."""
    name, details = words.identity(study)
    return CornerText(
        top_left=(name, details),
        top_right=(words.description(study), words.day(study.date)),
        bottom_left=(display_set.title,),
        bottom_right=tuple(
            fact_words(f"remark.{remark.kind.value}", remark.facts)
            for remark in remarks
            if remark.kind is not RemarkKind.LOADING
        ),
    )


def layer_words(index: int, count: int, thickness_mm: float | None) -> str:
    """Image n of N, with the distance to the next one."""
    said = text("ui.corner.image", number=index + 1, count=count)
    if thickness_mm is not None and count > 1:
        said += text("ui.corner.step", mm=number_words(thickness_mm, 1))
    return said


def position_words(point: Point, normal: NDArray[np.float64]) -> str:
    """Position along the axis of the patient that a plane is most perpendicular to."""
    axis = int(np.argmax(np.abs(normal)))
    value = point[axis]
    return text(
        "ui.corner.position", letter=_AXES[axis][0 if value >= 0 else 1], mm=number_words(abs(value), 1)
    )


def point_words(point: Point) -> str:
    """A point in the patient by its three distances: "L 12.0  P 30.5  H 5.0 mm"."""
    parts = (
        f"{_AXES[n][0 if value >= 0 else 1]} {number_words(abs(value), 1)}" for n, value in enumerate(point)
    )
    return text("ui.corner.point", words="  ".join(parts))


def step_mm(affine: NDArray[np.float64]) -> float:
    """Distance between neighbouring slices."""
    return float(np.linalg.norm(affine[:3, 0]))


def badge(remarks: Sequence[Remark]) -> TruthBadge | None:
    """One badge for all that must be known of a picture; the gravest gives its text and colour."""
    if not remarks:
        return None
    sentences = tuple(fact_words(f"remark.{remark.kind.value}", remark.facts) for remark in remarks)
    grave = [remark for remark in remarks if remark.kind not in _NOTES]
    passing = all(remark.kind is RemarkKind.LOADING for remark in grave)
    level = BadgeLevel.NOTE if not grave else BadgeLevel.PASSING if passing else BadgeLevel.FINAL
    # What will pass comes last: a badge in the colour of what is final never says "loading" first.
    first = min(grave or list(remarks), key=lambda remark: remark.kind is RemarkKind.LOADING)
    short = fact_words(f"remark.{first.kind.value}", first.facts)
    more = f" +{len(remarks) - 1}" if len(remarks) > 1 else ""
    return TruthBadge(level, short + more, sentences)


def plane_words(plane: Plane) -> str:
    """The name of a plane."""
    return text(f"ui.plane.{plane.value}")
