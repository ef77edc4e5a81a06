"""Which plane through a volume shows what was imaged, and which is made from it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from app.domain.geometry import is_acquired_plane, plane_affine

SHAPE = (40, 512, 512)
AXIAL, CORONAL, SAGITTAL = (1, 0, 0, 0, 1, 0), (1, 0, 0, 0, 0, -1), (0, 1, 0, 0, 0, -1)
NORMALS = {"axial": (0, 0, 1), "coronal": (0, 1, 0), "sagittal": (1, 0, 0)}


def affine_of(orientation: tuple[float, ...], step: tuple[float, float, float] | None = None) -> np.ndarray:
    normal = np.cross(orientation[:3], orientation[3:]) * 5.0
    return plane_affine((0, 0, 0), orientation, (0.7, 0.7), normal if step is None else step)


@pytest.mark.parametrize(
    ("orientation", "own"), [(AXIAL, "axial"), (CORONAL, "coronal"), (SAGITTAL, "sagittal")]
)
def test_of_each_acquisition_only_its_own_plane_is_as_acquired(
    orientation: tuple[float, ...], own: str
) -> None:
    affine = affine_of(orientation)
    for plane, normal in NORMALS.items():
        assert is_acquired_plane(affine, SHAPE, normal) == (plane == own)
        assert is_acquired_plane(affine, SHAPE, [-part for part in normal]) == (plane == own)


def test_of_an_oblique_acquisition_no_standard_plane_is() -> None:
    turned = Rotation.from_euler("x", 20, degrees=True).apply([AXIAL[:3], AXIAL[3:]]).ravel()
    affine = affine_of(tuple(turned))
    assert not any(is_acquired_plane(affine, SHAPE, normal) for normal in NORMALS.values())
    assert is_acquired_plane(affine, SHAPE, np.cross(turned[:3], turned[3:]))


def test_of_a_tilted_gantry_the_axial_plane_is_made_although_slices_step_along_z() -> None:
    tilted = Rotation.from_euler("x", 18.5, degrees=True).apply([AXIAL[:3], AXIAL[3:]]).ravel()
    affine = affine_of(tuple(tilted), step=(0.0, 0.0, 5.0))
    assert not is_acquired_plane(affine, SHAPE, (0, 0, 1))


@given(degrees=st.floats(0, 30), axis=st.sampled_from(["x", "y"]))
def test_the_limit_is_half_a_slice_at_the_edge_of_the_picture(degrees: float, axis: str) -> None:
    normal = Rotation.from_euler(axis, degrees, degrees=True).apply([0.0, 0.0, 1.0])
    strays_mm = np.sin(np.radians(degrees)) * 0.5 * np.hypot(511 * 0.7, 511 * 0.7)
    if abs(strays_mm - 2.5) > 1e-6:
        assert is_acquired_plane(affine_of(AXIAL), SHAPE, normal) == (strays_mm < 2.5)
