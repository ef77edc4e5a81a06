"""Masks that a copy can be made of: label maps of models, and segments of objects that are laid over the pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.domain.finding import AnalysisResult, MapRef, PlaceKind, Reading
from app.domain.geometry import Affine
from app.domain.masks import MaskBlock, MaskGrid, MaskSource, Segment
from app.domain.volume import CancelToken, Progress, Space
from app.findings.latest import latest_per_package
from app.support.i18n import text
from app.ui.mapstore import MapStore
from app.ui.marks import fits
from app.ui.object_layers import ObjectLayers
from app.ui.subject import Subject
from app.ui.targets import Target
from app.workflows.mask_copy import blocks_of
from viewers.masks.palette import color_of
from viewers.types import OutlineLayer


@dataclass(frozen=True, slots=True, eq=False)
class CopySource:
    """Labels with their own affine; segments: (label, segment) of what is copied."""

    key: str
    source: MaskSource
    labels: NDArray[Any]
    affine: Affine
    segments: tuple[tuple[int, Segment], ...]


@dataclass(frozen=True, slots=True, eq=False)
class CopyRequest:
    """What is copied onto which grid."""

    source: CopySource
    grid: MaskGrid


def copied(request: CopyRequest, _progress: Progress, cancel: CancelToken) -> tuple[MaskBlock, ...]:
    """On a job's thread."""
    numbers = {label: segment.number for label, segment in request.source.segments}
    return blocks_of(request.source.labels, request.source.affine, numbers, request.grid, cancel)


def sources_for(
    reading: Reading | None, subject: Subject, maps: MapStore, objects: ObjectLayers
) -> tuple[CopySource, ...]:
    """All that lies over a picture now; what is withheld from the reader is not in the reading."""
    found = [] if reading is None else list(_of_models(reading, subject, maps))
    return (*found, *_of_objects(subject.target, objects))


def _is_of_this(result: AnalysisResult, subject: Subject) -> bool:
    """Whether a result's maps lie on this picture. In a projection all that it found must name this very image:

    a series may hold both breasts, and a map does not say which image it is of.
    """
    if not fits(result, subject.target):
        return False
    if subject.target.in_patient:
        return result.space is Space.PATIENT
    named = {one.place.frame for one in result.findings}
    return result.space is Space.IMAGE and named == {subject.display_set.frames[0].ref}


def _of_models(reading: Reading, subject: Subject, maps: MapStore) -> list[CopySource]:
    found = []
    for result in latest_per_package(reading.results):
        for ref in result.maps if _is_of_this(result, subject) else ():
            array = maps.get(result, ref) if ref.kind == "labels" else None
            if array is None or not ref.labels:
                continue
            package = result.package
            words = f"{package.name} {package.version}: {ref.label}"
            source = MaskSource(
                words,
                result.result_id,
                ref.key,
                package_name=package.name,
                package_version=package.version,
                package_sha256=package.sha256,
            )
            segments = _segments(result, ref)
            found.append(
                CopySource(f"{result.result_id}/{ref.key}", source, array.values, array.affine, segments)
            )
    return found


def _segments(result: AnalysisResult, ref: MapRef) -> tuple[tuple[int, Segment], ...]:
    owners = {
        one.place.label: one
        for one in result.findings
        if one.place.kind is PlaceKind.REGION and one.place.label_map == ref.key
    }
    made = []
    for number, (label, name) in enumerate(ref.labels, start=1):
        owner = owners.get(label)
        words = owner.label if owner else name or text("ui.mask.segment", number=number)
        made.append((label, Segment(number, words, color_of(number), owner.finding_id if owner else "")))
    return tuple(made)


def _of_objects(target: Target, objects: ObjectLayers) -> list[CopySource]:
    found = []
    for layer in objects.layers:
        ink = layer.ink
        if not isinstance(ink, OutlineLayer) or not layer.fits(target) or not ink.in_patient:
            continue
        sop_instance_uid = layer.key.split("/")[0]
        source = MaskSource(layer.title or layer.key, sop_instance_uid=sop_instance_uid)
        segments = tuple(
            (label, Segment(number, ink.names.get(label) or layer.title, color))
            for number, (label, color) in enumerate(sorted(ink.colors.items()), start=1)
        )
        found.append(CopySource(layer.key, source, np.asarray(ink.labels), np.asarray(ink.affine), segments))
    return found
