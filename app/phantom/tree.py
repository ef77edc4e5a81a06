"""Branching trees that fill a lung: arteries, veins and small airways, the same for the same seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.phantom.shapes import Box, Field, Points, Segments

MURRAY = 2.7  # parent radius ** m = sum of child radii ** m; 3 by Murray 1926, a little less in lungs
_NODE_STEP_MM = 9.0
_DETOUR = 0.45  # how much the way already gone counts when a twig looks for its branch


@dataclass(frozen=True, slots=True, eq=False)
class TreePlan:
    """Where a tree starts and what it fills; leaf_mm is the radius of its last twigs."""

    root: tuple[float, float, float]
    field: Field
    box: Box
    leaves: int
    leaf_mm: float
    margin_mm: float
    seed: int


def distance_at(field: Field, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Signed distances at (n, 3) places."""
    x, y, z = points.astype(np.float32).T
    return np.asarray(field(Points(x, y, z)), dtype=np.float64)


def grow(plan: TreePlan) -> Segments:
    """Starts, ends (n, 3) and radii (n, 2) of the segments of one tree."""
    targets = _targets(plan)
    nodes = [np.asarray(plan.root, dtype=float)]
    parents, gone = [-1], [0.0]
    for target in targets:
        known = np.array(nodes)
        away = np.linalg.norm(known - target, axis=1)
        best = int(np.argmin(away + _DETOUR * np.asarray(gone)))
        _add_branch(target, best, nodes, parents, gone)
    return _segments(np.array(nodes), np.asarray(parents), plan.leaf_mm)


def _targets(plan: TreePlan) -> NDArray[np.float64]:
    """Evenly scattered places inside the field, nearest to the root first."""
    draw = np.random.default_rng(plan.seed)
    found: list[NDArray[np.float64]] = []
    while len(found) < plan.leaves:
        places = draw.uniform(plan.box[0], plan.box[1], size=(256, 3))
        good = places[distance_at(plan.field, places) < -plan.margin_mm]
        for place in good:
            near = min((float(np.linalg.norm(place - other)) for other in found), default=np.inf)
            if near > 6.0 or draw.random() < 0.15:
                found.append(place)
    chosen = np.array(found[: plan.leaves])
    return np.asarray(chosen[np.argsort(np.linalg.norm(chosen - np.asarray(plan.root), axis=1))])


def _add_branch(
    target: NDArray[np.float64],
    best: int,
    nodes: list[NDArray[np.float64]],
    parents: list[int],
    gone: list[float],
) -> None:
    start = nodes[best]
    length = float(np.linalg.norm(target - start))
    count = max(1, round(length / _NODE_STEP_MM))
    before = start - nodes[parents[best]] if parents[best] >= 0 else target - start
    lean = before / max(float(np.linalg.norm(before)), 1e-6) * length * 0.22
    at = best
    for t in np.linspace(0, 1, count + 1)[1:]:
        # A gentle bow: the twig leaves in the direction of its branch.
        nodes.append(start + (target - start) * t + lean * t * (1 - t) * (1 - t))
        parents.append(at)
        gone.append(gone[at] + length / count)
        at = len(nodes) - 1


def _segments(nodes: NDArray[np.float64], parents: NDArray[np.intp], leaf_mm: float) -> Segments:
    flow = np.zeros(len(nodes))
    has_child = np.zeros(len(nodes), dtype=bool)
    has_child[parents[1:]] = True
    flow[~has_child] = leaf_mm**MURRAY
    for node in range(len(nodes) - 1, 0, -1):  # children come after their parents
        flow[parents[node]] += flow[node]
    radius = flow ** (1 / MURRAY)
    child = np.arange(1, len(nodes))
    parent = parents[1:]
    # A segment keeps its own width: only the far end tapers to it where the branch is much wider.
    wide = np.minimum(radius[parent], radius[child] * 1.15)
    return nodes[parent], nodes[child], np.stack([wide, radius[child]], axis=1)


def keep_clear(
    segments: Segments,
    centers: Sequence[tuple[float, float, float]],
    radii_mm: Sequence[float],
) -> Segments:
    """Leave out the thin segments that come nearer than the given radius to a place."""
    starts, ends, radii = segments
    keep = np.ones(len(starts), dtype=bool)
    for center, radius in zip(centers, radii_mm, strict=True):
        middle = (starts + ends) / 2
        reach = radius + np.linalg.norm(ends - starts, axis=1) / 2 + radii.max(axis=1)
        keep &= np.linalg.norm(middle - np.asarray(center), axis=1) > reach
    return starts[keep], ends[keep], radii[keep]
