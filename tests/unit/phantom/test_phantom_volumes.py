"""Volumes and shares of the phantom, counted on grids."""

from __future__ import annotations

import numpy as np
import pytest

from app.phantom import disease
from app.phantom.chest import chest_ct
from app.phantom.labels import FIRST_NODULE, GROUND_GLASS, LEFT_LUNG, chest_labels, lung_volume_ml
from app.phantom.shapes import Points, ellipsoid
from app.phantom.spec import PhantomSpec, covering_spec, grid_affine
from app.phantom.torso import LUNGS
from app.phantom.tree import distance_at
from app.phantom.truth import chest_truth
from app.phantom.voxels import paint


def close_up(
    center: tuple[float, float, float], half_mm: float, step_mm: float
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    affine = np.diag([step_mm] * 3 + [1.0])[[2, 1, 0, 3]]
    affine[:3, 3] = np.asarray(center) - half_mm
    return affine


@pytest.mark.parametrize("nodule", disease.NODULES, ids=lambda n: n.name)
def test_painted_ball_holds_the_true_volume_within_five_per_cent(nodule: disease.Nodule) -> None:
    balls = [part for part in disease.nodules(2026) if part.name == nodule.name]
    size = int(2 * (nodule.radius_mm + 3) / 0.7) + 1
    painted = paint(balls, close_up(nodule.center_lps_mm, nodule.radius_mm + 3, 0.7), (size, size, size))
    volume_ml = float((painted + 1000).sum(dtype=np.float64)) / (nodule.hu + 1000) * 0.7**3 / 1000
    assert volume_ml == pytest.approx(nodule.volume_ml, rel=0.05)


def test_volumes_of_nodules_are_those_of_their_balls() -> None:
    assert [round(n.volume_ml, 3) for n in disease.NODULES] == [3.054, 0.524, 0.113]


def test_ground_glass_lies_wholly_in_its_lung() -> None:
    glass = disease.GROUND_GLASS
    draw = np.random.default_rng(1).normal(size=(4000, 3))
    surface = draw / np.linalg.norm(draw, axis=1, keepdims=True) * glass.semi_axes_mm + glass.center_lps_mm
    assert distance_at(LUNGS[glass.side], surface).max() < -1.0


@pytest.mark.parametrize("nodule", disease.NODULES, ids=lambda n: n.name)
def test_nodules_lie_wholly_in_their_lung(nodule: disease.Nodule) -> None:
    depth = distance_at(LUNGS[nodule.side], np.array([nodule.center_lps_mm]))[0]
    assert depth < -nodule.radius_mm - 2


def test_ground_glass_share_equals_the_count_on_the_grid() -> None:
    spec = covering_spec(100, 128, 128)
    labels = chest_labels(spec)
    lung = np.isin(labels, (LEFT_LUNG, GROUND_GLASS, FIRST_NODULE + 2)).sum()
    truth = chest_truth(spec).ground_glass
    assert truth is not None
    assert truth.share_of_lung_on_grid == pytest.approx((labels == GROUND_GLASS).sum() / lung, rel=1e-12)
    assert truth.share_of_lung_on_grid == pytest.approx(truth.share_of_lung, rel=0.01)


@pytest.mark.parametrize("side", ["right", "left"])
def test_lung_volume_is_the_same_on_two_grids(side: str) -> None:
    truth = chest_truth(covering_spec(80, 100, 100))
    lung = next(lung for lung in truth.lungs if lung.side == side)
    assert lung.volume_ml_on_grid == pytest.approx(lung_volume_ml(side), rel=0.01)
    assert 1500 < lung.volume_ml < 3500


def test_tissues_have_their_densities_without_noise() -> None:
    spec = covering_spec(100, 180, 180, noise_hu=0.0)
    pixels, affine = chest_ct(spec)
    inverse = np.linalg.inv(affine)

    def at(*point: float) -> int:
        i, j, k = (round(v) for v in (inverse @ [*point, 1])[:3])
        return int(pixels[i, j, k])

    assert at(82, 40, -42 + 20) == pytest.approx(-600, abs=150)
    assert -900 < at(100, 20, 20) < -780
    assert at(-72, 12, 70) == pytest.approx(38, abs=3)
    assert at(-60, -10, -100) == pytest.approx(60, abs=3)
    assert at(28, -28, -48) == pytest.approx(42, abs=3)


def test_ellipsoid_distance_is_exact_along_its_axes() -> None:
    shape = ellipsoid((1, 2, 3), (4, 5, 6))
    x, y, z = (np.array(v, dtype=np.float32) for v in ([5, 9], [2, 2], [3, 3]))
    np.testing.assert_allclose(shape(Points(x, y, z)), [0, 4], atol=1e-5)


def test_default_grid_is_two_hundred_slices_of_512() -> None:
    spec = PhantomSpec()
    assert spec.shape == (200, 512, 512)
    np.testing.assert_allclose(np.linalg.norm(grid_affine(spec)[:3, :3], axis=0), [1.5, 0.7, 0.7])


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"bits_stored": 8}, "bits"),
        ({"slices": 0}, "slice"),
        ({"tilt_deg": 60.0}, "tilt"),
        ({"spacing_mm": (0.0, 1.0, 1.0)}, "spacing"),
    ],
)
def test_impossible_specs_are_refused(wrong: dict[str, object], word: str) -> None:
    with pytest.raises(ValueError, match=word):
        PhantomSpec(**wrong)  # type: ignore[arg-type]  # wrong on purpose
