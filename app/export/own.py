"""What readers marked and no model found (RQ-21), as results without a model, so that every format can hold them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.domain.finding import AnalysisResult, Judgement, PackageRef, Place, PlaceKind, RunState
from app.domain.geometry import index_to_lps
from app.domain.source_image import SourceImage
from app.domain.volume import Space
from app.export.stacks import image_affine
from app.export.types import StudyExport

NOBODY = PackageRef("", "", "", "")


@dataclass(frozen=True, slots=True)
class OwnGroup:
    """The own findings on one series, with a stand-in for the result that a model would have given."""

    result: AnalysisResult
    judgements: tuple[Judgement, ...]


def is_own(result: AnalysisResult) -> bool:
    """Whether a result is such a stand-in."""
    return not result.result_id


def own_groups(study: StudyExport) -> tuple[OwnGroup, ...]:
    """One group for each series and space that readers marked something on."""
    by_id = {one.finding.finding_id: one for one in study.reading.marked}
    groups: dict[tuple[str, str, Space], list[Judgement]] = {}
    for judgement in study.reading.judgements:
        marked = by_id.get(judgement.finding.finding_id)
        if judgement.finding.is_readers and marked:
            place = judgement.place or judgement.finding.place
            key = (marked.series_instance_uid, marked.frame_of_reference_uid, place.space)
            groups.setdefault(key, []).append(judgement)
    return tuple(
        OwnGroup(_stand_in(study, *key, judgements), tuple(judgements)) for key, judgements in groups.items()
    )


def _stand_in(
    study: StudyExport, series: str, frame_of_reference: str, space: Space, judgements: list[Judgement]
) -> AnalysisResult:
    return AnalysisResult(
        result_id="",
        package=NOBODY,
        state=RunState.POSITIVE,
        state_reason_key="",
        state_reason_facts=(),
        study_instance_uid=study.reading.study_instance_uid,
        series_instance_uids=(series,),
        frame_of_reference_uid=frame_of_reference,
        space=space,
        study_score=None,
        findings=tuple(judgement.finding for judgement in judgements),
        maps=(),
        measures=(),
        provider="",
        requested_providers=(),
        stamps=(),
        seconds=0.0,
        pixel_sha256="",
        not_for=(),
    )


def box_voxels(place: Place, stack: Sequence[SourceImage], space: Space) -> NDArray[np.bool_]:
    """Pixels of the images whose centre lies in a box; (images, rows, columns). Empty for anything but a box."""
    made = np.zeros((len(stack), stack[0].rows, stack[0].columns), dtype=bool)
    if place.kind is not PlaceKind.BOX or place.box_min is None or place.box_max is None:
        return made
    half = _half_pixel(stack[0])
    low, high = np.asarray(place.box_min) - half, np.asarray(place.box_max) + half
    for number, image in enumerate(stack):
        if space is Space.IMAGE and place.frame and image.ref != place.frame:
            continue
        down, along = np.mgrid[: image.rows, : image.columns]
        index = np.stack([np.zeros(down.size), down.ravel(), along.ravel()], axis=1)
        points = index_to_lps(image_affine(image, space), index)
        axes = slice(0, 2) if space is Space.IMAGE else slice(0, 3)
        inside = ((points >= low) & (points <= high))[:, axes].all(axis=1)
        made[number] = inside.reshape(image.rows, image.columns)
    return made


def _half_pixel(image: SourceImage) -> float:
    """A box drawn through pixel centres holds those pixels whole; without this a flat one would hold none."""
    return min(image.spacing_mm or (1.0, 1.0)) / 2
