"""Measurement groups of a report as findings."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from app.domain.codes import MILLILITER, MILLIMETER, NO_UNITS, PERCENT, Code
from app.domain.errors import OverreadError
from app.domain.finding import Finding, MapRef, Place, PlaceKind, Quantity
from app.domain.objects import Algorithm, ImageReference, Notice, PlacedArray, SegmentationObject
from app.domain.reports import Measurement, MeasurementGroup, StructuredReport
from app.domain.volume import FrameRef, Space
from app.studies.objects.findings.draft import (
    OVERREAD,
    Draft,
    finding_id_of,
    locate,
    place_of,
    side_of,
)
from app.studies.objects.findings.ground import Ground
from app.studies.objects.findings.of_segmentation import Regions

OWN_SCHEME = "99OVERREAD"
MOST_GROUPS = 500
_UNITS = {unit.value: unit for unit in (MILLIMETER, MILLILITER, PERCENT, NO_UNITS)}
_KEYS = {"118565006": "volume", "G-D705": "volume", "81827009": "diameter"}
ReadSegmentation = Callable[[ImageReference], SegmentationObject | None]


def draft_of(report: StructuredReport, ground: Ground, read_segmentation: ReadSegmentation) -> Draft:
    """Every measurement group. read_segmentation gives a SEG of the study that a group points at, if it is here."""
    parts = _Parts(report, ground, read_segmentation)
    findings = tuple(parts.finding(group) for group in report.groups[:MOST_GROUPS])
    spaces = {finding.place.space for finding in findings if finding.place.kind is not PlaceKind.STUDY}
    series = ground.series_named(report.head.references) or parts.series_of_spaces()
    return Draft(
        findings=findings,
        space=Space.IMAGE if spaces == {Space.IMAGE} else Space.PATIENT,
        series_instance_uids=series,
        frame_of_reference_uid=parts.frame_of_reference(series),
        maps=tuple(parts.maps),
        arrays=tuple(parts.arrays),
        notices=(*report.head.notices, *dict.fromkeys(parts.notices)),
        algorithm=next((g.algorithm for g in report.groups if g.algorithm is not None), None),
    )


class _Parts:
    """What the groups of one report share: images, segmentations, label maps."""

    def __init__(self, report: StructuredReport, ground: Ground, read: ReadSegmentation) -> None:
        self.report = report
        self.ground = ground
        self.read = read
        self.series = ground.series_named(report.head.references)
        self.notices: list[Notice] = []
        self.maps: list[MapRef] = []
        self.arrays: list[PlacedArray] = []
        self.is_own = report.head.maker.manufacturer == OVERREAD

    def finding(self, group: MeasurementGroup) -> Finding:
        """One group."""
        meant = group.finding.meaning if group.finding else ""
        own_words = group.tracking_id if self.is_own else ""
        score, threshold = _own_number(group, "score"), _own_number(group, "threshold")
        return Finding(
            finding_id=finding_id_of(group.tracking_uid, self.report.head.sop_instance_uid, group.address),
            result_id="",
            key=key_of(group.finding) or "finding",
            label=own_words or meant or group.tracking_id or "-",
            code=group.finding,
            score=score,
            threshold=threshold,
            site=group.sites[0].meaning if group.sites else "",
            side=side_of(group.laterality),
            place=self.place(group),
            quantities=quantities_of(group.measurements),
        )

    def place(self, group: MeasurementGroup) -> Place:
        """A region where a segment is named and here, else what is drawn, else the image, else the study."""
        region = self._region(group)
        if region is not None:
            return region
        located = [one for shape in group.shapes if (one := locate(shape, self.ground)) is not None]
        for one in located:
            self._check_frame(one.frame_of_reference_uid)
        if len(located) < len(group.shapes):
            self.notices.append(Notice("foreign.images_missing"))
        found = place_of(located, self.ground, self.series)
        if found is not None:
            return found
        if located:
            self.notices.append(Notice("foreign.several_places"))
        return Place(PlaceKind.STUDY, Space.PATIENT, frame=self._image(group))

    def frame_of_reference(self, series: tuple[str, ...]) -> str:
        """That of the coordinates, else of the images."""
        drawn = (shape.frame_of_reference_uid for group in self.report.groups for shape in group.shapes)
        own = next((uid for uid in drawn if uid), "")
        known = (
            s.frame_of_reference_uid for s in self.ground.study.series if s.series_instance_uid in series
        )
        return own or next(known, "")

    def series_of_spaces(self) -> tuple[str, ...]:
        """Series in the frame of reference of three-dimensional coordinates, where no image is named."""
        return self.ground.series_in(self.frame_of_reference(()))

    def _check_frame(self, frame_of_reference_uid: str) -> None:
        known = {series.frame_of_reference_uid for series in self.ground.study.series}
        if frame_of_reference_uid and frame_of_reference_uid not in known:
            raise_other_frame(self.report.head.path.name)

    def _image(self, group: MeasurementGroup) -> FrameRef | None:
        for image in group.images:
            frame = self.ground.frame_of(image)
            if frame is not None:
                return frame.ref
        return None

    def _region(self, group: MeasurementGroup) -> Place | None:
        """The place of the first segment that can be read; a notice where it cannot."""
        for reference in group.segments:
            try:
                found = self._segment(reference)
            except OverreadError as error:
                self.notices.append(Notice(error.key, tuple(error.facts.items())))
                continue
            if found is not None:
                return found
            self.notices.append(Notice("foreign.segmentation_missing"))
        return None

    def _segment(self, reference: ImageReference) -> Place | None:
        seg = self.read(reference)
        wanted = set(reference.segments)
        if seg is None:
            return None
        chosen = [segment for segment in seg.segments if segment.number in wanted]
        regions = Regions(seg, self.ground, first_map=len(self.maps) + 1)
        findings = regions.findings_of(chosen[:1])
        self.maps += regions.maps()
        self.arrays += regions.arrays()
        return findings[0].place if findings else None


def raise_other_frame(name: str) -> None:
    """Coordinates of a frame of reference that no image of the study has."""
    from app.domain.errors import GeometryRefusedError

    raise GeometryRefusedError("error.foreign.other_frame", file=name)


def quantities_of(measurements: tuple[Measurement, ...]) -> tuple[Quantity, ...]:
    """Numbers with their unit; score and threshold of our own reports are no quantities."""
    return tuple(
        Quantity(key_of(one.name) or "value", one.number, _unit(one.unit), one.name)
        for one in measurements
        if one.number is not None and not _is_own(one, "score") and not _is_own(one, "threshold")
    )


def key_of(code: Code | None) -> str:
    """A plain key for a concept: our own where the concept is ours, else its meaning in lower case."""
    if code is None:
        return ""
    if code.scheme == OWN_SCHEME and re.fullmatch(r"[a-z][a-z0-9_]*", code.value):
        return code.value
    return _KEYS.get(code.value) or re.sub(r"[^a-z0-9]+", "_", code.meaning.lower()).strip("_")


def _unit(code: Code | None) -> Code:
    return NO_UNITS if code is None else _UNITS.get(code.value, code)


def _is_own(one: Measurement, value: str) -> bool:
    return one.name is not None and one.name.scheme == OWN_SCHEME and one.name.value == value


def _own_number(group: MeasurementGroup, value: str) -> float | None:
    return next((one.number for one in group.measurements if _is_own(one, value)), None)


def is_by_machine(report: StructuredReport) -> bool:
    """Whether a report names an algorithm, or a device as the one who observed."""
    from app.studies.objects.content import walk_content

    named: list[Algorithm] = list(report.head.maker.algorithms)
    named += [group.algorithm for group in report.groups if group.algorithm is not None]
    if named or report.cad is not None:
        return True
    return any(
        item.name is not None and item.name.value == "121005" and item.code is not None
        and item.code.value == "121007"
        for item in walk_content(report.root)
    )  # fmt: skip


def with_result(findings: tuple[Finding, ...], result_id: str) -> tuple[Finding, ...]:
    """The same findings, belonging to a result."""
    return tuple(replace(finding, result_id=result_id) for finding in findings)
