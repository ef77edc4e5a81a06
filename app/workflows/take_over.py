"""Measurements of a report into the journal, each one deed; what stands there already stays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.context import AppContext
from app.domain.errors import StudyUnreadableError
from app.domain.measurement import Measurement
from app.domain.reports import StructuredReport
from app.domain.study import Study
from app.domain.volume import Affine
from app.studies.objects.findings.ground import Ground
from app.studies.objects.measurements_in import measurements_in
from app.workflows.foreign_result import check_belongs
from app.workflows.measure import keep

SAME = 1e-4  # mm and relative: what a report keeps of a number

Complete = Callable[[Measurement, Affine], Measurement]


@dataclass(frozen=True, slots=True)
class TakenOver:
    """How many measurements came new, stood there before, and could not be drawn on an image that is here."""

    new: int
    before: int
    left_out: int


def take_over_measurements(
    ctx: AppContext, report: StructuredReport, study: Study, complete: Complete
) -> TakenOver:
    """complete: adds what is drawn from the points, such as an outline.

    Raises StudyUnreadableError where the report holds none or is of another patient or study, JournalError.
    """
    check_belongs(report.head, study)
    found = measurements_in(report, Ground(study))
    if not found.measurements:
        raise StudyUnreadableError("error.objects.no_measurements", file=report.head.path.name)
    new = 0
    for one, image in found.measurements:
        reading = ctx.store.state.reading.reading
        known = reading.measurement(one.measurement_id) if reading else None
        if known is None or not is_same(known, one):
            keep(ctx, complete(one, image))
            new += 1
    return TakenOver(new, len(found.measurements) - new, found.left_out)


def is_same(one: Measurement, other: Measurement) -> bool:
    """Whether two tell the same: image, tool, words, points and numbers; diameters may come in either order."""
    if (one.frame, one.tool, one.label, one.on_plane) != (
        other.frame,
        other.tool,
        other.label,
        other.on_plane,
    ):
        return False
    mine = {quantity.key: quantity.value for quantity in one.quantities}
    theirs = {quantity.key: quantity.value for quantity in other.quantities}
    if mine.keys() != theirs.keys() or not np.allclose(
        [mine[key] for key in mine], [theirs[key] for key in mine], rtol=SAME, atol=SAME
    ):
        return False
    points, others = np.asarray(one.points), np.asarray(other.points)
    if one.tool in {"rectangle", "ellipse"} and not one.on_plane:  # any two opposite corners
        points, others = (np.array([each.min(axis=0), each.max(axis=0)]) for each in (points, others))
    if one.tool == "circle":  # any point of its rim
        radii = [float(np.linalg.norm(each[1] - each[0])) for each in (points, others)]
        return _near(points[0], others[0]) and abs(radii[0] - radii[1]) <= 100 * SAME
    if one.tool == "bidirectional" and points.shape == others.shape and not _near(points, others):
        others = others[[2, 3, 0, 1]]
    return points.shape == others.shape and _near(points, others)


def _near(points: NDArray[np.float64], others: NDArray[np.float64]) -> bool:
    return bool(np.allclose(points, others, atol=100 * SAME))
