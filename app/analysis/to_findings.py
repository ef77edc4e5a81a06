"""Detections of a model become findings: with an identity, words, codes, and a place in the picture."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import replace

from app.analysis.package_facts import PackageFacts
from app.analysis.sides import MIDLINE_DOUBT_MM, is_on_both_sides, side_of
from app.domain.codes import HOUNSFIELD, MILLILITER, MILLIMETER, NO_UNITS, PERCENT, Code
from app.domain.finding import Finding, Place, PlaceKind, Point, Quantity
from app.domain.geometry import lps_to_index
from app.domain.volume import FrameRef, Space, Volume
from inference.types import Detection, LabelMap, Measure, ModelOutput

UNITS = {unit.value: unit for unit in (MILLIMETER, MILLILITER, PERCENT, HOUNSFIELD, NO_UNITS)}


OWN_VOLUME = (
    "volume",
    "volume_ml",
)  # keys of the volume of what was found itself, not of the organ it lies in


def new_uid() -> str:
    """A UID of our own under 2.25 (PS3.5 B.2)."""
    return f"2.25.{uuid.uuid4().int}"


def to_findings(
    output: ModelOutput, facts: PackageFacts, volume: Volume, result_id: str, language: str = "en"
) -> tuple[Finding, ...]:
    """Findings in the order that the package ranks them."""
    regions = {one.key: one for one in output.label_maps}
    findings = (
        _finding(found, facts, volume, language, _side(found, volume, regions)) for found in output.detections
    )
    return tuple(
        replace(finding, result_id=result_id, quantities=_with_volume(finding, regions))
        for finding in findings
    )


def nearest_frame(volume: Volume, center: Point) -> FrameRef | None:
    """The source frame nearest to a point; None if the point lies beyond the stack."""
    slice_ = float(lps_to_index(volume.affine, center)[0])
    nearest = round(slice_)
    last = len(volume.frames) - 1
    if not -1 <= slice_ <= last + 1:
        return None
    return volume.frames[min(max(nearest, 0), last)]


def quantities(measures: tuple[Measure, ...]) -> tuple[Quantity, ...]:
    """Measures with their coded units; a unit that we do not know keeps its UCUM text."""
    return tuple(
        Quantity(
            measure.key,
            float(measure.value),
            UNITS.get(measure.unit) or Code(measure.unit, "UCUM", measure.unit),
        )
        for measure in measures
    )


def label_sizes(label_map: LabelMap, label: int) -> tuple[int, float]:
    """Voxels of a region, and its volume in mL (0.0 where the affine is flat)."""
    import numpy as np

    voxels = int(np.count_nonzero(label_map.values == label))
    return voxels, voxels * abs(float(np.linalg.det(label_map.affine[:3, :3]))) / 1000.0


def own_volume(measures: Iterable[Measure]) -> float | None:
    """The volume in mL that a finding states of itself, if it does."""
    return next((one.value for one in measures if one.key in OWN_VOLUME and one.unit == "mL"), None)


def _with_volume(finding: Finding, regions: Mapping[str, LabelMap]) -> tuple[Quantity, ...]:
    """The stated quantities, and the volume of the finding's region where it states none."""
    region = regions.get(finding.place.label_map)
    stated = any(quantity.key in OWN_VOLUME for quantity in finding.quantities)
    if region is None or stated or finding.place.space is not Space.PATIENT:
        return finding.quantities
    _, volume_ml = label_sizes(region, finding.place.label)
    return (*finding.quantities, Quantity("volume_ml", volume_ml, MILLILITER))


def _side(found: Detection, volume: Volume, regions: Mapping[str, LabelMap]) -> str:
    """What the model says, else where its region lies, else where its middle lies."""
    region = regions.get(found.label_map)
    if found.side or found.center is None:
        return found.side
    low, high = found.box_min or found.center, found.box_max or found.center
    is_wide = high[0] - low[0] > 2 * MIDLINE_DOUBT_MM
    if region is not None and is_wide and is_on_both_sides(volume, region, found.label, found.center):
        return "both"
    return side_of(volume, found.center)


def _finding(found: Detection, facts: PackageFacts, volume: Volume, language: str, side: str) -> Finding:
    output = facts.output(found.key)
    return Finding(
        finding_id=new_uid(),
        result_id="",
        key=found.key,
        label=output.label(language),
        code=output.code,
        score=found.score,
        threshold=output.threshold if found.threshold is None else found.threshold,
        site=found.site or output.site,
        side=side,
        place=_place(found, volume),
        quantities=quantities(found.measures),
        map_key=found.map_key,
    )


def _place(found: Detection, volume: Volume) -> Place:
    center = found.center
    if center is None and found.box_min is not None and found.box_max is not None:
        low, high = found.box_min, found.box_max
        center = ((low[0] + high[0]) / 2, (low[1] + high[1]) / 2, (low[2] + high[2]) / 2)
    return Place(
        kind=_kind(found),
        space=volume.space,
        center=center,
        box_min=found.box_min,
        box_max=found.box_max,
        frame=None if center is None else nearest_frame(volume, center),
        label_map=found.label_map,
        label=found.label,
    )


def _kind(found: Detection) -> PlaceKind:
    if found.label_map:
        return PlaceKind.REGION
    if found.box_min is not None and found.box_max is not None:
        return PlaceKind.BOX
    return PlaceKind.STUDY if found.center is None else PlaceKind.POINT
