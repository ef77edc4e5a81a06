from __future__ import annotations

import numpy as np

from viewers.outlines import outline_picture

GREEN, RED = (0, 255, 0), (255, 0, 0)


def test_border_covers_the_pixels_on_both_sides_of_the_edge() -> None:
    region = np.zeros((12, 14), np.bool_)
    region[4:8, 4:10] = True
    picture = outline_picture([(region, GREEN)])
    wanted = np.zeros_like(region)
    wanted[3:9, 4:10] = wanted[4:8, 3:11] = True  # one pixel outside
    wanted[5:7, 5:9] = False  # and one inside
    assert np.array_equal(picture == 0xFF00FF00, wanted)


def test_a_dark_edge_goes_round_the_line_and_no_further() -> None:
    region = np.zeros((12, 14), np.bool_)
    region[4:8, 4:10] = True
    picture = outline_picture([(region, GREEN)])
    assert picture[2, 6] == 0xA0000000
    assert picture[1, 6] == 0


def test_lines_are_never_darkened_by_their_neighbours_edge() -> None:
    first, second = np.zeros((6, 20), np.bool_), np.zeros((6, 20), np.bool_)
    first[:, :9], second[:, 11:] = True, True
    picture = outline_picture([(first, GREEN), (second, RED)])
    assert set(picture[3, 8:10]) == {0xFF00FF00}
    assert set(picture[3, 10:12]) == {0xFFFF0000}


def test_fine_screens_get_thicker_lines() -> None:
    region = np.zeros((20, 20), np.bool_)
    region[:, 10:] = True
    assert np.count_nonzero(outline_picture([(region, GREEN)])[5] == 0xFF00FF00) == 2
    assert np.count_nonzero(outline_picture([(region, GREEN)], widening=1)[5] == 0xFF00FF00) == 4


def test_nothing_is_drawn_round_an_empty_region() -> None:
    assert not outline_picture([(np.zeros((5, 5), np.bool_), GREEN)]).any()
