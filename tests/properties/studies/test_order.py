"""However files are named and numbered, a stack comes out in the same order."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from app.domain.geometry import index_to_lps, lps_to_index
from app.domain.study import Instance
from app.studies.stacking import FramePlace, stack_frames

ANGLES = st.floats(-180, 180)


def place(number: int, position: tuple[float, float, float], cosines: tuple[float, ...]) -> FramePlace:
    instance = Instance(
        path=Path(f"{number}"), sop_instance_uid=f"1.{number}", sop_class_uid="", transfer_syntax_uid="",
        instance_number=number, frames=1, rows=8, columns=8, photometric="MONOCHROME2", position_lps_mm=position,
        orientation=None, spacing_mm=(0.5, 0.6), spacing_source="PixelSpacing", laterality="", view_position="",
        image_type=(), acquisition_number=None, gantry_tilt_deg=None, slice_thickness_mm=3.0,
    )  # fmt: skip
    a, b, c, d, e, f = cosines
    return FramePlace(instance, 1, position, (a, b, c, d, e, f), (0.5, 0.6))


def directions(angles: tuple[float, float, float]) -> NDArray[np.float64]:
    x, y, z = np.radians(angles)
    rx = np.array([[1, 0, 0], [0, np.cos(x), -np.sin(x)], [0, np.sin(x), np.cos(x)]])
    ry = np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]])
    rz = np.array([[np.cos(z), -np.sin(z), 0], [np.sin(z), np.cos(z), 0], [0, 0, 1]])
    return np.asarray(rz @ ry @ rx)


@settings(max_examples=80, deadline=None)
@given(
    angles=st.tuples(ANGLES, ANGLES, ANGLES),
    numbers=st.permutations(range(7)),
    step=st.floats(0.3, 12.0),
    shear=st.floats(-0.4, 0.4),
)
def test_order_and_affine_follow_space_alone(
    angles: tuple[float, float, float], numbers: list[int], step: float, shear: float
) -> None:
    turn = directions(angles)
    row, column, normal = turn[:, 0], turn[:, 1], turn[:, 2]
    move = step * (normal + shear * column)
    positions = [tuple(float(v) for v in (np.array([5.0, -7.0, 11.0]) + at * move)) for at in range(7)]
    cosines = tuple(float(v) for v in (*row, *column))
    places = [place(numbers[at], positions[at], cosines) for at in range(7)]  # type: ignore[arg-type]  # three floats
    shuffled = [places[number] for number in numbers]
    (stack,) = stack_frames(shuffled)
    assert [one.position_lps_mm for one in stack.places] == positions
    assert stack.affine is not None
    for at in (0, 3, 6):
        assert np.allclose(index_to_lps(stack.affine, [at, 0, 0]), positions[at], atol=1e-6)
        assert np.allclose(
            index_to_lps(stack.affines[at], [0, 2, 3]), index_to_lps(stack.affine, [at, 2, 3]), atol=1e-6
        )
    point = index_to_lps(stack.affine, [1.3, 2.6, 4.2])
    assert np.allclose(lps_to_index(stack.affine, point), [1.3, 2.6, 4.2], atol=1e-6)
