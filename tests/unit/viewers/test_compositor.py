from __future__ import annotations

import numpy as np
import pytest

from viewers.colormaps import table
from viewers.compositor import OUTSIDE, blend, heat_picture, heat_table
from viewers.types import HeatLayer

VALUES = np.array([[0.0, 0.19, 0.2, 0.5, 1.0, 7.0]], dtype=np.float32)


def layer(**changes: object) -> HeatLayer:
    given: dict[str, object] = {"threshold": 0.2, **changes}
    return HeatLayer("heat", VALUES[np.newaxis], np.eye(4), "opacity", **given)  # type: ignore[arg-type]


def test_alpha_follows_the_value_and_is_zero_under_the_threshold() -> None:
    alpha = heat_picture([VALUES], [layer()])[0] >> 24
    assert alpha.tolist() == [0, 0, 31, 76, 153, 153]  # 0.6 * value * 255


def test_alpha_never_passes_sixty_percent_whatever_a_layer_asks() -> None:
    assert int(heat_table(layer(max_alpha=1.0))[-1] >> 24) == 153


def test_overlapping_layers_do_not_add_up() -> None:
    alpha = heat_picture([VALUES, VALUES], [layer(), layer()])[0] >> 24
    assert alpha.max() == 153


def test_nothing_is_drawn_outside_or_where_there_is_no_number() -> None:
    outside = np.array([[OUTSIDE, np.nan]], dtype=np.float32)
    assert heat_picture([outside], [layer(threshold=0.0)]).tolist() == [[0, 0]]


def test_threshold_of_zero_still_leaves_zero_clear() -> None:
    assert heat_picture([np.zeros((1, 1), np.float32)], [layer(threshold=0.0)]).tolist() == [[0]]


def test_range_need_not_start_at_zero() -> None:
    values = np.array([[-1000.0, -700.0, -400.0]], dtype=np.float32)
    picture = heat_picture([values], [layer(value_range=(-1000.0, -400.0), threshold=-900.0)])
    assert (picture[0] >> 24).tolist() == [0, 76, 153]


@pytest.mark.parametrize("threshold", [0.1, 0.25, 0.5, 0.75, 0.9])
def test_the_threshold_itself_is_shown_and_nothing_below(threshold: float) -> None:
    values = np.array([[threshold, threshold - 1e-4]], dtype=np.float32)
    shown = heat_picture([values], [layer(threshold=threshold)])[0] > 0
    assert shown.tolist() == [True, False]


def test_a_threshold_above_the_range_shows_nothing() -> None:
    assert not heat_picture([VALUES], [layer(threshold=2.0)]).any()


def test_blend_mixes_sixty_percent_of_the_brightest_colour() -> None:
    heat = heat_picture([np.ones((1, 1), np.float32)], [layer()])
    mixed = blend(np.array([[100]], dtype=np.uint8), heat)[0, 0]
    wanted = 0.6 * table("cividis")[-1] + 0.4 * 100
    assert mixed == pytest.approx(wanted, abs=1.5)


def test_blend_leaves_the_picture_as_it_is_where_heat_is_clear() -> None:
    grey = np.array([[0, 17, 255]], dtype=np.uint8)
    assert blend(grey, np.zeros((1, 3), np.uint32))[..., 0].tolist() == grey.tolist()
