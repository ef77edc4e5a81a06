"""What is drawn of a finding on one image: closed lines round boxes and regions, its words, and the image."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.domain.finding import AnalysisResult, Judgement
from app.domain.source_image import SourceImage
from app.domain.study import Series
from app.export.collect import CLINICAL
from app.export.headers import analysed_series
from app.export.own import is_own, own_groups
from app.export.regions import draw_place
from app.export.segments import place_of, plan_segments
from app.export.stacks import stack_of
from app.export.types import ExportSet, StudyExport


@dataclass(frozen=True, slots=True, eq=False)
class Drawing:
    """One finding on one frame. lines: (n, 2) of (column, row) with the corner of the first pixel at 0, 0

    (PS3.3 C.10.5, PIXEL units one less the origin); a line of one point is a point.
    """

    judgement: Judgement
    result: AnalysisResult
    series: Series
    image: SourceImage
    lines: tuple[NDArray[np.float64], ...]


def drawings(export_set: ExportSet, study: StudyExport) -> Iterator[Drawing]:
    """Every accepted finding of a study on every image that shows it, models' and readers' own."""
    regions = list(_regions(export_set, study))
    yield from regions
    seen = {one.judgement.finding.finding_id for one in regions}
    judged = [(result, study.judgements_of(result, *CLINICAL)) for result in study.reading.results]
    judged += [(group.result, group.judgements) for group in own_groups(study)]
    for result, judgements in judged:
        for series in analysed_series(study.study, result):
            for judgement in judgements:
                if judgement.finding.finding_id not in seen:
                    place = place_of(judgement)
                    for drawn in draw_place(place, stack_of(study, series, result, place)):
                        yield Drawing(judgement, result, series, drawn.image, (drawn.points,))


def _regions(export_set: ExportSet, study: StudyExport) -> Iterator[Drawing]:
    for plan in plan_segments(export_set, study)[0]:
        for number, judgement in enumerate(plan.judgements, start=1):
            for image, voxels in zip(plan.stack, plan.voxels, strict=True):
                if not is_own(plan.result) and (voxels == number).any():
                    yield Drawing(judgement, plan.result, plan.series, image, outline(voxels == number))


def outline(mask: NDArray[np.bool_]) -> tuple[NDArray[np.float64], ...]:
    """Closed lines along the edges of the pixels of a mask: filling them gives the mask again."""
    from skimage import measure

    untyped: Any = measure  # scikit-image brings no types

    # Twice the size, so that the line at half height runs a quarter of a pixel from the true edge at most.
    fine = np.kron(np.pad(mask, 1).astype(np.float32), np.ones((2, 2), dtype=np.float32))
    found = []
    for line in untyped.find_contours(fine, 0.5):
        rows, columns = line[:, 0], line[:, 1]
        points = np.stack([(columns + 0.5) / 2 - 1, (rows + 0.5) / 2 - 1], axis=1)
        found.append(np.vstack([points, points[:1]]) if (points[0] != points[-1]).any() else points)
    return tuple(found)
