"""Preparation, sliding window, regions and boxes against MONAI's own numbers, which `monai_numbers.py` stored."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from inference.boxes import kept as boxes_kept
from inference.boxes import overlap
from inference.image import Image
from inference.morphology import regions
from inference.pipeline import operations
from inference.sliding_window import Windows, slide
from inference.vocabulary import PostOp
from tests.support.reference_inputs import (
    TURNED,
    WINDOW_CASES,
    WindowCase,
    blob_mask,
    boxes,
    network,
    picture,
    places,
    smooth,
)

FILE = Path(__file__).resolve().parents[2] / "reference_numbers" / "monai.json"
MONAI: Mapping[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
STRAIGHT = np.array([[0, 0, 0.9, -20], [0, 0.9, 0, -25], [3.0, 0, 0, 5], [0, 0, 0, 1.0]])


def assert_same(found: NDArray[Any], told: Mapping[str, Any]) -> None:
    assert list(found.shape) == told["shape"]
    at = places(found.size)
    np.testing.assert_allclose(
        found.ravel()[at], told["values"], rtol=2e-5, atol=2e-5
    )  # float32 there, six digits kept


def prepared(
    name: str, values: NDArray[np.float32], affine: NDArray[np.float64] = STRAIGHT, **args: Any
) -> Image:
    return operations()[name].forward(Image(values, affine), args)


@pytest.mark.parametrize("case", WINDOW_CASES, ids=lambda case: case.key)
def test_windows_are_laid_and_blended_as_monai_does(case: WindowCase) -> None:
    """2D and 3D, Gaussian and constant, pictures smaller than a window too; within two parts in 100,000."""
    flat = len(case.shape) == 2
    values, size = picture(case.shape), case.size
    given = values[None] if flat else values

    def run(windows: NDArray[np.float32]) -> NDArray[np.float32]:
        return network(windows[:, 0])[:, :, None] if flat else network(windows)

    depth, rows, columns = (1, *size) if flat else size
    told = Windows(
        (depth, rows, columns), case.overlap, 3, "gaussian" if case.blend == "gaussian" else "constant"
    )
    found = slide(given, told, run, lambda _share: None)
    assert_same(found[:, 0] if flat else found, MONAI["windows"][case.key])


def test_the_cases_tell_one_way_of_blending_from_another() -> None:
    """Or the comparison above could not fail."""
    told = MONAI["windows"]
    for case in WINDOW_CASES:
        if any(have > want for have, want in zip(case.shape, case.size, strict=True)):
            other = told[case.key.replace("gaussian", "constant")]["values"]
            if case.blend == "gaussian":
                assert np.abs(np.subtract(told[case.key]["values"], other)).max() > 0.01


@pytest.mark.parametrize(
    ("name", "steps"),
    [
        (
            "range",
            [
                ("clip", {"min": -400, "max": 500}),
                ("to_range", {"from_min": -400, "from_max": 500, "min": 0, "max": 1}),
            ],
        ),
        ("range_open", [("to_range", {"from_min": -400, "from_max": 500, "min": -1, "max": 1})]),
        ("percentiles", [("percentiles", {"low": 5, "high": 95})]),
        ("normalize", [("normalize", {})]),
        ("normalize_given", [("normalize", {"mean": 120.0, "std": 80.0})]),
    ],
)
def test_values_are_prepared_as_monai_does(name: str, steps: list[tuple[str, dict[str, Any]]]) -> None:
    values = picture((5, 12, 11)) * np.float32(600)
    for op, args in steps:
        values = prepared(op, values, **args).values
    assert_same(values, MONAI["values"][name])


@pytest.mark.parametrize("name", MONAI["resize"])
def test_slices_are_resized_as_monai_does(name: str) -> None:
    mode, _, size = name.partition(" ")
    rows, columns = map(int, size.split("x"))
    found = prepared("resize", picture((3, 12, 18)), rows=rows, columns=columns, mode=mode)
    assert_same(found.values, MONAI["resize"][name])


def test_axes_are_turned_as_monai_does() -> None:
    """Slices to the head, rows to the back, columns to the left: values, and where each lies in the patient."""
    found = prepared("orient", picture((4, 6, 5)), TURNED)
    assert_same(found.values, MONAI["orient"])
    np.testing.assert_allclose(found.affine, MONAI["orient"]["affine"], atol=1e-6)


def resampled(wanted: str, moved_voxels: float = 0.0) -> float:
    """The largest distance from MONAI's values at MONAI's own places, of a field that spans 5.6."""
    told = MONAI["spacing"][wanted]
    index = np.moveaxis(np.indices((14, 40, 44)), 0, -1)
    given = smooth(index @ STRAIGHT[:3, :3].T + STRAIGHT[:3, 3]).astype(np.float32)
    found = prepared("resample", given, spacing_mm=[float(part) for part in wanted.split("x")])
    theirs = np.array(np.unravel_index(places(int(np.prod(told["shape"]))), told["shape"])).astype(float)
    points = np.array(told["affine"])[:3, :3] @ theirs + np.array(told["affine"])[:3, 3:]
    at = np.linalg.inv(found.affine[:3, :3]) @ (points - found.affine[:3, 3:]) + moved_voxels
    inside = (at >= 0.5).all(axis=0) & (at <= np.array(found.values.shape)[:, None] - 1.5).all(axis=0)
    assert inside.sum() >= 20
    from scipy import ndimage

    mine = ndimage.map_coordinates(found.values.astype(float), at[:, inside], order=1)
    return float(np.abs(mine - np.array(told["values"])[inside]).max())


@pytest.mark.parametrize("wanted", MONAI["spacing"])
def test_voxels_lie_where_monai_puts_them(wanted: str) -> None:
    """Within 0.03 of a field that spans 5.6, while a shift of half a voxel would be seen.

    Grids differ on purpose: ours keeps the outer edges of the stack and takes means where it shrinks, MONAI keeps the
    first voxel's centre. So the same field is compared at the same places in mm.
    """
    assert resampled(wanted) < 0.03
    assert resampled(wanted, moved_voxels=0.5) > 0.03


@pytest.mark.parametrize(
    ("name", "step"),
    [
        ("largest", PostOp(op="largest_components", args={"count": 1})),
        ("largest_two", PostOp(op="largest_components", args={"count": 2})),
        ("at_least_12", PostOp(op="components", args={"min_voxels": 12})),
        ("filled", PostOp(op="fill_holes")),
    ],
)
def test_pieces_are_kept_as_monai_keeps_them(name: str, step: PostOp) -> None:
    found = regions(blob_mask().astype(np.float32), (step,), None)
    assert np.flatnonzero(found > 0).tolist() == MONAI["masks"][name]


def corners(dimensions: int) -> NDArray[np.float64]:
    """As (boxes, 2, 3); of flat boxes the one slice that there is."""
    told, _ = boxes(dimensions)
    found = np.zeros((len(told), 2, 3))
    found[:, 1] = 1.0
    found[:, 0, 3 - dimensions :], found[:, 1, 3 - dimensions :] = told[:, :dimensions], told[:, dimensions:]
    return found


@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize("limit", ["0.1", "0.3", "0.5"])
def test_boxes_are_suppressed_as_monai_does(dimensions: int, limit: str) -> None:
    _, scores = boxes(dimensions)
    found = boxes_kept(corners(dimensions), scores, float(limit))
    assert found == MONAI["boxes"][str(dimensions)][limit]
    assert 1 < len(found) < len(scores)


@pytest.mark.parametrize("dimensions", [2, 3])
def test_boxes_share_as_much_as_monai_says(dimensions: int) -> None:
    all_of = corners(dimensions)
    found = np.array([[overlap(one, other) for other in all_of] for one in all_of])
    assert_same(found, MONAI["overlaps"][str(dimensions)])
