"""Issue 6, item 4: result sets matched one to one, by overlap or distance; the figures against plain recomputation."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.spatial.distance import dice as scipy_dissimilarity

from app.domain.comparison import How, ResultSet, SetKind, SetMark
from app.domain.finding import Place, PlaceKind, Point
from app.domain.volume import FrameRef, Space
from app.findings.matching import Mask, compare, dice_of_boxes, dice_of_masks

FRAME = "1.2.3"
IDENTITY = np.eye(4)[[2, 1, 0, 3]]  # (slice, row, column) -> (x, y, z): columns run along x


def mark(name: str, center: Point, half: float = 0.0, **other: object) -> SetMark:
    low = (center[0] - half, center[1] - half, center[2] - half)
    high = (center[0] + half, center[1] + half, center[2] + half)
    place = (
        Place(PlaceKind.BOX, Space.PATIENT, center, low, high)
        if half
        else Place(PlaceKind.POINT, Space.PATIENT, center)
    )
    plain = {
        "label": "Nodule",
        "place": place,
        "series_instance_uids": ("1.2",),
        "frame_of_reference_uid": FRAME,
    }
    return SetMark(name, **{**plain, **other})  # type: ignore[arg-type]  # fields by name


def a_set(*marks: SetMark, name: str = "a", study: str = "1") -> ResultSet:
    return ResultSet(f"model:{name}@1", SetKind.MODEL, name, study, marks)


def named(found: object) -> list[tuple[str, str]]:
    pairs = found.pairs  # type: ignore[attr-defined]  # a comparison
    return [(p.left.finding_id if p.left else "", p.right.finding_id if p.right else "") for p in pairs]


def test_two_lesions_side_by_side_are_not_matched_crosswise() -> None:
    """Nearest first would take a2-b1 (4 mm) and leave a1 and b2 alone."""
    left = a_set(mark("a1", (0, 0, 0)), mark("a2", (10, 0, 0)))
    right = a_set(mark("b1", (6, 0, 0)), mark("b2", (17, 0, 0)))
    found = compare(left, right)
    assert sorted(named(found)) == [("a1", "b1"), ("a2", "b2")]
    assert found.mean_distance_mm == pytest.approx(6.5)


def test_missed_and_extra_stand_behind_the_matched() -> None:
    found = compare(
        a_set(mark("a1", (0, 0, 0)), mark("a2", (100, 0, 0))),
        a_set(mark("b1", (200, 0, 0)), mark("b2", (1, 0, 0))),
    )
    assert named(found) == [("a1", "b2"), ("a2", ""), ("", "b1")]
    assert (len(found.matched), len(found.missed), len(found.extra)) == (1, 1, 1)
    assert found.matched[0].how is How.DISTANCE


def test_boxes_that_overlap_are_matched_by_overlap() -> None:
    found = compare(a_set(mark("a", (0, 0, 0), 10)), a_set(mark("b", (10, 0, 0), 10)))
    (pair,) = found.pairs
    assert pair.how is How.OVERLAP
    assert pair.dice == pytest.approx(0.5)  # half of each of two equal cubes
    assert pair.distance_mm == pytest.approx(10.0)


def test_flat_boxes_have_a_dice_in_their_plane() -> None:
    one = Place(PlaceKind.BOX, Space.PATIENT, (5, 5, 3), (0, 0, 3), (10, 10, 3))
    other = Place(PlaceKind.BOX, Space.PATIENT, (10, 5, 3), (5, 0, 3), (15, 10, 3))
    apart = Place(PlaceKind.BOX, Space.PATIENT, (5, 5, 9), (0, 0, 9), (10, 10, 9))
    assert dice_of_boxes(one, other) == pytest.approx(0.5)
    assert dice_of_boxes(one, apart) == 0.0


def test_places_of_different_spaces_are_never_measured_against_each_other() -> None:
    """A prior without a common frame of reference: words alone, and no number that nobody can know."""
    prior = mark("b", (0, 0, 0), frame_of_reference_uid="9.9", series_instance_uids=("7",))
    found = compare(a_set(mark("a", (0, 0, 0))), a_set(prior, study="2"))
    (pair,) = found.pairs
    assert (pair.how, pair.dice, pair.distance_mm) == (How.WORDS, None, None)
    other = mark("c", (0, 0, 0), frame_of_reference_uid="9.9", series_instance_uids=("7",), label="Effusion")
    assert len(compare(a_set(mark("a", (0, 0, 0))), a_set(other)).matched) == 0


def test_marks_of_different_projections_are_not_matched() -> None:
    def on(image: str) -> SetMark:
        place = Place(PlaceKind.POINT, Space.IMAGE, (1.0, 1.0, 0.0), frame=FrameRef(image))
        return mark(image, (0, 0, 0), place=place, label=image)

    assert not compare(a_set(on("1.1")), a_set(on("1.2"))).matched
    assert compare(a_set(on("1.1")), a_set(on("1.1"))).matched


def random_mask(seed: int, shape: tuple[int, int, int] = (6, 9, 8)) -> NDArray[np.bool_]:
    return np.random.default_rng(seed).random(shape) > 0.6


@pytest.mark.parametrize("seed", range(5))
def test_dice_of_masks_equals_scipy(seed: int) -> None:
    one, other = random_mask(seed), random_mask(seed + 100)
    expected = 1.0 - float(scipy_dissimilarity(one.ravel(), other.ravel()))
    assert dice_of_masks(Mask(one, IDENTITY), Mask(other, IDENTITY)) == pytest.approx(expected)


def test_dice_of_a_mask_with_itself_on_a_finer_grid_is_one() -> None:
    coarse = np.zeros((4, 4, 4), bool)
    coarse[1:3, 1:3, 1:3] = True
    fine = coarse.repeat(2, 0).repeat(2, 1).repeat(2, 2)
    half = IDENTITY.copy()
    half[:3, :3] *= 0.5
    half[
        :3, 3
    ] = -0.25  # the first fine voxel's centre lies a quarter of a coarse voxel before the coarse one's
    assert dice_of_masks(Mask(coarse, IDENTITY), Mask(fine, half)) == pytest.approx(1.0)
    assert dice_of_masks(Mask(fine, half), Mask(coarse, IDENTITY)) == pytest.approx(1.0)


points = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 3), st.just(0)), min_size=1, max_size=5)


@given(points, points)
def test_the_assignment_is_the_best_of_all(left: list[Point], right: list[Point]) -> None:
    """Against every assignment there is: as many pairs as can be, then the least way in all."""
    one = a_set(*(mark(f"a{n}", p) for n, p in enumerate(left)))
    other = a_set(*(mark(f"b{n}", p) for n, p in enumerate(right)))
    found = compare(one, other)
    ways = np.linalg.norm(np.subtract(np.array(left)[:, None], np.array(right)[None]), axis=2)
    small, wide = (ways, len(right)) if len(left) <= len(right) else (ways.T, len(left))
    best = max(
        (sum(one <= 10 for one in took), -sum(one for one in took if one <= 10))
        for order in permutations(range(wide), len(small))
        if (took := [float(small[row, column]) for row, column in enumerate(order)])
    )
    assert len(found.matched) == best[0]
    assert sum(p.distance_mm or 0.0 for p in found.matched) == pytest.approx(-best[1])
    ids = [p.right.finding_id for p in found.matched if p.right]
    assert len(set(ids)) == len(ids)
