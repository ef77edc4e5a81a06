"""The 3D camera, the half-size volume and what a ray meets: all without a window."""

from __future__ import annotations

import numpy as np
import pytest

from viewers import volume_camera as camera
from viewers.types import VolumeImage, WindowLevel
from viewers.volume_presets import PRESETS, preset
from viewers.volume_proxy import first_seen, half_size

SIZE = (400.0, 300.0)


def ball(hu: int = 900) -> VolumeImage:
    """A ball of radius 10 mm at LPS (5, -7, 20) in air; voxels 2 x 1 x 1.5 mm."""
    affine = np.array([[0.0, 0, 1.5, -40], [0, 1, 0, -40], [2, 0, 0, -30], [0, 0, 0, 1]])
    k, r, c = np.meshgrid(*[np.arange(n) for n in (50, 80, 60)], indexing="ij")
    place = np.stack([k, r, c], axis=-1) @ affine[:3, :3].T + affine[:3, 3]
    inside = np.linalg.norm(place - (5, -7, 20), axis=-1) < 10
    return VolumeImage(np.where(inside, hu, -1000).astype(np.int16), affine)


@pytest.mark.parametrize(
    ("side", "right", "up"),
    [("A", "L", "H"), ("P", "R", "H"), ("L", "P", "H"), ("R", "A", "H"), ("S", "R", "A"), ("I", "L", "A")],
)
def test_each_side_shows_the_letters_a_radiologist_expects(side: str, right: str, up: str) -> None:
    pose = camera.look_from(side, (0, 0, 0), 100)
    assert (camera.letters_of(pose.right), camera.letters_of(pose.up)) == (right, up)


def test_from_the_front_the_patients_left_is_on_the_right_of_the_screen() -> None:
    pose = camera.look_from("A", (0, 0, 0), 150)
    assert camera.to_screen(pose, (30, 0, 0), SIZE)[:2].tolist() == [230, 150]
    assert camera.to_screen(pose, (0, 0, 30), SIZE)[:2].tolist() == [200, 120]


def test_depth_grows_towards_the_eye() -> None:
    pose = camera.look_from("A", (0, 0, 0), 150)
    assert camera.to_screen(pose, (0, -40, 0), SIZE)[2] == pytest.approx(40)


def test_turning_there_and_back_is_no_turn() -> None:
    pose = camera.look_from("A", (3, 4, 5), 120)
    back = camera.turned(camera.turned(pose, 40, 0), -40, 0)
    np.testing.assert_allclose(back.toward_eye, pose.toward_eye, atol=1e-12)


def test_dragging_right_brings_the_patients_right_side_to_view() -> None:
    turned = camera.turned(camera.look_from("A", (0, 0, 0), 100), 90, 0)
    assert camera.letters_of(turned.toward_eye) == "R"


def test_screen_and_back() -> None:
    pose = camera.turned(camera.look_from("L", (10, 20, 30), 90), 33, 21)
    point = camera.from_screen(pose, 77, 201, SIZE)
    np.testing.assert_allclose(camera.to_screen(pose, point, SIZE), [77, 201, 0], atol=1e-9)


def test_half_size_keeps_values_and_places() -> None:
    volume = ball()
    small = half_size(volume)
    assert small.pixels.shape == (25, 40, 30)
    index = np.linalg.solve(small.affine[:3, :3], np.array([5, -7, 20]) - small.affine[:3, 3])
    assert small.pixels[tuple(np.rint(index).astype(int))] == 900
    whole = volume.pixels.astype(float) + 1000
    part = small.pixels.astype(float) + 1000
    grid = np.moveaxis(np.indices(part.shape), 0, -1) @ small.affine[:3, :3].T + small.affine[:3, 3]
    middle = (grid * part[..., None]).sum(axis=(0, 1, 2)) / part.sum()
    np.testing.assert_allclose(middle, (5, -7, 20), atol=0.3)
    assert part.sum() * 8 == pytest.approx(whole.sum(), rel=0.01)


@pytest.mark.parametrize("side", camera.SIDES)
def test_a_ray_through_the_middle_meets_the_near_surface(side: str) -> None:
    pose = camera.look_from(side, (5, -7, 20), 60)
    found = first_seen(ball(), (pose.middle, -pose.toward_eye), preset("ct_bone"), None)
    assert found is not None
    np.testing.assert_allclose(found, np.array([5, -7, 20]) + pose.toward_eye * 10, atol=2.1)


def test_a_ray_past_everything_meets_nothing() -> None:
    pose = camera.look_from("A", (5, -7, 20), 60)
    assert (
        first_seen(ball(), (pose.middle + pose.right * 20, -pose.toward_eye), preset("ct_bone"), None) is None
    )
    assert first_seen(ball(), (pose.middle + pose.right * 900, -pose.toward_eye), preset("mip"), None) is None


def test_another_window_moves_what_is_opaque() -> None:
    pose = camera.look_from("A", (5, -7, 20), 60)
    ray = (pose.middle, -pose.toward_eye)
    assert first_seen(ball(60), ray, preset("ct_bone"), None) is None
    assert first_seen(ball(60), ray, preset("ct_bone"), WindowLevel(0, 200)) is not None


@pytest.mark.parametrize("chosen", PRESETS, ids=lambda p: p.preset_id)
def test_presets_rise_in_value_and_stay_within_one(chosen: object) -> None:
    known = preset(getattr(chosen, "preset_id"))  # noqa: B009
    for points in ([v for v, _ in known.opacity], [v for v, _ in known.colors]):
        assert points == sorted(points)
    assert all(0 <= alpha <= 1 for _, alpha in known.opacity)


def test_unknown_preset_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="jelly"):
        preset("jelly")
