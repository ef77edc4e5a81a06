"""What can be hung: a series split into stacks of pictures that belong together, in spatial order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from operator import sub

from app.domain.study import Instance, Series, Study
from app.domain.volume import Affine, FrameRef, Remark, RemarkKind, Space
from app.studies.regular_grid import RegularGrid
from app.studies.stacking import FramePlace, Stack, stack_frames, stack_turned
from app.studies.ultrasound import ULTRASOUND, with_region_scale
from app.studies.volume_remarks import volume_remarks
from app.support.shown_text import shown

PROJECTION = frozenset({"CR", "DX", "MG", "RG", "PX", "IO", "RF", "XA"})
PALETTES = frozenset({"MONOCHROME1", "MONOCHROME2"})
LAID_OVER = frozenset(
    {
        "1.2.840.10008.5.1.4.1.1.66.4",  # Segmentation
        "1.2.840.10008.5.1.4.1.1.66.7",  # Label Map Segmentation
        "1.2.840.10008.5.1.4.1.1.30",  # Parametric Map
    }
)
SAME_COSINE = 0.005  # 0.3 degrees; scanners repeat a direction to about 1e-4 (ours)
SAME_SPACING_MM = 1e-4
TURNED = 4  # directions; more of them with hardly an image each are one stack turned round an axis (ours)

Direction = tuple[float, ...] | None


@dataclass(frozen=True, slots=True)
class FrameAddress:
    """Where one frame lies on disk."""

    instance: Instance
    frame: int  # from 1

    @property
    def ref(self) -> FrameRef:
        """The frame's identity."""
        return FrameRef(self.instance.sop_instance_uid, self.frame)


@dataclass(frozen=True, slots=True, eq=False)
class DisplaySet:
    """Frames of one series that form one stack. affines: one per frame, (0, row, column) -> mm.

    affine is that of the whole stack where it makes an honest volume; else None and `why_no_volume` names a text. Then
    grid tells how an even volume is made of it for planes and 3D, unless that cannot be done either.
    """

    display_set_id: str
    study_instance_uid: str
    series: Series
    frames: tuple[FrameAddress, ...]
    affines: tuple[Affine, ...]
    affine: Affine | None
    space: Space
    remarks: tuple[Remark, ...]
    title: str
    is_colour: bool
    why_no_volume: str = ""
    why_facts: tuple[tuple[str, object], ...] = ()
    grid: RegularGrid | None = None

    @property
    def volumetric(self) -> bool:
        """Whether planes may be cut through it, or through an even grid made of it."""
        has_volume = self.affine is not None or self.grid is not None
        return has_volume and self.space is Space.PATIENT and len(self.frames) > 1

    @property
    def moves_in_space(self) -> bool:
        """Whether its images lie at different places, and not at one place at different times."""
        return bool((self.affines[0][:3, 3] != self.affines[-1][:3, 3]).any())

    @property
    def frame_of_reference_uid(self) -> str:
        """Of its own images, which may differ from others of the series; '' where none is stated."""
        own = self.frames[0].instance.frame_of_reference_uid
        return own or self.series.frame_of_reference_uid

    @property
    def rows(self) -> int:
        """Pixel rows of every frame."""
        return self.frames[0].instance.rows

    @property
    def columns(self) -> int:
        """Pixel columns of every frame."""
        return self.frames[0].instance.columns

    def shows_same(self, other: DisplaySet) -> bool:
        """Whether the same files lie at the same places: what is drawn of one can stand for the other."""

        def files(one: DisplaySet) -> list[object]:
            return [(each.ref, each.instance.path) for each in one.frames]

        same_grid = (self.affine is None) == (other.affine is None) and self.is_colour == other.is_colour
        places = zip(self.affines, other.affines, strict=False)
        return same_grid and files(self) == files(other) and all((a == b).all() for a, b in places)

    @property
    def decoded_bytes(self) -> int:
        """About what its decoded pixels take."""
        return len(self.frames) * self.rows * self.columns * (3 if self.is_colour else 2)


def display_sets(study: Study) -> tuple[DisplaySet, ...]:
    """All display sets of a study, by series, the largest stack of a series first.

    Masks and maps lie over pictures and are listed as objects; they are pictures themselves only where nothing else is.
    """
    found = tuple(one for series in study.series for one in series_display_sets(series))
    pictures = tuple(one for one in found if one.frames[0].instance.sop_class_uid not in LAID_OVER)
    return pictures or found


def series_display_sets(series: Series) -> tuple[DisplaySet, ...]:
    """Display sets of one series; objects without pictures have none."""
    shown = [one for one in series.instances if one.frames and one.rows and one.columns]
    if series.modality == "MG":
        from app.studies.breast_views import with_breast_view

        shown = [with_breast_view(one) for one in shown]
    elif series.modality == "DX":  # its view code is mandatory, its view position is not
        from app.studies.film_views import with_film_view

        shown = [with_film_view(one) for one in shown]
    everywhere = [place for instance in shown for place in _places(instance)]
    directions = _alike((place.orientation for place in everywhere), SAME_COSINE)
    spacings = _alike((place.spacing_mm for place in everywhere), SAME_SPACING_MM)
    by_kind: dict[tuple[object, ...], dict[Direction, list[FramePlace]]] = defaultdict(dict)
    for place in everywhere:
        kind = (spacings.get(place.spacing_mm or ()), *_kind(series, place))
        by_kind[kind].setdefault(directions.get(place.orientation or ()), []).append(place)
    found: list[DisplaySet] = []
    for by_direction in by_kind.values():
        for stack in _stacks(by_direction):
            found.append(_display_set(series, stack, len(found)))
    return tuple(sorted(found, key=lambda one: -len(one.frames)))


def may_link(one: DisplaySet, other: DisplaySet) -> bool:
    """Whether a position of one is a position of the other: both placed in the same frame of reference.

    Without a stated frame of reference only images of one series of one study share positions.
    """
    if one.space is not Space.PATIENT or other.space is not Space.PATIENT:
        return False
    mine, theirs = one.frame_of_reference_uid, other.frame_of_reference_uid
    if mine or theirs:
        return mine == theirs
    same_study = one.study_instance_uid == other.study_instance_uid
    return same_study and one.series.series_instance_uid == other.series.series_instance_uid


def _stacks(by_direction: dict[Direction, list[FramePlace]]) -> list[Stack]:
    """Stacks of images that agree in all but their direction."""
    everywhere = [place for places in by_direction.values() for place in places]
    placed = [places for direction, places in by_direction.items() if direction is not None]
    if len(placed) > TURNED and len(everywhere) < 2 * len(placed):
        return [stack_turned(everywhere)]
    mixed: tuple[Remark, ...] = ()
    if len(placed) > 1 and "LOCALIZER" not in everywhere[0].instance.image_type:
        mixed = (Remark(RemarkKind.MIXED_ORIENTATION),)
    stacks = [stack for places in by_direction.values() for stack in stack_frames(places)]
    return [replace(stack, remarks=(*mixed, *stack.remarks)) for stack in stacks]


def _places(instance: Instance) -> Iterable[FramePlace]:
    if instance.spacing_mm is None and instance.sop_class_uid in ULTRASOUND:
        instance = with_region_scale(instance)
    if instance.frames == 1:
        if instance.position_lps_mm is None:
            from app.studies.frame_groups import enhanced_places

            return enhanced_places(instance) or [
                FramePlace(instance, 1, None, instance.orientation, instance.spacing_mm)
            ]
        return [FramePlace(instance, 1, instance.position_lps_mm, instance.orientation, instance.spacing_mm)]
    from app.studies.frame_groups import frame_places

    return frame_places(instance)


def _alike(
    told: Iterable[tuple[float, ...] | None], tolerance: float
) -> dict[tuple[float, ...], tuple[float, ...]]:
    """Each value -> the one that stands for all within the tolerance of it.

    Scanners write direction and spacing of each slice anew, so the last figures differ. Rounding would part two values
    that happen to lie on either side of a rounding step; sorting first makes the outcome independent of file order.
    """
    stands_for: dict[tuple[float, ...], tuple[float, ...]] = {}
    kept: list[tuple[float, ...]] = []
    for values in sorted({one for one in told if one is not None}):
        near = (one for one in kept if max(map(abs, map(sub, one, values)), default=0.0) <= tolerance)
        found = next(near, None)
        if found is None:
            kept.append(values)
        stands_for[values] = values if found is None else found
    return stands_for


def _kind(series: Series, place: FramePlace) -> tuple[object, ...]:
    """Frames that differ in any of this never share a stack."""
    instance = place.instance
    alone = instance.frames > 1 or (series.modality in PROJECTION and place.position_lps_mm is None)
    return (
        instance.rows,
        instance.columns,
        instance.photometric in PALETTES,
        "LOCALIZER" in instance.image_type,
        place.position_lps_mm is None,
        instance.frame_of_reference_uid,
        instance.sop_instance_uid if alone else "",
    )


def _display_set(series: Series, stack: Stack, number: int) -> DisplaySet:
    first = stack.places[0].instance
    is_colour = first.photometric not in PALETTES
    return DisplaySet(
        display_set_id=f"{series.series_instance_uid}#{number}",
        study_instance_uid=series.study_instance_uid,
        series=series,
        frames=tuple(FrameAddress(place.instance, place.frame) for place in stack.places),
        affines=stack.affines,
        affine=None if is_colour else stack.affine,
        space=stack.space,
        remarks=_remarks(stack, volume_remarks(first.image_type, is_placed=stack.space is Space.PATIENT)),
        title=_title(series, first, stack),
        is_colour=is_colour,
        why_no_volume="geometry.colour" if is_colour else stack.why_no_volume,
        why_facts=() if is_colour else stack.why_facts,
        grid=None if is_colour else stack.grid,
    )


def _remarks(stack: Stack, of_file: tuple[Remark, ...]) -> tuple[Remark, ...]:
    """A volume file's millimetres are those of its grid: no detector could be meant."""
    unsaid = RemarkKind.SPACING_UNSAID
    return (*(one for one in stack.remarks if not (of_file and one.kind is unsaid)), *of_file)


def _title(series: Series, first: Instance, stack: Stack) -> str:
    """What the file says of itself; nothing is made up where it says nothing."""
    view = " ".join(filter(None, (first.laterality.strip(), first.view_position.strip())))
    parts = [series.description, view, "LOCALIZER" if "LOCALIZER" in first.image_type else "", stack.name]
    return shown(" ".join(part for part in parts if part) or series.body_part or series.modality)
