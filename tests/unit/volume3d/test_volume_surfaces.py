"""Surfaces lie where their masks lie, close them in, and can be met by a ray."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.support.viewers2d import GEOMETRIES
from viewers.volume_clip import HalfSpace
from viewers.volume_surfaces import (
    HEAVY_TRIANGLES,
    Region,
    Surface,
    SurfaceWorker,
    coarse_step,
    first_hit,
    mask_of_label,
    normals_of,
    regions_of,
    surface_of,
)

SHAPE, MIDDLE, RADIUS = (30, 50, 60), (14.0, 24.0, 31.0), 10.0
RED = (255, 0, 0)


def ball() -> NDArray[np.bool_]:
    index = np.moveaxis(np.indices(SHAPE), 0, -1)
    return np.asarray(np.linalg.norm(index - MIDDLE, axis=-1) <= RADIUS)


@pytest.mark.parametrize("name", list(GEOMETRIES))
@pytest.mark.parametrize("step", [1, 2])
def test_a_ball_comes_out_as_a_ball_where_it_lies(name: str, step: int) -> None:
    affine = GEOMETRIES[name]
    points, triangles = surface_of(ball(), (0, 0, 0), affine, step=step)
    index = np.linalg.solve(affine[:3, :3], (points - affine[:3, 3]).T).T
    away = np.linalg.norm(index - MIDDLE, axis=1)
    assert index.mean(axis=0) == pytest.approx(MIDDLE, abs=0.15 * step)
    assert away.min() > RADIUS - 1.0 * step
    assert away.max() < RADIUS + 1.0 * step
    assert triangles.max() < len(points)


@pytest.mark.parametrize("radius", [2.5, 5.0])
def test_a_thin_vessel_is_not_drawn_thinner_than_it_is(radius: float) -> None:
    """A tube along the columns, by the radius of the circle that has the same area as its voxels."""
    index = np.indices((30, 30, 50))
    tube = np.hypot(index[0] - 15, index[1] - 15) <= radius
    points, _ = surface_of(tube, (0, 0, 0), np.eye(4))
    wall = points[(points[:, 2] > 15) & (points[:, 2] < 35)]
    away = np.hypot(wall[:, 0] - 15, wall[:, 1] - 15)
    assert away.mean() == pytest.approx(np.sqrt(tube[:, :, 25].sum() / np.pi), abs=0.12)


def test_a_part_is_placed_by_its_first_voxel() -> None:
    affine = GEOMETRIES["oblique"]
    whole, _ = surface_of(ball(), (0, 0, 0), affine)
    found = mask_of_label(ball().astype(np.uint8), 1)
    assert found is not None
    part, _ = surface_of(*found, affine)
    assert part.mean(axis=0) == pytest.approx(whole.mean(axis=0), abs=1e-3)


def test_a_surface_is_closed_also_at_the_border() -> None:
    """Every edge belongs to two triangles."""
    _, triangles = surface_of(np.ones((4, 5, 6), dtype=np.bool_), (0, 0, 0), GEOMETRIES["axial"])
    pairs = np.sort(
        np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]]), axis=1
    )
    _, counts = np.unique(pairs, axis=0, return_counts=True)
    assert set(counts.tolist()) == {2}


def made(affine: NDArray[np.float64]) -> Surface:
    points, triangles = surface_of(ball(), (0, 0, 0), affine)
    return Surface("a", points, triangles, normals_of(points, triangles), RED)


def test_a_ray_meets_the_near_side_first_and_what_is_cut_away_not_at_all() -> None:
    affine = np.diag([1.0, 1.0, 1.0, 1.0])[:, [2, 1, 0, 3]]  # columns along x, 1 mm
    surface = made(affine)
    middle = np.array(MIDDLE[::-1])
    along = first_hit(surface, middle, np.array([0.0, 1.0, 0.0]))
    assert along == pytest.approx(-RADIUS, abs=0.7)
    behind = HalfSpace((0.0, middle[1], 0.0), (0.0, 1.0, 0.0))
    far = first_hit(surface, middle, np.array([0.0, 1.0, 0.0]), (behind,))
    assert far == pytest.approx(RADIUS, abs=0.7)
    assert first_hit(surface, np.add(middle, (0, 0, 40)), np.array([0.0, 1.0, 0.0])) is None


def test_normals_point_along_the_radius() -> None:
    affine = np.diag([1.0, 1.0, 1.0, 1.0])[:, [2, 1, 0, 3]]
    surface = made(affine)
    radius = surface.points - np.array(MIDDLE[::-1])
    radius /= np.linalg.norm(radius, axis=1)[:, None]
    assert np.abs(np.sum(surface.normals * radius, axis=1)).min() > 0.8


def test_large_regions_are_coarse_first_small_ones_true_at_once() -> None:
    assert coarse_step(1000) == 1
    assert coarse_step(300**3) == 5


def test_the_worker_gives_coarse_ones_of_all_first_and_nothing_twice() -> None:
    labels = np.zeros((100, 120, 120), dtype=np.uint8)
    labels[5:95, 5:115, 5:55], labels[5:95, 5:115, 60:115] = 1, 2
    told: list[tuple[str, bool]] = []
    done = threading.Event()
    worker = SurfaceWorker(lambda one: told.append((one.key, one.coarse)), done.set, done.set)
    regions = regions_of("m", labels, GEOMETRIES["axial"], {1: RED, 2: (0, 255, 0)})
    worker.want(regions)
    assert done.wait(30)
    assert told == [("m/1", True), ("m/2", True), ("m/1", False), ("m/2", False)]
    done.clear()
    again = Region("m/1", "other", regions[0].mask, regions[0].affine, RED)
    worker.want((again, regions[1]))
    assert done.wait(30)
    assert told[4:] == [("m/1", True), ("m/1", False)]
    worker.stop()


def test_an_empty_region_has_no_surface() -> None:
    labels = np.zeros((6, 6, 6), dtype=np.uint8)
    told: list[Surface] = []
    done = threading.Event()
    worker = SurfaceWorker(told.append, done.set, done.set)
    worker.want(regions_of("m", labels, GEOMETRIES["axial"], {1: RED}))
    assert done.wait(10)
    worker.stop()
    assert all(len(one.triangles) == 0 for one in told)


def test_a_heavy_surface_takes_a_coarse_one_along_and_a_light_one_does_not() -> None:
    """A large ball has more triangles than a processor draws while the hand turns it."""
    z, y, x = np.ogrid[-90:90, -90:90, -90:90]
    heard: list[Surface] = []
    ended = threading.Event()
    worker = SurfaceWorker(heard.append, ended.set, ended.set)
    labels = (z * z + y * y + x * x <= 88**2).astype(np.uint8)
    small = ball().astype(np.uint8)
    worker.want(
        (
            *regions_of("large", labels, np.eye(4), {1: RED}),
            *regions_of("ball", small, np.eye(4), {1: RED}),
        )
    )
    assert ended.wait(60)
    worker.stop()
    last = {surface.key: surface for surface in heard}
    quick = last["large/1"].quick
    assert len(last["large/1"].triangles) > HEAVY_TRIANGLES
    assert quick is not None
    assert quick.coarse
    assert len(quick.triangles) < HEAVY_TRIANGLES
    assert last["ball/1"].quick is None


def test_normals_of_a_ball_point_outward_along_its_radius() -> None:
    points, triangles = surface_of(ball(), (0, 0, 0), np.eye(4))
    outward = points - np.asarray(MIDDLE, np.float32)
    outward /= np.linalg.norm(outward, axis=1)[:, None]
    cosines = np.einsum("ij,ij->i", normals_of(points, triangles), outward)
    assert abs(float(np.median(cosines))) > 0.99
    assert len(set(np.sign(cosines).tolist())) == 1
