"""Segments as findings: each a region of a label map on the grid of its object."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from app.domain.codes import MILLILITER
from app.domain.errors import StudyUnreadableError
from app.domain.finding import Finding, MapRef, Place, PlaceKind, Point, Quantity
from app.domain.geometry import Affine, index_to_lps
from app.domain.objects import Notice, PlacedArray, Segment, SegmentationObject
from app.domain.volume import FrameRef, Space
from app.studies.objects.findings.draft import Draft, as_point, finding_id_of, side_of
from app.studies.objects.findings.ground import Ground
from app.studies.objects.masks import frames_of, iterate_masks, object_grid
from app.studies.objects.stored import check_memory

MOST_FINDINGS = 500  # of one object; whole-body organ sets hold some hundred (ours)
MOST_LABELS = 65_000  # of one label map of 16 bits
HALF = 0.5  # fractions from here on belong to the region (ours; the map beside it shows all of them)


def draft_of(seg: SegmentationObject, ground: Ground) -> Draft:
    """Every segment that a machine had a part in; empty ones are counted in a notice.

    Raises GeometryRefusedError, PixelsUnreadableError, StudyUnreadableError if no segment was made by a machine.
    """
    made = [segment for segment in seg.segments if segment.is_by_machine]
    if not made:
        raise StudyUnreadableError("error.foreign.not_by_machine", file=seg.head.path.name)
    regions = Regions(seg, ground)
    findings = regions.findings_of([s for s in made if frames_of(seg, s.number)][:MOST_FINDINGS])
    lost = len(made) - len(findings)
    notices = (Notice("foreign.empty_segments", (("count", lost),)),) if lost else ()
    return Draft(
        findings=findings,
        space=regions.grid.space,
        series_instance_uids=regions.series,
        frame_of_reference_uid=seg.head.frame_of_reference_uid,
        maps=regions.maps(),
        arrays=tuple(regions.arrays()),
        notices=(*seg.head.notices, *notices),
        algorithm=next((segment.algorithm for segment in made if segment.algorithm.name), None),
    )


class Regions:
    """Findings of one segmentation, and the label maps that their regions fill: as few as overlaps allow."""

    def __init__(self, seg: SegmentationObject, ground: Ground, first_map: int = 1) -> None:
        self.seg = seg
        self.ground = ground
        self.series = ground.series_named(seg.head.references) or ground.series_in(
            seg.head.frame_of_reference_uid
        )
        grid = object_grid(seg)
        flat = _plane_of_source(seg, ground) if grid.space is Space.IMAGE else None
        self.grid = grid if flat is None else replace(grid, affine=flat)
        self._first = first_map
        self._layers: list[tuple[NDArray[np.uint16], list[str]]] = []
        self._frame_of_layer: list[FrameRef | None] = []
        self._frame_of_fraction: list[FrameRef | None] = []
        self._fractions: list[PlacedArray] = []

    def findings_of(self, segments: Sequence[Segment]) -> tuple[Finding, ...]:
        """One finding for each segment that is not empty."""
        masks = iterate_masks(self.seg, [segment.number for segment in segments])
        found = (self._finding(segment, mask) for segment, mask in zip(segments, masks, strict=True))
        return tuple(one for one in found if one is not None)

    def maps(self) -> tuple[MapRef, ...]:
        """References to the arrays."""
        named = [
            MapRef(key, "labels", f"maps/{key}.npz", titles[0], labels=tuple(enumerate(titles, start=1)))
            for key, _, titles in self._named()
        ]
        heat = [
            MapRef(one.key, "heat", f"maps/{one.key}.npz", one.title, (0.0, 1.0), HALF)
            for one in self._fractions
        ]
        frames = (*self._frame_of_layer, *self._frame_of_fraction)
        return tuple(_on(ref, frame) for ref, frame in zip((*named, *heat), frames, strict=True))

    def arrays(self) -> Iterator[PlacedArray]:
        """Label maps and fractions."""
        for key, values, titles in self._named():
            compact = values.astype(np.uint8) if len(titles) < 256 else values
            yield PlacedArray(
                key, titles[0], "labels", compact, self.grid.affine, self.grid.space,
                self.seg.head.frame_of_reference_uid,
            )  # fmt: skip
        yield from self._fractions

    def _named(self) -> Iterator[tuple[str, NDArray[np.uint16], list[str]]]:
        for number, (values, titles) in enumerate(self._layers, start=self._first):
            yield f"regions_{number}", values, titles

    def _finding(self, segment: Segment, mask: PlacedArray) -> Finding | None:
        is_fraction = mask.kind == "fraction"
        region = mask.values >= HALF if is_fraction else mask.values
        if not region.any():
            return None
        start = self._start_of(mask)
        low, high = bounds(region)
        source = self._source_of(segment) if self.grid.space is Space.IMAGE else None
        key, label = self._put(region, start, segment.label, source)
        map_key = ""
        if is_fraction:
            map_key = f"fraction_{segment.number}"
            self._fractions.append(replace(mask, key=map_key))
            self._frame_of_fraction.append(source)
        lift = np.asarray([start, 0.0, 0.0])
        place = self._place((low + lift, high + lift), (key, label), source or self._meant(segment))
        volume_ml = volume_of(region, self.grid.affine) if self._has_thickness() else None
        words = segment.label or (segment.property_type.meaning if segment.property_type else "")
        return Finding(
            finding_id=finding_id_of(segment.tracking_uid, self.seg.head.sop_instance_uid, segment.number),
            result_id="",
            key=f"segment_{segment.number}",
            label=words or segment.tracking_id,
            code=segment.property_type,
            score=None,
            threshold=None,
            site=segment.anatomy.meaning if segment.anatomy else "",
            side=next((side for code in segment.anatomy_modifiers if (side := side_of(code))), ""),
            place=place,
            quantities=() if volume_ml is None else (Quantity("volume_ml", volume_ml, MILLILITER),),
            map_key=map_key,
        )

    def _put(
        self, region: NDArray[np.bool_], start: int, title: str, source: FrameRef | None
    ) -> tuple[str, int]:
        """Into the first label map of its frame where it hides no other region."""
        for number, (values, titles) in enumerate(self._layers, start=self._first):
            window = values[start : start + len(region)]
            own = self._frame_of_layer[number - self._first] == source
            if own and len(titles) < MOST_LABELS and not window[region].any():
                titles.append(title)
                window[region] = len(titles)
                return f"regions_{number}", len(titles)
        check_memory(self.seg.head, math.prod(self.grid.shape) * 2)
        made = np.zeros(self.grid.shape, dtype=np.uint16)
        made[start : start + len(region)][region] = 1
        self._layers.append((made, [title]))
        self._frame_of_layer.append(source)
        return f"regions_{self._first + len(self._layers) - 1}", 1

    def _start_of(self, mask: PlacedArray) -> int:
        """The slice of the grid that a mask begins at."""
        step = self.grid.affine[:3, 0]
        away = mask.affine[:3, 3] - self.grid.affine[:3, 3]
        return 0 if self.grid.space is Space.IMAGE else round(float(away @ step) / float(step @ step))

    def _has_thickness(self) -> bool:
        known = self.seg.slice_spacing_mm is not None or self.grid.shape[0] > 1
        return self.grid.space is Space.PATIENT and known

    def _place(self, box: Box, label: tuple[str, int], source: FrameRef | frozenset[FrameRef]) -> Place:
        """source: the frame of a projection; in the patient all frames that the segment names."""
        middle = (box[0] + box[1]) / 2
        points = index_to_lps(self.grid.affine, _edges(box))
        if self.grid.space is Space.IMAGE:
            points[:, 2] = 0.0
        center = as_point(index_to_lps(self.grid.affine, middle))
        return Place(
            kind=PlaceKind.REGION,
            space=self.grid.space,
            center=center,
            box_min=as_point(points.min(axis=0)),
            box_max=as_point(points.max(axis=0)),
            frame=source if isinstance(source, FrameRef) else self._nearest(center, source),
            label_map=label[0],
            label=label[1],
        )

    def _nearest(self, center: Point, among: frozenset[FrameRef]) -> FrameRef | None:
        """In the patient the nearest slice of those that the segment was made on, as phases lie in one place."""
        if self.grid.space is Space.IMAGE:
            return None
        nearest = self.ground.nearest(center, self.series, among)
        return None if nearest is None else nearest.ref

    def _meant(self, segment: Segment) -> frozenset[FrameRef]:
        sources = [source for frame in frames_of(self.seg, segment.number) for source in frame.sources]
        return frozenset(one.ref for source in sources if (one := self.ground.exactly(source)) is not None)

    def _source_of(self, segment: Segment) -> FrameRef | None:
        """Of a projection the frame that the planes of a segment name."""
        sources = [source for frame in frames_of(self.seg, segment.number) for source in frame.sources]
        found = next((f for source in sources if (f := self.ground.frame_of(source)) is not None), None)
        return None if found is None else found.ref


def _on(ref: MapRef, frame: FrameRef | None) -> MapRef:
    return ref if frame is None else replace(ref, sop_instance_uid=frame.sop_instance_uid, frame=frame.frame)


Box = tuple[NDArray[np.float64], NDArray[np.float64]]


def bounds(region: NDArray[np.bool_]) -> Box:
    """First and last index on each axis."""
    planes = [np.flatnonzero(region.any(axis=tuple({0, 1, 2} - {axis}))) for axis in range(3)]
    low = np.asarray([plane[0] for plane in planes], dtype=np.float64)
    return low, np.asarray([plane[-1] for plane in planes], dtype=np.float64)


def volume_of(region: NDArray[np.bool_], affine: Affine) -> float:
    """ML."""
    return float(np.count_nonzero(region)) * abs(float(np.linalg.det(affine[:3, :3]))) / 1000.0


def _edges(box: Box) -> NDArray[np.float64]:
    """The eight outer corners of a box of voxels; one slice of a projection has no thickness to add."""
    low, high = box[0] - 0.5, box[1] + 0.5
    return np.asarray([[(low, high)[(n >> axis) & 1][axis] for axis in range(3)] for n in range(8)])


def _plane_of_source(seg: SegmentationObject, ground: Ground) -> Affine | None:
    """The plane of the source image, where the object itself has no place."""
    sources = [source for frame in seg.frames for source in frame.sources]
    found = next((f for source in sources if (f := ground.frame_of(source)) is not None), None)
    fits = found is not None and (found.rows, found.columns) == (seg.rows, seg.columns)
    return found.affine if found is not None and fits and found.space is Space.IMAGE else None
