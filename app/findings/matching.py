"""Which mark of one set is the same lesion as which of another: one to one, by overlap or else by distance.

The best assignment of all is taken (Kuhn 1955, Munkres 1957; scipy's linear_sum_assignment), not the best of each
mark in turn, so that two lesions side by side are never matched crosswise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.domain.comparison import Comparison, How, Pair, ResultSet, SetMark
from app.domain.finding import Place, PlaceKind
from app.domain.geometry import Affine
from app.domain.volume import Space
from app.findings.reveal import distance_mm

FORBIDDEN = 1e6  # more than any sum of allowed costs


@dataclass(frozen=True, slots=True, eq=False)
class Mask:
    """The voxels of one lesion (slice, row, column) on their own grid."""

    inside: NDArray[np.bool_]
    affine: Affine


GetMask = Callable[[SetMark], Mask | None]


def no_mask(_mark: SetMark) -> Mask | None:
    """Where lesions are boxes and points only."""
    return None


def compare(left: ResultSet, right: ResultSet, get_mask: GetMask = no_mask) -> Comparison:
    """Match two sets. Marks of different images or frames of reference are matched by their words alone."""
    from scipy.optimize import linear_sum_assignment

    options = {
        (i, j): found
        for i, mine in enumerate(left.marks)
        for j, theirs in enumerate(right.marks)
        if (found := _pair(mine, theirs, get_mask)) is not None
    }
    cost = np.full((len(left.marks), len(right.marks)), FORBIDDEN)
    for place, found in options.items():
        cost[place] = _cost(found)
    rows, columns = linear_sum_assignment(cost)
    taken = [
        options[int(i), int(j)] for i, j in zip(rows, columns, strict=True) if (int(i), int(j)) in options
    ]
    mine = {one.left.finding_id for one in taken if one.left}
    theirs = {one.right.finding_id for one in taken if one.right}
    missed = [Pair(mark, None) for mark in left.marks if mark.finding_id not in mine]
    extra = [Pair(None, mark) for mark in right.marks if mark.finding_id not in theirs]
    return Comparison(left, right, (*taken, *missed, *extra))


def may_match(mine: SetMark, theirs: SetMark, get_mask: GetMask = no_mask) -> bool:
    """Whether two marks may be of the same lesion at all."""
    return _pair(mine, theirs, get_mask) is not None


def dice_of_boxes(one: Place, other: Place) -> float | None:
    """Dice of two boxes, in the plane where both are flat along an axis; None where either is no box."""
    if one.box_min is None or one.box_max is None or other.box_min is None or other.box_max is None:
        return None
    low, high = np.array([one.box_min, other.box_min]), np.array([one.box_max, other.box_max])
    solid = ((high - low) > 1e-9).any(axis=0)
    if not solid.any():
        return None
    sizes = np.prod((high - low)[:, solid], axis=1)
    shared = np.clip(high.min(axis=0) - low.max(axis=0), 0.0, None)
    flat_apart = bool(((low.max(axis=0) - high.min(axis=0)) > 1e-9)[~solid].any())
    both = 0.0 if flat_apart else float(np.prod(shared[solid]))
    return 2.0 * both / float(sizes.sum()) if sizes.sum() else 0.0


def dice_of_masks(one: Mask, other: Mask) -> float:
    """Dice of two masks, by volume where their grids differ: each voxel of the finer one is asked for in the other."""
    same_grid = one.inside.shape == other.inside.shape and np.allclose(one.affine, other.affine, atol=1e-4)
    if same_grid:
        both, all_of = int((one.inside & other.inside).sum()), int(one.inside.sum() + other.inside.sum())
        return 2.0 * both / all_of if all_of else 0.0
    fine, coarse = sorted((one, other), key=_voxel_mm3)
    volumes = [float(mask.inside.sum()) * _voxel_mm3(mask) for mask in (fine, coarse)]
    if not sum(volumes):
        return 0.0
    shared = _inside(fine, coarse) * _voxel_mm3(fine)
    return min(1.0, 2.0 * shared / sum(volumes))


def _pair(mine: SetMark, theirs: SetMark, get_mask: GetMask) -> Pair | None:
    if not same_space(mine, theirs):
        return _by_words(mine, theirs)
    away = _away(mine.place, theirs.place)
    first, second = get_mask(mine), get_mask(theirs)
    if first is not None and second is not None:
        dice: float | None = dice_of_masks(first, second)
    else:
        dice = dice_of_boxes(mine.place, theirs.place)
    if dice:
        return Pair(mine, theirs, How.OVERLAP, dice, away)
    if distance_mm(mine.place, theirs.place) is None:
        return None
    return Pair(mine, theirs, How.DISTANCE, dice, away)


def same_space(mine: SetMark, theirs: SetMark) -> bool:
    """Whether the two places may be compared in mm: of one image, one series, or one frame of reference."""
    if mine.place.space is not theirs.place.space:
        return False
    if mine.place.space is Space.IMAGE:
        one, other = mine.place.frame, theirs.place.frame
        same_series = bool(set(mine.series_instance_uids) & set(theirs.series_instance_uids))
        return one == other if one is not None and other is not None else same_series
    if set(mine.series_instance_uids) & set(theirs.series_instance_uids):
        return True
    return bool(mine.frame_of_reference_uid) and mine.frame_of_reference_uid == theirs.frame_of_reference_uid


def _by_words(mine: SetMark, theirs: SetMark) -> Pair | None:
    same = mine.label.casefold() == theirs.label.casefold() and mine.side == theirs.side
    return Pair(mine, theirs, How.WORDS) if same else None


def _cost(pair: Pair) -> float:
    """Overlap before distance, distance before words."""
    if pair.how is How.OVERLAP:
        return 1.0 - (pair.dice or 0.0)
    if pair.how is How.DISTANCE:
        return 1.0 + (pair.distance_mm or 0.0) / 1000.0
    return 10.0


def _away(one: Place, other: Place) -> float | None:
    if one.center is None or other.center is None or PlaceKind.STUDY in (one.kind, other.kind):
        return None
    return float(np.linalg.norm(np.subtract(one.center, other.center)))


def _voxel_mm3(mask: Mask) -> float:
    return abs(float(np.linalg.det(mask.affine[:3, :3])))


def _inside(fine: Mask, coarse: Mask) -> int:
    """How many voxels of the finer mask have their centre in a voxel of the coarser one."""
    index = np.argwhere(fine.inside)
    points = index @ fine.affine[:3, :3].T + fine.affine[:3, 3]
    there = np.rint((points - coarse.affine[:3, 3]) @ np.linalg.inv(coarse.affine[:3, :3]).T).astype(int)
    shape = np.array(coarse.inside.shape)
    ok = ((there >= 0) & (there < shape)).all(axis=1)
    return int(coarse.inside[tuple(there[ok].T)].sum())
