"""RQ-61: letters burned into pixels are found, and a person's look cannot be skipped."""

from __future__ import annotations

import numpy as np
import pytest

from app.export.burned_in import text_boxes
from tests.support.burned import GROUNDS, burned, ground

CASES = 120


def test_rq61_recall_is_at_least_95_percent_on_a_synthetic_set() -> None:
    """Found means: at least half of the ink lies in a box. For each ground too, so that none hides behind another."""
    found: dict[str, list[bool]] = {kind: [] for kind in GROUNDS}
    for number in range(CASES):
        case = burned(number)
        covered = np.zeros_like(case.ink)
        for top, left, bottom, right in text_boxes(case.picture):
            covered[top:bottom, left:right] = True
        found[case.ground].append(bool((covered & case.ink).sum() >= 0.5 * case.ink.sum()))
    every = [one for listed in found.values() for one in listed]
    assert len(every) == CASES
    assert np.mean(every) >= 0.95
    assert all(np.mean(listed) >= 0.9 for listed in found.values())


def test_plain_grounds_have_no_letters() -> None:
    draws = np.random.default_rng(5)
    for kind in ("black", "film"):
        picture = (np.clip(ground(kind, (300, 400), draws), 0, 1) * 255).astype(np.uint8)
        assert text_boxes(picture) == ()


def test_slices_need_letters_of_the_brightest_value() -> None:
    case = burned(3)
    tissue = (ground("tissue", case.ink.shape, np.random.default_rng(1)) * 1000).astype(np.int16) - 1000
    assert text_boxes(tissue, only_brightest=True) == ()
    tissue[case.ink] = 3071
    (box,) = text_boxes(tissue, only_brightest=True)
    rows, columns = np.flatnonzero(case.ink.any(axis=1)), np.flatnonzero(case.ink.any(axis=0))
    assert box[0] <= rows[0]
    assert box[2] > rows[-1]
    assert box[1] <= columns[0] + 30
    assert box[3] > columns[-1] - 30


@pytest.mark.parametrize("shape", [(1, 1), (3, 40), (512, 512, 3)])
def test_odd_pictures_are_searched_too(shape: tuple[int, ...]) -> None:
    assert text_boxes(np.zeros(shape, np.uint8)) == ()
