from __future__ import annotations

import numpy as np
import pytest

from viewers.outlines import outlines


def test_outline_runs_round_the_region_half_way_to_its_neighbours() -> None:
    labels = np.zeros((10, 12), np.uint8)
    labels[2:5, 3:9] = 1  # pixel borders: x 3 to 9, y 2 to 5
    (line,) = outlines(labels, [1])[1]
    assert line[:, 0].min() == pytest.approx(3.0)
    assert line[:, 0].max() == pytest.approx(9.0)
    assert (line[:, 1].min(), line[:, 1].max()) == pytest.approx((2.0, 5.0))
    assert line[0] == pytest.approx(line[-1])


def test_a_region_at_the_border_is_closed_there() -> None:
    labels = np.ones((4, 5), np.uint8)
    (line,) = outlines(labels, [1])[1]
    assert (line.min(), line[:, 0].max(), line[:, 1].max()) == pytest.approx((0.0, 5.0, 4.0))


def test_holes_and_other_labels_have_their_own_lines() -> None:
    labels = np.zeros((12, 12), np.uint16)
    labels[1:8, 1:8] = 300
    labels[3:5, 3:5] = 0
    labels[9:11, 9:11] = 2
    found = outlines(labels, [300, 2, 5])
    assert {label: len(lines) for label, lines in found.items()} == {300: 2, 2: 1, 5: 0}
