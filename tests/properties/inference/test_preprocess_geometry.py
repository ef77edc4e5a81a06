"""RQ-42: whatever preprocessing does to a picture, its affine still says where every voxel lies."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from inference.image import Image, regrid, shifted
from inference.pipeline import operations, preprocess
from inference.preprocess.resize import area_weights, linear_weights
from inference.vocabulary import Op

OPS: dict[str, dict[str, float | int | str | list[float]]] = {
    "modality_lut": {},
    "voi_window": {"center": 0.0, "width": 4000.0},
    "invert_monochrome1": {},
    "percentiles": {"low": 0, "high": 100},
    "clip": {"min": -5000, "max": 5000},
    "to_range": {"from_min": -1000, "from_max": 1000, "min": 0, "max": 1},
    "normalize": {},
    "orient": {},
    "resample": {"spacing_mm": [2.0, 1.5, 1.5]},
    "center_crop_square": {},
    "pad_square": {"value": -1000},
    "resize": {"rows": 24, "columns": 18},
}
SIZES = st.tuples(st.integers(8, 14), st.integers(20, 40), st.integers(20, 40))
TURNS = st.sampled_from([(a, b, c) for a in (1, -1) for b in (1, -1) for c in (1, -1)])
ORDERS = st.permutations((0, 1, 2))


def affine_of(
    order: tuple[int, ...], signs: tuple[int, ...], spacing: tuple[float, ...]
) -> NDArray[np.float64]:
    affine = np.eye(4)
    affine[:3, :3] = 0
    for axis in range(3):
        affine[order[axis], axis] = signs[axis] * spacing[axis]
    affine[:3, 3] = (-40.0, 55.0, 12.0)
    return affine


def blob(shape: tuple[int, int, int], center: NDArray[np.float64]) -> NDArray[np.float32]:
    grids = np.meshgrid(*(np.arange(size) for size in shape), indexing="ij")
    away = sum((grid - middle) ** 2 for grid, middle in zip(grids, center, strict=True))
    return np.asarray(-900 + 1500 * np.exp(-away / 8.0), dtype=np.float32)


def peak_mm(image: Image) -> NDArray[np.float64]:
    """Centre of mass of what stands out."""
    weight = image.values - np.median(image.values)
    weight[weight < 0.5 * weight.max()] = 0
    index = np.array([(grid * weight).sum() / weight.sum() for grid in np.indices(weight.shape)])
    return np.asarray(image.affine[:3, :3] @ index + image.affine[:3, 3])


def test_every_operation_is_tested_here() -> None:
    assert set(OPS) == set(operations())


@pytest.mark.parametrize("name", OPS)
@settings(max_examples=25, deadline=None)
@given(shape=SIZES, order=ORDERS, signs=TURNS, seed=st.integers(0, 2**31))
def test_a_known_point_stays_where_it_is(
    name: str, shape: tuple[int, int, int], order: list[int], signs: tuple[int, int, int], seed: int
) -> None:
    """After any step the blob is found within one voxel of the new grid."""
    spacing = (2.5, 0.9, 0.7)
    affine = affine_of(tuple(order), signs, spacing)
    side = min(shape[1:])
    middle = np.array(shape) / 2
    reach = np.array([shape[0] / 2 - 4, side / 2 - 6, side / 2 - 6])
    center = middle + np.random.default_rng(seed).uniform(-1, 1, 3) * reach
    image = Image(blob(shape, center), affine, inverted=name == "invert_monochrome1")
    if image.inverted:
        image = Image(-image.values, affine, inverted=True)
    after = preprocess(image, [Op(op=name, args=OPS[name])])  # type: ignore[arg-type]  # checked by pydantic
    truth = affine[:3, :3] @ center + affine[:3, 3]
    voxel = np.linalg.norm(after.affine[:3, :3], axis=0).max()
    assert np.linalg.norm(peak_mm(after) - truth) <= voxel


@settings(max_examples=50, deadline=None)
@given(order=ORDERS, signs=TURNS)
def test_orient_gives_feet_to_head_front_to_back_right_to_left(
    order: list[int], signs: tuple[int, ...]
) -> None:
    image = Image(np.zeros((6, 7, 8), np.float32), affine_of(tuple(order), signs, (1, 1, 1)))
    turned = preprocess(image, [Op(op="orient")])
    assert np.allclose(turned.affine[:3, :3], [[0, 0, 1], [0, 1, 0], [1, 0, 0]])


@given(old=st.integers(1, 50), new=st.integers(1, 50))
def test_weights_add_up_to_one(old: int, new: int) -> None:
    for weights in (area_weights(old, new), linear_weights(old, new)):
        assert weights.shape == (new, old)
        assert np.allclose(weights.sum(axis=1), 1, atol=1e-5)


def test_area_means_are_exact() -> None:
    assert np.allclose(area_weights(4, 2), [[0.5, 0.5, 0, 0], [0, 0, 0.5, 0.5]])


def test_regrid_keeps_the_outer_edges() -> None:
    affine = affine_of((0, 1, 2), (1, 1, 1), (2.0, 1.0, 0.5))
    coarse = regrid(affine, (10, 20, 30), (5, 10, 10))
    edge = np.array([-0.5, -0.5, -0.5, 1])
    assert np.allclose(affine @ edge, coarse @ edge)
    assert np.allclose(affine @ [9.5, 19.5, 29.5, 1], coarse @ [4.5, 9.5, 9.5, 1])


def test_shifted_moves_the_origin_only() -> None:
    affine = affine_of((2, 1, 0), (1, 1, 1), (2.0, 1.0, 0.5))
    moved = shifted(affine, (1, 2, 3))
    assert np.allclose(moved @ [0, 0, 0, 1], affine @ [1, 2, 3, 1])
    assert np.allclose(moved[:3, :3], affine[:3, :3])
