"""Free-response ROC: of the boxes that readers drew, how many were met, at how many false marks a picture.

Only findings that the package reports are known here, so the curve ends at its own threshold.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.analysis.statistics import LEAST_CASES
from app.domain.errors import StudyUnreadableError
from app.domain.finding import Finding, Point
from app.domain.geometry import index_to_lps
from app.domain.volume import Volume
from app.support.i18n import text

FALSE_MARKS = (0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)  # LUNA16's seven operating points
SIDES = ("x", "y", "w", "h")  # columns beside file: top left corner, width, height, in pixels of the picture
Box = tuple[float, float, float, float]  # x_min, y_min, x_max, y_max in pixels of the picture


@dataclass(frozen=True, slots=True)
class Marks:
    """One picture: how many boxes it has, and each mark's score with the box that it meets, or None."""

    boxes: int
    marks: tuple[tuple[float, int | None], ...]


@dataclass(frozen=True, slots=True)
class Froc:
    """Share of boxes met at each number of false marks a picture; None where there are too few boxes."""

    pictures: int
    boxes: int
    sensitivity: tuple[tuple[float, float], ...] | None
    reason_key: str = ""


def read_boxes(file: Path) -> dict[str, tuple[Box, ...]]:
    """Boxes by file; raises StudyUnreadableError if the table cannot be used."""
    try:
        rows = list(csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines()))
    except OSError as error:
        raise StudyUnreadableError("error.labels.cannot_open", file=file.name) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise StudyUnreadableError("error.labels.no_csv", file=file.name) from error
    found: dict[str, tuple[Box, ...]] = {}
    for line, row in enumerate(rows, start=2):
        try:
            x, y, width, height = (float(row[name]) for name in SIDES)
            found[row["file"]] = (*found.get(row["file"], ()), (x, y, x + width, y + height))
        except (KeyError, TypeError, ValueError) as error:
            raise StudyUnreadableError("error.labels.bad_box", file=file.name, line=line) from error
    return found


def marks_of(findings: Sequence[Finding], boxes: Sequence[Box], volume: Volume) -> Marks:
    """Which finding meets which box of a single picture: a mark meets a box if its centre lies in it."""
    placed = [
        (f.score, f.place.center) for f in findings if f.score is not None and f.place.center is not None
    ]
    corners = [_corners(box, volume) for box in boxes]
    return Marks(len(boxes), tuple((score, _met(center, corners)) for score, center in placed))


def froc(pictures: Sequence[Marks]) -> Froc:
    """The curve over all pictures; a box that is met twice counts once, and its second mark is not false."""
    boxes = sum(one.boxes for one in pictures)
    if boxes < LEAST_CASES or not pictures:
        return Froc(len(pictures), boxes, None, "evaluate.refused.few_boxes")
    marks = sorted(
        ((score, at, box) for at, one in enumerate(pictures) for score, box in one.marks),
        key=lambda mark: -mark[0],
    )
    points: list[tuple[float, float]] = [(0.0, 0.0)]  # false marks a picture, share of boxes met
    false, met = 0, set[tuple[int, int]]()
    for number, (score, at, box) in enumerate(marks):
        if box is None:
            false += 1
        else:
            met.add((at, box))
        if number + 1 == len(marks) or marks[number + 1][0] < score:  # equal scores fall together
            points.append((false / len(pictures), len(met) / boxes))
    return Froc(len(pictures), boxes, tuple((limit, _best(points, limit)) for limit in FALSE_MARKS))


def as_json(found: Froc) -> dict[str, Any]:
    """The curve as one JSON object."""
    curve = [
        {"false_marks_per_picture": limit, "sensitivity": share} for limit, share in found.sensitivity or ()
    ]
    plain = {"pictures": found.pictures, "boxes": found.boxes, "points": curve or None}
    return {**plain, "reason": text(found.reason_key)} if found.reason_key else plain


def _best(points: Sequence[tuple[float, float]], limit: float) -> float:
    return max(share for false, share in points if false <= limit)


def _corners(box: Box, volume: Volume) -> tuple[Point, Point]:
    low = index_to_lps(volume.affine, (0.0, box[1] - 0.5, box[0] - 0.5))
    high = index_to_lps(volume.affine, (0.0, box[3] + 0.5, box[2] + 0.5))
    return (float(low[0]), float(low[1]), float(low[2])), (float(high[0]), float(high[1]), float(high[2]))


def _met(center: Point, corners: Sequence[tuple[Point, Point]]) -> int | None:
    for number, (low, high) in enumerate(corners):
        if low[0] <= center[0] <= high[0] and low[1] <= center[1] <= high[1]:
            return number
    return None
