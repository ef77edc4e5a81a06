"""A brush paints exactly the voxels whose centres are within its radius of the stroke, in LPS, in any geometry."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.support.viewers2d import GEOMETRIES, SHAPE, point_at
from viewers.masks.bricks import Block
from viewers.masks.brush import ball, disc, layer_mm
from viewers.types import Affine, Point

places = st.tuples(*(st.floats(-2.0, size + 1.0, allow_nan=False) for size in SHAPE))
radii = st.floats(0.3, 12.0)
EDGE = 1e-6


def centres(affine: Affine) -> NDArray[np.float64]:
    index = np.moveaxis(np.indices(SHAPE), 0, -1)
    return np.asarray(index @ affine[:3, :3].T + affine[:3, 3])


def away_from(points: NDArray[np.float64], way: tuple[Point, Point]) -> NDArray[np.float64]:
    """By sampling nothing: the plain formula for a distance to a line segment."""
    begin, end = np.array(way[0]), np.array(way[1])
    along = end - begin
    share = np.zeros(points.shape[:-1])
    if along @ along > 0:
        share = np.clip(((points - begin) @ along) / (along @ along), 0, 1)
    return np.asarray(np.linalg.norm(points - (begin + share[..., None] * along), axis=-1))


def as_point(place: NDArray[np.float64]) -> Point:
    return float(place[0]), float(place[1]), float(place[2])


def mm(affine: Affine, index: tuple[float, ...]) -> Point:
    return point_at(affine, (index[0], index[1], index[2]))


def whole(block: Block | None) -> NDArray[np.bool_]:
    full = np.zeros(SHAPE, dtype=np.bool_)
    if block is not None:
        full[block.box.slices] = block.voxels
    return full


@pytest.mark.parametrize("name", list(GEOMETRIES))
@settings(max_examples=25, deadline=None)
@given(begin=places, end=places, radius=radii)
def test_a_ball_takes_what_is_within_its_radius_of_the_way(
    name: str, begin: tuple[float, ...], end: tuple[float, ...], radius: float
) -> None:
    affine = GEOMETRIES[name]
    way = mm(affine, begin), mm(affine, end)
    away = away_from(centres(affine), way)
    painted = whole(ball(affine, SHAPE, way, radius))
    sure = np.abs(away - radius) > EDGE
    assert np.array_equal(painted[sure], (away <= radius)[sure])


@pytest.mark.parametrize("name", list(GEOMETRIES))
@settings(max_examples=25, deadline=None)
@given(
    begin=places,
    turn=st.tuples(*(st.floats(-1, 1) for _ in range(3))),
    reach=st.tuples(st.floats(-8, 8), st.floats(-8, 8)),
    radius=radii,
)
def test_a_disc_takes_what_is_within_its_radius_in_the_layer_that_is_cut(
    name: str, begin: tuple[float, ...], turn: tuple[float, ...], reach: tuple[float, float], radius: float
) -> None:
    affine = GEOMETRIES[name]
    normal = np.add(turn, (0.01, 0.02, 1.5))
    normal /= np.linalg.norm(normal)
    right = np.cross(normal, (0.3, 1.0, 0.2))
    right /= np.linalg.norm(right)
    start = np.array(mm(affine, begin))
    stop = start + reach[0] * right + reach[1] * np.cross(normal, right)
    way = as_point(start), as_point(stop)
    points = centres(affine)
    height = (points - start) @ normal
    away = away_from(points - height[..., None] * normal, way)
    half = layer_mm(affine, normal) / 2
    painted = whole(disc(affine, SHAPE, way, radius, normal))
    sure = (np.abs(away - radius) > EDGE) & (np.abs(np.abs(height) - half) > 1e-4)
    wanted = (away <= radius) & (np.abs(height) <= half)
    assert np.array_equal(painted[sure], wanted[sure])


@pytest.mark.parametrize("name", list(GEOMETRIES))
@pytest.mark.parametrize("at", [3.0, 3.5])
def test_a_plane_of_the_stack_or_midway_between_two_takes_one_layer(name: str, at: float) -> None:
    affine = GEOMETRIES[name]
    normal = np.cross(affine[:3, 2], affine[:3, 1])
    normal /= np.linalg.norm(normal)
    centre = point_at(affine, (at, 12, 16))
    painted = whole(disc(affine, SHAPE, (centre, centre), 3.0, normal))
    assert painted.any(axis=(1, 2)).sum() == 1


@pytest.mark.parametrize("name", list(GEOMETRIES))
def test_an_oblique_disc_has_no_holes(name: str) -> None:
    """Along the axis that leaves the plane fastest each column of voxels under the disc is hit once."""
    affine = GEOMETRIES[name]
    normal = np.array([0.35, 0.2, 0.9])
    normal /= np.linalg.norm(normal)
    axis = int(np.argmax(np.abs(affine[:3, :3].T @ normal)))
    centre = point_at(affine, (4, 12, 16))
    painted = whole(disc(affine, SHAPE, (centre, centre), 200.0, normal))
    inside = painted.sum(axis=axis)
    assert inside.max() == 1
    assert inside.sum() > 20


def test_far_away_paints_nothing() -> None:
    affine = GEOMETRIES["oblique"]
    far = point_at(affine, (500, 500, 500))
    assert ball(affine, SHAPE, (far, far), 5.0) is None
