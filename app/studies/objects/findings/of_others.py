"""Presentation states and parametric maps of a maker's algorithm as findings and heat."""

from __future__ import annotations

import numpy as np

from app.domain.errors import StudyUnreadableError
from app.domain.finding import Finding, MapRef, Place
from app.domain.objects import Notice, ParametricMap, PlacedArray
from app.domain.presentation import Annotation, Graphic, PresentationState
from app.domain.reports import Shape
from app.domain.volume import Space
from app.studies.objects.findings.draft import Draft, finding_id_of, locate, place_of
from app.studies.objects.findings.ground import Ground
from app.studies.objects.maps import map_values

MOST_DRAWINGS = 500


def draft_of_presentation(state: PresentationState, ground: Ground) -> Draft:
    """Every drawing in pixels as a finding, named by the text beside it, else by its layer."""
    series = ground.series_named(state.head.references)
    findings: list[Finding] = []
    lost = 0
    for at, annotation in enumerate(state.annotations):
        for number, graphic in enumerate(annotation.graphics):
            place = None if graphic.is_display else _place(graphic, annotation, ground, series)
            if place is None or len(findings) >= MOST_DRAWINGS:
                lost += 1
                continue
            words = _words(annotation, number) or state.head.title
            findings.append(_drawing(state, f"{at}.{number}", words, place))
    notices = (Notice("foreign.lost_drawings", (("count", lost),)),) if lost else ()
    spaces = {finding.place.space for finding in findings}
    known = (s.frame_of_reference_uid for s in ground.study.series if s.series_instance_uid in series)
    return Draft(
        findings=tuple(findings),
        space=Space.PATIENT if spaces == {Space.PATIENT} else Space.IMAGE,
        series_instance_uids=series,
        frame_of_reference_uid=next(known, ""),
        notices=(*state.head.notices, *notices),
    )


def draft_of_map(source: ParametricMap, ground: Ground) -> Draft:
    """The map as heat over its own range. Raises GeometryRefusedError, PixelsUnreadableError."""
    array = map_values(source)
    known = array.values[np.isfinite(array.values)]
    if not known.size:
        raise StudyUnreadableError("error.foreign.empty_map", file=source.head.path.name)
    low, high = float(known.min()), float(known.max())
    values = np.nan_to_num(array.values, nan=low, posinf=high, neginf=low)
    unit = "" if array.unit is None else f" ({array.unit.value})"
    placed = PlacedArray(
        "map", array.title, "heat", values, array.affine, array.space, array.frame_of_reference_uid
    )
    return Draft(
        findings=(),
        space=array.space,
        series_instance_uids=ground.series_named(source.head.references)
        or ground.series_in(source.head.frame_of_reference_uid),
        frame_of_reference_uid=source.head.frame_of_reference_uid,
        maps=(MapRef("map", "heat", "maps/map.npz", f"{array.title}{unit}", (low, high), low),),
        arrays=(placed,),
        notices=source.head.notices,
    )


def _place(graphic: Graphic, annotation: Annotation, ground: Ground, series: tuple[str, ...]) -> Place | None:
    kind = "POLYLINE" if graphic.kind == "INTERPOLATED" else graphic.kind
    located = locate(Shape(kind, graphic.points, annotation.images), ground)
    return None if located is None else place_of([located], ground, series)


def _words(annotation: Annotation, number: int) -> str:
    """The text of the same rank where there is one for each drawing, else the layer's name."""
    if len(annotation.notes) == len(annotation.graphics):
        return annotation.notes[number].text.splitlines()[0] if annotation.notes[number].text else ""
    return annotation.notes[0].text.splitlines()[0] if len(annotation.notes) == 1 else annotation.layer


def _drawing(state: PresentationState, address: str, words: str, place: Place) -> Finding:
    return Finding(
        finding_id=finding_id_of("", state.head.sop_instance_uid, address),
        result_id="",
        key="drawing",
        label=words or "-",
        code=None,
        score=None,
        threshold=None,
        site="",
        side="",
        place=place,
    )
