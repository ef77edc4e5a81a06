"""What stands in the corners of a picture, and its truth badge."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.domain.calibration import REMARKS
from app.domain.study import Study
from app.domain.study import counts_down as instances_count_down
from app.domain.volume import Remark, RemarkKind
from app.state.model import Plane
from app.studies.display_sets import DisplaySet
from app.support.i18n import template, text
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
_AXES = (
    ("L", "R"),
    ("P", "A"),
    ("H", "F"),
)  # LPS: the letter of growing and of falling values, as at the edges


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
        top_right=words.when(study),
        bottom_left=tuple(part for part in (layer, place, series_words(display_set)) if part),
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
        top_right=words.when(study),
        bottom_left=(series_words(display_set),),
        bottom_right=tuple(
            fact_words(f"remark.{remark.kind.value}", remark.facts)
            for remark in remarks
            if remark.kind is not RemarkKind.LOADING
        ),
    )


def series_words(display_set: DisplaySet) -> str:
    """Number and name of a series, by which it is found in another viewer."""
    number, title = display_set.series.number, display_set.title
    return title if number is None else text("ui.corner.series", number=number, title=title)


def layer_words(number: int, count: int, own: str = "") -> str:
    """Image n of N, as they lie one after the other; own: see `own_words`."""
    return text("ui.corner.image", number=number, count=count) + own


def counts_down(display_set: DisplaySet) -> bool:
    """See `app.domain.study.counts_down`."""
    frames = display_set.frames
    return instances_count_down(
        [frames[place].instance for place in sorted({0, len(frames) // 2, len(frames) - 1})]
    )


def number_in(display_set: DisplaySet, place: int) -> int:
    """What a reader calls the image at a place of a stack, from 1."""
    return len(display_set.frames) - place if counts_down(display_set) else place + 1


def own_words(display_set: DisplaySet, place: int) -> str:
    """What follows the place of an image in its stack: the number that its file gives it, where it is another.

    The report names images by that number, and so does every other viewer.
    """
    own = own_number(display_set, place)
    return "" if own is None else text("ui.corner.own_number", number=own)


def image_words(display_set: DisplaySet, place: int) -> str:
    """Its place in the stack, from 1, and its own number, such as “image 15, no. 16”."""
    return text("ui.place.image", number=number_in(display_set, place)) + own_words(display_set, place)


def own_number(display_set: DisplaySet, place: int) -> int | None:
    """Instance Number of an image, where the numbers of the series do not count its images from 1 in this order."""
    frames = display_set.frames
    if not 0 <= place < len(frames) or len(frames) == 1 or frames[place].instance.frames > 1:
        return None
    places = (0, place, len(frames) - 1)
    told = [frames[one].instance.instance_number for one in places]
    return None if told == [number_in(display_set, one) for one in places] else told[1]


def step_words(step: float | None, count: int) -> str:
    """The distance from one image to the next, where there is one."""
    return "" if step is None or count < 2 else text("ui.corner.step", mm=number_words(step, 1))


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
    return TruthBadge(level, short + more, sentences, brief_words(first) + more)


def brief_words(remark: Remark) -> str:
    """A remark in the few words that a narrow view or a list has room for."""
    key = f"remark_short.{remark.kind.value}"
    return fact_words(key if template(key) else f"remark.{remark.kind.value}", remark.facts)


def plane_words(plane: Plane) -> str:
    """The name of a plane."""
    return text(f"ui.plane.{plane.value}")
