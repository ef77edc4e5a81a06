"""What can be hung: a series split into stacks of pictures that belong together, in spatial order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from app.domain.study import Instance, Series, Study
from app.domain.volume import Affine, FrameRef, Remark, Space
from app.studies.stacking import FramePlace, Stack, stack_frames

PROJECTION = frozenset({"CR", "DX", "MG", "RG", "PX", "IO", "RF", "XA"})
PALETTES = frozenset({"MONOCHROME1", "MONOCHROME2"})


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

    affine is that of the whole stack where it makes an honest volume; else None and `why_no_volume` names a text.
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

    @property
    def volumetric(self) -> bool:
        """Whether planes may be cut through it."""
        return self.affine is not None and self.space is Space.PATIENT and len(self.frames) > 1

    @property
    def rows(self) -> int:
        """Pixel rows of every frame."""
        return self.frames[0].instance.rows

    @property
    def columns(self) -> int:
        """Pixel columns of every frame."""
        return self.frames[0].instance.columns


def display_sets(study: Study) -> tuple[DisplaySet, ...]:
    """All display sets of a study, by series, the largest stack of a series first."""
    return tuple(one for series in study.series for one in series_display_sets(series))


def series_display_sets(series: Series) -> tuple[DisplaySet, ...]:
    """Display sets of one series; objects without pictures have none."""
    groups: dict[tuple[object, ...], list[FramePlace]] = defaultdict(list)
    for instance in series.instances:
        if instance.frames and instance.rows and instance.columns:
            for place in _places(instance):
                groups[_kind(series, instance, place)].append(place)
    found: list[DisplaySet] = []
    for places in groups.values():
        for stack in stack_frames(places):
            found.append(_display_set(series, stack, len(found)))
    return tuple(sorted(found, key=lambda one: -len(one.frames)))


def _places(instance: Instance) -> Iterable[FramePlace]:
    if instance.frames == 1:
        if instance.position_lps_mm is None:
            from app.studies.frame_groups import enhanced_places

            return enhanced_places(instance) or [
                FramePlace(instance, 1, None, instance.orientation, instance.spacing_mm)
            ]
        return [FramePlace(instance, 1, instance.position_lps_mm, instance.orientation, instance.spacing_mm)]
    from app.studies.frame_groups import frame_places

    return frame_places(instance)


def _kind(series: Series, instance: Instance, place: FramePlace) -> tuple[object, ...]:
    """Frames that differ in any of this never share a stack."""
    alone = instance.frames > 1 or (series.modality in PROJECTION and place.position_lps_mm is None)
    direction = (
        None if place.orientation is None else tuple(round(cosine, 2) + 0.0 for cosine in place.orientation)
    )
    spacing = None if place.spacing_mm is None else tuple(round(value, 4) for value in place.spacing_mm)
    return (
        instance.rows,
        instance.columns,
        instance.photometric in PALETTES,
        "LOCALIZER" in instance.image_type,
        direction,
        spacing,
        place.position_lps_mm is None,
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
        remarks=stack.remarks,
        title=_title(series, first, stack),
        is_colour=is_colour,
        why_no_volume="geometry.colour" if is_colour else stack.why_no_volume,
        why_facts=() if is_colour else stack.why_facts,
    )


def _title(series: Series, first: Instance, stack: Stack) -> str:
    """What the file says of itself; nothing is made up where it says nothing."""
    sided: Callable[[str], str] = str.strip
    view = " ".join(filter(None, (sided(first.laterality), sided(first.view_position))))
    parts = [series.description, view, "LOCALIZER" if "LOCALIZER" in first.image_type else "", stack.name]
    return " ".join(part for part in parts if part) or series.body_part or series.modality
