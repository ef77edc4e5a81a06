"""Boxes of a detector: from the numbers of its tensors to places in mm, without those that say the same twice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.errors import Problem, RunRefusedError
from inference.image import Image
from inference.scores import scaled
from inference.task_types import Feeds
from inference.types import Detection, Point
from inference.vocabulary import Boxes, Output

Corners = NDArray[np.float64]  # (boxes, 2, 3): lowest and highest corner as (slice, row, column) edges
MOST_BOXES = 100_000


@dataclass(frozen=True, slots=True)
class BoxPlace:
    """A box in mm: its middle, and its lowest and highest corner along the axes of the space."""

    center: Point
    low: Point
    high: Point


def box_detections(
    told: Boxes, outputs: tuple[Output, ...], answers: Feeds, image: Image, most: int
) -> list[Detection]:
    """Findings of all outputs that name these boxes' scores, best first. Raises RunRefusedError."""
    corners = corners_of(told, answers[told.tensor], image.values.shape)
    found: list[Detection] = []
    for output in (one for one in outputs if one.trained and one.score and one.score.tensor == told.scores):
        scores = _scores(told, output, answers, len(corners))
        limit = 0.5 if output.score_transform == "op_norm" else output.threshold
        passed = np.flatnonzero(scores >= (0.0 if limit is None else limit))
        for at in kept(corners[passed], scores[passed], told.iou):
            chosen = passed[at]
            place = box_place(corners[chosen], image.affine)
            found.append(
                Detection(
                    output.key, float(scores[chosen]), limit, place.center, place.low, place.high,
                    site=output.finding_site,
                    side="" if output.side == "by_place" else output.side,
                    map_key=output.heat,
                    view=told.view,
                )
            )  # fmt: skip
    return sorted(found, key=lambda one: -(one.score or 0.0))[:most]


def corners_of(told: Boxes, values: NDArray[np.generic], shape: tuple[int, ...]) -> Corners:
    """Corners in pixels of the network's input. Raises RunRefusedError for a tensor that holds no such boxes."""
    width = 6 if told.form == "zyxzyx" else 4
    if (
        values.size % width
        or values.size // width > MOST_BOXES
        or (values.ndim and values.shape[-1] != width)
    ):
        facts = {"tensor": told.tensor, "shape": str(values.shape)}
        raise RunRefusedError(Problem("model.failed.map_shape", facts))
    rows = values.reshape(-1, width).astype(np.float64)
    if not np.isfinite(rows).all():
        raise RunRefusedError(Problem("model.failed.not_finite", {"tensor": told.tensor}))
    corners = np.zeros((len(rows), 2, 3))
    corners[:, 1, 0] = 1.0  # of a film: the one slice that there is
    if told.form == "zyxzyx":
        corners[:, 0], corners[:, 1] = rows[:, :3], rows[:, 3:]
    elif told.form == "cxcywh":
        half = rows[:, 3:1:-1] / 2
        corners[:, 0, 1:], corners[:, 1, 1:] = rows[:, 1::-1] - half, rows[:, 1::-1] + half
    elif told.form == "xyxy":
        corners[:, 0, 1:], corners[:, 1, 1:] = rows[:, 1::-1], rows[:, :1:-1]
    else:
        corners[:, 0, 1:], corners[:, 1, 1:] = rows[:, :2], rows[:, 2:]
    if told.unit == "share":
        axes = slice(None) if width == 6 else slice(1, None)
        corners[:, :, axes] *= np.asarray(shape[-3:], dtype=np.float64)[axes]
    size = np.asarray(shape[-3:], dtype=np.float64)
    return np.clip(np.sort(corners, axis=1), 0.0, size)


def kept(corners: Corners, scores: NDArray[np.float64], iou: float) -> list[int]:
    """Boxes that stay, best first: of two that share more than `iou` of their union, the better one."""
    left = list(np.argsort(-scores, kind="stable"))
    chosen: list[int] = []
    while left:
        best = left.pop(0)
        chosen.append(int(best))
        left = [one for one in left if overlap(corners[best], corners[one]) <= iou]
    return chosen


def overlap(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Intersection over union of two boxes given by their corners; 0 where they do not meet."""
    sides = np.minimum(one[1], other[1]) - np.maximum(one[0], other[0])
    shared = float(np.prod(np.clip(sides, 0.0, None)))
    union = float(np.prod(one[1] - one[0]) + np.prod(other[1] - other[0])) - shared
    return shared / union if union > 0 else 0.0


def box_place(corners: NDArray[np.float64], affine: NDArray[np.float64]) -> BoxPlace:
    """Where a box lies: a pixel's centre is at its number, so its edges lie half a pixel to either side."""
    low, high = corners - 0.5
    grid = np.array(np.meshgrid(*zip(low, high, strict=True))).reshape(3, -1)
    points = affine[:3, :3] @ grid + affine[:3, 3:4]
    middle = affine[:3, :3] @ ((low + high) / 2) + affine[:3, 3]
    return BoxPlace(_point(middle), _point(points.min(axis=1)), _point(points.max(axis=1)))


def _scores(told: Boxes, output: Output, answers: Feeds, count: int) -> NDArray[np.float64]:
    """The score of each box for an output's class; what is of another class has none."""
    values = np.asarray(answers[told.scores], dtype=np.float64)
    wanted = output.score.index if output.score else 0
    columns = values.size // count if count else 1
    if count and values.size != count * columns:
        facts = {"tensor": told.scores, "shape": str(values.shape)}
        raise RunRefusedError(Problem("model.failed.map_shape", facts))
    if told.labels:
        scores = scaled(output, values.reshape(-1))
        return np.where(answers[told.labels].reshape(-1) == wanted, scores, -np.inf)
    if count and wanted >= columns:
        raise RunRefusedError(Problem("model.failed.no_value", {"tensor": told.scores, "index": str(wanted)}))
    return scaled(output, values.reshape(count, columns)[:, wanted] if count else values.reshape(-1))


def _point(values: NDArray[np.float64]) -> Point:
    return float(values[0]), float(values[1]), float(values[2])
