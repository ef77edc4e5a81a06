"""Frames to stacks: ordered by place in the patient, never by number alone, with every doubt named."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from app.domain.calibration import REMARKS, Calibration, calibration_named
from app.domain.geometry import plane_affine
from app.domain.study import Instance, Pair, Triple, counts_down
from app.domain.volume import Affine, Remark, RemarkKind, Space
from app.studies.phases import Marks, Phase, split_phases
from app.studies.regular_grid import RegularGrid, plan_grid

SAME_PLACE_MM = 0.01
UNEVEN_SHARE = 0.05  # steps that differ by more than this of the usual one are uneven (ours)
UNEVEN_MM = 0.1
TILT_DEG = 0.5
MAX_GAPS = 200  # more missing slices than this is not a gap but another kind of series
STORAGE = "1.2.840.10008.5.1.4.1.1."
# Projections in which a pixel spacing says nothing of where in the body it holds: CR, DX, MG, IO, XA, RF, SC.
PROJECTIONS = tuple(STORAGE + end for end in ("1.", "12.1", "12.2", "7"))


@dataclass(frozen=True, slots=True)
class FramePlace:
    """One frame and where its header says it lies."""

    instance: Instance
    frame: int
    position_lps_mm: Triple | None
    orientation: tuple[float, float, float, float, float, float] | None
    spacing_mm: Pair | None
    marks: tuple[tuple[str, Hashable], ...] = ()  # beside those of its instance


@dataclass(frozen=True, slots=True, eq=False)
class Stack:
    """Ordered frames and what is known of them together.

    affine: of all of them where they lie evenly; else grid says how an even volume comes from them, if it can.
    """

    places: tuple[FramePlace, ...]
    affines: tuple[Affine, ...]
    affine: Affine | None
    space: Space
    remarks: tuple[Remark, ...]
    name: str = ""
    why_no_volume: str = ""
    why_facts: tuple[tuple[str, object], ...] = ()
    grid: RegularGrid | None = None


def stack_frames(places: Sequence[FramePlace]) -> list[Stack]:
    """One stack, or one per phase where images of one place can be told apart."""
    first = places[0]
    if first.position_lps_mm is None or first.orientation is None:
        return [_unplaced(sorted(places, key=_by_number))]
    by_place = _by_distance(places, first.orientation)
    if all(len(same) == 1 for same in by_place):
        return [_placed([same[0] for same in by_place])]
    phases, is_told = split_phases(by_place, _marks)
    if not phases:
        return [_doubled(by_place, len(places))]
    if len(by_place) == 1 and all(name in _TIMES for phase in phases for name, _ in phase.marks):
        return [_in_time([place for phase in phases for place in phase.members])]
    guess = () if is_told else (Remark(RemarkKind.PHASES_BY_ORDER),)
    stacks = [
        (_placed(list(phase.members)), phase_name(phase, number, len(phases)))
        for number, phase in enumerate(phases, 1)
    ]
    return [replace(stack, name=name, remarks=(*guess, *stack.remarks)) for stack, name in stacks]


# One place imaged again and again is a cine, in the order of these.
_TIMES = frozenset({"TemporalPositionIdentifier", "TriggerTime", "CardiacPhase"})


def _in_time(places: list[FramePlace]) -> Stack:
    return replace(_placed(places, even=False), why_no_volume="geometry.one_place")


def stack_turned(places: Sequence[FramePlace]) -> Stack:
    """Frames of many directions, as round an axis: one stack in the order of their numbers, never a volume."""
    stack = _placed(sorted(places, key=_by_number), even=False)
    affines = tuple(_placed([place]).affines[0] for place in stack.places)
    remark = Remark(RemarkKind.MIXED_ORIENTATION)
    return replace(
        stack,
        affines=affines,
        remarks=(remark, *stack.remarks),
        why_no_volume="geometry.mixed_orientation",
        why_facts=(),
    )


# Marks of a phase in the words of the field, which are the same in every language.
_SAID = {
    "TemporalPositionIdentifier": "t {}",
    "DiffusionBValue": "b {}",
    "EchoTime": "TE {}",
    "CardiacPhase": "{} %",
    "TriggerTime": "{} ms",
    "AcquisitionNumber": "#{}",
}


def phase_name(phase: Phase[FramePlace], number: int, count: int) -> str:
    """What tells a phase from its neighbours, such as 'b 800' or '2/4'."""
    parts = []
    for name, value in phase.marks:
        told = f"{value:g}" if isinstance(value, int | float) else "" if value is None else str(value)
        if told and name in _SAID:
            parts.append(_SAID[name].format(told))
        elif told and name == "ImageType":
            parts.append(told)
    return " ".join(parts) or f"{number}/{count}"


def _marks(place: FramePlace) -> Marks:
    """What tells a frame from others of its place: of the frame itself, else of its file."""
    instance = place.instance
    own = {
        "AcquisitionNumber": instance.acquisition_number,
        "ImageType": " ".join(instance.image_type[2:]),
    }
    return {**own, **dict(instance.phase_marks), **dict(place.marks)}


def _by_number(place: FramePlace) -> tuple[int, int, int, str]:
    number = place.instance.instance_number
    return (place.instance.acquisition_number or 0, number or 0, place.frame, place.instance.sop_instance_uid)


def _normal(orientation: Sequence[float]) -> NDArray[np.float64]:
    """Row direction x column direction: in axial images this points to the head."""
    return np.cross(np.asarray(orientation[:3], dtype=float), np.asarray(orientation[3:], dtype=float))


def _by_distance(places: Sequence[FramePlace], orientation: Sequence[float]) -> list[list[FramePlace]]:
    """Frames of one place together, places along the normal of the images."""
    normal = _normal(orientation)
    order = sorted(
        (
            (float(np.dot(place.position_lps_mm or (0, 0, 0), normal)), _by_number(place), place)
            for place in places
        ),
        key=lambda entry: entry[:2],
    )
    groups: list[list[FramePlace]] = []
    last = -np.inf
    for distance, _, place in order:
        if distance - last > SAME_PLACE_MM:
            groups.append([])
            last = distance
        groups[-1].append(place)
    return [sorted(group, key=_by_number) for group in groups]


def _doubled(by_place: list[list[FramePlace]], total: int) -> Stack:
    stack = _placed([place for same in by_place for place in same], even=False)
    count = total - len(by_place)
    remark = Remark(RemarkKind.DUPLICATE_SLICES, (("count", count),))
    return Stack(
        stack.places,
        stack.affines,
        None,
        Space.PATIENT,
        (remark, *stack.remarks),
        "",
        "geometry.duplicate_slices",
    )


def _placed(places: list[FramePlace], *, even: bool = True) -> Stack:
    first = places[0]
    spacing = first.spacing_mm or (1.0, 1.0)
    orientation = first.orientation or (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
    positions = np.array([place.position_lps_mm for place in places], dtype=float)
    normal = _normal(orientation)
    thickness = first.instance.slice_thickness_mm or 1.0
    steps = _steps(positions @ normal, thickness)
    affines = tuple(
        plane_affine(position, orientation, spacing, normal * step)
        for position, step in zip(positions, steps, strict=True)
    )
    down = counts_down([place.instance for place in places])
    remarks, why, facts = _doubts(positions, normal, down=down) if even and len(places) > 1 else ((), "", ())
    if first.spacing_mm is None:
        remarks, why, facts = (*remarks, Remark(RemarkKind.NO_SPACING)), "geometry.no_spacing", ()
    grid = plan_grid(positions, orientation, spacing) if even and why in _EVENED else None
    affine = None
    if even and not why:
        step = (positions[-1] - positions[0]) / (len(places) - 1) if len(places) > 1 else normal * thickness
        affine = plane_affine(positions[0], orientation, spacing, step)
    return Stack(tuple(places), affines, affine, Space.PATIENT, remarks, "", why, facts, grid)


def _steps(depths: NDArray[np.float64], thickness: float) -> NDArray[np.float64]:
    """From each slice to the next in mm; a slice with no other beside it is as far from it as it is thick."""
    gaps = np.diff(depths)
    whole = np.concatenate((gaps, gaps[-1:])) if len(gaps) else np.zeros(1)
    return np.where(whole > SAME_PLACE_MM, whole, thickness)


def _doubts(
    positions: NDArray[np.float64], normal: NDArray[np.float64], *, down: bool
) -> tuple[tuple[Remark, ...], str, tuple[tuple[str, object], ...]]:
    """Remarks on the steps between slices, and why they make no volume if they do not."""
    steps = np.diff(positions, axis=0)
    along = steps @ normal
    usual = float(np.median(along))
    tilt = _tilt(positions, normal)
    facts: tuple[tuple[str, object], ...]
    if np.abs(along - usual).max() > max(UNEVEN_SHARE * usual, UNEVEN_MM):
        missing = _missing(along)
        if missing:
            facts = (("found", len(positions)), ("expected", len(positions) + missing))
            return (Remark(RemarkKind.MISSING_SLICES, facts), *tilt), "geometry.missing_slices", facts
        widest = int(np.argmax(np.abs(along - usual)))
        first = len(positions) - widest - 1 if down else widest + 1  # counted from 1, as on the screen
        facts = (
            ("smallest", f"{along.min():.2f}"),
            ("largest", f"{along.max():.2f}"),
            ("first", first),
            ("second", first + 1),
        )
        return (Remark(RemarkKind.UNEVEN_SPACING, facts), *tilt), "geometry.uneven_spacing", facts
    mean = (positions[-1] - positions[0]) / (len(positions) - 1)
    straying = np.abs(positions - (positions[0] + np.outer(np.arange(len(positions)), mean))).max()
    if straying > max(UNEVEN_SHARE * usual, 4 * UNEVEN_MM):
        facts = (("millimetres", f"{straying:.1f}"),)
        return (Remark(RemarkKind.STRAYING_SLICES, facts), *tilt), "geometry.straying_slices", facts
    return tilt, "", ()


def _tilt(positions: NDArray[np.float64], normal: NDArray[np.float64]) -> tuple[Remark, ...]:
    """Said where the way through the stack does not run along the normal of its slices."""
    way = positions[-1] - positions[0]
    degrees = float(np.degrees(np.arccos(np.clip(way @ normal / np.linalg.norm(way), -1, 1))))
    return (Remark(RemarkKind.TILT, (("degrees", f"{degrees:.1f}"),)),) if degrees > TILT_DEG else ()


def _missing(along: NDArray[np.float64]) -> int:
    """How many slices are missing, if every step is a whole number of the smallest; else 0."""
    base = float(along.min())
    counts = np.rint(along / base)
    whole = np.abs(along - counts * base).max() <= max(UNEVEN_SHARE * base, UNEVEN_MM)
    missing = int(counts.sum()) - len(along)
    common = np.count_nonzero(counts == 1) * 2 >= len(along)
    return missing if whole and common and 0 < missing <= MAX_GAPS else 0


def _unplaced(places: list[FramePlace]) -> Stack:
    """Projection images, and whatever does not say where it lies: mm in the plane, or pixels."""
    first = places[0]
    spacing = first.spacing_mm or (1.0, 1.0)
    affine = np.array([[0, 0, spacing[1], 0], [0, spacing[0], 0, 0], [1.0, 0, 0, 0], [0, 0, 0, 1.0]])
    said = calibration_remark(first.instance, first.spacing_mm)
    remarks: list[Remark] = [said] if said else []
    if first.instance.sop_class_uid in _TOMOGRAPHIC:
        remarks.append(Remark(RemarkKind.NO_POSITION))
    why = "geometry.no_spacing" if first.spacing_mm is None else "geometry.no_position"
    return Stack(
        tuple(places), tuple(affine.copy() for _ in places), affine, Space.IMAGE, tuple(remarks), "", why
    )


def calibration_remark(instance: Instance, spacing_mm: Pair | None) -> Remark | None:
    """Where the millimetres of a picture without a place in the patient come from; None where there is no doubt."""
    if spacing_mm is None:
        return Remark(RemarkKind.NO_SPACING)
    found = calibration_named(instance.spacing_source)
    is_projection = f"{instance.sop_class_uid}.".startswith(PROJECTIONS)
    if found is Calibration.PIXEL_SPACING and not is_projection:
        return None
    facts: tuple[tuple[str, object], ...] = (("mm", f"{spacing_mm[0]:.4g}"),)
    if instance.magnification is not None:
        facts = (*facts, ("factor", f"{instance.magnification:.3f}"))
    return Remark(REMARKS[found], facts)


# Of what makes no volume as it is, these can be brought to an even grid.
_EVENED = frozenset({"geometry.missing_slices", "geometry.uneven_spacing", "geometry.straying_slices"})
_TOMOGRAPHIC = frozenset(
    {
        "1.2.840.10008.5.1.4.1.1.2",  # CT Image
        "1.2.840.10008.5.1.4.1.1.4",  # MR Image
        "1.2.840.10008.5.1.4.1.1.128",  # PET Image
        "1.2.840.10008.5.1.4.1.1.2.1",  # Enhanced CT
        "1.2.840.10008.5.1.4.1.1.4.1",  # Enhanced MR
    }
)
