"""Where one image cuts another, with known points."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from viewers.reference_lines import corners_of, cut
from viewers.types import Affine


def plane(origin: tuple[float, float, float], right: object, down: object) -> Affine:
    made = np.eye(4)
    made[:3, 0] = 0
    made[:3, 1], made[:3, 2], made[:3, 3] = np.asarray(down, float), np.asarray(right, float), origin
    return made


def test_a_sagittal_image_cuts_an_axial_one_where_both_are() -> None:
    sagittal = plane((30.0, 0.0, 0.0), right=(0, 1, 0), down=(0, 0, 1))
    axial = plane((0.0, 0.0, 20.0), right=(1, 0, 0), down=(0, 1, 0))
    line = cut(sagittal, (100, 50), axial)
    assert line is not None
    assert sorted(line) == [pytest.approx((30.0, -0.5, 20.0)), pytest.approx((30.0, 49.5, 20.0))]


def test_images_beside_each_other_or_nearly_parallel_have_no_line() -> None:
    axial = plane((0.0, 0.0, 20.0), right=(1, 0, 0), down=(0, 1, 0))
    far = plane((30.0, 0.0, 100.0), right=(0, 1, 0), down=(0, 0, 1))
    assert cut(far, (50, 50), axial) is None
    assert cut(axial, (50, 50), axial) is None
    tilted = plane((0.0, 0.0, 0.0), right=(1, 0, 0), down=(0, np.cos(0.05), np.sin(0.05)))
    assert cut(tilted, (5000, 50), axial) is None


@given(
    angles=st.tuples(st.floats(-180, 180), st.floats(-180, 180), st.floats(-180, 180)),
    shift=st.tuples(st.floats(-40, 40), st.floats(-40, 40), st.floats(-40, 40)),
)
def test_both_ends_lie_in_both_images_planes_and_on_the_rim_of_the_first(
    angles: tuple[float, float, float], shift: tuple[float, float, float]
) -> None:
    turn = Rotation.from_euler("xyz", angles, degrees=True)
    image = plane(shift, *turn.apply([(0.7, 0, 0), (0, 0.9, 0)]))
    other = plane((10.0, 5.0, 0.0), right=(1, 0, 0), down=(0, 1, 0))
    line = cut(image, (60, 80), other)
    heights = corners_of(image, 60, 80)[:, 2]
    if line is None:
        normal = np.cross(image[:3, 1], image[:3, 2])
        parallel = abs(normal[2]) / np.linalg.norm(normal) > np.cos(np.radians(5.0)) - 1e-9
        assert parallel or heights.min() >= 0 or heights.max() < 0
        return
    for end in np.array(line):
        assert end[2] == pytest.approx(0.0, abs=1e-6)
        part = np.column_stack([image[:3, 1], image[:3, 2]])
        index, *_ = np.linalg.lstsq(part, end - image[:3, 3], rcond=None)
        np.testing.assert_allclose(part @ index, end - image[:3, 3], atol=1e-6)
        rim = min(abs(index[0] + 0.5), abs(index[0] - 59.5), abs(index[1] + 0.5), abs(index[1] - 79.5))
        assert rim < 1e-6
